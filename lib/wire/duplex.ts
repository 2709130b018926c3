/**
 * The narrowest stream that the wire needs, so that a test can be one without a port and without a permission.
 *
 * @module
 */

/** How a stream is to be upgraded to TLS. There is no word for "do not verify". */
export interface TlsOptions {
  /** The name that the certificate must be valid for: a host name or an IP address. */
  readonly hostname: string;
  /** Certificates of authorities to trust beside the system's, in PEM. */
  readonly caCerts?: readonly string[];
}

/** Octets in, octets out. A `Deno.Conn` is one, but for the idempotent close. */
export interface Duplex {
  /** Reads at least one octet into the array; gives how many, or `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes octets from the start of the array; gives how many were taken. */
  write(octets: Uint8Array): Promise<number>;
  /** Closes; a pending read or write is interrupted. May be called more than once. */
  close(): void;
  /** Upgrades to TLS, handshake included. This stream is spent afterwards, whatever the outcome. */
  startTls?(options: TlsOptions, signal: AbortSignal): Promise<Duplex>;
}

/** Makes a duplex of a connection; `Deno.Conn.close` throws when it is called twice, this one does not. */
export function fromConn(conn: Deno.TcpConn | Deno.TlsConn): Duplex {
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    try {
      conn.close();
    } catch (error) {
      // A handshake that failed has closed the connection underneath us.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  };
  const duplex: Duplex = { read: (into) => conn.read(into), write: (octets) => conn.write(octets), close };
  if ("handshake" in conn) return duplex;
  return {
    ...duplex,
    async startTls(options, signal) {
      signal.throwIfAborted();
      const { hostname, caCerts = [] } = options;
      // Without a hostname Deno verifies against "127.0.0.1".
      const secured = await Deno.startTls(conn, { hostname, caCerts: [...caCerts] });
      open = false;
      const upgraded = fromConn(secured);
      signal.addEventListener("abort", upgraded.close, { once: true });
      try {
        // startTls resolves before the handshake: waited for here, or a bad certificate would look like a failed EHLO.
        await secured.handshake();
        signal.throwIfAborted();
        return upgraded;
      } catch (error) {
        upgraded.close();
        throw error;
      } finally {
        signal.removeEventListener("abort", upgraded.close);
      }
    },
  };
}
