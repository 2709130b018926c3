import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { formatBody } from "../../lib/message/mime.ts";

const PLAIN_7BIT =
  "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";

for (
  const [what, text, expected] of [
    ["an empty text", "", ""],
    ["a line without its end", "a", "a\r\n"],
    ["LF", "a\nb\n", "a\r\nb\r\n"],
    ["CR", "a\rb\r", "a\r\nb\r\n"],
    ["CRLF", "a\r\nb\r\n", "a\r\nb\r\n"],
    ["all three mixed", "a\r\r\nb\n\rc\r\n\nd", "a\r\n\r\nb\r\n\r\nc\r\n\r\nd\r\n"],
    ["a lone dot among them", "a\n.\r.\r\n", "a\r\n.\r\n.\r\n"],
    ["a line of 998 octets", "x".repeat(998), "x".repeat(998) + "\r\n"],
  ]
) {
  Deno.test(`formatBody() ends every line with CRLF: ${what}`, () => {
    assertEquals(formatBody({ text }), PLAIN_7BIT + expected);
  });
}

for (
  const [what, text] of [
    ["text that is not ASCII", "é"],
    ["a line of 999 octets", "a\n" + "x".repeat(999)],
    ["a long line after short ones", "a\n".repeat(1000) + "x".repeat(999) + "\nb"],
    ["From at the start of a line", "a\nFrom b"],
    ["From at the start", "From a"],
    ["NUL", "a\0b"],
    ["a control character", "a\x1bb"],
    ["a line separator", "a\u2028b"],
  ]
) {
  Deno.test(`formatBody() encodes ${what}`, () => {
    const body = formatBody({ text });
    assertStringIncludes(body, "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
    assertMatch(body, /^[\t\r\n\x20-\x7e]*\r\n$/);
    assert(body.split("\r\n").every((line) => line.length <= 76));
  });
}

Deno.test("formatBody() writes HTML alone as text/html", () => {
  assertStringIncludes(formatBody({ html: "<p>Hi" }), "Content-Type: text/html; charset=utf-8\r\n");
});

Deno.test("formatBody() writes plain text before HTML, between boundaries that neither holds", () => {
  const body = formatBody({ text: "Hi", html: "<p>Hé" });
  const [, boundary] = /boundary="(=_[0-9a-f]{32})"/.exec(body)!;
  const [fields, plain, html, end] = body.split(`--${boundary}`);
  assertEquals(
    fields,
    `MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n`,
  );
  const typed = (type: string, encoding: string) =>
    `\r\nContent-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  assertEquals(plain, `${typed("plain", "7bit")}Hi\r\n`);
  assertEquals(html, `${typed("html", "quoted-printable")}<p>H=C3=A9\r\n`);
  assertEquals(end, "--\r\n");
  assertNotEquals(formatBody({ text: "Hi", html: "Hi" }), formatBody({ text: "Hi", html: "Hi" }));
});
