/**
 * The fields beside those that every message has: the thread, the priority, the caller's own.
 *
 * @module
 */

import { readAddresses } from "./address.ts";
import { checkText, fault } from "./fault.ts";
import { fold, formatAddresses, formatPhrase, formatText } from "./header.ts";
import { formatList } from "./list_fields.ts";
import type { Message } from "./message.ts";
import { checkMessageId } from "./message_id.ts";
import { quoted } from "./text.ts";

/** Fields that the message writes itself, by lower-case name, and what to use in their place. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ["from", '"from"'],
  ["sender", '"sender"'],
  ["to", '"to"'],
  ["cc", '"cc"'],
  ["bcc", '"bcc"'],
  ["reply-to", '"replyTo"'],
  ["subject", '"subject"'],
  ["date", '"date"'],
  ["message-id", '"messageId"'],
  ["mime-version", '"text" or "html"'],
  ["content-type", '"text" or "html"'],
  ["content-transfer-encoding", '"text" or "html"'],
  ["content-disposition", '"attachments"'],
  ["content-id", '"attachments"'],
  ["content-description", '"attachments"'],
  ["disposition-notification-to", '"notifyRead"'],
]);

/** Longest name of a further field: it must leave room on its line. */
const MAX_NAME = 75;

const PRIORITIES: Readonly<Record<string, readonly string[]>> = {
  high: ["Importance: high", "Priority: urgent", "X-Priority: 1 (Highest)"],
  normal: ["Importance: normal", "Priority: normal", "X-Priority: 3 (Normal)"],
  low: ["Importance: low", "Priority: non-urgent", "X-Priority: 5 (Lowest)"],
};

/** RFC 3834 section 5. */
const AUTO_SUBMITTED: readonly string[] = ["auto-generated", "auto-replied", "auto-notified", "no"];

/**
 * Writes the further fields that a message asks for.
 *
 * @param message The message.
 * @returns The fields, the caller's own last.
 * @throws {TypeError | SyntaxError} If one is malformed; the error names it.
 */
export function furtherFields(message: Message): string[] {
  const { inReplyTo, references, keywords, comments, language, priority, autoSubmitted, notifyRead } =
    message;
  const fields: string[] = [];
  if (inReplyTo !== undefined) fields.push(...messageIds("In-Reply-To", inReplyTo, "inReplyTo"));
  if (references !== undefined) fields.push(...messageIds("References", references, "references"));
  if (keywords !== undefined) fields.push(...formatKeywords(keywords));
  if (comments !== undefined) checkText(comments, "comments");
  if (comments) fields.push(formatText("Comments", comments));
  if (language !== undefined) {
    if (!/^[a-z0-9-]{1,35}(?:, *[a-z0-9-]{1,35})*$/i.test(checkText(language, "language"))) {
      throw fault(`field "language" is ${quoted(language)}, not a language tag such as "en"`);
    }
    fields.push(formatText("Content-Language", language));
  }
  if (priority !== undefined) {
    if (!Object.hasOwn(PRIORITIES, priority)) {
      throw fault('field "priority" is not "high", "normal" or "low"');
    }
    fields.push(...PRIORITIES[priority]);
  }
  if (autoSubmitted !== undefined) {
    if (!AUTO_SUBMITTED.includes(autoSubmitted)) {
      throw fault(`field "autoSubmitted" is not one of ${AUTO_SUBMITTED.join(", ")}`);
    }
    fields.push(`Auto-Submitted: ${autoSubmitted}`);
  }
  if (notifyRead !== undefined) {
    const readers = readAddresses(notifyRead, ' in field "notifyRead"');
    if (readers.length > 0) fields.push(formatAddresses("Disposition-Notification-To", readers));
  }
  if (message.list !== undefined) fields.push(...formatList(message.list));
  return message.headers === undefined ? fields : [...fields, ...ownFields(message.headers, fields)];
}

function messageIds(name: string, ids: string | readonly string[], field: string): string[] {
  const list = [ids].flat().flatMap((id) =>
    typeof id === "string" ? id.split(/[ \t]+/).filter(Boolean) : [id]
  );
  return list.length === 0 ? [] : [fold(`${name}:`, list.map((id) => ` ${checkMessageId(id, field)}`))];
}

/** Phrases with commas between. RFC 5322 section 3.6.5. */
function formatKeywords(keywords: readonly string[]): string[] {
  const runs = [keywords].flat().flatMap((word, i, all) => {
    const pieces = formatPhrase(checkText(word, "keywords")).map((piece) => ` ${piece}`);
    if (i === all.length - 1) return pieces;
    const last = pieces.pop()!;
    // An encoded word must stand apart from what follows. RFC 2047 section 5 (3).
    return [...pieces, ...last.startsWith(" =?") ? [last, " ,"] : [`${last},`]];
  });
  return runs.length === 0 ? [] : [fold("Keywords:", runs)];
}

function ownFields(headers: NonNullable<Message["headers"]>, typed: readonly string[]): string[] {
  const taken = new Set(typed.map((field) => field.slice(0, field.indexOf(":")).toLowerCase()));
  return Object.entries(headers).flatMap(([name, values]) => {
    // ftext of RFC 5322 section 3.6.8.
    if (!/^[!-9;-~]+$/.test(name) || name.length > MAX_NAME) throw fault(`${quoted(name)} is no header name`);
    const key = name.toLowerCase();
    const instead = WRITTEN.get(key) ?? (key.startsWith("resent-") ? '"resent"' : undefined);
    if (instead !== undefined) throw fault(`header "${name}" in field "headers" (use ${instead})`);
    if (taken.has(key)) {
      throw fault(`header "${name}" in field "headers" is written by another field already`);
    }
    return [values].flat().flatMap((value) => {
      const text = checkText(value, `headers["${name}"]`);
      return text === "" ? [] : [formatText(name, text)];
    });
  });
}
