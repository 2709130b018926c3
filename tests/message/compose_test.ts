import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { compose } from "../../lib/message/compose.ts";
import type { Message } from "../../lib/message/message.ts";
import { rawOf } from "./samples.ts";

const SMALL: Message = { from: "ann@example.com", to: "bob@example.net", subject: "Hi", text: "Hello" };

Deno.test("compose() writes the fields in the order that mail people expect", async () => {
  const { content } = compose({
    headers: { "References": "<a@b> <c@d>", "X-Tag": ["one", "two"] },
    html: "<p>Hi",
    messageId: "<1@example.com>",
    date: new Date("2026-11-24T08:05:00Z"),
    subject: "Hi",
    replyTo: "e@example.com",
    bcc: "d@example.com",
    cc: "c@example.com",
    to: "b@example.com",
    sender: "s@example.com",
    from: "Ann <a@example.com>",
  });
  const head = (await rawOf(content)).split("\r\n\r\n")[0].replace(/^(Date: ).*$/m, "$1…");
  assertEquals(head.split("\r\n"), [
    "From: Ann <a@example.com>",
    "Sender: s@example.com",
    "To: b@example.com",
    "Cc: c@example.com",
    "Reply-To: e@example.com",
    "Subject: Hi",
    "Date: …",
    "Message-ID: <1@example.com>",
    "References: <a@b> <c@d>",
    "X-Tag: one",
    "X-Tag: two",
    "MIME-Version: 1.0",
    "Content-Type: text/html; charset=utf-8",
    "Content-Transfer-Encoding: 7bit",
  ]);
});

Deno.test("compose() makes a Message-ID at the author's domain and a Date", async () => {
  const { content } = compose({ ...SMALL, from: "ann@bücher.example" });
  assertMatch(content.messageId, /^<[0-9a-f]{32}@xn--bcher-kva\.example>$/);
  const raw = await rawOf(content);
  assertStringIncludes(raw, `\r\nMessage-ID: ${content.messageId}\r\n`);
  const [, date] = /\r\nDate: (.*)\r\n/.exec(raw)!;
  assert(Math.abs(Date.parse(date) - Date.now()) < 60_000);
});

Deno.test("compose() gives the same octets at each call, of exactly the size it says", async () => {
  const { content } = compose({ ...SMALL, text: "Grüße", html: "<p>Grüße" });
  const raw = await rawOf(content);
  assertEquals(await rawOf(content), raw);
  assertEquals(content.size, raw.length);
});

Deno.test("compose() puts To, Cc and Bcc into the envelope, each mailbox once, in order", () => {
  const { forwardPaths, reversePath } = compose({
    from: "Ann <ann@example.com>",
    to: "Bob <bob@example.net>, c@example.net",
    cc: ["bob@EXAMPLE.net", "Bob@example.net"],
    bcc: [{ address: "d@bücher.example" }, "d@xn--bcher-kva.example", "c@example.net"],
  });
  assertEquals(reversePath, "ann@example.com");
  assertEquals(forwardPaths, [
    "bob@example.net",
    "c@example.net",
    "Bob@example.net",
    "d@xn--bcher-kva.example",
  ]);
});

Deno.test("compose() never writes Bcc into the octets, and sends to Bcc alone", async () => {
  const { content, forwardPaths } = compose({
    from: "a@example.com",
    bcc: "Secret <hidden@example.net>",
    text: "x",
  });
  assertEquals(forwardPaths, ["hidden@example.net"]);
  assertEquals(/bcc|hidden|secret/i.test(await rawOf(content)), false);
});

Deno.test("compose() takes the sender for the reverse-path, and needs one for several authors", () => {
  const from = "a@example.com, b@example.com";
  assertEquals(compose({ ...SMALL, from, sender: "b@example.com" }).reversePath, "b@example.com");
  assertThrows(() => compose({ ...SMALL, from }), TypeError, '"sender"');
});

Deno.test("compose() composes an empty message", async () => {
  const raw = await rawOf(compose({ from: "a@example.com", to: "b@example.com" }).content);
  assertMatch(raw, /\r\nContent-Transfer-Encoding: 7bit\r\n\r\n$/);
  assertEquals(raw.includes("Subject"), false);
});

Deno.test("compose() stays 7-bit, whatever the text, while local parts are ASCII", async () => {
  const name = "Zoë 日本";
  const { content, utf8Addresses } = compose({
    from: { name, address: "zoe@bücher.example" },
    to: { name, address: "b@example.net" },
    subject: name,
    text: name,
    html: name,
    headers: { "X-Name": name },
  });
  assertEquals([content.utf8, content.eightBit, utf8Addresses], [false, false, false]);
  assertMatch(await rawOf(content), /^[\t\r\n\x20-\x7e]*$/);
});

Deno.test("compose() writes a local part that is not ASCII as UTF-8 and says so", async () => {
  const { content, utf8Addresses } = compose({ ...SMALL, to: "Zoë <zoë@bücher.example>" });
  assertEquals([content.utf8, content.eightBit, utf8Addresses], [true, true, true]);
  const raw = await rawOf(content);
  assertEquals(content.size, raw.length);
  const text = new TextDecoder().decode(Uint8Array.from(raw, (c) => c.charCodeAt(0)));
  assertStringIncludes(text, "\r\nTo: =?UTF-8?Q?Zo=C3=AB?= <zoë@xn--bcher-kva.example>\r\n");
});

Deno.test("compose() keeps the content ASCII when only a Bcc address needs SMTPUTF8", () => {
  const { content, utf8Addresses } = compose({ ...SMALL, bcc: "zoë@example.net" });
  assertEquals([content.utf8, content.eightBit, utf8Addresses], [false, false, true]);
});

Deno.test("compose() takes 50,000 recipients", async () => {
  const to = Array.from({ length: 50_000 }, (_, i) => `a${i}@example.com`);
  const { content, forwardPaths } = compose({ ...SMALL, to });
  assertEquals(forwardPaths.length, 50_000);
  assert((await rawOf(content)).split("\r\n").every((line) => line.length <= 78));
});

const INJECTED = "x\r\nBcc: eve@example.org";
const REFUSED: [string, Partial<Record<keyof Message, unknown>>, string][] = [
  ["no author", { from: undefined }, '"from"'],
  ["an empty list of authors", { from: [] }, '"from"'],
  ["an author that cannot be read", { from: "ann" }, '"from"'],
  ["a group of authors", { from: "Team: ann@example.com;" }, '"from" holds a group'],
  ["a group as sender", { sender: "Team: ann@example.com;" }, '"sender" holds a group'],
  ["no recipient but an empty group", { to: "undisclosed-recipients:;" }, '"to", "cc" and "bcc"'],
  ["two senders", { sender: "a@example.com, b@example.com" }, '"sender"'],
  ["no recipient", { to: undefined }, '"to", "cc" and "bcc"'],
  ["empty lists of recipients", { to: [], cc: [], bcc: [] }, '"to", "cc" and "bcc"'],
  ["an empty recipient", { to: ["b@example.net", ""] }, '"to"'],
  ["a copy that cannot be read", { cc: "bob@" }, '"cc"'],
  ["CR LF in a hidden recipient", { bcc: `b@example.net${INJECTED}` }, '"bcc"'],
  ["CR LF in a name", { to: { name: INJECTED, address: "b@example.net" } }, '"to"'],
  ["CR LF in the reply address", { replyTo: `"${INJECTED}" <b@example.net>` }, '"replyTo"'],
  ["CR LF in the subject", { subject: INJECTED }, '"subject" contains the control character U+000D'],
  ["LF in the subject", { subject: "a\nb" }, '"subject" contains the control character U+000A'],
  ["NUL in the subject", { subject: "a\0b" }, '"subject" contains the control character U+0000'],
  ["DEL in the subject", { subject: "a\x7fb" }, '"subject" contains the control character U+007F'],
  ["NEL in the subject", { subject: "a\x85b" }, '"subject" contains the control character U+0085'],
  ["a paragraph separator in the subject", { subject: "a\u2029b" }, '"subject" contains'],
  [
    "half of a surrogate pair in the subject",
    { subject: "a\udc00" },
    '"subject" contains half of a surrogate pair',
  ],
  ["half of a surrogate pair in the text", { text: "a\ud800" }, '"text" contains half of a surrogate pair'],
  ["half of a surrogate pair in the HTML", { html: "a\ud800" }, '"html" contains half of a surrogate pair'],
  ["a subject that is no string", { subject: 7 }, '"subject"'],
  ["a text that is no string", { text: 7 }, '"text"'],
  ["a null text", { text: null }, '"text"'],
  ["an invalid date", { date: new Date(NaN) }, '"date"'],
  ["a date that is no Date", { date: "2026-11-24" }, '"date"'],
  ["a malformed Message-ID", { messageId: "1@example.com" }, '"messageId"'],
  ["CR LF in a Message-ID", { messageId: `<1@example.com>${INJECTED}` }, '"messageId"'],
  ["CR LF in a header", { headers: { "X-A": INJECTED } }, 'headers["X-A"]'],
  ["CR LF in one of several headers", { headers: { "X-A": ["a", INJECTED] } }, 'headers["X-A"]'],
  ["a folded header", { headers: { "X-A": "a\r\n b" } }, 'headers["X-A"]'],
  ["a header that is no string", { headers: { "X-A": 7 } }, 'headers["X-A"]'],
  ["CR LF in a header's name", { headers: { "X-A: b\r\nBcc": "eve@example.org" } }, "is no header name"],
  ["a colon in a header's name", { headers: { "X-A:": "b" } }, "is no header name"],
  ["a blank in a header's name", { headers: { "X A": "b" } }, "is no header name"],
  ["an empty header's name", { headers: { "": "b" } }, "is no header name"],
  ["a header's name that is not ASCII", { headers: { "X-É": "b" } }, "is no header name"],
  ["a header's name of 76 characters", { headers: { ["X".repeat(76)]: "b" } }, "is no header name"],
  ["its own field From", { headers: { "From": "eve@example.org" } }, 'use "from"'],
  ["its own field BCC", { headers: { "BCC": "eve@example.org" } }, 'use "bcc"'],
  ["its own field reply-to", { headers: { "reply-to": "eve@example.org" } }, 'use "replyTo"'],
  ["its own field Message-Id", { headers: { "Message-Id": "<a@b>" } }, 'use "messageId"'],
  ["its own field Content-Type", { headers: { "Content-Type": "text/html" } }, 'use "text" or "html"'],
  ["its own field MIME-Version", { headers: { "MIME-Version": "1.0" } }, 'use "text" or "html"'],
];

for (const [what, fields, named] of REFUSED) {
  Deno.test(`compose() refuses ${what} and names the field`, () => {
    const error = assertThrows(() => compose({ ...SMALL, ...fields } as unknown as Message));
    assert(error instanceof TypeError || error instanceof SyntaxError);
    assertMatch(error.message, /^Cannot (?:compose message|read address)[^\r\n]*$/);
    assertStringIncludes(error.message, named);
  });
}

Deno.test("compose() takes header names that objects know otherwise", async () => {
  const raw = await rawOf(compose({ ...SMALL, headers: { "constructor": "a", ["__proto__"]: "b" } }).content);
  assertStringIncludes(raw, "\r\nconstructor: a\r\n__proto__: b\r\n");
});
