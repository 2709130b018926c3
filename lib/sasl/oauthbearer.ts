import { bearer, type TokenCredentials } from "./bearer.ts";
import { checkField, CONTROLS } from "./fields.ts";
import type { Mechanism } from "./mechanism.ts";
import { saslName } from "./sasl_name.ts";

/** What OAUTHBEARER tells the server: who, by what token, and where the client believes to be. */
export interface OAuthBearerOptions extends TokenCredentials {
  /** The name of the server that the client dialed. RFC 7628 section 3.1. */
  readonly host?: string;
  /** The port that the client dialed. RFC 7628 section 3.1. */
  readonly port?: number;
}

/**
 * Makes the mechanism OAUTHBEARER (RFC 7628).
 *
 * A refused token is answered with a challenge that says why; the answer to it is the octet 1 (section 3.2.3), and
 * only then does the server reply 535.
 *
 * @param options The user, the access token, and the host and port dialed.
 * @returns The mechanism.
 * @throws {TypeError} If user, token or host is empty or holds a control character.
 * @throws {RangeError} If the port is not between 1 and 65535.
 */
export function oauthbearer(options: OAuthBearerOptions): Mechanism {
  const { user, host, port } = options;
  checkField("user", user, { mechanism: "OAUTHBEARER", forbidden: CONTROLS });
  let head = `n,a=${saslName(user)},\x01`;
  if (host !== undefined) {
    checkField("host", host, { mechanism: "OAUTHBEARER", forbidden: CONTROLS });
    head += `host=${host}\x01`;
  }
  if (port !== undefined) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new RangeError(`Cannot authenticate with OAUTHBEARER: port ${port} is not between 1 and 65535`);
    }
    head += `port=${port}\x01`;
  }
  return bearer(options, { name: "OAUTHBEARER", head, farewell: "\x01" });
}
