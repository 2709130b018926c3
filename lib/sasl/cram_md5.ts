import { checkNoAuthorizationId, checkPassword, type PasswordCredentials, utf8 } from "./fields.ts";
import type { Mechanism } from "./mechanism.ts";
import { unexpectedChallenge, violation } from "./violation.ts";

/**
 * Makes the mechanism CRAM-MD5: the user, and the challenge's HMAC-MD5 under the password (RFC 2195).
 *
 * It keeps the password off the wire, but whoever hears the exchange can guess offline, the server must store the
 * password as good as in clear, and which octets a password beyond ASCII has was never settled (UTF-8 here).
 *
 * @param credentials The user and the password.
 * @returns The mechanism.
 * @throws {TypeError} If a field is empty, holds NUL or half of a surrogate pair, or if there is an authorization
 * identity, for which CRAM-MD5 has no place.
 */
export function cramMd5(credentials: PasswordCredentials): Mechanism {
  checkPassword(credentials, "CRAM-MD5");
  checkNoAuthorizationId(credentials, "CRAM-MD5");
  const { user, password } = credentials;
  return {
    name: "CRAM-MD5",
    secrets: [password],
    identity: user,
    start: () => {
      let answered = false;
      return {
        next: async (challenge) => {
          if (answered) throw unexpectedChallenge("CRAM-MD5");
          answered = true;
          if (challenge.length === 0) {
            throw violation("CRAM-MD5", "the server sent an empty challenge", {
              code: "auth.malformed_challenge",
            });
          }
          // Web Crypto has no MD5; the import takes milliseconds that no other mechanism should pay for.
          const { createHmac } = await import("node:crypto");
          const digest = createHmac("md5", utf8(password)).update(challenge).digest("hex");
          return utf8(`${user} ${digest}`);
        },
      };
    },
  };
}
