/** Who is at the other end. */
export interface Peer {
  /** The name that was dialed; the certificate must be valid for it. */
  readonly hostname: string;
  /** The TCP port. */
  readonly port: number;
  /** Whether the octets are inside verified TLS. */
  readonly secure: boolean;
  /** Whether the connection stays on this machine. */
  readonly loopback: boolean;
  /** Our own IP address on this connection; becomes the address literal in EHLO. */
  readonly localAddress?: string;
}

/**
 * Says whether an address stays on this machine.
 *
 * @param address An IP address, without brackets.
 * @returns True for 127.0.0.0/8 and ::1. RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3.
 */
export function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address) || address === "::1";
}
