import { assertEquals, assertThrows } from "@std/assert";
import { type Address, type AddressInput, parseAddress } from "../../lib/message/address.ts";

const READ: [string, AddressInput, Address][] = [
  ["a bare address", "ann@example.com", { address: "ann@example.com" }],
  ["an address in angle brackets", "<ann@example.com>", { address: "ann@example.com" }],
  ["blanks around", "  < ann@example.com >  ", { address: "ann@example.com" }],
  ["a name of atoms", "Ann Lee <ann@example.com>", { name: "Ann Lee", address: "ann@example.com" }],
  ["a name with dots", "J.R. Lee <j.r@example.com>", { name: "J.R. Lee", address: "j.r@example.com" }],
  ["a quoted name", '"Lee, Ann" <ann@example.com>', { name: "Lee, Ann", address: "ann@example.com" }],
  ["an escape in a name", '"A \\"B\\" \\\\C" <a@b.example>', { name: 'A "B" \\C', address: "a@b.example" }],
  ["atoms beside quotes", 'Ann "the" Lee <a@b.example>', { name: "Ann the Lee", address: "a@b.example" }],
  ["an empty quoted name", '"" <a@b.example>', { address: "a@b.example" }],
  ["a name in another script", "山田 太郎 <t@example.jp>", { name: "山田 太郎", address: "t@example.jp" }],
  ["an address as quoted name", '"bob@example.org" <a@b.example>', {
    name: "bob@example.org",
    address: "a@b.example",
  }],
  ["an encoded word as name, literally", "=?utf-8?Q?A?= <a@b.example>", {
    name: "=?utf-8?Q?A?=",
    address: "a@b.example",
  }],
  ["comments around", "(a) Ann (b (c)) <ann@example.com> (\\) d)", {
    name: "Ann",
    address: "ann@example.com",
  }],
  ["comments around a bare address", "(a)ann@example.com(b)", { address: "ann@example.com" }],
  ["comments of ten levels", `Ann ${"(".repeat(10)}${")".repeat(10)} <a@b.example>`, {
    name: "Ann",
    address: "a@b.example",
  }],
  ["an empty quoted word in a name", 'Ann "" Lee <a@b.example>', { name: "Ann Lee", address: "a@b.example" }],
  ["every special of an atom", "!#$%&'*+-/=?^_`{|}~@example.com", {
    address: "!#$%&'*+-/=?^_`{|}~@example.com",
  }],
  ["a quoted local part", '"ann lee"@example.com', { address: '"ann lee"@example.com' }],
  ["a quoted local part that needs no quotes", '"ann.lee"@example.com', { address: "ann.lee@example.com" }],
  ["a needless escape", '"a\\nn"@example.com', { address: "ann@example.com" }],
  ["what would end a path early", '"x> ORCPT=y"@b.example', { address: '"x> ORCPT=y"@b.example' }],
  ["a local part in another script", "用户@example.com", { address: "用户@example.com" }],
  ["a single-label domain", "root@localhost", { address: "root@localhost" }],
  ["an IPv4 literal", "a@[192.0.2.1]", { address: "a@[192.0.2.1]" }],
  ["an IPv6 literal", "<a@[IPv6:2001:db8::1]>", { address: "a@[IPv6:2001:db8::1]" }],
  ["parts", { name: "Lee, Ann", address: "ann@example.com" }, {
    name: "Lee, Ann",
    address: "ann@example.com",
  }],
  ["parts with an empty name", { name: "", address: "ann@example.com" }, { address: "ann@example.com" }],
  ["parts with a domain that is not ASCII", { address: "a@bücher.example" }, {
    address: "a@xn--bcher-kva.example",
  }],
  ["a local part of 64 octets", `${"a".repeat(64)}@b.example`, { address: `${"a".repeat(64)}@b.example` }],
];

for (const [what, input, expected] of READ) {
  Deno.test(`parseAddress() reads ${what}`, () => {
    const address = parseAddress(input);
    assertEquals(address, expected);
    assertEquals(parseAddress(address), expected, "it reads its own answer the same");
  });
}

const CUT = 'several words before "@" (an address after a name needs angle brackets)';
const OPEN_QUOTE = "quoted text without its closing quotation mark";
const LONG = "a local part of more than 64 octets";

const REFUSED: [string, AddressInput, string][] = [
  ["nothing", "", "it is empty"],
  ["blanks", "  ", "it is empty"],
  ["a comment alone", "(ann)", "it is empty"],
  ["no @", "ann", 'it ends where "@" belongs, after "ann"'],
  ["a name alone", "Ann Lee", 'it ends where "@" belongs, after "Ann Lee"'],
  ["no local part", "@example.com", '"@" where an address begins'],
  ["no domain", "ann@", 'it ends after "@"'],
  ["two @", "a@b@c.example", 'two "@"'],
  ["an unquoted address as name", "a@b.example <c@d.example>", '"<" after the address'],
  ["a name without angle brackets", "Ann ann@example.com", CUT],
  ["a quoted name without angle brackets", '"Ann" ann@example.com', CUT],
  ["text after the angle brackets", "<aaa@bbb.example>ccc@ddd.example", '"c" after the address'],
  ["a domain that goes on after the angle brackets", "Ann <a@b.example>.org", '"." after the address'],
  ["a domain that goes on after a comment", "ann@example.com(x).evil.example", '"." after the address'],
  ["a comment within angle brackets", "<ann@example.com(x)>", '"(" where ">" belongs'],
  ["an address in a comment", "ann@example.com (bob@example.org)", '"@" in a comment'],
  ["an escaped @ in a comment", "Ann (bob\\@example.org) <ann@example.com>", '"@" in a comment'],
  ["an angle bracket in a comment", "ann@example.com (<b)", '"<" in a comment'],
  ["an escaped angle bracket in a comment", "Ann (b\\>) <ann@example.com>", '">" in a comment'],
  ["a quotation mark in a comment", '(") ann@example.com', '"\\"" in a comment'],
  ["an encoded word in a comment", "ann@example.com (=?utf-8?q?=40b?=)", '"=?" in a comment'],
  ["a full-width @ in a comment", "ann@example.com (\uff20evil.example)", '"@" in a comment'],
  ["a comment left open", "ann@example.com (x", "comment without its closing parenthesis"],
  ["a comment left open by an escape", "ann@example.com (x\\)", "comment without its closing parenthesis"],
  ["a comment that ends in a backslash", "(x\\", "comment without its closing parenthesis"],
  [
    "comments of eleven levels",
    `Ann ${"(".repeat(11)}${")".repeat(11)} <a@b.example>`,
    "comments nested too deeply",
  ],
  ["a parenthesis too many", "ann@example.com (x))", '")" after the address'],
  ["text joined to a quoted local part", '"a"b@example.com', CUT],
  ["text joined to a quoted local part by a dot", '"a".b@example.com', CUT],
  ["text before a quoted local part", 'a"b"@example.com', CUT],
  ["text after a comment, joined to a quoted local part", '(x)a"b@evil.example"@example.com', CUT],
  ["a quotation mark left open", '"ann@example.com', OPEN_QUOTE],
  ["an escape at the end", '"ann\\', OPEN_QUOTE],
  ["a source route", "<@relay.example:ann@example.com>", 'source route, "<@"'],
  ["a source route of two", "<@r.example,@s.example:ann@example.com>", 'source route, "<@"'],
  ["a semicolon between addresses", "a@b.example; c@d.example", '";" after the address'],
  ["a semicolon at the end", "a@b.example;", '";" after the address'],
  ["an empty path", "<>", '">" where an address begins'],
  ["an angle bracket left open", "Ann <a@b.example", 'it ends where ">" belongs'],
  ["angle brackets in angle brackets", "<<a@b.example>>", '"<" where an address begins'],
  ["two pairs of angle brackets", "<a@b.example> <c@d.example>", '"<" after the address'],
  ["a backslash outside quotation marks", "a\\@b@c.example", '"\\\\" where "@" belongs, after "a"'],
  [
    "an encoded word as local part",
    "=?utf-8?q?=61=40evil.example=3e?=@example.com",
    "an encoded word in the local part",
  ],
  [
    "an encoded word in a quoted local part",
    '"=?utf-8?q?a?="@example.com',
    "an encoded word in the local part",
  ],
  ["an encoded word as domain", "a@=?utf-8?q?b?=", '"=" after "@"'],
  ["an @ in a quoted local part", '"x@gmail.com x"@internal.example', '"@" in the local part'],
  ["what angle brackets hold in a local part", '"<x@evil.example>"@example.com', '"<" in the local part'],
  [
    "what commas part in a local part",
    '"x@evil.example, y"@example.com',
    '"@" in the local part',
  ],
  [
    "what semicolons part in a local part",
    '"x; y@evil.example"@example.com',
    '"@" in the local part',
  ],
  [
    "what would end a path early, in one",
    '<"x> ORCPT=y"@b.example>',
    '">" in an address within angle brackets',
  ],
  [
    "what would end a path early, after a name",
    'Ann <"x>"@b.example>',
    '">" in an address within angle brackets',
  ],
  ["a dot at the start", ".ann@example.com", 'misplaced "." in the local part ".ann"'],
  ["a dot at the end", "ann.@example.com", 'misplaced "." in the local part "ann."'],
  ["two dots", "a..b@example.com", 'misplaced "." in the local part "a..b"'],
  [
    "a full-width @",
    "a\uff20evil.example@example.com",
    "a character that is easily misread in the local part",
  ],
  ["a one dot leader", "a\u2024b@example.com", "a character that is easily misread in the local part"],
  ["a no-break space", "a\u00a0b@example.com", "a character that is easily misread in the local part"],
  ["a zero-width space", "ann\u200b@example.com", "a character that is easily misread in the local part"],
  [
    "a change of text direction",
    "ann\u202e@example.com",
    "a character that is easily misread in the local part",
  ],
  ["a local part of 65 octets", `${"a".repeat(65)}@example.com`, LONG],
  ["a local part of 33 two-octet letters", `${"é".repeat(33)}@example.com`, LONG],
  ["a local part of 65 octets with its quotes", `"${"a".repeat(62)} "@example.com`, LONG],
  [
    "a mailbox of 255 octets",
    `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(62)}`,
    "more than 254 octets",
  ],
  ["CR and LF in a quoted local part", '"ann\r\nRCPT TO:<bob>"@example.com', "the control character U+000D"],
  ["CR and LF in a name", "Ann\r\nBcc: bob@example.org <ann@example.com>", "the control character U+000D"],
  ["a bare CR before a blank", "Ann\r <ann@example.com>", "the control character U+000D"],
  ["a bare LF before a blank", "Ann\n <ann@example.com>", "the control character U+000A"],
  ["a bare LF", "ann@example.com\n", "the control character U+000A"],
  ["NUL", "ann\0@example.com", "the control character U+0000"],
  ["DEL", "Ann\x7f <ann@example.com>", "the control character U+007F"],
  ["a C1 control", "Ann\x85 <ann@example.com>", "the control character U+0085"],
  ["a line separator", "Ann\u2028 <ann@example.com>", "the control character U+2028"],
  ["half of a surrogate pair", "Ann \ud83d <ann@example.com>", "half of a surrogate pair"],
  ["two addresses", "a@b.example, c@d.example", "2 addresses, not one address"],
  ["a group", "Team: a@b.example;", "a group, not one address"],
  ["an empty group", "undisclosed-recipients:;", "a group, not one address"],
  ["a group in parts", { name: "Team", members: ["a@b.example"] }, "a group, not one address"],
  [
    "LF in the name of parts",
    { name: "Ann\nBcc: x@y.example", address: "a@b.example" },
    "its name contains the control",
  ],
  [
    "a fold in the name of parts",
    { name: "Ann\r\n Lee", address: "a@b.example" },
    "its name contains the control",
  ],
  [
    "a tab in the name of parts",
    { name: "Ann\tLee", address: "a@b.example" },
    "its name contains the control",
  ],
  [
    "LF in the address of parts",
    { address: "ann@example.com\nx" },
    "it contains the control character U+000A",
  ],
  [
    "a fold in the address of parts",
    { address: "ann\r\n @example.com" },
    "it contains the control character U+000D",
  ],
  [
    "a tab in the address of parts",
    { address: "ann\t@example.com" },
    "it contains the control character U+0009",
  ],
  ["a blank before the @ of parts", { address: "ann @example.com" }, '" " where "@" belongs, after "ann"'],
  ["a blank after the @ of parts", { address: "ann@ example.com" }, '" " after "@"'],
  ["a blank before the address of parts", { address: " ann@example.com" }, '" " where an address begins'],
  ["a blank after the address of parts", { address: "ann@example.com " }, '" " after the address'],
  [
    "a name in the address of parts",
    { address: "Ann <ann@example.com>" },
    '" " where "@" belongs, after "Ann"',
  ],
  ["angle brackets in the address of parts", { address: "<ann@example.com>" }, '"<" where an address begins'],
  ["a comment in the address of parts", { address: "ann@example.com(x)" }, '"(" after the address'],
  ["two addresses in the address of parts", { address: "a@b.example,c@d.example" }, '"," after the address'],
  ["no address in parts", { name: "Ann", address: "" }, "it ends where an address begins"],
  [
    "what would end a path early, in parts with a name",
    { name: "Ann", address: '"x>"@b.example' },
    '">" in an address within angle brackets',
  ],
];

for (const [what, input, reason] of REFUSED) {
  Deno.test(`parseAddress() refuses ${what}`, () => {
    const error = assertThrows(() => parseAddress(input), SyntaxError, reason);
    assertEquals(error.message.startsWith("Cannot read address "), true);
  });
}

Deno.test("parseAddress() escapes control characters in its error and cuts long text", () => {
  const error = assertThrows(() => parseAddress("a\r\n\x1b\x9b\u202e" + "b".repeat(500)), SyntaxError);
  assertEquals(
    error.message,
    `Cannot read address "a\\r\\n\\u001b\\u009b\\u202e${
      "b".repeat(74)
    }…": it contains the control character U+000D`,
  );
});

Deno.test("parseAddress() takes characters that end in the octets of CR LF for what they are", () => {
  assertEquals(parseAddress("\u760d\u760a@example.com").address, "\u760d\u760a@example.com");
});

for (
  const input of [undefined, null, 7, {}, { address: 7 }, { name: 7, address: "a@b.example" }, {
    members: [],
  }]
) {
  Deno.test(`parseAddress() refuses a value of the wrong type: ${JSON.stringify(input)}`, () => {
    assertThrows(() => parseAddress(input as unknown as AddressInput), TypeError, "Cannot read address");
  });
}
