import { checkNoAuthorizationId, checkPassword, type PasswordCredentials, utf8 } from "./fields.ts";
import type { Mechanism } from "./mechanism.ts";
import { unexpectedChallenge } from "./violation.ts";

/**
 * Makes the mechanism LOGIN: the user, then the password, each when asked (draft-murchison-sasl-login-00).
 *
 * What the prompts say is ignored: `Username:`, `User Name`, a translation or nothing at all, as servers please. It
 * protects a password no better than PLAIN and is for servers that offer nothing else.
 *
 * @param credentials The user and the password.
 * @returns The mechanism.
 * @throws {TypeError} If a field is empty, holds NUL or half of a surrogate pair, or if there is an authorization
 * identity, for which LOGIN has no place.
 */
export function login(credentials: PasswordCredentials): Mechanism {
  checkPassword(credentials, "LOGIN");
  checkNoAuthorizationId(credentials, "LOGIN");
  const { user, password } = credentials;
  return {
    name: "LOGIN",
    secrets: [password],
    identity: user,
    start: () => {
      const answers = [user, password];
      return {
        next: () => {
          const answer = answers.shift();
          if (answer === undefined) throw unexpectedChallenge("LOGIN");
          return utf8(answer);
        },
      };
    },
  };
}
