/**
 * The body of a message: what its texts and attachments become, put together (RFC 2046 section 5.1, RFC 2387).
 *
 * @module
 */

import { attach, type Attachment } from "./attachment.ts";
import { calendarPart } from "./calendar.ts";
import { fault } from "./fault.ts";
import { toFlowed } from "./flowed.ts";
import type { Message } from "./message.ts";
import { boundaries, multipart, type Part } from "./part.ts";
import { textPart } from "./text_part.ts";

/**
 * Makes the body: attachments beside what is read, inline parts beside the texts that show them, and the texts as alternatives
 * of which a reader shows the last that it can: mixed > related > alternative, each level only where it is needed.
 *
 * @param message The message.
 * @param compose Writes a message that is attached.
 * @returns The body; with no text at all, an empty plain text.
 * @throws {TypeError | RangeError | SyntaxError} If something of it is malformed; the error names the field.
 */
export function makeBody(message: Message, compose: (message: Message) => Part): Part {
  const next = boundaries();
  const texts = alternatives(message);
  const attached = attachmentsOf(message).map((one, at) => attach(one, `attachments[${at}]`, compose));
  checkContentIds(message);
  const isShown = (one: typeof attached[number]) => one.related && message.html !== undefined;
  const shown = attached.filter(isShown).map((one) => one.part);
  const beside = attached.filter((one) => !isShown(one)).map((one) => one.part);
  if (texts.length === 0 && beside.length === 0) texts.push(textPart(PLAIN, ""));
  // The root comes first, and is named by its type. RFC 2387 section 3.1.
  const root = texts.length > 1 ? "multipart/alternative" : "text/html";
  const readable = texts.length === 0 ? [] : [
    multipart(`multipart/related; type="${root}"`, [
      multipart("multipart/alternative", texts, next),
      ...shown,
    ], next),
  ];
  return multipart("multipart/mixed", [...readable, ...beside], next);
}

/** Two parts by one name: readers differ in which one they show. */
function checkContentIds({ attachments = [] }: Message): void {
  const ids = new Set<string>();
  for (const [at, one] of attachments.entries()) {
    if (!("contentId" in one) || one.contentId === undefined) continue;
    const id = one.contentId.replace(/^<|>$/g, "");
    if (ids.has(id)) throw fault(`field "attachments[${at}].contentId" is that of another attachment`);
    ids.add(id);
  }
}

const PLAIN = "Content-Type: text/plain; charset=utf-8";

/** The texts, the plainest first. RFC 2046 section 5.1.4. */
function alternatives(message: Message): Part[] {
  const { flowed = false, calendar } = message;
  const [text, amp, html] = (["text", "amp", "html"] as const).map((field) =>
    checkBody(field, message[field])
  );
  if (amp !== undefined && text === undefined && html === undefined) {
    throw fault('field "amp" needs "text" or "html" beside it');
  }
  const parts: Part[] = [];
  if (text !== undefined) {
    parts.push(flowed ? textPart(`${PLAIN}; format=flowed`, toFlowed(text)) : textPart(PLAIN, text));
  }
  // Readers that do not know AMP, and take the last part, find the HTML.
  if (amp !== undefined) parts.push(textPart("Content-Type: text/x-amp-html; charset=utf-8", amp));
  if (html !== undefined) parts.push(textPart("Content-Type: text/html; charset=utf-8", html));
  if (calendar !== undefined) parts.push(calendarPart(calendar));
  return parts;
}

/** A body may hold anything that UTF-8 can say. */
function checkBody(field: string, body: string | undefined): string | undefined {
  if (body === undefined) return undefined;
  if (typeof body !== "string") throw fault(`field "${field}" is no string`);
  if (!body.isWellFormed()) throw fault(`field "${field}" contains half of a surrogate pair`);
  return body;
}

function attachmentsOf({ attachments = [] }: Message): readonly Attachment[] {
  if (Array.isArray(attachments)) return attachments;
  throw fault('field "attachments" is no list');
}
