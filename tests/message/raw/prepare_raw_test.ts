import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { prepareRaw, type RawMessage } from "../../../lib/message/raw/prepare_raw.ts";
import { CUTS, octets, stream, text, textOfContent } from "./samples.ts";

const SMALL = [
  "From: Ann <ann@example.com>",
  "To: bo@example.org",
  "Date: Tue, 24 Nov 2026 09:05:00 +0100",
  "Message-ID: <1@example.com>",
  "Subject: Hello",
  "",
  "Hello, Bo.",
  ".",
  "",
];
const LF = SMALL.join("\n");
const CRLF = SMALL.join("\r\n");

/** The message with further fields on top. */
function withFields(...fields: string[]): string {
  return [...fields, ...SMALL].join("\r\n");
}

async function sent(raw: string, options: Partial<RawMessage> = {}): Promise<string> {
  return await textOfContent((await prepareRaw({ ...options, raw: octets(raw) })).content);
}

Deno.test("prepareRaw() gives the octets as they are, with CRLF, and what is known of them", async () => {
  for (const raw of [LF, CRLF]) {
    const { envelope, content } = await prepareRaw({ raw });
    assertEquals(envelope, { reversePath: "ann@example.com", forwardPaths: ["bo@example.org"] });
    const { size, eightBit, utf8, once, messageId, fit } = content;
    assertEquals({ size, eightBit, utf8, once, messageId, fit }, {
      size: CRLF.length,
      eightBit: false,
      utf8: false,
      once: false,
      messageId: "<1@example.com>",
      fit: undefined,
    });
    assertEquals(await textOfContent(content), CRLF);
    assertEquals(await textOfContent(content), CRLF);
  }
});

const SOURCES: [string, (raw: Uint8Array<ArrayBuffer>) => RawMessage["raw"]][] = [
  ["a string", (raw) => text(raw)],
  ["octets", (raw) => raw],
  ["a Blob", (raw) => new Blob([raw])],
  ["a function", (raw) => () => stream([raw])],
  ["a function that waits", (raw) => () => Promise.resolve(stream([raw]))],
  ["a function that gives lines", (raw) => () => stream(CUTS["by line"](raw))],
  ["a function that gives octets one by one", (raw) => () => stream(CUTS["by octet"](raw))],
  ["a ReadableStream", (raw) => new Blob([raw]).stream()],
  ["a stream", (raw) => stream([raw])],
  ["a stream of lines", (raw) => stream(CUTS["by line"](raw))],
  ["a stream of octets one by one", (raw) => stream(CUTS["by octet"](raw))],
];

for (const [what, source] of SOURCES) {
  Deno.test(`prepareRaw() takes ${what}`, async () => {
    for (const raw of [LF, CRLF, LF.slice(0, -3), LF.replace(/\n\n.*/s, "\n"), LF.replace(/\n\n.*/s, "")]) {
      const { content } = await prepareRaw({ raw: source(octets(raw)) });
      const expected = await sent(raw);
      assertEquals(content.size, content.once ? undefined : expected.length);
      assertEquals(content.once, what.includes("tream"));
      assertEquals(await textOfContent(content), expected);
      if (content.once) {
        await assertRejects(async () => await textOfContent(content), TypeError, "read already");
      } else assertEquals(await textOfContent(content), expected);
    }
  });
}

Deno.test("prepareRaw() gives memory in an array, so that it can be looked at again", async () => {
  const { content } = await prepareRaw({ raw: CRLF });
  assert(Array.isArray(content.octets()));
});

Deno.test("prepareRaw() ends the header section of a message without a body", async () => {
  for (const raw of ["From: a@b.example\nTo: c@d.example", "From: a@b.example\nTo: c@d.example\n\n"]) {
    assertEquals(
      await sent(raw, { addMissing: false }),
      "From: a@b.example\r\nTo: c@d.example\r\n\r\n",
    );
  }
});

for (
  const [what, ...fields] of [
    ["Bcc", "Bcc: cy@example.net"],
    ["Bcc in any case", "bCC: cy@example.net", "BCC: di@example.net"],
    ["Bcc with a blank before the colon", "Bcc : cy@example.net", "Bcc\t: di@example.net"],
    ["Bcc over several lines", "Bcc: cy@example.net,", " di@example.net,", "\t", "\t ed@example.net"],
    ["an empty Bcc", "Bcc:", "Bcc: "],
    ["Bcc that cannot be read", "Bcc: \xff\xfe <>"],
    ["Resent-Bcc", "Resent-Bcc: cy@example.net"],
    ["Return-Path", "Return-Path: <bounce@example.com>"],
    ["the From_ line", "From ann@example.com Tue Nov 24 14:10:00 2026"],
  ]
) {
  Deno.test(`prepareRaw() removes ${what}`, async () => {
    const forwardPaths = ["bo@example.org"];
    assertEquals(await sent(withFields(...fields), { envelope: { reversePath: "", forwardPaths } }), CRLF);
  });
}

Deno.test("prepareRaw() leaves what only looks like Bcc", async () => {
  for (const field of ["X-Bcc: a", "Bccs: a", "Subject:\r\n Bcc: a"]) {
    assertEquals(await sent(withFields(field)), withFields(field));
  }
  assertEquals(await sent(CRLF + "\r\nBcc: a\r\n"), CRLF + "\r\nBcc: a\r\n");
});

Deno.test("prepareRaw() adds Date and Message-ID at the end of the header, the same in every attempt", async () => {
  const raw = "From: ann@bücher.example\nTo: bo@example.org\n\nHello\n";
  const { content } = await prepareRaw({ raw: () => stream([new TextEncoder().encode(raw)]) });
  const first = await textOfContent(content);
  assertMatch(content.messageId, /^<[0-9a-f]{32}@xn--bcher-kva\.example>$/);
  const [, date] = /\r\nDate: (.*)\r\nMessage-ID: <.*>\r\n\r\nHello\r\n$/.exec(first)!;
  assert(Math.abs(Date.parse(date) - Date.now()) < 60_000);
  assertStringIncludes(first, content.messageId);
  assertEquals(await textOfContent(content), first);
  assertEquals(content.size, first.length);
});

Deno.test("prepareRaw() adds only what is missing, and nothing when told so", async () => {
  const raw = "From: ann@example.com\nTo: bo@example.org\nDATE: x\n\n";
  const { content } = await prepareRaw({ raw });
  assertEquals((await textOfContent(content)).match(/^(?:Date|DATE|Message-ID):/gm), [
    "DATE:",
    "Message-ID:",
  ]);
  const plain = await prepareRaw({ raw, addMissing: false });
  assertEquals(plain.content.messageId, "");
  assertEquals(await textOfContent(plain.content), raw.replaceAll("\n", "\r\n"));
});

Deno.test("prepareRaw() does without From when nothing is to be added and the envelope is given", async () => {
  const envelope = { reversePath: "a@example.com", forwardPaths: ["b@example.org"] };
  assertEquals(await sent("Subject: x\n\n", { envelope, addMissing: false }), "Subject: x\r\n\r\n");
  assertEquals(await sent("", { envelope, addMissing: false }), "\r\n");
});

Deno.test("prepareRaw() takes the domain of the author for a Message-ID where there is no reverse-path", async () => {
  const { content } = await prepareRaw({
    raw: "From: Ann <ann@example.com>\nTo: bo@example.org\n\n",
    envelope: { reversePath: "" },
  });
  assertMatch(content.messageId, /@example\.com>$/);
});

for (
  const [field, messageId] of [
    ["Message-ID: <a@b>", "<a@b>"],
    ["message-id:\r\n <a@b> (comment)", "<a@b>"],
    ["Message-ID: a@b", ""],
    ["Message-ID:", ""],
  ] as const
) {
  Deno.test(`prepareRaw() finds ${JSON.stringify(messageId)} in ${JSON.stringify(field)}`, async () => {
    const raw = `From: ann@example.com\r\nTo: bo@example.org\r\n${field}\r\n\r\n`;
    assertEquals((await prepareRaw({ raw })).content.messageId, messageId);
  });
}

const HEAD = "From: ann@example.com\nTo: bo@example.org\n";

const REFUSED: [string, RawMessage, string][] = [
  ["a bare CR", { raw: `${HEAD}\nx\ry` }, "bare CR at octet 43, line 4"],
  ["a bare CR in the header", { raw: `Subject: x\ry\n${HEAD}` }, "bare CR at octet 10, line 1"],
  ["NUL", { raw: `${HEAD}\nx\0y` }, "NUL at octet 43, line 4"],
  ["a line that is no field", { raw: `Hello\n${HEAD}\n` }, 'line 1 is no header field: "Hello"'],
  ["a first line that is folded", { raw: ` ${HEAD}` }, "line 1 is no header field"],
  ["no octets", { raw: "" }, "no recipient in To, Cc or Bcc, or in the envelope"],
  [
    "a header section that is too long",
    { raw: `${HEAD}${"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n".repeat(20_000)}` },
    "its header section has more than 1048576 octets",
  ],
  ["a header section without an end", { raw: "x".repeat(2_000_000) }, "its header section has more than"],
  [
    "a header line that cannot be folded",
    { raw: `${HEAD}X: ${"y".repeat(999)}\n` },
    'field "X" has a line of more than 998 octets',
  ],
  [
    "no author, with the envelope given",
    { raw: "Subject: x\n\n", envelope: { reversePath: "", forwardPaths: ["b@example.org"] } },
    "it has no From field",
  ],
  ["a wrong bareCr", { raw: HEAD, bareCr: "keep" as "mend" }, 'bareCr is neither "refuse" nor "mend"'],
];

for (const [what, message, found] of REFUSED) {
  Deno.test(`prepareRaw() refuses ${what}`, async () => {
    const error = await assertRejects(() => prepareRaw(message), Error, `Cannot prepare message: ${found}`);
    assert(error instanceof SyntaxError || error instanceof TypeError);
    const raw = message.raw as string;
    if (!/[\r\0]/.test(raw)) {
      await assertRejects(() => prepareRaw({ ...message, raw: stream([octets(raw)]) }), Error, found);
    }
  });
}

Deno.test("prepareRaw() refuses what is no source, and a size that is not true", async () => {
  const wrong = (message: unknown) => prepareRaw(message as RawMessage);
  await assertRejects(() => wrong({ raw: 1 }), TypeError, 'field "raw"');
  await assertRejects(() => wrong({ raw: HEAD, size: 1 }), TypeError, "octets, not 1");
  const short = await prepareRaw({ raw: stream([octets(CRLF)]), size: CRLF.length + 1 });
  await assertRejects(() => textOfContent(short.content), TypeError, "ended after");
});

Deno.test("prepareRaw() mends bare CRs when told so", async () => {
  assertEquals(await sent(SMALL.join("\r"), { bareCr: "mend" }), CRLF);
  assertEquals(await sent(SMALL.join("\r\r\n"), { bareCr: "mend" }), CRLF);
});

Deno.test("prepareRaw() finds a bare CR in a stream when it comes", async () => {
  const { content } = await prepareRaw({ raw: stream(CUTS["by line"](octets(`${CRLF}x\ry\r\n`))) });
  const error = await assertRejects(() => textOfContent(content), SyntaxError, "bare CR at octet");
  assertMatch((error as Error).message, /^bare CR at octet 151, line 9/);
});

/** A stream that says when its reader is done with it. */
function watched(raw: string): { raw: AsyncIterable<Uint8Array>; done: () => boolean } {
  let done = false;
  async function* chunks() {
    try {
      yield* stream(CUTS["by line"](octets(raw)));
    } finally {
      done = true;
    }
  }
  return { raw: chunks(), done: () => done };
}

Deno.test("prepareRaw() lets go of a stream that it refuses, and content of one that is not read to its end", async () => {
  for (const raw of [`Hello\n${LF}`, LF.replace("To:", "X:"), `\0${LF}`]) {
    const source = watched(raw);
    await assertRejects(() => prepareRaw(source));
    assertEquals(source.done(), true);
  }
  const source = watched(LF);
  const { content } = await prepareRaw(source);
  assertEquals(source.done(), false);
  for await (const _ of content.octets()) break;
  assertEquals(source.done(), true);
});

Deno.test("prepareRaw() notices that a source gives other octets the second time", async () => {
  for (const second of [LF + "more", LF.slice(0, -4), ""]) {
    const given = [LF, second];
    const { content } = await prepareRaw({ raw: () => stream([octets(given.shift()!)]) });
    await assertRejects(() => textOfContent(content), TypeError, "octets now and had");
  }
});

Deno.test("prepareRaw() passes the error of a source on", async () => {
  const fail = new Error("disk gone");
  async function* broken() {
    yield octets(LF);
    await Promise.reject(fail);
  }
  assertEquals(await assertRejects(() => prepareRaw({ raw: () => broken() })), fail);
  const { content } = await prepareRaw({ raw: broken() });
  assertEquals(await assertRejects(() => textOfContent(content)), fail);
});
