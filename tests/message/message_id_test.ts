import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { checkMessageId, makeMessageId } from "../../lib/message/message_id.ts";

Deno.test("makeMessageId() makes another identifier each time, at the given domain", () => {
  assertMatch(makeMessageId("example.com"), /^<[0-9a-f]{32}@example\.com>$/);
  assertNotEquals(makeMessageId("example.com"), makeMessageId("example.com"));
  assertEquals(checkMessageId(makeMessageId("[IPv6:::1]")).endsWith("@[IPv6:::1]>"), true);
});

for (
  const id of [
    "a@b",
    "<a@b",
    "<a>",
    "<@b>",
    "<a@>",
    "<a@b@c>",
    "<a b@c>",
    "<a..b@c>",
    "<a@b>\r\nBcc: x@y.example",
    "<a\n@b>",
    "<é@b>",
    "<a@b><c@d>",
    `<${"a".repeat(1000)}@b>`,
    `<${"a.".repeat(200_000)}@b>`,
    "",
  ]
) {
  Deno.test(`checkMessageId() refuses ${JSON.stringify(id.slice(0, 30))}`, () => {
    assertThrows(() => checkMessageId(id), TypeError, 'Cannot compose message: field "messageId"');
  });
}
