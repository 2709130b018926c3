/**
 * What a caller catches, and the few types that an error carries.
 *
 * This file imports nothing, so that every room can throw what the front door documents. The shapes {@linkcode Reply}
 * and {@linkcode StageName} stand here because an error carries both.
 *
 * @module
 */

/** The seven stages, in the order in which a session runs them. */
export type StageName = "connect" | "ehlo" | "tls" | "auth" | "envelope" | "data" | "quit";

/** What the server answers to a command. RFC 5321 section 4.2. */
export interface Reply {
  /** The three-digit code, 200 to 599. */
  readonly code: number;
  /** The enhanced status code such as `5.7.8`, when the reply has one. RFC 2034, RFC 3463. */
  readonly enhanced?: string;
  /** The text of each line, without code and separator; at least one, possibly empty. */
  readonly lines: readonly string[];
}

/**
 * What became of a message for one recipient.
 *
 * `"unknown"` is a connection lost after the last octet of content left and before its reply came (RFC 1047): the
 * message may have been delivered, and sending it again may deliver it twice.
 */
export type Delivery = "accepted" | "refused" | "not sent" | "unknown";

/** The outcome for one recipient. */
export interface RecipientResult {
  /** The forward-path, without angle brackets. */
  readonly address: string;
  /** What became of the message for this recipient. */
  readonly delivery: Delivery;
  /** The reply that decided it: to RCPT, to MAIL or to the content. */
  readonly reply?: Reply;
}

/** What an error knows beside its message; every field that applies is filled in. */
export interface Failure {
  /** The stable dotted code, such as `auth.app_password_required`. */
  readonly code: string;
  /** The stage that failed. */
  readonly stage?: StageName;
  /** The command that failed, by its verb: `RCPT`, `STARTTLS`. */
  readonly command?: string;
  /** What the server said. */
  readonly reply?: Reply;
  /** The recipient that the failed command named. */
  readonly recipient?: string;
  /** What became of the message, where one outcome holds for all of it. */
  readonly delivery?: Delivery;
  /** What became of the message for each recipient. */
  readonly recipients?: readonly RecipientResult[];
  /** Whether the same send may succeed later and cannot deliver twice. Taken from the reply (4yz) unless given. */
  readonly retryable?: boolean;
  /** What to do about it, in plain words. */
  readonly hint?: string;
  /** The last lines of the dialogue, `C:` and `S:`, secrets hidden. */
  readonly transcript?: readonly string[];
  /** What was caught. */
  readonly cause?: unknown;
}

/** The base of all errors of this library that are not mistakes in an argument. */
export class SmtpError extends Error implements Failure {
  /** The name of the class. */
  override name = "SmtpError";
  /** The stable dotted code. */
  readonly code: string;
  /** The stage that failed. */
  readonly stage?: StageName;
  /** The command that failed, by its verb. */
  readonly command?: string;
  /** What the server said. */
  readonly reply?: Reply;
  /** The recipient that the failed command named. */
  readonly recipient?: string;
  /** What became of the message, where one outcome holds for all of it. */
  readonly delivery?: Delivery;
  /** What became of the message for each recipient. */
  readonly recipients?: readonly RecipientResult[];
  /** What to do about it, in plain words. */
  readonly hint?: string;
  /** The last lines of the dialogue, secrets hidden. */
  readonly transcript?: readonly string[];
  readonly #retryable?: boolean;

  /**
   * Makes an error.
   *
   * @param message `Cannot <what failed>: <what was found>`.
   * @param failure Everything else that is known.
   */
  constructor(message: string, failure: Failure) {
    super(message, "cause" in failure ? { cause: failure.cause } : undefined);
    this.code = failure.code;
    this.stage = failure.stage;
    this.command = failure.command;
    this.reply = failure.reply;
    this.recipient = failure.recipient;
    this.delivery = failure.delivery;
    this.recipients = failure.recipients;
    this.hint = failure.hint;
    this.transcript = failure.transcript;
    this.#retryable = failure.retryable;
  }

  /** Whether the same send may succeed later and cannot deliver twice. */
  get retryable(): boolean {
    // Who has it, or may have it, would get it twice.
    const reached = this.delivery === "unknown" ||
      this.recipients?.some(({ delivery }) => delivery === "unknown" || delivery === "accepted");
    if (reached) return false;
    return this.#retryable ?? (this.reply !== undefined && this.reply.code >= 400 && this.reply.code < 500);
  }

  /** The fields as data, for logs and `--json`; holds no secret. */
  toJSON(): Record<string, unknown> {
    const { name, message, code, stage, command, reply, recipient, delivery, recipients, retryable, hint } =
      this;
    return { name, message, code, stage, command, reply, recipient, delivery, recipients, retryable, hint };
  }
}

/** The server said no: a reply of 4yz or 5yz where another was needed. The session goes on, unless it was 421. */
export class ReplyError extends SmtpError {
  /** The name of the class. */
  override name = "ReplyError";
  /** What the server said. */
  declare readonly reply: Reply;
}

/** The peer does not speak SMTP as it should: a malformed reply, data out of turn, a code that has no place here. */
export class ProtocolError extends SmtpError {
  /** The name of the class. */
  override name = "ProtocolError";
}

/** The connection could not be made, could not be secured, or was lost. */
export class ConnectionError extends SmtpError {
  /** The name of the class. */
  override name = "ConnectionError";
}

/** Nothing was heard for as long as the stage may wait. RFC 5321 section 4.5.3.2. */
export class StageTimeoutError extends SmtpError {
  /** The name of the class. */
  override name = "StageTimeoutError";
}

/** Stagecoach itself declined to go on, because a rule of the caller would be broken: no TLS, a size, an extension. */
export class PolicyError extends SmtpError {
  /** The name of the class. */
  override name = "PolicyError";
}

/**
 * Says whether sending again later may succeed and cannot deliver twice.
 *
 * @example
 * ```ts
 * import { isTransient, ReplyError } from "@stagecoach/smtp";
 *
 * const greylisted = { code: 450, enhanced: "4.7.1", lines: ["4.7.1 Greylisted"] };
 * const error = new ReplyError("Cannot address", { code: "rcpt.greylisted", reply: greylisted });
 * if (!isTransient(error)) throw error;
 * ```
 *
 * @param error Anything caught.
 * @returns True for a 4yz reply, a time-out or a lost connection before the content was complete.
 */
export function isTransient(error: unknown): boolean {
  return error instanceof SmtpError && error.retryable;
}

/**
 * Says more about an error: the layer that knows the stage is not the one that threw.
 *
 * @param error The error on its way to the caller; it stays as it is, since a dead channel throws it again.
 * @param more What this layer knows; fields that the error already has stay.
 * @returns An error of the same class with both.
 */
export function complete<E extends SmtpError>(error: E, more: Partial<Failure>): E {
  const known = Object.entries(error).filter(([, value]) => value !== undefined);
  const failure = { ...more, retryable: error.retryable, ...Object.fromEntries(known) };
  if (error.cause !== undefined) failure.cause = error.cause;
  const copy: E = Reflect.construct(error.constructor, [error.message, failure]);
  copy.stack = error.stack;
  return copy;
}

/**
 * Tells another outcome with the same error: that over several transactions or attempts, of which the error ended the last.
 *
 * @param error The error; it stays as it is.
 * @param recipients The outcome for every recipient.
 * @returns An error of the same class with this outcome.
 */
export function withOutcome<E extends SmtpError>(error: E, recipients: readonly RecipientResult[]): E {
  const [{ delivery } = { delivery: undefined }] = recipients;
  const failure = {
    ...complete(error, {}),
    recipients,
    delivery: recipients.every((one) => one.delivery === delivery) ? delivery : undefined,
    retryable: error.retryable,
    ...error.cause === undefined ? {} : { cause: error.cause },
  };
  const copy: E = Reflect.construct(error.constructor, [error.message, failure]);
  copy.stack = error.stack;
  return copy;
}
