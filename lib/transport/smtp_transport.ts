import { ConnectionError, SmtpError, StageTimeoutError } from "../errors.ts";
import { closeSession, openSession } from "../stages/session.ts";
import type { Context, Ready, Receipt, Stages, Target } from "../stages/stage.ts";
import { aborted } from "../wire/death.ts";
import { deliver } from "./deliver.ts";
import { makeSignal, makeStages, readTarget, type SendOptions, type TransportOptions } from "./options.ts";
import { type Outgoing, prepareAny, type Prepared } from "./outgoing.ts";

import { watched } from "./watched.ts";
import { readRetry, type RetryPolicy, sendWithRetry } from "./retry.ts";

/**
 * Sends messages one after another on one session, which it opens when the first is sent.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createTransport } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 *
 * await using catcher = await catchMail();
 * await using transport = createTransport({
 *   hostname: "localhost",
 *   port: catcher.port,
 *   caCerts: [catcher.certificateAuthority],
 * });
 * for (const to of ["bo@example.org", "cy@example.org"]) {
 *   await transport.send({ from: "ann@example.com", to, subject: "Hello", text: "Hello." });
 * }
 * assert(catcher.messages.length === 2);
 * ```
 */
export class SmtpTransport implements AsyncDisposable {
  readonly #target: Target;
  readonly #stages: Stages;
  readonly #retry: RetryPolicy;
  readonly #underWay = new Set<Promise<unknown>>();
  #session?: Ready;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /**
   * Makes a transport.
   *
   * @param options Where to send and how. Nothing is connected yet.
   * @throws {TypeError} If an option is malformed.
   * @throws {RangeError} If a number is out of its range.
   */
  constructor(options: TransportOptions) {
    this.#target = readTarget(options);
    this.#stages = makeStages(options);
    this.#retry = readRetry(options.retry, options.partial);
  }

  /**
   * Sends a message. Calls that overlap wait for their turn; one that waits to try again lets the others go first.
   *
   * @param message The message, or one that is ready.
   * @param options How to stop.
   * @returns The receipt; look at its recipients, for some may have been refused.
   * @throws {SmtpError} If nobody was accepted or the outcome is not known; it tells the outcome for each recipient.
   * @throws {TypeError | SyntaxError} If the message is malformed; nothing was sent.
   */
  async send(message: Outgoing, options: SendOptions = {}): Promise<Receipt> {
    if (this.#closed) throw new TypeError("Cannot send: the transport is closed");
    const sent = this.#deliver(message, { signal: makeSignal(options), trace: () => {} });
    this.#underWay.add(sent);
    try {
      return await sent;
    } finally {
      this.#underWay.delete(sent);
    }
  }

  /** Says QUIT once the sends under way have ended, and closes. May be called more than once. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    const session = this.#session;
    this.#session = undefined;
    if (session) await sayGoodbye(this.#stages, session);
  }

  /** Closes the transport. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #deliver(message: Outgoing, cx: Context): Promise<Receipt> {
    const prepared = await prepareAny(message);
    return await sendWithRetry(prepared, this.#retry, cx, async (one) => {
      const before = this.#turn;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#turn = before.then(() => promise);
      try {
        await waitFor(before, cx.signal);
        return await this.#send(one, cx);
      } finally {
        resolve();
      }
    });
  }

  async #send(prepared: Prepared, cx: Context): Promise<Receipt> {
    const kept = this.#session;
    if (kept && !kept.channel.dead) {
      const { content, spent } = watched(prepared.content);
      try {
        return await deliver(this.#stages, { session: kept, envelope: prepared.envelope, content }, cx);
      } catch (error) {
        // The server had closed the session while it was idle: nothing of this message was taken.
        if (cx.signal.aborted || !isStale(error) || spent()) throw error;
      }
    }
    this.#session = undefined;
    this.#session = await openSession(this.#stages, this.#target, cx);
    return await deliver(this.#stages, { session: this.#session, ...prepared }, cx);
  }
}

/**
 * Makes a transport.
 *
 * @param options Where to send and how.
 * @returns A transport, to be closed by its `close` or by `await using`.
 * @throws {TypeError} If an option is malformed.
 * @throws {RangeError} If a number is out of its range.
 */
export function createTransport(options: TransportOptions): SmtpTransport {
  return new SmtpTransport(options);
}

/**
 * Sends one message on a session of its own.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { sendMail } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 *
 * await using catcher = await catchMail();
 * const server = { hostname: "localhost", port: catcher.port, caCerts: [catcher.certificateAuthority] };
 * const receipt = await sendMail(server, {
 *   from: "Ann <ann@example.com>",
 *   to: "bo@example.org",
 *   subject: "Hello",
 *   text: "Hello, Bo.",
 * });
 * assert(receipt.recipients[0].delivery === "accepted");
 * ```
 *
 * @param options Where to send, how, and how to stop.
 * @param message The message.
 * @returns The receipt; look at its recipients, for some may have been refused.
 * @throws {SmtpError} If nobody was accepted or the outcome is not known; it tells the outcome for each recipient.
 * @throws {TypeError | SyntaxError | RangeError} If the message or an option is malformed; nothing was sent.
 */
export async function sendMail(options: TransportOptions & SendOptions, message: Outgoing): Promise<Receipt> {
  const target = readTarget(options);
  const stages = makeStages(options);
  const retry = readRetry(options.retry, options.partial);
  const prepared = await prepareAny(message);
  const cx: Context = { signal: makeSignal(options), trace: () => {} };
  return await sendWithRetry(prepared, retry, cx, async (one) => {
    const session = await openSession(stages, target, cx);
    try {
      return await deliver(stages, { session, ...one }, cx);
    } finally {
      await sayGoodbye(stages, session);
    }
  });
}

/**
 * Ends a session. The signal of the message does not stop it, and nothing that goes wrong here is told: it would take the
 * place of the receipt, and make a message that was accepted look as if it were not.
 */
async function sayGoodbye(stages: Stages, session: Ready): Promise<void> {
  try {
    await closeSession(stages, session, { signal: new AbortController().signal, trace: () => {} });
  } catch {
    // The session is closed either way.
  }
}

/** The server had ended the session before it heard of this message; 421 is how it says so (RFC 5321 section 3.8). */
function isStale(error: unknown): boolean {
  if (!(error instanceof SmtpError)) return false;
  // Who has it, or may have it, would get it twice: it may have gone out in several transactions, or by BDAT with MAIL.
  if (error.recipients?.some(({ delivery }) => delivery === "accepted" || delivery === "unknown")) {
    return false;
  }
  // Without a command: it was over before one was said.
  if (error.command !== undefined && error.command !== "MAIL") return false;
  return error.reply?.code === 421 || error instanceof ConnectionError;
}

/** The caller stopped the wait for a session, or the deadline did. */
function stopped(error: SmtpError): SmtpError {
  if (error.code !== "timeout") return error;
  return new StageTimeoutError("Cannot send: the deadline passed before the session was free", {
    code: "timeout.queue",
    retryable: true,
    cause: error.cause,
  });
}

/** Waits, but not longer than the signal allows. */
async function waitFor(turn: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(stopped(aborted(signal.reason)));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([turn, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
