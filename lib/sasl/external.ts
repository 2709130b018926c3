import { checkField, utf8 } from "./fields.ts";
import type { Mechanism } from "./mechanism.ts";
import { unexpectedChallenge } from "./violation.ts";

/**
 * Makes the mechanism EXTERNAL: the server already knows the client, by its TLS certificate for one (RFC 4422
 * appendix A).
 *
 * Without an authorization identity the initial response is empty, which is a response all the same: the server
 * then derives the identity from the certificate.
 *
 * @param options The authorization identity, to act as someone else than the certificate says.
 * @returns The mechanism.
 * @throws {TypeError} If the authorization identity is empty, holds NUL or half of a surrogate pair.
 */
export function external(options: { readonly authorizationId?: string } = {}): Mechanism {
  const { authorizationId } = options;
  if (authorizationId !== undefined) {
    checkField("authorization identity", authorizationId, { mechanism: "EXTERNAL" });
  }
  return {
    name: "EXTERNAL",
    secrets: [],
    identity: authorizationId,
    start: () => ({
      initial: utf8(authorizationId ?? ""),
      next: () => {
        throw unexpectedChallenge("EXTERNAL");
      },
    }),
  };
}
