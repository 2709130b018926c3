/**
 * What a reader has to find in a composed message, said from the message and the RFCs alone. Messages that are attached are
 * {@linkcode Message}s here; those that were ready have tests of their own.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assert, assertMatch } from "@std/assert";
import {
  type AddressInput,
  type Group,
  parseAddress,
  parseAddressGroups,
} from "../../lib/message/address.ts";
import type { Attachment } from "../../lib/message/attachment.ts";
import { typeOf } from "../../lib/message/media_type.ts";
import type { AddressListInput, Message } from "../../lib/message/message.ts";
import type { Source } from "../../lib/message/source.ts";

/** A mailbox or a group as it was read. */
export type Person = { readonly name: string; readonly address: string } | {
  readonly name: string;
  readonly members: readonly Person[];
};

/** An attachment as it was read; AMP and invitations are attachments to most readers. */
export interface AttachedView {
  readonly type: string;
  readonly filename: string;
  readonly disposition: string;
  readonly contentId: string;
  readonly description: string;
  readonly related: boolean;
  /** See {@linkcode contentOf}; of an attached message `undefined`. */
  readonly content?: string;
  readonly message?: View;
}

/** A message as it was read. */
export interface View {
  /** Each field by its lower-case name, with its values in order; those of the body are left out. */
  readonly fields: Record<string, unknown[]>;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly AttachedView[];
}

const ADDRESSES = { from: "from", sender: "sender", to: "to", cc: "cc", replyTo: "reply-to" } as const;

const TEXTS = { subject: "subject", comments: "comments", language: "content-language" } as const;

const IDS = { inReplyTo: "in-reply-to", references: "references" } as const;

const LISTS = ["unsubscribe", "subscribe", "help", "post", "owner", "archive"] as const;

const PRIORITIES = {
  high: ["high", "urgent", "1 (Highest)"],
  normal: ["normal", "normal", "3 (Normal)"],
  low: ["low", "non-urgent", "5 (Lowest)"],
};

/**
 * Says what a reader has to find.
 *
 * @param message The message.
 * @param like What one found: dates and identifiers that the composer made come from there.
 * @returns The view.
 */
export async function viewOf(message: Message, like: View): Promise<View> {
  const { text = "", html = "", attachments = [], amp, calendar } = message;
  const parts: AttachedView[] = [];
  if (amp !== undefined) parts.push({ ...BARE, type: "text/x-amp-html", content: unended(lf(amp)) });
  if (calendar) parts.push({ ...BARE, type: "text/calendar", content: unended(lf(calendar.content)) });
  const [shown, beside] = [true, false].map((yes) =>
    attachments.filter((one) => isShown(message, one) === yes)
  );
  for (const one of [...shown, ...beside]) {
    parts.push(await attachedView(message, one, like.attachments[parts.length]?.message));
  }
  return {
    fields: fieldsOf(message, like),
    text: unended(lf(text)),
    html: unended(lf(html)),
    attachments: parts,
  };
}

function fieldsOf(message: Message, like: View): Record<string, unknown[]> {
  const fields: Record<string, unknown[]> = {
    "mime-version": ["1.0"],
    "date": [dateOf(message, like.fields["date"]?.[0])],
    "message-id": [idOf(message, like.fields["message-id"]?.[0])],
  };
  const add = (name: string, ...values: unknown[]) => (fields[name] ??= []).push(...values);
  for (const [key, name] of Object.entries(ADDRESSES)) {
    addPeople(fields, name, message[key as keyof typeof ADDRESSES]);
  }
  addPeople(fields, "disposition-notification-to", message.notifyRead);
  for (const [key, name] of Object.entries(TEXTS)) {
    const text = message[key as keyof typeof TEXTS];
    if (text) add(name, text);
  }
  for (const [key, name] of Object.entries(IDS)) {
    const ids = [message[key as keyof typeof IDS] ?? []].flat().join(" ").match(/\S+/g);
    if (ids) add(name, ids);
  }
  if (message.keywords?.length) add("keywords", message.keywords.map((word) => word.trim()));
  if (message.priority) {
    const values = PRIORITIES[message.priority];
    ["importance", "priority", "x-priority"].forEach((name, i) => add(name, values[i]));
  }
  if (message.autoSubmitted) add("auto-submitted", message.autoSubmitted);
  addList(message, add);
  [message.resent ?? []].flat().forEach((resent, i) => {
    for (const key of ["from", "sender", "to", "cc"] as const) {
      addPeople(fields, `resent-${key}`, resent[key]);
    }
    add("resent-date", dateOf(resent, like.fields["resent-date"]?.[i]));
    add("resent-message-id", idOf(resent, like.fields["resent-message-id"]?.[i]));
  });
  for (const [name, values] of Object.entries(message.headers ?? {})) {
    for (const value of [values].flat()) if (value !== "") add(name.toLowerCase(), value);
  }
  return fields;
}

function dateOf({ date }: { readonly date?: Date }, like: unknown): unknown {
  if (date) return seconds(date);
  assert(Math.abs(Date.parse(String(like)) - Date.now()) < 60_000, `${like} is not now`);
  return like;
}

function idOf({ messageId }: { readonly messageId?: string }, like: unknown): unknown {
  if (messageId) return [messageId];
  assertMatch(String(like), /^<[0-9a-f]{32}@[^<>@]+>$/);
  return like;
}

function addPeople(
  fields: Record<string, unknown[]>,
  name: string,
  input: AddressListInput | undefined,
): void {
  const people = input === undefined ? [] : [input].flat().flatMap((one) => peopleOf(one as AddressInput));
  if (people.length > 0) (fields[name] ??= []).push(people);
}

/** Readers trim names, and see none where it is the address. */
function peopleOf(input: AddressInput): Person[] {
  if (typeof input === "string") return parseAddressGroups(input).flatMap((one) => peopleOf(one));
  const name = input.name?.trim() ?? "";
  if ("members" in input) return [{ name, members: (input as Group).members.flatMap(peopleOf) }];
  const { address } = parseAddress(input.address);
  return [{ name: name === address ? "" : name, address: unquoted(address) }];
}

function addList({ list }: Message, add: (name: string, ...values: unknown[]) => void): void {
  if (!list) return;
  if (typeof list.id === "string") add("list-id", [{ name: "", address: list.id }]);
  else if (list.id) add("list-id", [{ name: list.id.name?.trim() ?? "", address: list.id.id }]);
  for (const key of LISTS) {
    const value = list[key];
    if (value === false) add(`list-${key}`, "NO");
    else if (value) {
      add(
        `list-${key}`,
        [value].flat().map((url) => `<${url.replaceAll(",", "%2C")}>`).join(", "),
      );
    }
  }
  if (list.oneClick) add("list-unsubscribe-post", "List-Unsubscribe=One-Click");
}

const BARE = { filename: "", disposition: "", contentId: "", description: "", related: false };

async function attachedView(message: Message, one: Attachment, like?: View): Promise<AttachedView> {
  const { filename = "", description = "" } = one;
  if ("message" in one) {
    const { disposition = "attachment" } = one;
    const inner = await viewOf(one.message as Message, like ?? NOTHING);
    return { ...BARE, type: "message/rfc822", filename, description, disposition, message: inner };
  }
  const { contentId, disposition = contentId === undefined ? "attachment" : "inline" } = one;
  return {
    type: fileType(one),
    filename,
    description,
    disposition,
    contentId: contentId === undefined ? "" : `<${contentId.replace(/^<|>$/g, "")}>`,
    related: isShown(message, one),
    content: contentOf(fileType(one), await octetsOf(one.content)),
  };
}

const NOTHING: View = { fields: {}, text: "", html: "", attachments: [] };

function fileType(one: Extract<Attachment, { content: unknown }>): string {
  return (one.type ?? typeOf(one.filename ?? "")).split(";")[0].trim().toLowerCase();
}

/** Whether a part belongs to the HTML that shows it. RFC 2387. */
function isShown({ html }: Message, one: Attachment): boolean {
  return "contentId" in one && one.contentId !== undefined && one.disposition !== "attachment" &&
    html !== undefined;
}

/** Says how the parts lie in one another: `multipart/mixed(text/plain image/png)`. */
export function treeOf(message: Message): string {
  const { attachments = [], text, amp, html, calendar } = message;
  const typed = { "text/plain": text, "text/x-amp-html": amp, "text/html": html, "text/calendar": calendar };
  const texts = Object.entries(typed).filter(([, one]) => one !== undefined).map(([type]) => type);
  const [shown, beside] = [true, false].map((yes) =>
    attachments.filter((one) => isShown(message, one) === yes).map(attachedTree)
  );
  if (texts.length + beside.length === 0) return "text/plain";
  const readable = texts.length === 0 ? [] : [join("related", [join("alternative", texts), ...shown])];
  return join("mixed", [...readable, ...beside]);
}

function join(subtype: string, parts: readonly string[]): string {
  return parts.length === 1 ? parts[0] : `multipart/${subtype}(${parts.join(" ")})`;
}

function attachedTree(one: Attachment): string {
  return "message" in one ? `message/rfc822(${treeOf(one.message as Message)})` : fileType(one);
}

const sources = new WeakMap<object, Uint8Array>();

/**
 * Gives octets as a stream, in chunks of these sizes, and remembers them for {@linkcode viewOf}. It starts anew for each
 * reader, so that a failing message can be tried again in a smaller form.
 */
export function streamOf(octets: Uint8Array, sizes: readonly number[] = []): AsyncIterable<Uint8Array> {
  const stream = { [Symbol.asyncIterator]: () => chunks(octets, sizes) };
  sources.set(stream, octets);
  return stream;
}

/** Gives octets as a function that opens a stream. */
export function openerOf(octets: Uint8Array, sizes: readonly number[] = []): () => AsyncIterable<Uint8Array> {
  const open = () => chunks(octets, sizes);
  sources.set(open, octets);
  return open;
}

async function* chunks(octets: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield octets.slice(at, at + size);
    at += size;
  }
  yield await Promise.resolve(octets.slice(at));
}

async function octetsOf(source: Source): Promise<Uint8Array> {
  if (typeof source === "string") return new TextEncoder().encode(source);
  if (source instanceof Uint8Array) return source;
  if (source instanceof Blob) return await source.bytes();
  return sources.get(source)!;
}

/** Without quotation marks: readers take them off an address without angle brackets, and leave them on within these. */
export function unquoted(address: string): string {
  return address.replace(/["\\]/g, "");
}

/** Each line end as LF. */
export function lf(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** Each line end as CRLF. */
function crlf(text: string): string {
  return lf(text).replaceAll("\n", "\r\n");
}

/** Without the ends of the last lines: whether the very last belongs to the text, readers differ; a strict one sees to it. */
export function unended(text: string): string {
  return text.replace(/\n+$/, "");
}

/** Dates have no milliseconds in headers. */
export function seconds(date: Date): string {
  return `${date.toISOString().slice(0, -5)}Z`;
}

/** Says what is in an attachment: text, where postal-mime gives it line ends of its own, else the octets in base64. */
export function contentOf(type: string, octets: Uint8Array): string {
  const isText = type === "text/x-amp-html" || type === "text/calendar";
  return isText ? unended(lf(new TextDecoder().decode(octets))) : octets.toBase64();
}

/** Gives the octets of every body, each a character, in the order of the parts. */
export async function bodiesOf(message: Message): Promise<string[]> {
  const { attachments = [], text, amp, html, calendar } = message;
  const bodies = [text, amp, html, calendar?.content].filter((one) => one !== undefined)
    .map((one) => toOctets(new TextEncoder().encode(crlf(one))));
  for (const yes of [true, false]) {
    for (const one of attachments.filter((one) => isShown(message, one) === yes)) {
      if ("message" in one) bodies.push(...await bodiesOf(one.message as Message));
      else bodies.push(toOctets(await octetsOf(one.content)));
    }
  }
  return bodies.length === 0 ? [""] : bodies;
}

function toOctets(octets: Uint8Array): string {
  return Buffer.from(octets).toString("latin1");
}
