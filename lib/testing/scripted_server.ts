/**
 * A real server on a loopback port that plays transcripts, misbehavior and TLS included.
 *
 * @module
 */

import type { AddressInfo, Server } from "node:net";
import type { SecureContext } from "node:tls";
import { ServerSession } from "./server_session.ts";
import { ServerSocket } from "./server_socket.ts";
import { readTranscript, type Step } from "./transcript.ts";

const HOSTNAME = "127.0.0.1";

/** How long a client may take to play its part, in milliseconds, once it is asked whether it has. */
const PATIENCE_MS = 1_000;

/** What a scripted server needs beside its transcripts. */
export interface ScriptedServerOptions {
  /** Certificate and private key in PEM, for `-- tls`; what `createAuthority().issue()` gives. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** What a scripted server knows of one connection. */
export interface ScriptedSession {
  /** What the client has said, a line each; content as `(7 octets of content)`. */
  readonly lines: readonly string[];
  /** Whether TLS stands. */
  readonly secure: boolean;
}

/** A server that plays transcripts. */
export interface ScriptedServer extends AsyncDisposable {
  /** What it listens on: `127.0.0.1`. */
  readonly hostname: string;
  /** The port that the system chose. */
  readonly port: number;
  /** The connections in the order in which they came. */
  readonly sessions: readonly ScriptedSession[];
  /**
   * Checks that the clients have played their parts; waits for those that are connected, a second at most.
   *
   * @throws {Error} If a transcript was not played to its end, a client said something else, or one too many came.
   */
  done(): Promise<void>;
  /** Stops listening and closes every connection. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Starts a server on this machine that plays a transcript to each client.
 *
 * The notation is that of {@linkcode script}. `-- tls` is where the server waits for the client's handshake: after `220` to
 * STARTTLS, or in the first line for implicit TLS. A client that says what its transcript does not have is hung up on.
 *
 * @example A connection that breaks before the reply to the content: nobody knows whether the message arrived.
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { sendMail, SmtpError } from "@stagecoach/smtp";
 * import { scriptedServer } from "@stagecoach/smtp/testing";
 *
 * await using server = await scriptedServer(`
 *   S: 220 mail.example.com
 *   C: EHLO client.example.com
 *   S: 250 mail.example.com
 *   C: MAIL FROM:<ann@example.com>
 *   S: 250 ok
 *   C: RCPT TO:<bo@example.org>
 *   S: 250 ok
 *   C: DATA
 *   S: 354 go on
 *   -- content
 *   -- reset
 * `);
 * const { hostname, port } = server;
 * const message = { from: "ann@example.com", to: "bo@example.org", text: "Hello" };
 * const send = () => sendMail({ hostname, port, name: "client.example.com" }, message);
 * const error = await assertRejects(send, SmtpError);
 * assertEquals(error.delivery, "unknown");
 * await server.done();
 * ```
 *
 * @param transcripts The dialogue, or one for each connection, or a function that gives it, counted from 0.
 * @param options The certificate, if there is TLS.
 * @returns The server, which listens already.
 * @throws {SyntaxError} If a line of a transcript is no step.
 * @throws {TypeError} If a transcript has TLS in it and there is no certificate, or it cannot be used.
 * @throws {Deno.errors.NotCapable} Without `--allow-net=127.0.0.1`.
 */
export async function scriptedServer(
  transcripts: string | readonly string[] | ((session: number) => string),
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  // From node:net a missing permission comes as an error that nobody can catch.
  Deno.listen({ hostname: HOSTNAME, port: 0 }).close();
  const context = options.tls && await secureContext(options.tls);
  const read = (transcript: string) => withTls(readTranscript(transcript), context);
  const all = typeof transcripts === "function" ? undefined : [transcripts].flat().map(read);
  const stepsOf = (session: number) =>
    typeof transcripts === "function" ? read(transcripts(session)) : all![session];
  const { createServer } = await import("node:net");
  // Half open, as the two directions of TCP are: after the server's end the client may still speak.
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const listening = Promise.withResolvers<void>();
  listener.once("error", listening.reject).listen(0, HOSTNAME, listening.resolve);
  await listening.promise;
  return new Listening(listener, stepsOf, all?.length, context);
}

class Listening implements ScriptedServer {
  readonly hostname = HOSTNAME;
  readonly port: number;
  readonly sessions: ServerSession[] = [];
  readonly #listener: Server;
  readonly #sockets = new Set<ServerSocket>();
  readonly #expected?: number;
  #fault?: Error;
  #closing?: Promise<void>;

  constructor(
    listener: Server,
    stepsOf: (session: number) => readonly Step[] | undefined,
    expected?: number,
    context?: SecureContext,
  ) {
    this.#listener = listener;
    this.#expected = expected;
    this.port = (listener.address() as AddressInfo).port;
    listener.on("connection", (accepted) => {
      const socket = new ServerSocket(accepted);
      this.#sockets.add(socket);
      socket.gone.then(() => this.#sockets.delete(socket));
      try {
        const steps = stepsOf(this.sessions.length);
        if (!steps) throw new Error("A client connected once more than there are transcripts");
        this.sessions.push(new ServerSession(steps, socket, context));
      } catch (error) {
        this.#fault ??= error as Error;
        socket.destroy();
      }
    });
  }

  async done(): Promise<void> {
    await this.#settled();
    if (this.#fault) throw this.#fault;
    for (const session of this.sessions) session.done();
    const missing = (this.#expected ?? 0) - this.sessions.length;
    if (missing > 0) throw new Error(`The client did not connect for the last ${missing} of the transcripts`);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Waits until nothing more is to come of anybody, but not for ever. */
  async #settled(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    await Promise.race([promise, Promise.all(this.sessions.map((session) => session.judged))]);
    clearTimeout(timer);
  }

  async #close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#listener.close(() => resolve());
    const sockets = [...this.#sockets];
    for (const socket of sockets) socket.destroy();
    await Promise.all([promise, ...sockets.map((socket) => socket.gone)]);
    await Promise.all(this.sessions.map((session) => session.ended));
  }
}

async function secureContext(
  { certificate, key }: NonNullable<ScriptedServerOptions["tls"]>,
): Promise<SecureContext> {
  const identity = { cert: certificate, key };
  try {
    // Only the handshake would tell otherwise.
    Deno.listenTls({ hostname: HOSTNAME, port: 0, ...identity }).close();
  } catch (cause) {
    throw new TypeError("Cannot play transcript: the certificate or its key cannot be used", { cause });
  }
  const { createSecureContext } = await import("node:tls");
  return createSecureContext(identity);
}

function withTls(steps: readonly Step[], context: SecureContext | undefined): readonly Step[] {
  if (!context && steps.some((step) => step.kind === "tls")) {
    throw new TypeError(
      'Cannot play transcript: "-- tls" needs a certificate and its key, in the option tls',
    );
  }
  return steps;
}
