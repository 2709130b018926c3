import { assertEquals, assertThrows } from "@std/assert";
import { formatMediaType, readMediaType, typeOf } from "../../lib/message/media_type.ts";

for (
  const [name, type] of [
    ["report.pdf", "application/pdf"],
    ["REPORT.PDF", "application/pdf"],
    ["a.tar.gz", "application/gzip"],
    ["notes.txt", "text/plain"],
    [".png", "image/png"],
    ["README", "application/octet-stream"],
    ["a.unheard-of", "application/octet-stream"],
    ["a.constructor", "application/octet-stream"],
    ["", "application/octet-stream"],
  ]
) {
  Deno.test(`typeOf() takes ${name || "no name"} for ${type}`, () => assertEquals(typeOf(name), type));
}

for (
  const [text, essence, parameters] of [
    ["text/csv", "text/csv", {}],
    [" Text/CSV ", "text/csv", {}],
    ["text/csv; charset=utf-8", "text/csv", { charset: "utf-8" }],
    ['text/csv;Charset="utf-8";header=present', "text/csv", { charset: "utf-8", header: "present" }],
    ['application/x; a="b;c \\"d\\""', "application/x", { a: 'b;c "d"' }],
    ["text/plain;", "text/plain", {}],
  ] as const
) {
  Deno.test(`readMediaType() reads ${text}`, () => {
    const read = readMediaType(text);
    assertEquals([read.essence, Object.fromEntries(read.parameters)], [essence, parameters]);
  });
}

for (
  const [text, said] of [
    ["", "is no type"],
    ["text", "is no type"],
    ["text/", "is no type"],
    ["text/a b", "is no type"],
    ["text/a/b", "is no type"],
    ["text/plain\r\nBcc: x", "contains the control character U+000D"],
    ["text/plain; charset", "malformed parameter"],
    ["text/plain; charset=", "malformed parameter"],
    ['text/plain; charset="utf-8', "malformed parameter"],
    ["text/plain; a=1 b=2", "malformed parameter"],
    ["text/plain; a=1; A=2", "twice"],
    [`text/plain;${" a".repeat(100_000)}`, "malformed parameter"],
    [`text/plain;a="${"\\".repeat(100_001)}`, "malformed parameter"],
  ] as const
) {
  Deno.test(`readMediaType() refuses ${text.slice(0, 40) || "nothing"}`, () => {
    assertThrows(() => readMediaType(text), SyntaxError, said);
  });
}

Deno.test("formatMediaType() writes what readMediaType() reads", () => {
  const type = readMediaType('text/x; a=b; c="d e"; f="ü\\\\"');
  const written = formatMediaType(type);
  assertEquals(written, "Content-Type: text/x;\r\n a=b;\r\n c=\"d e\";\r\n f*=UTF-8''%C3%BC%5C");
});
