import { createAuthority } from "./certificate.ts";
import { type CaughtMessage, Inbox } from "./inbox.ts";
import type { CatcherOptions } from "./options.ts";
import { LoopbackServer } from "./server.ts";
import { sessionOptions } from "./session.ts";

/** A mail server on this machine that takes every message and delivers none. */
export interface Catcher extends AsyncDisposable {
  /** What it listens on. */
  readonly hostname: string;
  /** The port it listens on. */
  readonly port: number;
  /** The certificate, as PEM, that a client must trust: for `caCerts`. */
  readonly certificateAuthority: string;
  /** The messages caught so far, the oldest first. A message stands here before its sender reads 250. */
  readonly messages: readonly CaughtMessage[];
  /**
   * Waits for a message.
   *
   * @param fits Says whether a message is the one.
   * @returns The first message, already there or yet to come, that fits.
   * @throws The signal's reason, if it aborts first.
   * @throws {Error} If the catcher is closed first.
   */
  waitFor(
    fits: (message: CaughtMessage) => boolean,
    options?: { readonly signal?: AbortSignal },
  ): Promise<CaughtMessage>;
  /** Stops listening and hangs up on every client; the messages stay. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a mail server on this machine that takes every message and delivers none.
 *
 * Each catcher has its own certificate authority; its server certificate is for `localhost`, `127.0.0.1` and `::1`.
 *
 * @param options Where to listen and what to take.
 * @returns The catcher, which listens already.
 * @throws {TypeError} If the host is not a loopback address, or no mechanism is left.
 * @throws {RangeError} If the port or a limit is out of range.
 * @throws {SmtpError} If the port is in use, or the system does not give it.
 * @throws {Deno.errors.NotCapable} Without `--allow-net` for the address and port.
 */
export async function catchMail(options: CatcherOptions = {}): Promise<Catcher> {
  const { port = 0, hostname = "127.0.0.1", maxMessages = 500, maxOctets = 25 * 1024 * 1024 } = options;
  if (!isLoopback(hostname)) {
    throw new TypeError(`Cannot listen on "${hostname}": it is not a loopback address`);
  }
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new RangeError(`Cannot listen on port ${port}: it is not a number from 0 to 65535`);
  }
  for (const [name, value] of Object.entries({ maxMessages, maxOctets })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new RangeError(`Cannot catch mail: ${name} is ${value}, not a positive integer`);
    }
  }
  if (options.mechanisms?.length === 0) throw new TypeError("Cannot offer AUTH: no mechanism is given");

  const authority = await createAuthority("Stagecoach catcher");
  const hosts = [...new Set(["localhost", "127.0.0.1", "::1", hostname])];
  const { certificate: cert, key } = await authority.issue({ hosts });
  const inbox = new Inbox(maxMessages);
  const server = new LoopbackServer({
    ...sessionOptions(options, (message) => inbox.add(message)),
    cert,
    key,
    size: maxOctets,
  });
  const listening = await server.start(hostname, port);

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    inbox.close();
    return closing ??= server.stop();
  }
  return {
    hostname,
    port: listening,
    certificateAuthority: authority.certificate,
    messages: inbox.messages,
    waitFor: (fits, { signal } = {}) => inbox.waitFor(fits, signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function isLoopback(hostname: string): boolean {
  const octet = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
  return hostname === "localhost" || hostname === "::1" ||
    new RegExp(`^127(?:\\.${octet}){3}$`).test(hostname);
}
