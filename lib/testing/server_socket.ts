import type { Socket } from "node:net";
import type { SecureContext, TLSSocket } from "node:tls";

/** What node:net keeps to itself. */
type Handled = Socket & { readonly _handle?: { readonly readStop?: () => void } };

/** The server's end of a connection: read on demand, upgraded in place, and broken off in every way there is. */
export class ServerSocket {
  /** Settles when the connection is gone. */
  readonly gone: Promise<void>;
  /** What TCP carries, and what is read and written: the same, until there is TLS. */
  readonly #raw: Socket;
  #top: Socket;

  /** @param socket As accepted, and paused. */
  constructor(socket: Socket) {
    this.#raw = this.#top = socket;
    // Octet by octet also on the wire, where a transcript says so.
    socket.setNoDelay(true);
    socket.on("error", ignore);
    this.gone = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  /** Reads what has come; `null` when the client has gone, in whichever way. */
  async read(): Promise<Uint8Array | null> {
    const socket = this.#top;
    for (;;) {
      const octets: Uint8Array | null = socket.read();
      if (octets) return octets;
      if (socket.readableEnded || socket.destroyed) return null;
      await once(socket, ["readable", "end", "close"]);
    }
  }

  /** Writes, and waits until the system has the octets; false when the client has gone. */
  async write(octets: Uint8Array): Promise<boolean> {
    return await new Promise((resolve) => this.#top.write(octets, (error) => resolve(!error)));
  }

  /**
   * Upgrades to TLS, handshake included.
   *
   * @throws {Error} If the client does not do its part.
   */
  async startTls(secureContext: SecureContext): Promise<void> {
    const { TLSSocket } = await import("node:tls");
    const secured: TLSSocket = new TLSSocket(this.#raw, { isServer: true, secureContext });
    this.#top = secured;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    secured.once("secure", resolve);
    secured.on("error", (error) => reject(new Error(`The TLS handshake failed: ${error.message}`)));
    for (const event of ["end", "close"]) {
      secured.once(event, () => reject(new Error("The client left the TLS handshake")));
    }
    await promise;
  }

  /** Takes nothing more, so that the client cannot write any more either, once the system's buffers are full. */
  stopReading(): void {
    for (const socket of [this.#top, this.#raw]) {
      socket.pause();
      // A pause alone does not reach what is below TLS in Deno's node:tls: it reads on, into memory.
      (socket as Handled)._handle?.readStop?.();
    }
  }

  /** Says that nothing more comes: with close_notify, where there is TLS, and FIN. */
  end(): void {
    this.#top.end();
  }

  /** Says so below TLS only. */
  cut(): void {
    this.#raw.end();
  }

  /** Breaks the connection off: RST. */
  reset(): void {
    this.#raw.resetAndDestroy();
  }

  /** Closes. May be called more than once. */
  destroy(): void {
    // TLS first: without the socket below it, a handshake under way fails with an error of its own.
    this.#top.destroy();
    this.#raw.destroy();
  }
}

async function once(socket: Socket, events: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const event of events) socket.on(event, resolve);
  await promise;
  for (const event of events) socket.off(event, resolve);
}

function ignore(): void {}
