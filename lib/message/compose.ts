/**
 * From a message to its envelope and octets.
 *
 * @module
 */

import { type Address, domainOf, readAddresses } from "./address.ts";
import type { Content } from "./content.ts";
import { formatDate } from "./date.ts";
import { formatAddresses, formatText } from "./header.ts";
import type { AddressListInput, Message } from "./message.ts";
import { checkMessageId, makeMessageId } from "./message_id.ts";
import { formatBody } from "./mime.ts";
import { isPrintableAscii, quoted, textFault } from "./text.ts";

/** A message ready to be sent. */
export interface Composed {
  /** Where word of failures goes: the sender, else the author. */
  readonly reversePath: string;
  /** To, Cc and Bcc in this order, each mailbox once. */
  readonly forwardPaths: readonly string[];
  /** Whether a local part is not ASCII, so that SMTPUTF8 is needed. RFC 6531. */
  readonly utf8Addresses: boolean;
  /** The octets. */
  readonly content: Content;
}

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
]);

/** Longest name of a further field: it must leave room on its line. */
const MAX_NAME = 75;

/**
 * Composes a message: checks all of it, then writes its envelope and octets.
 *
 * The octets are 7-bit, save where a local part in a header is not ASCII. What is wrong is found here, before anything
 * is sent.
 *
 * @param message The message.
 * @returns The envelope and the content.
 * @throws {SyntaxError} If an address cannot be read; the error names the field.
 * @throws {TypeError} If another field is missing or wrong; the error names it.
 */
export function compose(message: Message): Composed {
  const from = addresses("from", message.from);
  const sender = addresses("sender", message.sender);
  const to = addresses("to", message.to);
  const cc = addresses("cc", message.cc);
  const bcc = addresses("bcc", message.bcc);
  const replyTo = addresses("replyTo", message.replyTo);
  if (from.length === 0) throw fault('field "from" is empty');
  if (sender.length > 1) throw fault('field "sender" holds more than one address');
  // RFC 5322 section 3.6.2.
  if (from.length > 1 && sender.length === 0) {
    throw fault('field "from" holds several addresses, "sender" none');
  }
  const recipients = [...to, ...cc, ...bcc];
  if (recipients.length === 0) throw fault('fields "to", "cc" and "bcc" are empty');
  const reversePath = (sender[0] ?? from[0]).address;
  const messageId = message.messageId === undefined
    ? makeMessageId(domainOf(from[0].address))
    : checkMessageId(message.messageId);

  const fields = [
    ...addressFields({ "From": from, "Sender": sender, "To": to, "Cc": cc, "Reply-To": replyTo }),
    ...textFields("Subject", message.subject ?? "", "subject"),
    `Date: ${formatDate(checkDate(message.date))}`,
    `Message-ID: ${messageId}`,
    ...ownFields(message.headers ?? {}),
  ];
  const body = formatBody({ text: checkBody("text", message.text), html: checkBody("html", message.html) });
  const utf8 = [from, sender, to, cc, replyTo].some(anyUtf8);
  const octets = toOctets(`${fields.join("\r\n")}\r\n${body}`, utf8);
  return {
    reversePath,
    forwardPaths: distinct(recipients),
    utf8Addresses: utf8 || anyUtf8(bcc),
    content: { messageId, size: octets.length, eightBit: utf8, utf8, octets: () => [octets] },
  };
}

function fault(found: string): TypeError {
  return new TypeError(`Cannot compose message: ${found}`);
}

function addresses(field: string, input: AddressListInput | undefined): Address[] {
  return input === undefined ? [] : readAddresses(input, ` in field "${field}"`);
}

function addressFields(lists: Record<string, readonly Address[]>): string[] {
  return Object.entries(lists).filter(([, list]) => list.length > 0).map(([name, list]) =>
    formatAddresses(name, list)
  );
}

/** The field in a list, or no field when the text is empty. */
function textFields(name: string, text: string, field: string): string[] {
  if (typeof text !== "string") throw fault(`field "${field}" is no string`);
  const found = textFault(text);
  if (found !== undefined) throw fault(`field "${field}" contains ${found}`);
  return text === "" ? [] : [formatText(name, text)];
}

function ownFields(headers: NonNullable<Message["headers"]>): string[] {
  return Object.entries(headers).flatMap(([name, values]) => {
    // ftext of RFC 5322 section 3.6.8.
    if (!/^[!-9;-~]+$/.test(name) || name.length > MAX_NAME) throw fault(`${quoted(name)} is no header name`);
    const instead = WRITTEN.get(name.toLowerCase());
    if (instead !== undefined) throw fault(`header "${name}" in field "headers" (use ${instead})`);
    return [values].flat().flatMap((value) => textFields(name, value, `headers["${name}"]`));
  });
}

function checkDate(date: Date = new Date()): Date {
  if (date instanceof Date) return date;
  throw fault('field "date" is no Date');
}

/** A body may hold anything that UTF-8 can say. */
function checkBody(field: string, body: string | undefined): string | undefined {
  if (body === undefined) return undefined;
  if (typeof body !== "string") throw fault(`field "${field}" is no string`);
  if (!body.isWellFormed()) throw fault(`field "${field}" contains half of a surrogate pair`);
  return body;
}

function anyUtf8(list: readonly Address[]): boolean {
  return list.some(({ address }) => !isPrintableAscii(address));
}

/** One string, encoded once: the fastest way to octets, above all when their number is known. */
function toOctets(text: string, utf8: boolean): Uint8Array {
  const encoder = new TextEncoder();
  if (utf8) return encoder.encode(text);
  const octets = new Uint8Array(text.length);
  encoder.encodeInto(text, octets);
  return octets;
}

/** Each mailbox once; domains are equal in any case (RFC 5321 section 2.4), local parts are their server's matter. */
function distinct(recipients: readonly Address[]): string[] {
  const paths = new Map<string, string>();
  for (const { address } of recipients) {
    const domain = domainOf(address);
    const key = address.slice(0, -domain.length) + domain.toLowerCase();
    if (!paths.has(key)) paths.set(key, address);
  }
  return [...paths.values()];
}
