/** What holds for every stream: the lines of it are those that it has, however it arrives. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../mod.ts";
import { LineReader } from "../../lib/wire/line_reader.ts";
import { latin1, RUNS, sizes, type Source, source, text, wild } from "./octets.ts";

/** Longest line in octets, line end included. */
const MAX_LINE = 16_384;

const long = fc.integer({ min: MAX_LINE - 3, max: MAX_LINE + 3 }).map((length) => latin1("x".repeat(length)));
const stream = fc.oneof(
  { weight: 9, arbitrary: fc.array(wild, { maxLength: 8 }) },
  { weight: 1, arbitrary: fc.tuple(wild, long, wild) },
).map((pieces) => latin1(text(...pieces)));

/** The lines of a stream and what is left behind the last, read another way; `undefined` after a line that is too long. */
function linesOf(octets: Uint8Array): (string | undefined)[] {
  const parts = text(octets).split(/(?<=\n)/);
  const tooLong = parts.findIndex((part) => part.length > MAX_LINE);
  const good = parts.slice(0, tooLong < 0 ? undefined : tooLong).filter((part) => part.endsWith("\n"));
  const lines = good.map((line) => line.replace(/\r?\n$/, ""));
  return tooLong < 0 ? lines : [...lines, undefined];
}

async function read(from: Source): Promise<{ lines: (string | undefined)[]; left: number; most: number }> {
  const reader = new LineReader(from);
  const lines: (string | undefined)[] = [];
  let most = 0;
  try {
    do {
      most = Math.max(most, reader.buffered);
      for (let line = reader.take(); line; line = reader.take()) lines.push(text(line));
    } while (await reader.fill());
  } catch (refusal) {
    assert(refusal instanceof ProtocolError, String(refusal));
    assertEquals(refusal.code, "protocol.reply_too_long");
    lines.push(undefined);
  }
  return { lines, left: reader.buffered, most };
}

Deno.test("LineReader cuts any octets into the lines that they have, however they arrive", async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(stream, sizes, async (octets, sizes) => {
      const { lines, left, most } = await read(source(octets, sizes));
      assertEquals(lines, linesOf(octets));
      assert(most <= 2 * MAX_LINE, `${most} octets were kept`);
      if (lines.at(-1) === undefined && lines.length > 0) refused++;
      else assertEquals(left, text(octets).split("\n").at(-1)!.length);
    }),
    RUNS,
  );
  assert(refused > 20, `only ${refused} were refused`);
});
