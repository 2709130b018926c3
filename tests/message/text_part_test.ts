import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Transfer } from "../../lib/message/part.ts";
import { textPart } from "../../lib/message/text_part.ts";
import { assemble } from "../../lib/message/assemble.ts";

const FIELDS = "Content-Type: text/plain; charset=utf-8";

/** The encoding and the body of a text. */
function write(text: string, widest: Transfer = "7bit"): [encoding: string, body: string] {
  const { pieces } = textPart(FIELDS, text)({ widest });
  const [octets] = assemble(pieces).octets() as Uint8Array[];
  const written = new TextDecoder().decode(octets);
  const [, encoding, body] = /\r\nContent-Transfer-Encoding: ([\w-]+)\r\n\r\n([^]*)$/.exec(written) ?? [];
  return [encoding, body];
}

for (
  const [what, text, expected] of [
    ["an empty text", "", ""],
    ["a line without its end", "a", "a"],
    ["LF", "a\nb\n", "a\r\nb\r\n"],
    ["CR", "a\rb\r", "a\r\nb\r\n"],
    ["CRLF", "a\r\nb\r\n", "a\r\nb\r\n"],
    ["all three mixed", "a\r\r\nb\n\rc\r\n\nd", "a\r\n\r\nb\r\n\r\nc\r\n\r\nd"],
    ["a lone dot among them", "a\n.\r.\r\n", "a\r\n.\r\n.\r\n"],
    ["a line of 998 octets", "x".repeat(998), "x".repeat(998)],
  ]
) {
  Deno.test(`textPart() ends every line with CRLF: ${what}`, () => {
    assertEquals(write(text), ["7bit", expected]);
  });
}

for (
  const [what, text] of [
    ["text that is not ASCII", "Grüße aus Köln"],
    ["a line of 999 octets", "a\n" + "x".repeat(999)],
    ["a long line after short ones", "a\n".repeat(1000) + "x".repeat(999) + "\nb"],
    ["From at the start of a line", "a\nFrom b"],
    ["From at the start", "From a"],
    ["NUL", "a\0b"],
    ["a control character", "a\x1bb"],
    ["a line separator", "a text with a \u2028 in it"],
  ]
) {
  Deno.test(`textPart() writes ${what} in quoted-printable`, () => {
    const [encoding, body] = write(text);
    assertEquals(encoding, "quoted-printable");
    assertMatch(body, /^[\t\r\n\x20-\x7e]*$/);
    assert(body.split("\r\n").every((line) => line.length <= 76));
  });
}

Deno.test("textPart() writes a script of its own in base64, which is shorter", () => {
  const text = "Привет, как дела?\nХорошо.";
  const [encoding, body] = write(text);
  assertEquals(encoding, "base64");
  const decoded = new TextDecoder().decode(Uint8Array.fromBase64(body));
  assertEquals(decoded, text.replace("\n", "\r\n"));
});

Deno.test("textPart() leaves text as it is where 8-bit is allowed, if its lines are short", () => {
  assertEquals(write("Grüße\n", "8bit"), ["8bit", "Grüße\r\n"]);
  assertEquals(write("Grüße\n", "binary"), ["8bit", "Grüße\r\n"]);
  assertEquals(write("é".repeat(499), "8bit")[0], "8bit");
  assertEquals(write(`a\n${"é".repeat(500)}\nb`, "8bit")[0], "base64");
  assertEquals(write("plain", "8bit")[0], "7bit");
  assertEquals(write("Grüße\0", "8bit")[0], "quoted-printable");
});
