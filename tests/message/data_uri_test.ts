import { assertEquals, assertThrows } from "@std/assert";
import { dataUri } from "../../lib/message/data_uri.ts";

for (
  const [uri, type, content] of [
    ["data:,Hello", "text/plain;charset=US-ASCII", "Hello"],
    ["data:text/html,<p>", "text/html", "<p>"],
    ["DATA:text/plain;charset=utf-8,Gr%C3%BC%c3%9fe", "text/plain;charset=utf-8", "Grüße"],
    ["data:;charset=utf-8,a,b", "text/plain;charset=utf-8", "a,b"],
    ["data:image/png;base64,AAEC", "image/png", "\0\x01\x02"],
    ["data:image/png;base64,AA%3D%3D", "image/png", "\0"],
    ["data:image/png; BASE64,AA EC\n", "image/png", "\0\x01\x02"],
    ["data:;base64,", "text/plain;charset=US-ASCII", ""],
    ["data:text/plain,100%25", "text/plain", "100%"],
  ] as const
) {
  Deno.test(`dataUri() reads ${uri}`, () => {
    const read = dataUri(uri);
    assertEquals([read.type, new TextDecoder().decode(read.content)], [type, content]);
  });
}

for (
  const [uri, said] of [
    ["https://example.com/,", "it is not"],
    ["data:image/png;base64", "it is not"],
    ["", "it is not"],
    ["data:image/png;base64,A", "is not base64"],
    ["data:image/png;base64,AA*A", "is not base64"],
    ["data:text/plain,100%", "two hexadecimal digits"],
    ["data:text/plain,%4", "two hexadecimal digits"],
    ["data:text/plain,%zz", "two hexadecimal digits"],
  ] as const
) {
  Deno.test(`dataUri() refuses ${uri || "nothing"}`, () => {
    assertThrows(() => dataUri(uri), SyntaxError, said);
  });
}

Deno.test("dataUri() refuses what is no string, and shows little of what is long", () => {
  assertThrows(() => dataUri(7 as unknown as string), SyntaxError, "Cannot read data URI");
  const error = assertThrows(() => dataUri(`data:;base64,${"*".repeat(1_000_000)}`), SyntaxError);
  assertEquals(error.message.length < 200, true);
});
