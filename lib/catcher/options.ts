/** A SASL mechanism that the catcher can offer. */
export type CatcherMechanism = "PLAIN" | "LOGIN" | "CRAM-MD5" | "XOAUTH2";

/** How the catcher listens, and what it takes. */
export interface CatcherOptions {
  /** The port; 0 lets the system choose. @default 0 */
  readonly port?: number;
  /** The loopback address or name to listen on; nothing else is taken. @default "127.0.0.1" */
  readonly hostname?: string;
  /**
   * How TLS comes in: offered and required before AUTH, from the first octet, or not at all.
   *
   * @default "starttls"
   */
  readonly tls?: "starttls" | "implicit" | "off";
  /**
   * Whose AUTH is taken: the one user's, which is then required before MAIL; anybody's, not required; or nobody's,
   * and AUTH is not offered. For XOAUTH2 the password is the access token.
   *
   * @default "any"
   */
  readonly auth?: { readonly user: string; readonly password: string } | "any" | "none";
  /** The SASL mechanisms on offer. @default PLAIN and LOGIN */
  readonly mechanisms?: readonly CatcherMechanism[];
  /** How many messages are kept; the oldest is dropped for one more. @default 500 */
  readonly maxMessages?: number;
  /** The largest message in octets, announced as SIZE (RFC 1870). @default 26214400, which is 25 MiB */
  readonly maxOctets?: number;
  /**
   * Says whether a recipient is refused, and with which reply line: `550 5.1.1 No such user`. Called with the
   * forward-path; `undefined` accepts it. A line without a code 4yz or 5yz is answered 451.
   */
  readonly refuse?: (recipient: string) => string | undefined;
}
