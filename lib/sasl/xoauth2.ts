import { bearer, type TokenCredentials } from "./bearer.ts";
import type { Mechanism } from "./mechanism.ts";

/**
 * Makes the mechanism XOAUTH2, which Google designed and Microsoft took over
 * (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol).
 *
 * A refused token is answered with a challenge that says why; the answer to it is empty, and only then does the
 * server reply 535.
 *
 * @param credentials The user and the access token.
 * @returns The mechanism.
 * @throws {TypeError} If user or token is empty or holds a control character.
 */
export function xoauth2(credentials: TokenCredentials): Mechanism {
  return bearer(credentials, { name: "XOAUTH2", head: `user=${credentials.user}\x01`, farewell: "" });
}
