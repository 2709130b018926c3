import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { base64Lines, base64LinesSize, encodeBase64LinesInto } from "../../lib/message/base64_lines.ts";

const LINE = 57;
const BLOCK_LINES = 2_048;
const BLOCK = BLOCK_LINES * LINE;

/** Around nothing, a group of three, a line, two, and the blocks that are encoded at once. */
const SIZES = [0, 1, 2, 3, 4, 56, 57, 58, 113, 114, 115, 171, 2_048]
  .concat([BLOCK, BLOCK + LINE, 2 * BLOCK].flatMap((size) => [size - 1, size, size + 1]));

/** The same runs each time; a failure names the smallest input that was found. */
const RUNS = { seed: 1, numRuns: 1_000 };

/** Octets of every value, different on each line. */
function octets(size: number): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i++) octets[i] = i * 167 + (i >> 8);
  return octets;
}

/** What is expected: line by line, as the platform encodes it. */
function lineByLine(input: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < input.length; at += LINE) lines.push(input.subarray(at, at + LINE).toBase64());
  return lines.join("\r\n");
}

/** Cuts octets to chunks of the given lengths in turn, all in one buffer, as a reader of files gives them. */
function* chunks(input: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(...lengths));
  for (let at = 0, i = 0; at < input.length; i++) {
    const chunk = input.subarray(at, at + lengths[i % lengths.length]);
    buffer.set(chunk);
    yield buffer.subarray(0, chunk.length);
    at += chunk.length;
    buffer.fill(0);
  }
}

async function streamed(input: Uint8Array, lengths: readonly number[]): Promise<string> {
  let text = "";
  for await (const chunk of base64Lines(chunks(input, lengths))) {
    assert(chunk.length > 0);
    text += new TextDecoder().decode(chunk);
  }
  return text;
}

Deno.test("base64LinesSize() counts what comes out, at every border", () => {
  for (const size of SIZES) {
    assertEquals(base64LinesSize(size), lineByLine(octets(size)).length, `${size} octets`);
  }
});

Deno.test("encodeBase64LinesInto() writes what the platform writes line by line", () => {
  for (const size of SIZES) {
    const into = new Uint8Array(base64LinesSize(size));
    encodeBase64LinesInto(octets(size), into);
    assertEquals(new TextDecoder().decode(into), lineByLine(octets(size)), `${size} octets`);
  }
});

Deno.test("encodeBase64LinesInto() writes nothing beside its place in a larger buffer", () => {
  for (const size of SIZES) {
    const end = 3 + base64LinesSize(size);
    const buffer = new Uint8Array(end + 3).fill(33);
    encodeBase64LinesInto(octets(size), buffer.subarray(3, end));
    assertEquals(new TextDecoder().decode(buffer), `!!!${lineByLine(octets(size))}!!!`, `${size} octets`);
  }
});

Deno.test("base64Lines() writes what the platform writes line by line, in chunks of any length", async () => {
  for (const size of SIZES) {
    const input = octets(size);
    const expected = lineByLine(input);
    for (const length of [56, 57, 58, 65_536, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 1]) {
      assertEquals(await streamed(input, [length]), expected, `${size} octets in chunks of ${length}`);
    }
  }
});

Deno.test("base64Lines() writes what the platform writes line by line, in random chunks", async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
  const input = fc.uint8Array({ maxLength: 1_000 });
  await fc.assert(
    fc.asyncProperty(input, lengths, async (input, lengths) => {
      assertEquals(await streamed(input, lengths), lineByLine(input));
      assertEquals(base64LinesSize(input.length), lineByLine(input).length);
    }),
    RUNS,
  );
});

Deno.test("base64Lines() writes nothing for a stream of nothing, and for empty chunks", async () => {
  for (const chunks of [[], [new Uint8Array(0)], [new Uint8Array(0), new Uint8Array(0)]]) {
    assertEquals(await Array.fromAsync(base64Lines(chunks)), []);
  }
});

Deno.test("base64Lines() takes empty chunks between others", async () => {
  const input = octets(200);
  const [start, end] = [input.subarray(0, 58), input.subarray(58)];
  const output = await Array.fromAsync(base64Lines([new Uint8Array(0), start, new Uint8Array(0), end]));
  assertEquals(output.map((chunk) => new TextDecoder().decode(chunk)).join(""), lineByLine(input));
});

Deno.test("base64Lines() gathers small chunks to large ones, and writes them all in the same memory", async () => {
  const memory = new Set<ArrayBufferLike>();
  const sizes: number[] = [];
  for await (const chunk of base64Lines(chunks(octets(3 * BLOCK), [100]))) {
    memory.add(chunk.buffer);
    sizes.push(chunk.length);
  }
  assertEquals(memory.size, 1);
  assertEquals(sizes, [BLOCK_LINES * 78 - 2, BLOCK_LINES * 78, BLOCK_LINES * 78]);
});

Deno.test("base64Lines() passes on what made the stream fail", async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(octets(100));
    throw new Error("the disk is gone");
  }
  const failure = await Array.fromAsync(base64Lines(failing())).catch((error) => error);
  assertEquals(failure.message, "the disk is gone");
});

Deno.test("base64Lines() closes the stream when nobody reads on", async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      while (true) yield await Promise.resolve(octets(BLOCK));
    } finally {
      closed = true;
    }
  }
  for await (const _ of base64Lines(endless())) break;
  assert(closed);
});
