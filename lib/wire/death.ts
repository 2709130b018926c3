/**
 * Why a channel is dead, as errors for the caller.
 *
 * @module
 */

import { ConnectionError, ProtocolError, type Reply, SmtpError } from "../errors.ts";

/** Not a word of trying again: whether that is safe depends on how far the message had come. */
const CUT_OFF =
  "The server, or something on the way, cut the connection off; the transcript shows where (`--trace`).";

/** The connection is gone; nothing says that the server refused anything. */
export function lost(message: string, more: { cause?: unknown; hint?: string } = {}): ConnectionError {
  return new ConnectionError(message, { code: "connect.lost", retryable: true, ...more });
}

/** The server closed the connection while a reply was awaited; the verb of the greeting is empty. */
export function closed(verb: string | undefined, cause?: unknown): ConnectionError {
  const what = verb === undefined ? "go on" : verb === "" ? "read greeting" : `read reply to ${verb}`;
  return lost(`Cannot ${what}: the server closed the connection`, { cause, hint: CUT_OFF });
}

/** The stream failed: the platform's error becomes ours. */
export function failed(error: unknown): SmtpError {
  if (error instanceof SmtpError) return error;
  const found = error instanceof Error ? error.message : error;
  return lost(`Cannot go on: ${found}`, { cause: error, hint: CUT_OFF });
}

/** The caller's signal was aborted; its reason is kept as the cause, or is itself the error. */
export function aborted(reason: unknown): SmtpError {
  if (reason instanceof SmtpError) return reason;
  const timedOut = reason instanceof DOMException && reason.name === "TimeoutError";
  return new ConnectionError(`Cannot go on: ${timedOut ? "the deadline passed" : "aborted by the caller"}`, {
    code: timedOut ? "timeout" : "aborted",
    retryable: timedOut,
    cause: reason,
  });
}

/** The server closes the session (421): whatever was under way is over. RFC 5321 section 3.8. */
export function sessionOver(reply: Reply): ConnectionError {
  return new ConnectionError("Cannot go on: the server closed the session", {
    code: "server.busy",
    reply,
    hint: "The server is busy, or stops: fewer connections at the same time may help.",
  });
}

/** A reply came that nobody asked for: from here on replies would be matched with the wrong commands. */
export function outOfTurn(reply?: Reply): ProtocolError {
  return new ProtocolError(`Cannot go on: the server said ${reply?.code ?? "half a reply"} out of turn`, {
    code: "protocol.out_of_turn",
    reply,
    hint: "Client and server no longer talk about the same command; the transcript shows where (`--trace`).",
  });
}

/** Data came ahead of the TLS handshake. RFC 3207 section 4.2, CVE-2011-0411. */
export function injected(): ProtocolError {
  return new ProtocolError("Cannot start TLS: the server sent data ahead of the handshake", {
    code: "tls.injected",
    command: "STARTTLS",
    hint: "Someone on the way may be injecting data. Try another network.",
  });
}
