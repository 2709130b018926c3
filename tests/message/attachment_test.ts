import { assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { Attachment } from "../../lib/message/attachment.ts";
import { compose } from "../../lib/message/compose.ts";
import type { Message } from "../../lib/message/message.ts";
import { rawOf } from "./samples.ts";

const SMALL: Message = { from: "ann@example.com", to: "bob@example.net" };

/** The fields of the one part that an attachment becomes, unfolded, and its body. */
async function write(attachment: Attachment): Promise<[fields: string[], body: string]> {
  const raw = await rawOf(compose({ ...SMALL, attachments: [attachment] }).content);
  const [, fields, body] = /MIME-Version: 1.0\r\n([^]*?)\r\n\r\n([^]*)$/.exec(raw)!;
  return [fields.replaceAll(/\r\n /g, " ").split("\r\n"), body];
}

const FIELDS: [string, Attachment, string[]][] = [
  ["a file without a name", { content: "a" }, [
    "Content-Type: application/octet-stream",
    "Content-Disposition: attachment",
    "Content-Transfer-Encoding: base64",
  ]],
  ["a file with everything", {
    content: Uint8Array.of(1),
    filename: "a b.csv",
    type: "text/csv; header=present",
    contentId: "<figures@example.com>",
    disposition: "attachment",
    description: "Zahlen für 2026",
  }, [
    'Content-Type: text/csv; header=present; name="a b.csv"',
    "Content-ID: <figures@example.com>",
    'Content-Disposition: attachment; filename="a b.csv"',
    "Content-Description: =?UTF-8?Q?Zahlen_f=C3=BCr_2026?=",
    "Content-Transfer-Encoding: base64",
  ]],
  ["text, whose charset is known", { content: "ä", filename: "a.txt" }, [
    "Content-Type: text/plain; charset=utf-8; name=a.txt",
    "Content-Disposition: attachment; filename=a.txt",
    "Content-Transfer-Encoding: base64",
  ]],
  ["a part to be shown in its place", { content: Uint8Array.of(1), filename: "a.png", contentId: "a" }, [
    "Content-Type: image/png; name=a.png",
    "Content-ID: <a>",
    "Content-Disposition: inline; filename=a.png",
    "Content-Transfer-Encoding: base64",
  ]],
  ["a name in another script", { content: Uint8Array.of(1), filename: "日本.pdf" }, [
    'Content-Type: application/pdf; name="=?UTF-8?B?5pel5pysLnBkZg==?="',
    "Content-Disposition: attachment; filename*=UTF-8''%E6%97%A5%E6%9C%AC.pdf",
    "Content-Transfer-Encoding: base64",
  ]],
  ["a name with quotes", { content: Uint8Array.of(1), filename: 'a"\\b.bin' }, [
    'Content-Type: application/octet-stream; name="a\\"\\\\b.bin"',
    'Content-Disposition: attachment; filename="a\\"\\\\b.bin"',
    "Content-Transfer-Encoding: base64",
  ]],
  ["a name that looks encoded", { content: Uint8Array.of(1), filename: "=?utf-8?Q?a?=" }, [
    'Content-Type: application/octet-stream; name="=?UTF-8?B?PT91dGYtOD9RP2E/PQ==?="',
    "Content-Disposition: attachment; filename*=UTF-8''%3D%3Futf-8%3FQ%3Fa%3F%3D",
    "Content-Transfer-Encoding: base64",
  ]],
  ["a message", { message: { from: "c@example.com" }, filename: "a.eml", description: "see below" }, [
    "Content-Type: message/rfc822",
    "Content-Disposition: attachment; filename=a.eml",
    "Content-Description: see below",
    "Content-Transfer-Encoding: 7bit",
  ]],
];

for (const [what, attachment, expected] of FIELDS) {
  Deno.test(`compose() describes ${what}`, async () => assertEquals((await write(attachment))[0], expected));
}

Deno.test("compose() writes a long name in pieces, no line of them over 78", async () => {
  const filename = `${"Übersicht, ".repeat(30)}日本.csv`;
  const raw = await rawOf(compose({ ...SMALL, attachments: [{ content: "x", filename }] }).content);
  const [head] = raw.split("\r\n\r\n");
  assertEquals(head.split("\r\n").filter((line) => line.length > 78), []);
  const pieces = [...head.matchAll(/ filename\*\d+\*=(?:UTF-8'')?([^;\r\n]*)/g)].map(([, piece]) => piece);
  assertEquals(decodeURIComponent(pieces.join("")), filename);
  for (const piece of pieces) decodeURIComponent(piece); // No character is split.
});

Deno.test("compose() writes the octets of a file in base64, whatever it is read from", async () => {
  const octets = Uint8Array.from({ length: 1_000 }, (_, i) => i * 7);
  const expected = octets.toBase64().replace(/.{76}/g, "$&\r\n") + "\r\n";
  const stream = async function* () {
    for (let at = 0; at < octets.length; at += 33) yield await Promise.resolve(octets.slice(at, at + 33));
  };
  for (const content of [octets, new Blob([octets]), stream, stream(), ReadableStream.from(stream())]) {
    assertEquals((await write({ content }))[1], expected);
  }
});

Deno.test("compose() writes an empty file as an empty part", async () => {
  const attachments = [{ content: "", filename: "empty.txt" }, { content: "", filename: "empty.txt" }];
  const raw = await rawOf(compose({ ...SMALL, attachments }).content);
  assertEquals(raw.match(/base64\r\n\r\n\r\n--=/g)?.length, 2);
});

Deno.test("compose() knows the exact size as soon as every size is known", async () => {
  const large = new Uint8Array(1_000_000);
  const stream = async function* () {
    yield await Promise.resolve(large);
  };
  const sizeOf = (...attachments: Attachment[]) => compose({ ...SMALL, text: "ä", attachments }).content;
  for (
    const content of [
      sizeOf({ content: large }),
      sizeOf({ content: new Blob([large]) }, { content: "ä" }),
      sizeOf({ content: stream, size: 1_000_000 }),
      sizeOf({ message: { ...SMALL, attachments: [{ content: stream, size: 1_000_000 }] } }),
    ]
  ) {
    assertEquals(content.size, (await rawOf(content)).length);
    assertEquals((await rawOf(content)).length, content.size);
  }
  assertEquals(sizeOf({ content: stream }).size, undefined);
  assertEquals(sizeOf({ message: { ...SMALL, attachments: [{ content: stream }] } }).size, undefined);
});

Deno.test("compose() says when a message can be read only once", async () => {
  const stream = async function* () {
    yield await Promise.resolve(new Uint8Array(1));
  };
  assertEquals(compose({ ...SMALL, attachments: [{ content: stream }] }).content.once, false);
  const { content } = compose({ ...SMALL, attachments: [{ content: stream() }] });
  assertEquals(content.once, true);
  await rawOf(content);
  await assertRejects(
    () => rawOf(content),
    TypeError,
    'field "attachments[0].content" is a stream that was read',
  );
});

Deno.test("compose() fails at the place when a stream has not the size that it should", async () => {
  const stream = async function* () {
    yield await Promise.resolve(new Uint8Array(3));
  };
  for (const size of [2, 4]) {
    const { content } = compose({ ...SMALL, attachments: [{ content: stream, size }] });
    await assertRejects(() => rawOf(content), TypeError, 'field "attachments[0].content"');
  }
});

Deno.test("compose() leaves the Bcc of an attached message out, and needs no recipient of it", async () => {
  const { content, forwardPaths } = compose({
    ...SMALL,
    attachments: [{ message: { from: "c@example.com", bcc: "hidden@example.com", text: "inner" } }],
  });
  const raw = await rawOf(content);
  assertStringIncludes(raw, "\r\n\r\nFrom: c@example.com\r\nDate: ");
  assertEquals([raw.includes("hidden"), forwardPaths], [false, ["bob@example.net"]]);
});

Deno.test("compose() names a message with UTF-8 in its headers as such", async () => {
  const { content } = compose({ from: "zoë@example.com", to: "b@example.net", text: "x" });
  const raw = await rawOf(compose({ ...SMALL, attachments: [{ message: content }] }).content);
  assertMatch(raw, /Content-Type: message\/global\r\n/);
});

const CONTROL = "a\r\nBcc: eve@example.org";
const REFUSED: [string, unknown, string][] = [
  ["no object", "file.txt", 'field "attachments[0]" is no object'],
  ["null", null, 'field "attachments[0]" is no object'],
  ["no content", { filename: "a" }, 'field "attachments[0].content" is neither text'],
  ["a path for content", { path: "/etc/passwd" }, 'field "attachments[0].content" is neither text'],
  [
    "a name with CR LF",
    { content: "", filename: CONTROL },
    'filename" contains the control character U+000D',
  ],
  ["a name with NUL", { content: "", filename: "a\0" }, 'filename" contains the control character U+0000'],
  ["a name that is no string", { content: "", filename: 7 }, 'filename" is no string'],
  [
    "a type with CR LF",
    { content: "", type: `text/plain${CONTROL}` },
    'type" contains the control character',
  ],
  ["a malformed type", { content: "", type: "text" }, 'field "attachments[0].type": "text" is no type'],
  ["a multipart type", { content: "", type: "multipart/mixed" }, "which is no file"],
  ["a message type", { content: "", type: "message/rfc822" }, 'use "message"'],
  [
    "a description with LF",
    { content: "", description: "a\nb" },
    'description" contains the control character',
  ],
  [
    "a Content-ID with CR LF",
    { content: "", contentId: CONTROL },
    'contentId" contains the control character',
  ],
  ["a Content-ID with a blank", { content: "", contentId: "a b" }, 'contentId" is "a b", not a name'],
  ["a Content-ID that breaks out", { content: "", contentId: "a>b" }, 'contentId" is "a>b", not a name'],
  ["a Content-ID that is not ASCII", { content: "", contentId: "ä" }, 'contentId" is "ä", not a name'],
  ["an empty Content-ID", { content: "", contentId: "" }, 'contentId" is "", not a name'],
  ["an unknown disposition", { content: "", disposition: "hidden" }, 'disposition" is neither'],
  ["a wrong size", { content: "abc", size: 4 }, "has 3 octets, not 4"],
  ["an attached message without author", { message: { text: "x" } }, 'field "from" is empty'],
];

Deno.test("compose() refuses two attachments of one Content-ID, and says in which message something is wrong", () => {
  const logo = { content: "", contentId: "logo" };
  const refused = (attachments: Attachment[], said: string) => {
    assertThrows(() => compose({ ...SMALL, attachments }), Error, said);
  };
  refused(
    [logo, { ...logo, contentId: "<logo>" }],
    '"attachments[1].contentId" is that of another attachment',
  );
  refused(
    [{ message: { from: "c@example.com", subject: "a\nb" } }],
    '"subject" contains the control character',
  );
  refused([{ message: { from: "c@example.com", subject: "a\nb" } }], '(in "attachments[0].message")');
  refused([{ message: { from: "c" } }], '(in "attachments[0].message")');
});

Deno.test("compose() names an attached message with UTF-8 in its header as such, and as 8-bit", async () => {
  const { content } = compose({ ...SMALL, attachments: [{ message: { from: "zoë@example.com" } }] });
  assertEquals([content.eightBit, content.utf8], [true, false]);
  assertMatch(
    await rawOf(content),
    /Content-Type: message\/global\r\n[^]*Content-Transfer-Encoding: 8bit\r\n\r\nFrom/,
  );
});

for (const [what, attachment, said] of REFUSED) {
  Deno.test(`compose() refuses an attachment with ${what}`, () => {
    const message = { ...SMALL, attachments: [attachment] } as unknown as Message;
    const error = assertThrows(() => compose(message), Error, said);
    assertMatch(error.message, /^Cannot compose message: [^\r\n]*$/);
  });
}
