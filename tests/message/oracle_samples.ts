/**
 * Messages that use each thing a message can have, by name.
 *
 * @module
 */

import type { Attachment } from "../../lib/message/attachment.ts";
import type { Message } from "../../lib/message/message.ts";
import { openerOf, streamOf } from "./oracle_view.ts";

const LETTER: Message = {
  from: "Ann Lee <ann@example.com>",
  to: "bo@example.org",
  subject: "The figures",
  date: new Date("2026-11-24T08:05:07Z"),
  messageId: "<1@example.com>",
};

const INVITATION = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "METHOD:REQUEST",
  "BEGIN:VEVENT",
  "SUMMARY:Übergabe",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

/** The pixel that trackers use, here for once in plain sight. */
const PIXEL = Uint8Array.fromBase64("R0lGODlhAQABAAAAACw=");

const ALL_OCTETS = Uint8Array.from({ length: 1_024 }, (_, i) => i);

const LOGO: Attachment = { filename: "logo.gif", content: PIXEL, contentId: "logo" };

const FIGURES: Attachment = {
  filename: "figures.csv",
  content: "1,2,3\r\n",
  description: "The figures, as they are",
};

const LONG_NAME = `${"Übersicht der Zahlen, Teil 1; ".repeat(10)}"Entwurf" 100%.pdf`;

/** Each message by what it has. */
export const SAMPLES: Readonly<Record<string, Message>> = {
  "nothing but what is needed": { from: "ann@example.com", to: "bo@example.org" },
  "text": { ...LETTER, text: "Hello Bo,\n\nhere they are.\n" },
  "empty texts": { ...LETTER, text: "", html: "" },
  "fields left empty": {
    ...LETTER,
    subject: "",
    comments: "",
    headers: { "X-Empty": "" },
    attachments: [{ content: "x", filename: "", description: "" }],
  },
  "HTML": { ...LETTER, html: "<p>Hello Bo" },
  "text and HTML": { ...LETTER, text: "Grüße", html: "<p>Grüße</p>\n" },
  "text, AMP and HTML": {
    ...LETTER,
    text: "Hello",
    amp: "<!doctype html><html ⚡4email></html>",
    html: "<p>Hello",
  },
  "text that relays and mailboxes have changed": {
    ...LETTER,
    text: ".\n..\nFrom here\n>From\n \n\t\n--\n-- \nend \t",
  },
  "the same, beyond ASCII": { ...LETTER, text: ".Ä\n..\nFrom Änn\n \nend \t\n", html: "From Änn" },
  "text of every control character": {
    ...LETTER,
    text: Array.from({ length: 160 }, (_, i) => String.fromCharCode(i)).join("x").replace(/[\r\n]/g, ""),
  },
  "lines as long as they may be, and longer": {
    ...LETTER,
    text: [998, 999, 5_000].map((n) => "x".repeat(n)).join("\n"),
  },
  "several authors, and who sends for them": {
    ...LETTER,
    from: ["ann@example.com", "Cy <cy@example.com>"],
    sender: "Di <d@example.com>",
  },
  "names that need quotation marks or an encoding": {
    ...LETTER,
    from: { name: 'Ann "the boss" Lee, Jr.', address: "ann@example.com" },
    to: [
      "Jürgen Groß <j@bücher.example>",
      { name: "=?utf-8?Q?x?=", address: "e@example.org" },
      "O'Neil <o'neil@example.org>",
    ],
    cc: { name: `李小龍, ${"the very long name of somebody ".repeat(4)}👩🏽‍🚀`, address: "li@example.org" },
    bcc: "hidden@example.org",
    replyTo: ["a@example.com", "B <b@example.com>"],
  },
  "groups": {
    ...LETTER,
    to: [
      "Team: ann@example.com, Bo <bo@example.org>;",
      { name: "Ärzte, alle", members: ["dr@example.org"] },
      "e@example.org",
    ],
    cc: "Undisclosed recipients:;",
  },
  "SMTPUTF8 addresses": {
    ...LETTER,
    from: "Jörg <jörg@example.com>",
    to: "пример@example.org",
    text: "Привет",
  },
  "a thread": {
    ...LETTER,
    inReplyTo: "<b@example.org>",
    references: Array.from({ length: 30 }, (_, i) => `<${i}.${"x".repeat(30)}@example.org>`),
  },
  "every field beside": {
    ...LETTER,
    keywords: ["figures", "Zahlen für Bo", "a (draft)"],
    comments: "Not final; siehe Übersicht",
    language: "en, de",
    priority: "high",
    autoSubmitted: "auto-generated",
    notifyRead: "Ann <ann@example.com>",
    headers: {
      "X-Tag": ["one", "zwei für Bo"],
      "X-Long": "word ".repeat(60) + "end",
      "Organization": "Bücher",
    },
  },
  "a mailing list": {
    ...LETTER,
    list: {
      id: { name: "Neues, für alle", id: "news.example.com" },
      unsubscribe: ["https://example.com/leave?a,b", "mailto:leave@example.com"],
      oneClick: true,
      subscribe: "mailto:join@example.com",
      help: "https://example.com/help",
      post: false,
      owner: "mailto:owner@example.com",
      archive: `https://example.com/${"a".repeat(800)}`,
    },
  },
  "passed on twice": {
    ...LETTER,
    resent: [
      {
        from: "di@example.com",
        sender: "Ed <ed@example.com>",
        to: "fay@example.org",
        cc: "Gus <gus@example.org>",
      },
      {
        from: "bo@example.org",
        to: "Dí <di@example.com>",
        date: new Date("2026-11-25T00:00:00Z"),
        messageId: "<r@example.org>",
      },
    ],
  },
  "an invitation": {
    ...LETTER,
    text: "Please come",
    html: "<p>Please come",
    calendar: { content: INVITATION },
  },
  "an invitation alone": {
    ...LETTER,
    calendar: { content: INVITATION.replaceAll("\r", ""), method: "REQUEST" },
  },
  "one attachment and nothing to read": { ...LETTER, attachments: [FIGURES] },
  "an attachment of no octets": { ...LETTER, attachments: [{ content: "" }] },
  "attachments beside text": {
    ...LETTER,
    text: "Here",
    attachments: [FIGURES, { content: ALL_OCTETS }, LOGO],
  },
  "a picture in the HTML": { ...LETTER, html: '<img src="cid:logo">', attachments: [LOGO] },
  "a picture that waits although the HTML could show it": {
    ...LETTER,
    html: '<img src="cid:logo">',
    attachments: [{ ...LOGO, disposition: "attachment" }],
  },
  "every kind of source": {
    ...LETTER,
    attachments: [
      { content: "Grüße\n" },
      { content: ALL_OCTETS },
      { content: new Blob([ALL_OCTETS]) },
      { content: streamOf(ALL_OCTETS, [1, 0, 57, 100]) },
      { content: streamOf(ALL_OCTETS, [56]), size: 1_024 },
      { content: openerOf(ALL_OCTETS, [76]), size: 1_024 },
    ],
  },
  "file names that programs have stumbled over": {
    ...LETTER,
    attachments: [
      LONG_NAME,
      'a"b\\c.pdf',
      "a;b=c.txt",
      "100%25.txt",
      "=?utf-8?B?eA==?=",
      "it's.txt",
      "a'b'c.txt",
      " a ",
      "x".repeat(300),
    ]
      .map((filename) => ({ filename, content: filename })),
  },
  "types with parameters": {
    ...LETTER,
    attachments: [
      { content: "a;b", filename: "a.csv", type: "Text/CSV; header=present; charset=utf-8" },
      { content: ALL_OCTETS, type: `application/x-thing; title="${"Größe ".repeat(20)}"` },
    ],
  },
  "a message in a message in a message": {
    ...LETTER,
    text: "See below",
    attachments: [{
      filename: "Weiterleitung für Bo.eml",
      description: "Weiterleitung",
      message: {
        ...LETTER,
        subject: "Größer",
        html: '<img src="cid:logo">',
        bcc: "hidden@example.org",
        attachments: [LOGO, {
          message: { from: "cy@example.org", subject: "innen", text: ".\n" },
          disposition: "inline",
        }],
      },
    }],
  },
  "all of it": {
    ...LETTER,
    text: "Grüße",
    amp: "<!doctype html>",
    html: '<img src="cid:logo">',
    calendar: { content: INVITATION },
    attachments: [FIGURES, LOGO, { message: { from: "cy@example.org", text: "x" } }, {
      ...LOGO,
      contentId: "other",
    }],
  },
};
