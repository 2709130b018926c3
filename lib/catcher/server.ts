/**
 * The SMTP server inside the catcher: that of smtp-server, changed where a test needs the truth or its time.
 *
 * @module
 */

import { SMTPServer } from "smtp-server";
import { SMTPConnection } from "smtp-server/lib/smtp-connection.js";
import { SmtpError } from "../errors.ts";

type AddressCommand = SMTPConnection["_parseAddressCommand"];
/** A socket as accepted, below any TLS. */
type Socket = Parameters<SMTPServer["connect"]>[0];

/** A server that greets at once, keeps addresses as they came, and closes with everybody on board. */
export class LoopbackServer extends SMTPServer {
  readonly #sockets = new Set<Socket>();

  override connect(...[socket, options]: Parameters<SMTPServer["connect"]>): void {
    const connection = new PromptConnection(this, socket, options);
    this.connections.add(connection);
    connection.on("error", () => {}); // A client that breaks off is caught or not caught; the server goes on.
    connection.init();
  }

  /**
   * Listens, and keeps listening until {@linkcode stop}.
   *
   * @returns The port, chosen by the system where 0 was given.
   * @throws {SmtpError} If the port is in use, or the system does not give it.
   */
  start(hostname: string, port: number): Promise<number> {
    // node:net would look the name up, and listen on an address that no permission was given for.
    const address = hostname === "localhost" ? "127.0.0.1" : hostname;
    return new Promise((resolve, reject) => {
      probe(address, port);
      this.once("error", (error) => reject(listenError(address, port, error)));
      this.server.on("connection", (socket) => {
        this.#sockets.add(socket);
        socket.once("close", () => this.#sockets.delete(socket));
      });
      this.listen(port, address, () => {
        this.removeAllListeners("error").on("error", () => {}); // From here on only handshakes that failed.
        const bound = this.server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : port);
      });
    });
  }

  /** Stops listening and hangs up on every client. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.close(resolve);
      // The TLS socket first: one that loses the socket below it in a handshake reports an error of its own.
      for (const connection of [...this.connections]) connection._socket.destroy();
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

class PromptConnection extends SMTPConnection {
  /** Greets at once: smtp-server waits 100 ms to catch senders of spam that talk too soon. */
  override init(): void {
    this._setListeners(() => this.connectionReady());
  }

  /**
   * Gives the path as it stood in the command: smtp-server shows A-labels in Unicode, and knows no space or `@` in
   * a quoted local part (RFC 5321 section 4.1.2).
   */
  override _parseAddressCommand(...[name, command]: Parameters<AddressCommand>): ReturnType<AddressCommand> {
    const text = command.toString();
    const parsed = super._parseAddressCommand(name, text.replace(/<"(?:[^"\\]|\\.)*"@/, "<quoted@"));
    const path = /^[^:]*:\s*<((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>/.exec(text)?.[1];
    if (parsed && path !== undefined) parsed.address = path.replace(/^@[^:]*:/, ""); // Without source route.
    return parsed;
  }
}

/** Tries the port by Deno's own call: from `node:net` a missing permission comes as an error nobody can catch. */
function probe(hostname: string, port: number): void {
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    throw error instanceof Deno.errors.NotCapable ? error : listenError(hostname, port, error);
  }
}

function listenError(hostname: string, port: number, cause: unknown): SmtpError {
  const inUse = cause instanceof Deno.errors.AddrInUse ||
    (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE");
  const found = inUse ? "the port is in use" : cause instanceof Error ? cause.message : String(cause);
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return new SmtpError(`Cannot listen on ${host}:${port}: ${found}`, {
    code: inUse ? "catcher.port_in_use" : "catcher.listen",
    cause,
  });
}
