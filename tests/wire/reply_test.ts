import { assertEquals, assertThrows } from "@std/assert";
import { escapeControls, formatReply, ProtocolError, type Reply } from "../../mod.ts";
import { ReplyParser } from "../../lib/wire/reply.ts";

function parse(...lines: string[]): Reply | undefined {
  const parser = new ReplyParser();
  let reply: Reply | undefined;
  for (const line of lines) reply = parser.add(new TextEncoder().encode(line));
  return reply;
}

Deno.test("ReplyParser reads code, enhanced code and text", () => {
  assertEquals(parse("250 ok"), { code: 250, lines: ["ok"] });
  assertEquals(parse("250"), { code: 250, lines: [""] });
  assertEquals(parse("250 "), { code: 250, lines: [""] });
  assertEquals(parse("550 5.1.1 no such user"), {
    code: 550,
    enhanced: "5.1.1",
    lines: ["5.1.1 no such user"],
  });
  assertEquals(parse("250 2.0.0"), { code: 250, enhanced: "2.0.0", lines: ["2.0.0"] });
  assertEquals(parse("250 Grüße"), { code: 250, lines: ["Grüße"] });
});

Deno.test("ReplyParser puts lines together", () => {
  assertEquals(parse("250-a", "250-", "250 c"), { code: 250, lines: ["a", "", "c"] });
  assertEquals(parse("550-5.7.1 a", "550 5.7.1 b")?.enhanced, "5.7.1");
  assertEquals(parse("250-a"), undefined);
});

Deno.test("ReplyParser takes no enhanced code of another class, and no version number for one", () => {
  assertEquals(parse("550 4.1.1 odd")?.enhanced, undefined);
  assertEquals(parse("220 2.1234.5 x")?.enhanced, undefined);
  assertEquals(parse("250 2.0.0.1 x")?.enhanced, undefined);
});

for (
  const line of [
    "",
    "2",
    "25",
    "abc ok",
    "199 no",
    "600 no",
    "250\tok",
    "2500 ok",
    "250ok",
    "\xff\x00",
    "150 wait",
  ]
) {
  Deno.test(`ReplyParser refuses ${JSON.stringify(line)}`, () => {
    const error = assertThrows(() => parse(line), ProtocolError, "Cannot read reply");
    assertEquals(error.code, "protocol.malformed_reply");
  });
}

Deno.test("ReplyParser refuses a code that changes between lines", () => {
  assertThrows(() => parse("250-a", "251 b"), ProtocolError, "code 250 is continued by 251");
});

Deno.test("ReplyParser takes 300 lines and refuses a reply that does not end", () => {
  assertEquals(parse(...Array(299).fill("250-X"), "250 X")?.lines.length, 300);
  const many = assertThrows(() => parse(...Array(2_000).fill("250-X")), ProtocolError, "does not end");
  assertEquals(many.code, "protocol.reply_too_long");
  assertThrows(() => parse(...Array(100).fill("250-" + "x".repeat(10_000))), ProtocolError, "does not end");
});

Deno.test("ReplyParser shows no control character of a malformed line", () => {
  assertThrows(() => parse("\x1b[31mred"), ProtocolError, '"\\x1b[31mred"');
});

Deno.test("escapeControls() shows what could steer a terminal", () => {
  assertEquals(
    escapeControls("a\x1b[2J\x07\r\n\x7f\x9b\u2028\u202eb ü"),
    "a\\x1b[2J\\x07\\x0d\\x0a\\x7f\\x9b\\u{2028}\\u{202e}b ü",
  );
});

Deno.test("formatReply() writes a reply on one line", () => {
  assertEquals(formatReply({ code: 550, lines: ["5.1.1 a", "\x07b"] }), "550 5.1.1 a / \\x07b");
  assertEquals(formatReply({ code: 250, lines: [""] }), "250");
});
