import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { script, type ScriptedDuplex, type ScriptOptions } from "../../lib/testing/mod.ts";

const encoder = new TextEncoder();

/** What one read gives, as a text; `null` at the end. */
async function hear(stream: ScriptedDuplex): Promise<string | null> {
  const into = new Uint8Array(65_536);
  const count = await stream.read(into);
  return count === null ? null : new TextDecoder("latin1").decode(into.subarray(0, count));
}

async function say(stream: ScriptedDuplex, text: string): Promise<void> {
  await stream.write(encoder.encode(text));
}

const SERVED: readonly (readonly [by: ScriptOptions["by"], reads: readonly string[]])[] = [
  ["whole", ["220 a\r\n\x16\x03\xff250 b\r\n"]],
  ["line", ["220 a\r\n", "\x16\x03\xff", "250 b\r\n"]],
  ["byte", [..."220 a\r\n\x16\x03\xff250 b\r\n"]],
];

for (const [by, reads] of SERVED) {
  Deno.test(`script() serves lines and octets (${by})`, async () => {
    const stream = script("S: 220 a\n-- octets 16 03 FF\nS: 250 b", { by });
    for (const expected of reads) assertEquals(await hear(stream), expected);
    assertEquals(await hear(stream), null);
    stream.done();
  });
}

Deno.test("script() serves octet by octet after -- drip", async () => {
  const stream = script("S: 220 a\n-- drip\nS: 250");
  const heard = [];
  for (let next = await hear(stream); next !== null; next = await hear(stream)) heard.push(next);
  assertEquals(heard, ["220 a\r\n", ..."250\r\n"]);
  stream.done();
});

Deno.test("script() serves a line of a million octets", async () => {
  const stream = script(`S: 220 ${"x".repeat(1_000_000)}`);
  let octets = 0;
  for (let next = await hear(stream); next !== null; next = await hear(stream)) octets += next.length;
  assertEquals(octets, 1_000_006);
});

Deno.test("script() takes content to its dot, in whatever pieces it comes", async () => {
  const content = ".\r\r\n..\r\n\r\n.x\r\n.\r\n";
  for (let size = 1; size <= content.length; size++) {
    const stream = script("C: DATA\nS: 354 go\n-- content\nS: 250 ok\nC: QUIT");
    await say(stream, "DATA\r\n");
    assertEquals(await hear(stream), "354 go\r\n");
    for (let at = 0; at < content.length; at += size) await say(stream, content.slice(at, at + size));
    assertEquals(await hear(stream), "250 ok\r\n");
    await say(stream, "QUIT\r\n");
    stream.done();
    assertEquals(stream.lines, ["DATA", `(${content.length - 3} octets of content)`, "QUIT"]);
  }
});

Deno.test("script() takes the lone dot of an empty content", async () => {
  const stream = script("S: 354 go\n-- content\nS: 250 ok");
  await hear(stream);
  await say(stream, ".\r\n");
  assertEquals(await hear(stream), "250 ok\r\n");
  assertEquals(stream.lines, ["(0 octets of content)"]);
});

Deno.test("script() takes as much content as BDAT announces, dots included", async () => {
  const stream = script(
    "C: BDAT 8\n-- content\nS: 250 ok\nC: BDAT 0\n-- content\nC: BDAT 3 LAST\n-- content\nS: 250 ok",
  );
  await say(stream, "BDAT 8\r\n.\r\n");
  await say(stream, "a\r\n.\r");
  assertEquals(await hear(stream), "250 ok\r\n");
  await say(stream, "BDAT 0\r\nBDAT 3 LAST\r\n.\r\n");
  assertEquals(await hear(stream), "250 ok\r\n");
  stream.done();
  assertEquals(stream.lines, [
    "BDAT 8",
    "(8 octets of content)",
    "BDAT 0",
    "(0 octets of content)",
    "BDAT 3 LAST",
    "(3 octets of content)",
  ]);
});

Deno.test("script() summarizes content that the transcript takes line by line", async () => {
  const stream = script("C: DATA\nS: 354 go\nC: *\nC: .\nC: BDAT 7\nC: Hello\nC: BDAT 0 LAST\nC: QUIT");
  await say(stream, "DATA\r\n");
  await hear(stream);
  await say(stream, "Hello\r\n.\r\nBDAT 7\r\nHello\r\nBDAT 0 LAST\r\nQUIT\r\n");
  stream.done();
  assertEquals(stream.lines, [
    "DATA",
    "(7 octets of content)",
    "BDAT 7",
    "(7 octets of content)",
    "BDAT 0 LAST",
    "(0 octets of content)",
    "QUIT",
  ]);
});

Deno.test("script() has the server speak in the middle of the content", async () => {
  const stream = script("S: 354 go\nC: a\nS: 452 full\nC: b\nS: 250 ok\n-- content\nC: QUIT");
  await hear(stream);
  await say(stream, "a\r\nb\r\nc\r\n");
  assertEquals(await hear(stream), "452 full\r\n250 ok\r\n");
  await say(stream, ".\r\nQUIT\r\n");
  stream.done();
  assertEquals(stream.lines, ["(9 octets of content)", "QUIT"]);
});

Deno.test("script() takes anything as the hello of a client", async () => {
  const stream = script("-- hello\n-- octets 15\n-- close");
  await say(stream, "\x16\x03\nNOOP");
  assertEquals([await hear(stream), await hear(stream)], ["\x15", null]);
  stream.done();
  assertEquals(stream.lines, []);
});

const ENDS = [
  ["-- close", null, Deno.errors.BrokenPipe],
  ["-- no close_notify", Deno.errors.UnexpectedEof, Deno.errors.BrokenPipe],
  ["-- reset", Deno.errors.ConnectionReset, Deno.errors.ConnectionReset],
] as const;

for (const [step, read, write] of ENDS) {
  Deno.test(`script() ends with ${step} as a connection does`, async () => {
    const stream = script(`S: 220 mail\n${step}`);
    assertEquals(await hear(stream), "220 mail\r\n");
    if (read) await assertRejects(() => hear(stream), read);
    else assertEquals(await hear(stream), null);
    await assertRejects(() => say(stream, "QUIT\r\n"), write);
    stream.done();
  });
}

Deno.test("script() takes a write of which it reads only a part before the end", async () => {
  for (const step of ["close", "reset", "no close_notify", "stop reading"]) {
    const stream = script(`C: NOOP\n-- ${step}`);
    await say(stream, "NOOP\r\nNOOP\r\nQUIT\r\n");
    stream.done();
    assertEquals(stream.lines, ["NOOP"]);
  }
});

Deno.test("script() keeps reader and writer waiting after -- stop reading, until the client closes", async () => {
  const stream = script("S: 220 mail\n-- stop reading");
  await hear(stream);
  const waits = [hear(stream), say(stream, "QUIT\r\n")];
  stream.close();
  for (const wait of waits) await assertRejects(() => wait, Deno.errors.Interrupted);
  stream.done();
});

Deno.test("script() notes what is said into the silence", async () => {
  const stream = script("-- silence");
  await say(stream, "QUIT\r\n");
  stream.done();
  assertEquals(stream.lines, ["QUIT"]);
});

const UNDONE: readonly (readonly [transcript: string, said: string, message: string])[] = [
  ["C: NOOP\nS: 250 ok", "NOOP\r\n", "The transcript goes on: S: 250 ok"],
  ["C: NOOP", "NOO", "The transcript goes on: C: NOOP"],
  ["C: NOOP", "NOOP\r\nRS", 'The client also said "RS"'],
  ["-- tls", "", "The transcript goes on: -- tls"],
  ["C: DATA\n-- content", "DATA\r\nHello\r\n", "The transcript goes on: -- content"],
];

for (const [transcript, said, message] of UNDONE) {
  Deno.test(`done() throws after ${JSON.stringify(said)} to ${JSON.stringify(transcript)}`, async () => {
    const stream = script(transcript);
    await say(stream, said).catch(() => {});
    assertThrows(() => stream.done(), Error, message);
  });
}

Deno.test("script() refuses what the client should not say, and says so again in done()", async () => {
  const cases = [
    ["C: NOOP", 'The client said "QUIT\\r\\n", and the script has "C: NOOP"'],
    ["S: 220 mail", 'The client said "QUIT\\r\\n", and the script has "S: 220 mail"'],
    ["", 'The client said "QUIT\\r\\n", and the script has ended'],
  ];
  for (const [transcript, message] of cases) {
    const stream = script(transcript);
    await assertRejects(() => say(stream, "QUIT\r\n"), Error, message);
    assertThrows(() => stream.done(), Error, message);
  }
});
