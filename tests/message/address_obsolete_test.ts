/** Obsolete forms (RFC 5322 section 4.4) and folds: read where no simpler reader finds another domain, else refused. */

import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../lib/message/address.ts";

for (
  const [what, text] of [
    ["a comment before the @", "ann.lee(x)@example.com"],
    ["a comment after the @", "ann.lee@(x)example.com"],
    ["comments everywhere around the @", "ann.lee (x)(y) @ (x) (y) example.com (x) (y)"],
    ["a comment of any depth before the @", "ann.lee (x (y) \\) z) @example.com"],
    ["blanks before the @", "ann.lee @example.com"],
    ["blanks after the @", "ann.lee@ example.com"],
    ["blanks around the @ within angle brackets", "< ann.lee @ example.com >"],
    ["blanks around a dot", "ann . lee@example.com"],
    ["a blank before a dot", "ann .lee@example.com"],
    ["a blank after a dot", "ann. lee@example.com"],
    ["comments around a dot", "ann(x).(y)lee@example.com"],
    ["blanks around a dot within angle brackets", "<ann . lee@example.com>"],
    ["tabs", "\tann.lee\t@\texample.com\t"],
    ["folds", "\r\n ann\r\n .\r\n\tlee\r\n  @\r\n example.com"],
    ["folds within angle brackets", "<\r\n ann.lee\r\n @\r\n example.com\r\n >"],
    ["folds around comments", "(x)\r\n (y)\r\n ann.lee@example.com\r\n (z)"],
    ["angle brackets without a name", "<ann.lee@example.com>"],
  ]
) {
  Deno.test(`parseAddress() reads ${what}`, () => {
    assertEquals(parseAddress(text), { address: "ann.lee@example.com" });
  });
}

for (
  const [what, text, name] of [
    ["a fold in a name", "Ann\r\n Lee\r\n\t<a@b.example>", "Ann Lee"],
    ["tabs in a name", "Ann\tLee\t<a@b.example>", "Ann Lee"],
    ["a tab in a quoted name", '"Ann\tLee" <a@b.example>', "Ann Lee"],
    ["an escaped tab in a quoted name", '"Ann\\\tLee" <a@b.example>', "Ann Lee"],
    ["comments in a name", "Ann (x) Lee(y)<a@b.example>", "Ann Lee"],
    ["nested comments after angle brackets", "Ann Lee <a@b.example> (x (y)) (\\))", "Ann Lee"],
    ["dots as words of a name", "Ann . Lee . <a@b.example>", "Ann . Lee ."],
    ["a name that begins with a dot", ".Ann <a@b.example>", ".Ann"],
    ["words without blanks", 'Ann"Lee"<a@b.example>', "AnnLee"],
  ]
) {
  Deno.test(`parseAddress() reads ${what}`, () => {
    assertEquals(parseAddress(text), { name, address: "a@b.example" });
  });
}

const CUT = "several words before";

for (
  const [what, text, reason] of [
    // The reader that stops at the blank sees a shorter domain.
    ["a blank in the domain", "ann@example .com", '"." after the address'],
    ["a blank after a dot of the domain", "ann@example. com", "malformed domain"],
    ["a fold in the domain", "ann@example\r\n .com", '"." after the address'],
    ["a comment in the domain", "ann@example(x).com", '"." after the address'],
    ["a comment after a dot of the domain", "ann@example.(x)com", "malformed domain"],
    ["a comment before a dot that begins the domain", "ann@(x).com", "malformed domain"],
    ["a blank in the domain within angle brackets", "<ann@example .com>", '"." where ">" belongs'],
    ["a blank in a literal", "ann@[192.0.2.1 ]", "malformed address literal"],
    ["a fold in a literal", "ann@[\r\n 192.0.2.1]", "malformed address literal"],
    ["an escape in a literal", "ann@[192.0.2\\.1]", "malformed address literal"],
    // The reader without nested comments takes ".evil)" for the end of the domain.
    [
      "a nested comment after the domain",
      "ann@example.com (a(b).evil)",
      '"(" in a comment, which must be simple here',
    ],
    [
      "a nested comment before the domain",
      "ann@(a(b)evil.example) example.com",
      '"(" in a comment, which must be simple',
    ],
    [
      "an escape in a comment after the domain",
      "ann@example.com(a\\).evil)",
      '"\\\\" in a comment, which must be simple here',
    ],
    [
      "a nested comment before an address",
      "(a(b).evil) ann@example.com",
      '"(" in a comment, which must be simple here',
    ],
    // The reader that looks for "@" between blanks ends what it finds with the last ASCII letter.
    ["a blank with a domain that is not ASCII", "ann. lee@example.comé", "within an address at"],
    ["a blank before the @ with a domain that is not ASCII", "ann @example.comé", "within an address at"],
    ["a comment after the @ with a domain that is not ASCII", "ann@(x)example.comé", "within an address at"],
    ["a blank with a literal", "ann . lee@[192.0.2.1]", 'within an address at "[192.0.2.1]"'],
    // The reader without comments in angle brackets takes them for a part of the address.
    ["a comment before the @ within angle brackets", "<ann(x)@example.com>", '"(" where "@" belongs'],
    ["a comment after the @ within angle brackets", "<ann@(x)example.com>", '"(" after "@"'],
    ["a comment at the start within angle brackets", "<(x)ann@example.com>", '"(" where an address begins'],
    // The reader that ends comments and quoted text with the line reads on in the rest.
    ["a fold in a comment", "ann@(x\r\n evil.example)example.com", '"\\n" in a comment'],
    ["a fold in a quoted name", '"Ann\r\n Lee" <ann@example.com>', "a fold within quotation marks"],
    [
      "an escaped fold in a quoted name",
      '"Ann\\\r\n Lee" <ann@example.com>',
      "a fold within quotation marks",
    ],
    ["a fold in a quoted local part", '"ann\r\n lee"@example.com', "a fold within quotation marks"],
    ["a tab in a quoted local part", '"ann\tlee"@example.com', "a tab in the local part"],
    // The reader that takes quoted text with a blank behind it for a name looks for an address elsewhere.
    [
      "a blank after a quoted local part",
      '"x@evil.example" @example.com',
      'mark that does not touch the "@"',
    ],
    ["a comment after a quoted local part", '"ann"(x)@example.com', 'mark that does not touch the "@"'],
    ["a blank after a quoted local part and its @", '"ann"@ example.com', '" " after "@"'],
    ["a comment after a quoted local part and its @", '"ann"@(x)example.com', '"(" after "@"'],
    ["quoted words with a dot", '"ann" . "lee"@example.com', CUT],
    ["a quoted word after a dot", 'ann."lee"@example.com', CUT],
    // Nobody knows where the name ends.
    ["a blank in the local part", "ann lee@example.com", CUT],
    ["a comment in the local part", "ann(x)lee@example.com", CUT],
    ["a fold in the local part", "ann\r\n lee@example.com", CUT],
    [
      "two dots with a blank between them",
      "ann. .lee@example.com",
      'misplaced "." in the local part "ann..lee"',
    ],
    ["a dot before the @ with a blank between them", "ann. @example.com", 'misplaced "." in the local part'],
    ["an encoded word in words", "=?utf-8?q?a. ?=@example.com", "an encoded word in the local part"],
    // A line of white space ends the header.
    ["a folded line of white space", "Ann\r\n \r\n <ann@example.com>", "the control character U+000D"],
    ["a folded line of white space at the end", "ann@example.com\r\n ", "the control character U+000D"],
    ["a line end at the end", "ann@example.com\r\n", "the control character U+000D"],
    ["a line end before text", "Ann\r\n<ann@example.com>", "the control character U+000D"],
    ["a line end within a fold", "Ann \r\n\r\n <ann@example.com>", "the control character U+000D"],
    ["CR CR LF", "Ann\r\r\n <ann@example.com>", "the control character U+000D"],
    [
      "another control character beside a fold",
      "Ann\r\n \x0b<ann@example.com>",
      "the control character U+000B",
    ],
  ]
) {
  Deno.test(`parseAddress() refuses ${what}`, () => {
    assertThrows(() => parseAddress(text), SyntaxError, reason);
  });
}
