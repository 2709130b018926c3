import { compose } from "../message/compose.ts";
import type { Content } from "../message/content.ts";
import type { Message } from "../message/message.ts";
import type { Envelope } from "../stages/stage.ts";

/** A message whose envelope and octets are made. */
export interface Prepared {
  /** Who sends and who receives. */
  readonly envelope: Envelope;
  /** The octets. */
  readonly content: Content;
}

/** What can be sent: a message to be composed, or one that is ready. */
export type Outgoing = Message | Prepared;

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
 */
export function prepare(message: Outgoing): Prepared {
  if ("content" in message) return message;
  const { reversePath, forwardPaths, content } = compose(message);
  return { envelope: { reversePath, forwardPaths }, content };
}
