import { compose } from "../message/compose.ts";
import type { Content } from "../message/content.ts";
import type { Message } from "../message/message.ts";
import type { RawMessage } from "../message/raw/prepare_raw.ts";
import type { Envelope } from "../stages/stage.ts";

/** A message whose envelope and octets are made. */
export interface Prepared {
  /** Who sends and who receives. */
  readonly envelope: Envelope;
  /** The octets. */
  readonly content: Content;
}

/** What can be sent: a message to be composed, one that was written elsewhere, or one that is ready. */
export type Outgoing = Message | RawMessage | Prepared;

/**
 * Composes a message and takes its envelope from its addresses.
 *
 * @example Asking for a delivery status notification.
 * ```ts
 * import { assert } from "@std/assert";
 * import { prepare } from "@stagecoach/smtp";
 *
 * const { envelope, content } = prepare({ from: "ann@example.com", to: "bo@example.org", text: "Hello" });
 * const notified = { ...envelope, forwardPaths: [{ address: "bo@example.org", notify: ["SUCCESS"] as const }] };
 * assert(content.messageId.endsWith("@example.com>") && notified.reversePath === "ann@example.com");
 * ```
 *
 * @param message The message; one that is ready is given back as it is.
 * @returns Envelope and content.
 * @throws {SyntaxError} If an address cannot be read.
 * @throws {TypeError} If a field is missing or malformed.
 * @throws {RangeError} If a size is no number of octets.
 */
export function prepare(message: Message | Prepared): Prepared {
  if ("content" in message) return message;
  const { reversePath, forwardPaths, content } = compose(message);
  return { envelope: { reversePath, forwardPaths }, content };
}

/**
 * Prepares a message that was written elsewhere, such as an .eml file; `send({ raw })` does the same.
 *
 * The envelope comes from the header, as with `sendmail -t`, unless it is given. Bcc and Return-Path are removed, every line
 * ends with CRLF when it leaves, and what the server cannot take is encoded, where that changes no signature.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { prepareRaw } from "@stagecoach/smtp";
 *
 * const raw = "From: ann@example.com\nTo: bo@example.org\nBcc: cy@example.net\nSubject: Hello\n\nHello, Bo.\n";
 * const { envelope, content } = await prepareRaw({ raw });
 * assertEquals(envelope.forwardPaths, ["bo@example.org", "cy@example.net"]);
 * assertEquals(content.messageId.endsWith("@example.com>"), true);
 * ```
 *
 * @param message The message and what to do with it.
 * @returns Envelope and content.
 * @throws {SyntaxError} If the header section, an address or a line cannot be taken; the error tells where it stands.
 * @throws {TypeError} If an argument is wrong, or nobody is found who sends or receives.
 */
export async function prepareRaw(message: RawMessage): Promise<Prepared> {
  // Not at the top, since few programs send what they did not compose.
  const raw = await import("../message/raw/prepare_raw.ts");
  return await raw.prepareRaw(message);
}

/** Prepares whatever can be sent. */
export async function prepareAny(message: Outgoing): Promise<Prepared> {
  return "raw" in message ? await prepareRaw(message) : prepare(message);
}
