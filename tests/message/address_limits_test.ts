/** Long input: every form of it takes time in proportion to its length, and no stack. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseAddressList } from "../../lib/message/address.ts";

const COUNT = 200_000;

Deno.test("parseAddressList() reads 50,000 addresses in one string", () => {
  const text = Array.from({ length: 50_000 }, (_, i) => `"N ${i}" (c) <a${i}@example.com>`).join(", ");
  assertEquals(parseAddressList(text).at(-1), { name: "N 49999", address: "a49999@example.com" });
});

for (
  const [what, text, expected] of [
    ["commas before an address", ",".repeat(COUNT) + "a@x.example", 1],
    ["comments before an address", "()".repeat(COUNT) + "a@x.example", 1],
    ["comments after an address", "a@x.example" + "()".repeat(COUNT), 1],
    ["letters in a comment", `a@x.example (${"c".repeat(COUNT)})`, 1],
    ["words in a name", "a ".repeat(COUNT) + "<a@x.example>", 1],
    ["quoted words in a name", '"a"'.repeat(COUNT) + "<a@x.example>", 1],
    ["escapes in a name", `"${"\\a".repeat(COUNT)}"<a@x.example>`, 1],
    ["folds in a list", "a@x.example,\r\n ".repeat(COUNT) + "a@x.example", COUNT + 1],
    ["groups", "T:;,".repeat(COUNT) + "a@x.example", 1],
    ["members of a group", `T:${"a@x.example,".repeat(COUNT)};`, COUNT],
    ["blanks in a fold", `\r\n${" ".repeat(COUNT)}a@x.example`, 1],
  ] as const
) {
  Deno.test(`parseAddressList() reads 200,000 ${what}`, () => {
    assertEquals(parseAddressList(text).length, expected);
  });
}

for (
  const [what, text] of [
    ["opening parentheses", "(".repeat(COUNT)],
    ["closing parentheses", "a@x.example" + ")".repeat(COUNT)],
    ["comments", "()".repeat(COUNT)],
    ["angle brackets", "<".repeat(COUNT)],
    ["quotation marks", '"'.repeat(COUNT + 1)],
    ["backslashes in quotes", '"' + "\\".repeat(COUNT)],
    ["backslashes in a comment", "(" + "\\".repeat(COUNT)],
    ["atoms", "a ".repeat(COUNT)],
    ["dots", ".".repeat(COUNT)],
    ["dots with blanks", " .".repeat(COUNT) + "@example.com"],
    ["dotted atoms", "a.".repeat(COUNT) + "@example.com"],
    ["blanks", " ".repeat(COUNT)],
    ["tabs", "\t".repeat(COUNT)],
    ["folds", "\r\n ".repeat(COUNT)],
    ["blanks at the end of a fold", "a@x.example\r\n" + " ".repeat(COUNT)],
    ["@", "@".repeat(COUNT)],
    ["@ with letters", "a@".repeat(COUNT)],
    ["letters with an @", "a".repeat(COUNT) + "@example.com"],
    ["labels", "a@" + "a.".repeat(COUNT)],
    ["labels in another script", "a@" + "é.".repeat(COUNT)],
    ["commas", ",".repeat(COUNT)],
    ["colons", "a:".repeat(COUNT)],
    ["semicolons", "a:" + ";".repeat(COUNT)],
    ["opening brackets", "a@" + "[".repeat(COUNT)],
    ["letters of another script", "é".repeat(COUNT) + "@example.com"],
    ["encoded words", "=?a?q?a?= ".repeat(COUNT)],
  ]
) {
  Deno.test(`parseAddressList() refuses 200,000 ${what} without slowing down`, () => {
    const error = assertThrows(() => parseAddressList(text), SyntaxError);
    assert(error.message.length < 400, error.message.slice(0, 400));
  });
}
