import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { compose } from "../../lib/message/compose.ts";
import type { Message } from "../../lib/message/message.ts";
import { rawOf } from "./samples.ts";

const SMALL: Message = { from: "ann@example.com", to: "bob@example.net" };
const LOGO = { filename: "logo.png", content: "x", contentId: "logo" };
const FILE = { filename: "a.txt", content: "x" };
const CALENDAR = { content: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n" };

/** The types of the parts, each under the one that holds it. */
function tree(raw: string, depth = 0): string[] {
  const [, head, body] = /^([^]*?)\r\n\r\n([^]*)$/.exec(raw)!;
  const type = /^Content-Type: ([^;\r]+)/m.exec(head)![1];
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1];
  const lines = [`${"  ".repeat(depth)}${type}`];
  if (type === "message/rfc822") return [...lines, ...tree(body, depth + 1)];
  if (boundary === undefined) return lines;
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1);
  return [...lines, ...parts.flatMap((part) => tree(part.slice(2), depth + 1))];
}

const TREES: [string, Partial<Message>, string[]][] = [
  ["nothing", {}, ["text/plain"]],
  ["text", { text: "a" }, ["text/plain"]],
  ["HTML", { html: "a" }, ["text/html"]],
  ["an invitation", { calendar: CALENDAR }, ["text/calendar"]],
  ["one file", { attachments: [FILE] }, ["text/plain"]],
  ["text and HTML", { text: "a", html: "b" }, ["multipart/alternative", "  text/plain", "  text/html"]],
  ["all four texts", { text: "a", html: "b", amp: "c", calendar: CALENDAR }, [
    "multipart/alternative",
    "  text/plain",
    "  text/x-amp-html",
    "  text/html",
    "  text/calendar",
  ]],
  ["text and a file", { text: "a", attachments: [FILE] }, [
    "multipart/mixed",
    "  text/plain",
    "  text/plain",
  ]],
  ["two files", { attachments: [FILE, LOGO] }, ["multipart/mixed", "  text/plain", "  image/png"]],
  ["HTML and what it shows", { html: "a", attachments: [LOGO] }, [
    "multipart/related",
    "  text/html",
    "  image/png",
  ]],
  ["text and a part that nothing shows", { text: "a", attachments: [LOGO] }, [
    "multipart/mixed",
    "  text/plain",
    "  image/png",
  ]],
  ["everything", { text: "a", html: "b", attachments: [FILE, LOGO, { message: { ...SMALL, text: "a" } }] }, [
    "multipart/mixed",
    "  multipart/related",
    "    multipart/alternative",
    "      text/plain",
    "      text/html",
    "    image/png",
    "  text/plain",
    "  message/rfc822",
    "    text/plain",
  ]],
  ["a file to be shown and saved", { html: "b", attachments: [{ ...LOGO, disposition: "attachment" }] }, [
    "multipart/mixed",
    "  text/html",
    "  image/png",
  ]],
  ["a message in a message in a message", {
    attachments: [{
      message: { ...SMALL, attachments: [{ message: { from: "c@example.com", html: "c" } }] },
    }],
  }, ["message/rfc822", "  message/rfc822", "    text/html"]],
];

for (const [what, fields, expected] of TREES) {
  Deno.test(`compose() puts together ${what}`, async () => {
    assertEquals(tree(await rawOf(compose({ ...SMALL, ...fields }).content)), expected);
  });
}

Deno.test("compose() writes the plainest text first, between boundaries that no part holds", async () => {
  const fields = { text: "Hi", html: "<p>Hé" };
  const raw = await rawOf(compose({ ...SMALL, ...fields }).content);
  const [, boundary] = /boundary="(=_0_[0-9a-f]{32})"/.exec(raw)!;
  const [, plain, html, end] = raw.split(`--${boundary}`);
  const typed = (type: string, encoding: string) =>
    `\r\nContent-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  assertEquals(plain, `${typed("plain", "7bit")}Hi\r\n`);
  assertEquals(html, `${typed("html", "quoted-printable")}<p>H=C3=A9\r\n`);
  assertEquals(end, "--\r\n");
  assertNotEquals(await rawOf(compose({ ...SMALL, ...fields }).content), raw);
});

Deno.test("compose() names the type of the root of related parts", async () => {
  const type = async (fields: Partial<Message>) =>
    /multipart\/related; type="([^"]+)"/.exec(
      await rawOf(compose({ ...SMALL, ...fields, attachments: [LOGO] }).content),
    )?.[1];
  assertEquals(await type({ html: "b" }), "text/html");
  assertEquals(await type({ html: "b", text: "a" }), "multipart/alternative");
});

Deno.test("compose() marks flowed text, and breaks its long lines", async () => {
  const raw = await rawOf(compose({ ...SMALL, flowed: true, text: "word ".repeat(30) }).content);
  assertStringIncludes(raw, "Content-Type: text/plain; charset=utf-8; format=flowed\r\n");
  assertMatch(raw, /word \r\nword /);
});

Deno.test("compose() leaves octets above 127 out unless it may write them", async () => {
  const message: Message = { ...SMALL, text: "Grüße", transfer: "8bit" };
  const { content } = compose(message);
  assertEquals(content.eightBit, false);
  const fitted = await content.fit!(new Map([["8BITMIME", []]]));
  assertEquals([fitted.eightBit, fitted.binary, fitted.messageId], [true, false, content.messageId]);
  assertStringIncludes(await rawOf(fitted), "\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrÃ¼Ã\u009fe\r\n");
  assertEquals((await rawOf(fitted)).length, fitted.size);
  const seven = await content.fit!(new Map());
  assertEquals(await rawOf(seven), await rawOf(content));
});

Deno.test("compose() leaves attachments uncoded where BINARYMIME and CHUNKING are offered", async () => {
  const octets = Uint8Array.from({ length: 256 }, (_, i) => i);
  const attachments = [{ filename: "all.bin", content: octets }];
  const { content } = compose({ ...SMALL, text: "Grüße", transfer: "binary", attachments });
  const binary = await content.fit!(new Set(["BINARYMIME", "CHUNKING", "8BITMIME"]));
  assertEquals([binary.eightBit, binary.binary], [true, true]);
  const raw = await rawOf(binary);
  assertStringIncludes(
    raw,
    "\r\nContent-Transfer-Encoding: binary\r\n\r\n" + String.fromCharCode(...octets) + "\r\n--",
  );
  assertEquals(raw.match(/Content-Transfer-Encoding: \w+/g), [
    "Content-Transfer-Encoding: binary",
    "Content-Transfer-Encoding: 8bit",
    "Content-Transfer-Encoding: binary",
  ]);
  const eight = await content.fit!(new Set(["BINARYMIME", "8BITMIME"]));
  assertEquals([eight.eightBit, eight.binary], [true, false]);
  // A server that takes binary takes 8-bit too (RFC 3030 section 3); one that does not say so is given 7-bit.
  assertEquals((await content.fit!(new Set(["BINARYMIME", "CHUNKING"]))).eightBit, false);
});

Deno.test("compose() adds nothing to a file in binary that is the whole body", async () => {
  const attachments = [{ filename: "a.bin", content: Uint8Array.of(0, 10, 13) }];
  const { content } = compose({ ...SMALL, transfer: "binary", attachments });
  const offers = new Set(["8BITMIME", "BINARYMIME", "CHUNKING"]);
  const raw = await rawOf(await content.fit!(offers));
  assertMatch(raw, /\r\n\r\n\0\n\r$/);
});

Deno.test("compose() asks an attached message for the form that the server takes", async () => {
  const octets = (text: string) => () => [new TextEncoder().encode(text)];
  const seven = {
    messageId: "<i@x>",
    size: 5,
    eightBit: false,
    utf8: false,
    octets: octets("a: b\r\n\r\n=C3=BC"),
  };
  const eight = {
    ...seven,
    eightBit: true,
    octets: octets("a: b\r\n\r\nü"),
    fit: (offers: { has(keyword: string): boolean }) => offers.has("8BITMIME") ? eight : seven,
  };
  const message: Message = {
    ...SMALL,
    attachments: [{ message: { ...SMALL, attachments: [{ message: eight }] } }],
  };
  const { content } = compose(message);
  assertEquals(content.eightBit, true);
  assertEquals((await content.fit!(new Set(["8BITMIME"]))).eightBit, true);
  const fitted = await content.fit!(new Set<string>());
  assertEquals(fitted.eightBit, false);
  assertMatch(await rawOf(fitted), /Content-Transfer-Encoding: 7bit\r\n\r\na: b\r\n\r\n=C3=BC\r\n$/);
});

for (
  const [what, fields, named] of [
    ["AMP alone", { amp: "x" }, 'field "amp" needs "text" or "html"'],
    ["attachments that are no list", { attachments: {} }, '"attachments" is no list'],
    ["a transfer that there is not", { transfer: "base64" }, '"transfer"'],
    [
      "half of a surrogate pair in AMP",
      { text: "a", amp: "\ud800" },
      '"amp" contains half of a surrogate pair',
    ],
  ] as const
) {
  Deno.test(`compose() refuses ${what}`, () => {
    let message = "";
    try {
      compose({ ...SMALL, ...fields } as unknown as Message);
    } catch (error) {
      message = (error as TypeError).message;
    }
    assertStringIncludes(message, named);
  });
}

Deno.test("compose() writes groups, and sends to their members", async () => {
  const { content, forwardPaths } = compose({
    from: "ann@example.com",
    to: { name: "Team", members: ["bo@example.net", "Cy <cy@example.net>"] },
    cc: "undisclosed-recipients:;",
    bcc: "Others: di@example.net, bo@example.net;",
    replyTo: "Team: bo@example.net;",
  });
  assertEquals(forwardPaths, ["bo@example.net", "cy@example.net", "di@example.net"]);
  assertStringIncludes(
    await rawOf(content),
    "To: Team: bo@example.net, Cy <cy@example.net>;\r\nCc: undisclosed-recipients:;\r\n" +
      "Reply-To: Team: bo@example.net;\r\n",
  );
});
