import { assertEquals, assertThrows } from "@std/assert";
import { formatPath } from "../../lib/wire/path.ts";

const good = [
  "ann@example.com",
  "a.b+c@localhost",
  '"a b"@example.com',
  '"a\\"b"@example.com',
  "bö@example.com",
  "ann@[192.0.2.1]",
  "ann@[IPv6:2001:db8::1]",
  "!#$%&'*+-/=?^_`{|}~@x-y.example",
];

for (const mailbox of good) {
  Deno.test(`formatPath() takes ${mailbox}`, () => assertEquals(formatPath("RCPT", mailbox), `<${mailbox}>`));
}

const bad = [
  "ann",
  "@example.com",
  "ann@",
  ".a@example.com",
  "a.@example.com",
  "a..b@example.com",
  "a@b@example.com",
  '"a"b"@example.com',
  '"a@example.com',
  "<a@example.com>",
  "a>@example.com",
  "a,b@example.com",
  "a(comment)@example.com",
  "a@-example.com",
  "a@example-.com",
  "a@example..com",
  "a@example.com.",
  "a@exa_mple.com",
  "a@bücher.example",
  "a@[300.1]",
  "a@[192.0.2.1",
  `a@${"x".repeat(64)}.example`,
  `${"a".repeat(65)}@example.com`,
  `a@${"x.".repeat(130)}com`,
  "ä".repeat(33) + "@example.com",
];

for (const mailbox of bad) {
  Deno.test(`formatPath() refuses ${mailbox.slice(0, 40)}`, () => {
    assertThrows(() => formatPath("RCPT", mailbox), TypeError, "Cannot write RCPT");
  });
}

Deno.test("formatPath() writes the null reverse-path, and no null forward-path", () => {
  assertEquals(formatPath("MAIL", ""), "<>");
  assertThrows(() => formatPath("RCPT", ""), TypeError);
});
