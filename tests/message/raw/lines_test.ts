import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type BareCr, RawLines, WINDOW } from "../../../lib/message/raw/lines.ts";
import { cut, CUTS, octets, text } from "./samples.ts";

function pass(bareCr: BareCr, chunks: readonly Uint8Array[]): { made: string; lines: RawLines } {
  const lines = new RawLines(bareCr);
  const pieces = chunks.map((chunk) => lines.push(chunk));
  for (const piece of pieces) assertEquals(text(piece).endsWith("\r"), false);
  return { made: text(...pieces, lines.end()), lines };
}

/** The same by other means. */
function expected(raw: string): string {
  const lines = raw.replace(/\r\r\n|\r\n|\r|\n/g, "\r\n");
  return lines === "" || lines.endsWith("\r\n") ? lines : lines + "\r\n";
}

const LINE_ENDS: [string, string, string][] = [
  ["nothing", "", ""],
  ["CRLF", "a\r\nb\r\n", "a\r\nb\r\n"],
  ["LF", "a\nb\n", "a\r\nb\r\n"],
  ["both", "a\nb\r\nc\n\r\n\n", "a\r\nb\r\nc\r\n\r\n\r\n"],
  ["a last line that is not ended", "a\r\nb", "a\r\nb\r\n"],
  ["empty lines", "\n\r\n\n", "\r\n\r\n\r\n"],
  ["octets above 127", "\xe9\n\xff\r\n\x80", "\xe9\r\n\xff\r\n\x80\r\n"],
  ["control characters", "\x01\x0b\x0c\x7f\n", "\x01\x0b\x0c\x7f\r\n"],
];

const BARE_CR: [string, string, string][] = [
  ["between letters", "a\rb", "a\r\nb\r\n"],
  ["at the end", "a\r", "a\r\n"],
  ["at the start", "\ra", "\r\na\r\n"],
  ["alone", "\r", "\r\n"],
  ["after LF", "\n\r", "\r\n\r\n"],
  ["twice", "a\r\rb", "a\r\n\r\nb\r\n"],
  ["twice at the end", "a\r\r", "a\r\n\r\n"],
  ["before CRLF", "a\r\r\nb\r\r\n", "a\r\nb\r\n"],
  ["twice before CRLF", "a\r\r\r\nb", "a\r\n\r\nb\r\n"],
  ["three times", "\r\r\rb", "\r\n\r\n\r\nb\r\n"],
];

for (const [how, cutAs] of Object.entries(CUTS)) {
  for (const [what, raw, made] of LINE_ENDS) {
    Deno.test(`RawLines makes CRLF of ${what}, ${how}`, () => {
      assertEquals(pass("refuse", cutAs(octets(raw))).made, made);
      assertEquals(pass("mend", cutAs(octets(raw))).made, made);
      // Behind a header section other code looks at most octets.
      assertEquals(pass("refuse", cutAs(octets(`x\n\n${raw}`))).made, `x\r\n\r\n${made}`);
    });
  }

  for (const [where, raw, made] of BARE_CR) {
    Deno.test(`RawLines refuses a bare CR ${where}, or mends it, ${how}`, () => {
      for (const head of ["", "x\r\n\r\n"]) {
        assertEquals(pass("mend", cutAs(octets(head + raw))).made, head + made);
        assertThrows(() => pass("refuse", cutAs(octets(head + raw))), SyntaxError, "bare CR at octet ");
      }
    });
  }
}

for (
  const [what, raw, message] of [
    ["a bare CR", "a: b\n\nxy\rz", "bare CR at octet 8, line 3"],
    ["a bare CR at the end", "a: b\r\n\r\nxy\r", "bare CR at octet 10, line 3"],
    ["a bare CR before CRLF", "a: b\r\r\n", "bare CR at octet 4, line 1"],
    ["NUL", "a: b\n\nxy\n\0", "NUL at octet 9, line 4"],
    ["NUL in the header", "a\0", "NUL at octet 1, line 1"],
  ] as const
) {
  Deno.test(`RawLines tells where ${what} is, however the octets come`, () => {
    for (const cutAs of Object.values(CUTS)) {
      assertThrows(() => pass("refuse", cutAs(octets(raw))), SyntaxError, message);
    }
  });
}

Deno.test("RawLines tells how to mend a bare CR, and that NUL cannot be mended", () => {
  assertThrows(() => pass("refuse", [octets("\rx")]), SyntaxError, 'with bareCr "mend" it ends a line');
  assertThrows(() => pass("mend", [octets("\r\0")]), SyntaxError, "NUL at octet 1");
});

Deno.test("RawLines gives octets back uncopied where nothing is to be changed", () => {
  const lines = new RawLines("refuse");
  lines.push(octets("a: b\r\n\r\n"));
  const chunk = octets("one\r\ntwo\r\nthree");
  assertEquals(lines.push(chunk), chunk);
  assertEquals(lines.push(chunk).buffer === chunk.buffer, true);
  assertEquals(lines.push(octets(" and\r\n")).length, 6);
});

Deno.test("RawLines notes of the body alone whether it is 8-bit, and its first long line", () => {
  for (const cutAs of Object.values(CUTS)) {
    for (const lineEnd of ["\n", "\r\n"]) {
      const long = "x".repeat(999);
      const see = (...raw: string[]) => {
        const { lines } = pass("refuse", cutAs(octets(raw.join(lineEnd))));
        return [lines.eightBit, lines.longLine];
      };
      assertEquals(see("a: \xe9", `b: ${long}`, "", "x", ""), [false, undefined]);
      assertEquals(see("a: b", "", "x", "\xe9", ""), [true, undefined]);
      assertEquals(see("a: b", "", "x".repeat(998), ""), [false, undefined]);
      assertEquals(see("a: b", "", "x", long, long), [false, 4]);
      assertEquals(see("a: b", "", "x", "\xe9", long), [true, 5]);
      assertEquals(see("a: b"), [false, undefined]);
      assertEquals(see("a: \xe9", `b: ${long}`), [false, undefined]);
    }
  }
});

Deno.test("RawLines notes a long line before it ends", () => {
  const lines = new RawLines("refuse");
  for (const piece of ["a: b\n\n", "x".repeat(600), "x".repeat(600)]) lines.push(octets(piece));
  assertEquals(lines.longLine, 3);
});

Deno.test("RawLines tells where the header section ends", () => {
  for (const cutAs of Object.values(CUTS)) {
    const head = (raw: string) => pass("mend", cutAs(octets(raw))).lines.head;
    assertEquals(head("a: b\nc: d\n\nbody\n\n"), "a: b\r\nc: d\r\n\r\n".length);
    assertEquals(head("\nbody"), 2);
    assertEquals(head("a: b\r\rbody"), "a: b\r\n\r\n".length);
    assertEquals(head("a: b"), "a: b\r\n".length);
    assertEquals(head(""), 0);
  }
});

const RAW = fc.array(fc.constantFrom("\r", "\n", "\r\n", "a", "bc", "\xe9", " "), { maxLength: 40 })
  .map((parts) => parts.join(""));
const LENGTHS = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });

Deno.test("RawLines gives the same as a regular expression, wherever the octets are cut", () => {
  fc.assert(fc.property(RAW, fc.boolean(), LENGTHS, (raw, withHead, lengths) => {
    const all = withHead ? `a: b\r\n\r\n${raw}` : raw;
    const { made, lines } = pass("mend", cut(octets(all), lengths));
    assertEquals(made, expected(all));
    assertEquals(lines.size, made.length);
    const end = made.startsWith("\r\n") ? 2 : made.indexOf("\r\n\r\n") + 4;
    assertEquals(lines.head, end < 4 && end !== 2 ? made.length : end);
  }));
});

Deno.test("RawLines works with windows of the largest size, of nothing but line ends too", () => {
  for (const unit of ["\n", "\r\n", "x\n", "xy\r\n", "\r"]) {
    const raw = unit.repeat(WINDOW / unit.length);
    const lines = new RawLines("mend");
    const pieces = [
      lines.push(octets("x")),
      lines.push(octets("\r\r")),
      lines.push(octets(raw)),
      lines.end(),
    ];
    assertEquals(text(...pieces), expected(`x\r\r${raw}`));
  }
});
