/** What holds for every reply: written and read again it is the same, and whatever comes instead is refused within a measure. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ProtocolError, type Reply } from "../../mod.ts";
import { readExtensions } from "../../lib/stages/ehlo.ts";
import { ReplyParser } from "../../lib/wire/reply.ts";
import { ReplyReader } from "../../lib/wire/reply_reader.ts";
import { cut, RUNS, sizes, type Source, source, text, wild } from "./octets.ts";

/** Most octets that are read of a reply: its own measure, and a buffer that doubles until a line fits. */
const MAX_READ = 131_072 + 2 * 16_384;

/** Text of a reply, RFC 5321 section 4.2 `textstring`, and RFC 6531 section 3.7.4. */
const line = fc.oneof(
  fc.stringMatching(/^[\t -~]{0,60}$/),
  fc.string({ unit: "grapheme", maxLength: 60 }).filter((line) => !/[\r\n]/.test(line)),
  fc.constantFrom("\ufeffa byte order mark", ""),
  fc.stringMatching(/^[245]\.[0-9]{1,4}\.[0-9]{1,4}[ .x]?[a-z]{0,4}$/),
);

const reply: fc.Arbitrary<Reply> = fc.record({
  code: fc.integer({ min: 200, max: 599 }),
  lines: fc.array(line, { minLength: 1, maxLength: 8 }),
}, { noNullPrototype: true });

/** Writes a reply as a server does. */
function written({ code, lines }: Reply, lineEnd: string): string {
  const last = lines.length - 1;
  return lines.map((line, at) => `${code}${at < last ? "-" : " "}${line}${lineEnd}`).join("");
}

/** The enhanced code that a reply begins with, read by hand. RFC 2034 section 4. */
function enhancedOf({ code, lines: [first] }: Reply): string | undefined {
  const [word] = first.split(/\s/);
  const [kind, subject, detail, ...more] = word.split(".");
  const short = (digits?: string) => digits !== undefined && /^[0-9]{1,3}$/.test(digits);
  const fits = short(subject) && short(detail) && more.length === 0 && "245".includes(kind) &&
    kind.length === 1;
  return fits && kind === String(code)[0] ? word : undefined;
}

/** Reads to the end, or to what is refused; everything else is no way to end. */
async function readAll(from: Source): Promise<{ replies: Reply[]; refusal?: ProtocolError }> {
  const reader = new ReplyReader(from);
  const replies: Reply[] = [];
  try {
    do {
      for (let reply = reader.take(); reply; reply = reader.take()) replies.push(reply);
    } while (await reader.fill());
    return { replies };
  } catch (refusal) {
    if (!(refusal instanceof ProtocolError)) throw refusal;
    return { replies, refusal };
  }
}

Deno.test("ReplyReader reads every reply as it was written, however it arrives", async () => {
  const lineEnds = fc.constantFrom("\r\n", "\n");
  await fc.assert(
    fc.asyncProperty(fc.array(reply, { maxLength: 5 }), lineEnds, sizes, async (replies, lineEnd, sizes) => {
      const octets = new TextEncoder().encode(replies.map((reply) => written(reply, lineEnd)).join(""));
      const expected = replies.map((reply) => {
        const enhanced = enhancedOf(reply);
        return enhanced === undefined ? reply : { ...reply, enhanced };
      });
      assertEquals(await readAll(source(octets, sizes)), { replies: expected });
    }),
    RUNS,
  );
});

Deno.test("ReplyReader reads any octets as replies or refuses them, the same however they arrive", async () => {
  let [read, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(wild, sizes, async (octets, sizes) => {
      const whole = await readAll(source(octets, [Infinity]));
      const pieces = await readAll(source(octets, sizes));
      assertEquals(pieces.replies, whole.replies);
      assertEquals(pieces.refusal?.message, whole.refusal?.message);
      for (const { code, lines } of whole.replies) {
        assert(Number.isInteger(code) && code >= 200 && code <= 599 && lines.length > 0);
        assert(lines.every((line) => !line.includes("\n")));
      }
      // deno-lint-ignore no-control-regex -- control characters are what must not be there
      assert(!/[\x00-\x1f\x7f-\x9f]/.test(whole.refusal?.message ?? ""), whole.refusal?.message);
      if (whole.replies.length > 0) read++;
      if (whole.refusal) refused++;
    }),
    { ...RUNS, numRuns: 5000 },
  );
  assert(read > 200 && refused > 1000, `${read} were read and ${refused} refused`);
});

Deno.test("ReplyReader reads no further in what does not end than a reply may be long", async () => {
  const unit = fc.oneof(
    fc.constantFrom("250-x\r\n", "250-\n", "2", "250-", `250-${"x".repeat(9_000)}\r\n`, "x", "\0").map((
      text,
    ) => new TextEncoder().encode(text)),
    fc.uint8Array({ minLength: 1, maxLength: 50 }),
  );
  const large = fc.integer({ min: 500, max: 70_000 });
  await fc.assert(
    fc.asyncProperty(unit, large, async (octets, size) => {
      const from = source(octets, [size], { endless: true });
      // A complete reply in it is no end either.
      const reader = new ReplyReader(from);
      let mark = 0;
      try {
        for (let count = 0; count < 3; count++) {
          while (!reader.take()) assert(await reader.fill() && from.taken - mark <= MAX_READ);
          mark = from.taken;
        }
      } catch (refusal) {
        assert(refusal instanceof ProtocolError, String(refusal));
      }
    }),
    { ...RUNS, numRuns: 300 },
  );
});

Deno.test("ReplyParser takes any line or refuses it, and none makes it keep more than it may", () => {
  const lines = fc.array(
    fc.oneof(wild, fc.constantFrom("250-", "250-a", "250 b").map((s) => new TextEncoder().encode(s))),
  );
  fc.assert(
    fc.property(lines, (lines) => {
      const parser = new ReplyParser();
      for (const line of lines) {
        try {
          const reply = parser.add(line);
          // Only a hyphen in the fourth place goes on; to the parser a line is whatever it is given.
          assertEquals(reply === undefined, text(line)[3] === "-");
          assertEquals(parser.open, reply === undefined);
        } catch (refusal) {
          assert(refusal instanceof ProtocolError, String(refusal));
          return;
        }
      }
    }),
    RUNS,
  );
});

const keyword = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,9}$/);
const parameter = fc.stringMatching(/^[!-~]{1,10}$/);
const gap = fc.constantFrom(" ", "  ", "\t", " \t ");

Deno.test("readExtensions() finds every keyword and parameter that a server lists", () => {
  const offer = fc.record({
    keyword,
    parameters: fc.array(fc.tuple(gap, parameter), { maxLength: 5 }),
    after: fc.constantFrom("", " "),
  });
  fc.assert(
    fc.property(line, fc.array(offer, { maxLength: 12 }), (name, offers) => {
      const lines = offers.map(({ keyword, parameters, after }) =>
        keyword + parameters.flat().join("") + after
      );
      const expected: Record<string, string[]> = {};
      for (const { keyword, parameters } of offers) {
        const known = expected[` ${keyword.toUpperCase()}`] ??= [];
        for (const [, one] of parameters) if (!known.includes(one)) known.push(one);
      }
      const found = readExtensions({ code: 250, lines: [name, ...lines] });
      assertEquals(
        Object.fromEntries(Array.from(found, ([keyword, list]) => [` ${keyword}`, [...list]])),
        expected,
      );
    }),
    RUNS,
  );
});

Deno.test("readExtensions() makes words of any reply, and finds none that is not there", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(line, fc.string({ unit: "binary" })), { minLength: 1, maxLength: 10 }),
      (lines) => {
        const found = readExtensions({ code: 250, lines });
        assert(!found.has(""));
        const said = lines.slice(1).join("\n");
        for (const [keyword, parameters] of found) {
          assertEquals(keyword, keyword.toUpperCase());
          assert(said.toUpperCase().includes(keyword) && !/[ \t=]/.test(keyword), keyword);
          assertEquals(new Set(parameters).size, parameters.length);
          for (const one of parameters) assert(one !== "" && !/[ \t]/.test(one), one);
        }
      },
    ),
    RUNS,
  );
});

Deno.test("ReplyReader says of a line that was cut anywhere what it says of the whole", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 3 }), fc.nat(), async (replies, at) => {
      const octets = new TextEncoder().encode(replies.map((reply) => written(reply, "\r\n")).join(""));
      const [head] = cut(octets, [at % octets.length + 1]);
      const { replies: read, refusal } = await readAll(source(head, [7]));
      // What is cut off is not made up, and what was whole before it is not lost.
      assertEquals(refusal, undefined);
      const whole = (await readAll(source(octets, [Infinity]))).replies;
      assertEquals(read, whole.slice(0, read.length));
      assert(head.length < octets.length || read.length === whole.length);
    }),
    RUNS,
  );
});
