import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openSource, type Source } from "../../lib/message/source.ts";

const octets = (text: string) => new TextEncoder().encode(text);

async function* stream(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(octets(text));
}

async function read(source: Source, size?: number): Promise<string> {
  let text = "";
  for await (const chunk of openSource(source, size).octets()) text += new TextDecoder().decode(chunk);
  return text;
}

const SOURCES: [string, () => Source, size: number | undefined, once: boolean][] = [
  ["a string", () => "aäb", 4, false],
  ["octets", () => octets("aäb"), 4, false],
  ["a blob", () => new Blob(["aäb"]), 4, false],
  ["a generator", () => stream("a", "ä", "b"), undefined, true],
  ["a ReadableStream", () => ReadableStream.from(stream("aä", "b")), undefined, true],
  ["a function that opens a stream", () => () => stream("aä", "b"), undefined, false],
  ["a function that opens it later", () => () => Promise.resolve(stream("aäb")), undefined, false],
];

for (const [what, make, size, once] of SOURCES) {
  Deno.test(`openSource() reads ${what}`, async () => {
    const source = make();
    const opened = openSource(source);
    assertEquals([opened.size, opened.once], [size, once]);
    assertEquals(await read(once ? make() : source), "aäb");
    assertEquals(await read(once ? make() : source, 4), "aäb");
    if (!once) assertEquals(await read(source), "aäb");
  });
}

Deno.test("openSource() reads a stream once and says so the second time", async () => {
  const opened = openSource(stream("a"));
  await Array.fromAsync(opened.octets());
  assertThrows(() => opened.octets(), TypeError, "is a stream that was read already");
});

Deno.test("openSource() reads a blob of several pieces", async () => {
  const blob = new Blob(["x".repeat(1_500_000), "y"]);
  const chunks = await Array.fromAsync(openSource(blob).octets());
  assertEquals(chunks.map((chunk) => chunk.length), [1_048_576, 451_425]);
  assertEquals(chunks[1].at(-1), "y".charCodeAt(0));
});

for (
  const [what, texts, said] of [
    ["fewer", ["ab", "c"], "ended after 3 of the 4 octets that were declared"],
    ["none", [], "ended after 0 of the 4 octets that were declared"],
    ["more", ["abc", "de"], "has more than the 4 octets that were declared"],
  ] as const
) {
  Deno.test(`openSource() fails when a stream gives ${what} than it should`, async () => {
    await assertRejects(() => read(stream(...texts), 4), TypeError, said);
    await assertRejects(() => read(() => stream(...texts), 4), TypeError, said);
  });
}

Deno.test("openSource() passes on no octet beyond the declared ones", async () => {
  const seen: number[] = [];
  await assertRejects(async () => {
    for await (const chunk of openSource(stream("abc", "de"), 4).octets()) seen.push(chunk.length);
  });
  assertEquals(seen, [3]);
});

for (
  const [what, source, size, said] of [
    ["a number", 7, undefined, "is neither text nor octets nor a stream"],
    ["null", null, undefined, "is neither text nor octets nor a stream"],
    ["an array", [1, 2], undefined, "is neither text nor octets nor a stream"],
    ["a path object", { path: "/etc/passwd" }, undefined, "is neither text nor octets nor a stream"],
    ["half of a surrogate pair", "a\ud800", undefined, "half of a surrogate pair"],
    ["text of another size", "abc", 4, "has 3 octets, not 4"],
    ["a blob of another size", new Blob(["abc"]), 4, "has 3 octets, not 4"],
    ["a negative size", "abc", -1, "is -1, not a number of octets"],
    ["a broken size", "abc", 2.5, "is 2.5, not a number of octets"],
    ["a size that is no number", "abc", NaN, "is NaN, not a number of octets"],
  ] as const
) {
  Deno.test(`openSource() refuses ${what}`, () => {
    assertThrows(() => openSource(source as unknown as Source, size), Error, said);
  });
}

Deno.test("openSource() refuses what a stream should not give", async () => {
  const texts = ReadableStream.from(["text"]) as unknown as Source;
  await assertRejects(() => read(texts), TypeError, "gave a chunk that is no Uint8Array");
  await assertRejects(() => read((() => "text") as unknown as Source), TypeError, "gave no stream");
});

Deno.test("openSource() closes a stream that is not read to its end", async () => {
  let closed = false;
  const opened = openSource(async function* () {
    try {
      yield octets("a");
      yield await Promise.resolve(octets("b"));
    } finally {
      closed = true;
    }
  });
  for await (const _ of opened.octets()) break;
  assertEquals(closed, true);
});
