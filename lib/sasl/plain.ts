import { checkPassword, type PasswordCredentials, utf8 } from "./fields.ts";
import type { Mechanism } from "./mechanism.ts";
import { unexpectedChallenge } from "./violation.ts";

/**
 * Makes the mechanism PLAIN: authorization identity, user and password, with NUL between them (RFC 4616).
 *
 * The fields are sent as they are; preparing them for comparison is the server's part (RFC 4616 section 2).
 *
 * @param credentials The user, the password and, to act as someone else, the authorization identity.
 * @returns The mechanism.
 * @throws {TypeError} If a field is empty, holds NUL or half of a surrogate pair.
 */
export function plain(credentials: PasswordCredentials): Mechanism {
  checkPassword(credentials, "PLAIN");
  const { user, password, authorizationId } = credentials;
  return {
    name: "PLAIN",
    secrets: [password],
    identity: authorizationId ?? user,
    start: () => ({
      initial: utf8(`${authorizationId ?? ""}\0${user}\0${password}`),
      next: () => {
        throw unexpectedChallenge("PLAIN");
      },
    }),
  };
}
