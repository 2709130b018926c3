/**
 * Two readers of messages that others wrote, npm's postal-mime and mailparser, and what is known of their habits.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { MailParser, parseAddressHeader, simpleParser } from "mailparser";
import PostalMime, { addressParser, decodeWords } from "postal-mime";
import {
  type AttachedView,
  contentOf,
  lf,
  type Person,
  seconds,
  unended,
  unquoted,
  type View,
} from "./oracle_view.ts";

/** A reader of messages. */
export interface Reader {
  readonly name: string;
  /** Reads octets, each a character. */
  read(raw: string): Promise<View>;
  /** Whether it leaves alone octets that are not lines. RFC 3030 section 3. */
  readonly binary: boolean;
  /** Takes from a view, be it expected or read, what this reader is known to see otherwise. */
  habits(view: View): View;
}

/** A reader's own ways with the text and the people in a field. */
export interface Decoder {
  text(value: string): string;
  people(value: string): Person[];
}

const PEOPLE = /^(?:resent-)?(?:from|sender|to|cc|bcc|reply-to)$|^disposition-notification-to$/;

/** Fields that say how the body is to be read; Content-Language says something of the message. */
const OF_BODY = /^content-(?!language)/;

/** Sorts fields by name, and reads each as what it is; people that were read already stay. */
export function readFields(
  fields: Iterable<readonly [name: string, value: string | readonly Person[]]>,
  { text, people }: Decoder,
): View["fields"] {
  const read: Record<string, unknown[]> = {};
  for (const [name, value] of fields) {
    if (OF_BODY.test(name)) continue;
    const one = typeof value !== "string"
      ? value
      : PEOPLE.test(name)
      ? people(value)
      : /(?:^|-)date$/.test(name)
      ? seconds(new Date(value))
      : /^(?:resent-)?message-id$|^in-reply-to$|^references$/.test(name)
      ? value.trim().split(/\s+/)
      : name === "list-id"
      ? listId(value, text)
      : name === "keywords"
      ? phrases(value, text)
      : text(value);
    (read[name] ??= []).push(one);
  }
  return read;
}

/** Phrases with commas between, of atoms, quoted-strings and encoded words. */
function phrases(value: string, text: (value: string) => string): string[] {
  return (value.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? []).map((one) => phrase(one, text));
}

function phrase(value: string, text: (value: string) => string): string {
  return text(value.trim().replace(/^"(.*)"$/, (_, inner) => inner.replace(/\\(.)/g, "$1"))).trim();
}

/** A phrase, or none, and an identifier in angle brackets. RFC 2919 section 3. */
function listId(value: string, text: (value: string) => string) {
  const [, name, address] = /^(.*)<([^<>]+)>$/.exec(value)!;
  return [{ name: phrase(name, text), address }];
}

/** A person as both readers give it. */
export type Read = { readonly name: string; readonly address?: string; readonly group?: readonly Read[] };

/** Makes a person of what a reader gives. */
export function personOf({ name, address = "", group }: Read): Person {
  return group
    ? { name: name.trim(), members: group.map(personOf) }
    : { name: name.trim(), address: unquoted(address) };
}

/** Reads a message with postal-mime. */
async function readByPostalMime(raw: string): Promise<View> {
  const octets = Buffer.from(raw, "latin1");
  const mail = await PostalMime.parse(octets, { forceRfc822Attachments: true });
  const decoder = { text: decodeWords, people: (value: string) => addressParser(value).map(personOf) };
  const attachments = mail.attachments.map(async (one): Promise<AttachedView> => {
    const content = new Uint8Array(one.content as ArrayBuffer);
    const view = {
      type: one.mimeType,
      filename: one.filename ?? "",
      disposition: one.disposition ?? "",
      contentId: one.contentId ?? "",
      description: one.description ?? "",
      related: one.related ?? false,
    };
    return one.mimeType === "message/rfc822"
      ? { ...view, message: await readByPostalMime(Buffer.from(content).toString("latin1")) }
      : { ...view, content: contentOf(one.mimeType, content) };
  });
  return {
    fields: readFields(mail.headers.map(({ key, value }) => [key, value]), decoder),
    text: unended(lf(mail.text ?? "")),
    html: unended(lf(mail.html ?? "")),
    attachments: await Promise.all(attachments),
  };
}

/** The decoder that the parser reads names and subjects with; other fields it leaves as they are. */
const { libmime } = new MailParser() as unknown as { libmime: { decodeWords(text: string): string } };

/** Reads a message with mailparser. */
async function readByMailparser(raw: string): Promise<View> {
  const mail = await simpleParser(Buffer.from(raw, "latin1"), {
    ignoreEmbedded: true,
    keepCidLinks: true,
    skipHtmlToText: true,
    skipTextToHtml: true,
    checksumAlgo: false,
  });
  const decoder = {
    text: (value: string) => libmime.decodeWords(value),
    people: (value: string) => parseAddressHeader(value, { decodePunycode: false }).value.map(personOf),
  };
  const fields = mail.headerLines.map(({ key, line }) => {
    const value = Buffer.from(line, "latin1").toString().slice(key.length + 1);
    return [key, value.replaceAll("\r\n", "").trim()] as const;
  });
  const attachments = mail.attachments.map(async (one): Promise<AttachedView> => {
    const { value: type } = one.headers.get("content-type") as { value: string };
    const view = {
      // The parser's own "contentType" is a guess by the name where the type says nothing.
      type,
      filename: one.filename ?? "",
      disposition: one.contentDisposition ?? "",
      contentId: one.contentId ?? "",
      description: libmime.decodeWords(one.headers.get("content-description") as string ?? ""),
      related: one.related ?? false,
    };
    return type === "message/rfc822"
      ? { ...view, message: await readByMailparser(one.content.toString("latin1")) }
      : { ...view, content: contentOf(type, one.content) };
  });
  return {
    fields: {
      ...readFields(fields, decoder),
      ...mail.subject === undefined ? {} : { subject: [mail.subject] },
    },
    text: unended(lf(mail.text ?? "")),
    html: unended(lf(mail.html || "")),
    attachments: await Promise.all(attachments),
  };
}

/** Leaves out of a view what is in its attachments. */
export const withoutContents = throughout((view) => ({
  ...view,
  attachments: view.attachments.map((one) => ({ ...one, content: undefined })),
}));

/** Does the same to a view and to those of the messages in it. */
export function throughout(change: (view: View) => View): (view: View) => View {
  return (view) => {
    const attachments = view.attachments.map((one) =>
      one.message ? { ...one, message: throughout(change)(one.message) } : one
    );
    return change({ ...view, attachments });
  };
}

/** Those who read each message. */
export const READERS: readonly Reader[] = [
  {
    name: "postal-mime",
    binary: false,
    read: readByPostalMime,
    // It decodes a file name once more, although RFC 2231 has no encoded words.
    habits: throughout((view) => ({
      ...view,
      attachments: view.attachments.map((one) => ({ ...one, filename: decodeWords(one.filename) })),
    })),
  },
  {
    name: "mailparser",
    binary: true,
    read: readByMailparser,
    // It makes one blank of all that a line was folded at; RFC 5322 section 2.2.3 takes away the line end alone.
    habits: throughout(({ fields, attachments, ...view }) => ({
      ...view,
      fields: fields.subject
        ? { ...fields, subject: fields.subject.map((one) => oneBlank(String(one))) }
        : fields,
      // And a part that is empty has to it the line end that belongs to the delimiter. RFC 2046 section 5.1.1.
      attachments: attachments.map((one) => ({
        ...one,
        description: oneBlank(one.description),
        ...one.content === "DQo=" ? { content: "" } : {},
      })),
    })),
  },
];

function oneBlank(text: string): string {
  return text.replace(/ +/g, " ");
}
