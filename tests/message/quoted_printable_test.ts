import { assert, assertEquals } from "@std/assert";
import { encodeQuotedPrintable } from "../../lib/message/quoted_printable.ts";
import { randomText, seeded, TEXTS } from "./samples.ts";

function encode(text: string): string {
  return encodeQuotedPrintable(new TextEncoder().encode(text));
}

/** Decodes line by line, and refuses whatever RFC 2045 section 6.7 does not allow. */
function decode(encoded: string): string {
  const octets: number[] = [];
  const lines = encoded.split("\r\n");
  lines.forEach((line, i) => {
    assert(line.length <= 76, `${line.length} characters: ${line}`);
    assert(/^(?:[\t -<>-~]|=[0-9A-F]{2})*=?$/.test(line), `malformed: ${line}`);
    assert(!/[\t ]$/.test(line), `blank at the end: ${line}`);
    assert(!/^(?:\.|From )/.test(line), `easily changed on the way: ${line}`);
    const soft = line.endsWith("=");
    for (const c of (soft ? line.slice(0, -1) : line).match(/=..|./g) ?? []) {
      octets.push(c.length === 3 ? parseInt(c.slice(1), 16) : c.charCodeAt(0));
    }
    if (!soft && i < lines.length - 1) octets.push(13, 10);
  });
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(octets));
}

for (
  const [what, text, expected] of [
    ["nothing", "", ""],
    ["an equals sign", "a=b", "a=3Db"],
    ["letters that are not ASCII", "é", "=C3=A9"],
    ["blanks within a line as they are", "a b\tc", "a b\tc"],
    ["blanks at the end of a line", "a \r\nb\t\r\nc ", "a=20\r\nb=09\r\nc=20"],
    ["a dot at the start of a line", ".\r\n..a.", "=2E\r\n=2E.a."],
    [
      "From at the start of a line",
      "From a\r\nFrom b From c\r\nFromage",
      "=46rom a\r\n=46rom b From c\r\nFromage",
    ],
    ["NUL and DEL", "\0\x7f", "=00=7F"],
    ["76 characters on one line", "x".repeat(76), "x".repeat(76)],
    ["77 characters on two", "x".repeat(77), `${"x".repeat(75)}=\r\nxx`],
    ["a dot that a soft break brings to the start", "x".repeat(75) + ".y", `${"x".repeat(75)}=\r\n=2Ey`],
    ["empty lines", "\r\n\r\na\r\n", "\r\n\r\na\r\n"],
  ]
) {
  Deno.test(`encodeQuotedPrintable() writes ${what}`, () => {
    assertEquals(encode(text), expected);
    assertEquals(decode(expected), text);
  });
}

Deno.test("encodeQuotedPrintable() gives what another decoder reads, in every script", () => {
  for (const text of TEXTS) assertEquals(decode(encode(text)), text);
});

Deno.test("encodeQuotedPrintable() breaks no escape wherever it falls on the line", () => {
  for (let before = 0; before < 80; before++) {
    for (const tail of ["=", "é", "👍", " ", " x", ".", "From x", "é ", "=\r\n."]) {
      const text = "x".repeat(before) + tail;
      assertEquals(decode(encode(text)), text);
    }
  }
});

Deno.test("encodeQuotedPrintable() gives what another decoder reads, for random text", () => {
  const random = seeded(3);
  for (let i = 0; i < 300; i++) {
    const text = Array.from({ length: random(6) }, () => randomText(random, 200) + " ".repeat(random(3)))
      .join("\r\n");
    assertEquals(decode(encode(text)), text);
  }
});

Deno.test("encodeQuotedPrintable() has room for the worst input", () => {
  for (const unit of ["\0", "=", ".\r\n", "é", " \r\n"]) {
    for (const count of [1, 2, 24, 25, 26, 1000]) {
      assertEquals(decode(encode(unit.repeat(count))), unit.repeat(count));
    }
  }
});
