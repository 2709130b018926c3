import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../mod.ts";
import { LineReader } from "../../lib/wire/line_reader.ts";

/** A source that gives the text in pieces of so many octets. */
function source(text: string, size: number) {
  const octets = new TextEncoder().encode(text);
  let at = 0;
  return {
    read(into: Uint8Array): Promise<number | null> {
      if (at === octets.length) return Promise.resolve(null);
      const piece = octets.subarray(at, at + Math.min(size, into.length));
      into.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length);
    },
  };
}

async function readAll(reader: LineReader): Promise<string[]> {
  const lines: string[] = [];
  do {
    for (let line = reader.take(); line; line = reader.take()) lines.push(new TextDecoder().decode(line));
  } while (await reader.fill());
  return lines;
}

for (const size of [1, 2, 3, 7, 100_000]) {
  Deno.test(`LineReader cuts lines however they arrive (${size} octets at once)`, async () => {
    const long = "x".repeat(10_000);
    const reader = new LineReader(source(`220 a\r\n\r\n250-b\n${long}\r\n\r\r\nrest`, size));
    assertEquals(await readAll(reader), ["220 a", "", "250-b", long, "\r"]);
    assertEquals(reader.buffered, 4);
  });
}

Deno.test("LineReader refuses a line that does not end, in bounded memory", async () => {
  const reader = new LineReader(source("x".repeat(1_000_000), 65_536));
  let read = 0;
  const error = await (async () => {
    while (await reader.fill()) {
      read = reader.buffered;
      try {
        reader.take();
      } catch (error) {
        return error;
      }
    }
  })();
  assertEquals([error instanceof ProtocolError, (error as ProtocolError).code], [
    true,
    "protocol.reply_too_long",
  ]);
  assertEquals(read < 70_000, true);
});

Deno.test("LineReader refuses a long line that has its end", async () => {
  const reader = new LineReader(source("x".repeat(20_000) + "\r\n", 100_000));
  for (let at = 0; at < 5; at++) await reader.fill();
  assertThrows(() => reader.take(), ProtocolError, "more than 16384 octets");
});
