/**
 * Messages by chance: any script and emoji in every text, attachments of any octets from every kind of source, messages in
 * messages.
 *
 * @module
 */

import fc from "fast-check";
import type { Address, AddressInput } from "../../lib/message/address.ts";
import type { Attachment, FileAttachment } from "../../lib/message/attachment.ts";
import type { Message } from "../../lib/message/message.ts";
import { openerOf, streamOf } from "./oracle_view.ts";
import { TEXTS } from "./samples.ts";

/** Any text: code points of all planes, what people type, marks, joiners, directions, what looks like an encoding. */
export const anyText: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.string({ unit: "grapheme-ascii", maxLength: 30 }),
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom(...TEXTS.map((text) => text.slice(0, 100))).filter((text) => text.isWellFormed()),
    fc.constantFrom(" ", "  ", "\u00a0", "\u200f", "\u202e", "\u200d", "\u0301", "👩🏽‍❤️‍💋‍👨🏿", "=?", "?=", "\\", '"'),
  ),
  { maxLength: 6 },
).map((pieces) => pieces.join("")).filter((text) => text.isWellFormed());

/** Any text for a header: not empty, and without what is refused there. Readers drop U+FEFF where a text begins with it. */
export const headerText: fc.Arbitrary<string> = anyText
  .map((text) => text.replace(/[\p{Cc}\u2028\u2029\ufeff]/gu, ""))
  .filter((text) => text !== "");

/** Any text for a body, with lines and their ends, and what has gone wrong in them. */
export const bodyText: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: anyText },
    { weight: 2, arbitrary: fc.constantFrom("\n", "\r\n", "\r", "\n\n") },
    fc.constantFrom(".", "\n.\n", "..", "From ", "\nFrom a", "-- \n", "--", "\n--=_0_"),
    fc.constantFrom(" \n", "\t\n", "=\n", "=3D", "\0", "\x1b[0m"),
    fc.constantFrom(...[76, 998, 999].map((length) => "x".repeat(length)), "z ".repeat(300)),
    fc.constantFrom("é".repeat(499), "é".repeat(500)),
  ),
  { maxLength: 8 },
).map((pieces) => pieces.join("").replace(/^\ufeff/, ""));

const local = fc.constantFrom(
  "ann",
  "bo+tag",
  "o'neil",
  '"b b"',
  "x".repeat(64),
  "a.b.c",
  "!#$%&'*/=?^_`{|}~-",
);
const long = `${"d".repeat(63)}.${"e".repeat(63)}.example`;
const domain = fc.constantFrom("example.com", "bücher.example", long, "[192.0.2.1]");

/** A mailbox, mostly with a name in any script. */
export const mailbox: fc.Arbitrary<Address> = fc.record({
  name: fc.option(headerText, { nil: undefined }),
  address: fc.tuple(local, domain).map((parts) => parts.join("@")),
});

/** A mailbox as a program may write it: in parts, or in one text. */
const anyMailbox = fc.oneof(mailbox, mailbox.map(inText));

function inText({ name, address }: Address): string {
  return name === undefined ? address : `"${name.replace(/["\\]/g, "\\$&")}" <${address}>`;
}

/** A group. Angle brackets and "@" in its name are refused, and both readers end it at any semicolon, quoted or not. */
const group = fc.record({
  name: headerText.map((text) => text.normalize("NFKC").replace(/[<>@;]/g, "")).filter((text) => text !== ""),
  members: fc.array(
    fc.tuple(mailbox, fc.boolean()).map(([{ name, address }, asText]) => {
      const one = { name: name?.replaceAll(";", "") || undefined, address };
      return asText ? inText(one) : one;
    }),
    { maxLength: 3 },
  ),
});

const authors = fc.array(anyMailbox, { minLength: 1, maxLength: 3 });
const people: fc.Arbitrary<AddressInput[]> = fc.array(fc.oneof({ weight: 4, arbitrary: anyMailbox }, group), {
  minLength: 1,
  maxLength: 4,
}).filter((list) =>
  list.some((one) => typeof one === "string" || !("members" in one) || one.members.length > 0)
);
const messageId = fc.stringMatching(/^<(?:[a-z0-9_-]{1,4}\.)?[a-z0-9]{1,9}@[a-z0-9]{1,60}\.example>$/);
const date = fc.date({ min: new Date("1970-01-01"), max: new Date("2200-01-01"), noInvalidDate: true });

/** The sizes at which base64 begins a line, or needs padding, and any other. */
const octets = fc.oneof(
  fc.nat(30).chain((lines) => fc.integer({ min: -2, max: 2 }).map((more) => Math.max(57 * lines + more, 0))),
  fc.nat(20).map((lines) => 76 * lines),
  fc.nat(5_000),
).chain((length) =>
  fc.uint8Array({ minLength: Math.min(length, 64), maxLength: Math.min(length, 64) }).map((seed) =>
    spread(seed, length)
  )
);

/** Octets of a length from a few that are random: as many random ones would take most of the time. */
export function spread(seed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => seed[i % seed.length] + (i >> 6) * 37);
}

const content = fc.oneof(
  bodyText.map((text) => ({ content: text })),
  octets.map((content) => ({ content })),
  octets.map((all) => ({ content: new Blob([all]) })),
  fc.tuple(octets, fc.array(fc.nat(200), { maxLength: 9 }), fc.boolean(), fc.boolean()).map((
    [all, sizes, once, declared],
  ) => ({
    content: once ? streamOf(all, sizes) : openerOf(all, sizes),
    ...declared ? { size: all.length } : {},
  })),
);

/** Types with and without parameters. */
const type = fc.constantFrom(
  "application/pdf",
  "image/png",
  "text/plain",
  'TEXT/CSV; header=present; charset="utf-8"',
  "application/octet-stream",
  "audio/ogg; codecs=opus",
);

const filename = fc.oneof(
  headerText,
  fc.array(headerText, { minLength: 5, maxLength: 12 }).map((texts) =>
    [...texts.join("")].slice(0, 300).join("")
  ),
  fc.constantFrom(
    "plain.txt",
    'a"b\\c;d.pdf',
    "100%.csv",
    "it's.doc",
    "=?utf-8?Q?x?=.txt",
    "a'b'c.txt",
    "a=b; c=d",
  ),
);

/** A file, never one that readers take for the body: text that is to be shown in its place. */
const file: fc.Arbitrary<FileAttachment> = fc.tuple(
  content,
  fc.record(
    { type, filename, description: headerText, disposition: fc.constantFrom("attachment", "inline") },
    { requiredKeys: [] },
  ),
  fc.option(fc.stringMatching(/^[!-;=?-~]{1,40}$/), { nil: undefined }),
).map(([source, fields, contentId]) => {
  const isBody = /^text\/(?:plain|html)/i.test(fields.type ?? typeByName(fields.filename));
  return {
    ...source,
    ...fields,
    ...contentId ? { contentId } : {},
    ...isBody ? { disposition: "attachment" as const } : {},
  } as FileAttachment;
});

function typeByName(filename = ""): string {
  return /\.(?:txt|log|html?)$/i.test(filename) ? "text/plain" : "";
}

const calendar = headerText.map((text) => ({
  content: `BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:${text}\r\nEND:VCALENDAR\r\n`,
}));

/** What no two attachments may share; without one, an attachment is unlike every other. */
function contentIdOf(attachment: Attachment): unknown {
  return "contentId" in attachment ? attachment.contentId : attachment;
}

/**
 * Makes messages of everything but `flowed` and `transfer`.
 *
 * @param depth How deep messages may lie in one another.
 * @returns The messages.
 */
export function message(depth: number): fc.Arbitrary<Message> {
  const nested = () =>
    fc.record({ message: message(depth - 1), filename, description: headerText }, {
      requiredKeys: ["message"],
    });
  const attachment: fc.Arbitrary<Attachment> = depth === 0
    ? file
    : fc.oneof({ weight: 3, arbitrary: file }, { weight: 1, arbitrary: nested() });
  return fc.record({
    from: authors,
    sender: anyMailbox,
    to: people,
    cc: people,
    bcc: people,
    replyTo: people,
    subject: headerText,
    text: bodyText,
    html: bodyText,
    amp: bodyText,
    calendar,
    attachments: fc.uniqueArray(attachment, { maxLength: 4, selector: contentIdOf }),
    date,
    messageId,
    inReplyTo: messageId,
    references: fc.array(messageId, { minLength: 1, maxLength: 12 }),
    keywords: fc.array(headerText.map((text) => text.replace(/[,"\\]/g, "").trim() || "x"), {
      minLength: 1,
      maxLength: 5,
    }),
    comments: headerText,
    priority: fc.constantFrom("high", "normal", "low"),
    autoSubmitted: fc.constantFrom("auto-generated", "auto-replied", "no"),
    language: fc.constantFrom("de", "en, fr", "zh-Hant-TW"),
    notifyRead: mailbox,
    list: fc.record({
      id: fc.oneof(
        fc.constant("news.example.com"),
        fc.record({ name: headerText, id: fc.constant("a.b.example") }),
      ),
      unsubscribe: fc.constantFrom("https://x.example/?a,b", [
        "mailto:leave@x.example",
        "https://x.example/leave",
      ]),
      help: fc.constant(`https://x.example/${"h".repeat(200)}`),
      post: fc.constantFrom(false as const, "mailto:list@x.example"),
    }, { requiredKeys: [] }),
    resent: fc.array(
      fc.record({ from: mailbox, to: people, cc: people, date, messageId }, { requiredKeys: ["from", "to"] }),
      {
        maxLength: 2,
      },
    ),
    headers: fc.dictionary(
      fc.stringMatching(/^X-[A-Za-z0-9]{1,60}$/),
      fc.oneof(headerText, fc.array(headerText, { maxLength: 3 })),
      { maxKeys: 3 },
    ),
  }, { requiredKeys: ["from", "to"] }).map(valid) as fc.Arbitrary<Message>;
}

/** Mends what does not go together. */
function valid(one: Message): Message {
  const { sender, amp, ...rest } = one;
  const sent = rest.from as AddressInput[];
  return {
    ...rest,
    ...sender !== undefined || sent.length > 1 ? { sender: sender ?? sent[0] } : {},
    ...amp !== undefined && (one.text !== undefined || one.html !== undefined) ? { amp } : {},
  };
}
