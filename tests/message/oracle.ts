/**
 * Composed messages, read back and compared with what went in: field by field, text by text, octet by octet.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { FileAttachment } from "../../lib/message/attachment.ts";
import { compose } from "../../lib/message/compose.ts";
import type { Content } from "../../lib/message/content.ts";
import type { Message } from "../../lib/message/message.ts";
import type { Source } from "../../lib/message/source.ts";
import { decodeBody, type RawPart, readOctets, readStrictly } from "./oracle_octets.ts";
import { READERS, withoutContents } from "./oracle_readers.ts";
import { bodiesOf, treeOf, type View, viewOf } from "./oracle_view.ts";

/**
 * Composes a message, and asserts that three readers find in it what it says: a strict one, postal-mime, and mailparser.
 *
 * @param message The message.
 * @param offers What the server offers; the message is then fitted to it.
 * @returns The content.
 */
export async function assertReadBack(message: Message, offers?: readonly string[]): Promise<Content> {
  const { content: composed } = compose(message);
  const content = offers === undefined ? composed : await composed.fit?.(new Set(offers)) ?? composed;
  const raw = await readOctets(content);
  const streams = sourcesOf(message).filter(({ content }) => isStream(content));
  const unknown = streams.some(({ size }) => size === undefined);
  assertEquals(content.size === undefined, unknown, "whether the size is unknown");
  const once = streams.some(({ content }) => typeof content !== "function");
  assertEquals(content.once, once, "whether it works once");
  if (content.once) {
    await assertRejects(() => readOctets(content), TypeError, "a stream that was read already");
  } else assert(await readOctets(content) === raw, "other octets at the second call");
  const root = readStrictly(raw, content);
  assertEquals(root.fields.get("message-id"), [content.messageId]);
  assertEquals(rawTree(root), treeOf(message));
  const bodies = leaves(root).map(decodeBody);
  for (const [i, body] of (await bodiesOf(message)).entries()) {
    // Where no delimiter follows, the last line is ended all the same.
    const same = bodies[i] === body || bodies.length === 1 && bodies[i] === `${body}\r\n`;
    assert(same, `body ${i} is ${JSON.stringify(bodies[i])}, not ${JSON.stringify(body)}`);
  }
  for (const { name, read, habits: habitual, binary } of READERS) {
    const view = await read(raw);
    const habits = (one: View) => content.binary && !binary ? withoutContents(habitual(one)) : habitual(one);
    assertEquals(habits(view), habits(await viewOf(message, view)), `read by ${name}`);
  }
  return content;
}

/** Where files get their octets from, those of attached messages included. */
export function sourcesOf({ attachments = [] }: Message): FileAttachment[] {
  return attachments.flatMap((one) => "message" in one ? sourcesOf(one.message as Message) : [one]);
}

function isStream(source: Source): boolean {
  return typeof source === "function" || Symbol.asyncIterator in Object(source);
}

function rawTree({ type, parts }: RawPart): string {
  return parts.length === 0 ? type : `${type}(${parts.map(rawTree).join(" ")})`;
}

function leaves(part: RawPart): RawPart[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leaves);
}
