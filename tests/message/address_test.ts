import { assertEquals, assertThrows } from "@std/assert";
import {
  type Address,
  type AddressInput,
  parseAddress,
  parseAddressList,
} from "../../lib/message/address.ts";

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
  ["every special of an atom", "!#$%&'*+-/=?^_`{|}~@example.com", {
    address: "!#$%&'*+-/=?^_`{|}~@example.com",
  }],
  ["a quoted local part", '"ann lee"@example.com', { address: '"ann lee"@example.com' }],
  ["a quoted local part that needs no quotes", '"ann.lee"@example.com', { address: "ann.lee@example.com" }],
  ["a needless escape", '"a\\nn"@example.com', { address: "ann@example.com" }],
  ["an @ in a quoted local part", '"x@gmail.com x"@internal.example', {
    address: '"x@gmail.com x"@internal.example',
  }],
  ["what would end a path early", '"x@a> ORCPT=y"@b.example', { address: '"x@a> ORCPT=y"@b.example' }],
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

const REFUSED: [string, AddressInput][] = [
  ["nothing", ""],
  ["blanks", "  "],
  ["no @", "ann"],
  ["no local part", "@example.com"],
  ["no domain", "ann@"],
  ["two @", "a@b@c.example"],
  ["an unquoted address as name", "a@b.example <c@d.example>"],
  ["text after the angle brackets", "<aaa@bbb.example>ccc@ddd.example"],
  ["a domain that goes on after the angle brackets", "Ann <a@b.example>.org"],
  ["a domain that goes on after a comment", "ann@example.com(x).evil.example"],
  ["a comment before the @", "ann(x)@example.com"],
  ["a comment after the @", "ann@(x)example.com"],
  ["a comment within angle brackets", "<ann@example.com(x)>"],
  ["an address in a comment", "ann@example.com (bob@example.org)"],
  ["an angle bracket in a comment", "ann@example.com (<b)"],
  ["a comment left open", "ann@example.com (x"],
  ["a parenthesis too many", "ann@example.com (x))"],
  ["blanks before the @", "ann @example.com"],
  ["blanks after the @", "ann@ example.com"],
  ["text joined to a quoted local part", '"a"b@example.com'],
  ["text joined to a quoted local part by a dot", '"a".b@example.com'],
  ["text before a quoted local part", 'a"b"@example.com'],
  ["text after a comment, joined to a quoted local part", '(x)a"b@evil.example"@example.com'],
  ["a quotation mark left open", '"ann@example.com'],
  ["an escape at the end", '"ann\\'],
  ["a source route", "<@relay.example:ann@example.com>"],
  ["a group", "Team: a@b.example, c@d.example;"],
  ["an empty group", "undisclosed-recipients:;"],
  ["a semicolon between addresses", "a@b.example; c@d.example"],
  ["an empty path", "<>"],
  ["an angle bracket left open", "Ann <a@b.example"],
  ["angle brackets in angle brackets", "<<a@b.example>>"],
  ["an encoded word as local part", "=?utf-8?q?=61=40evil.example=3e?=@example.com"],
  ["an encoded word in a quoted local part", '"=?utf-8?q?a?="@example.com'],
  ["a dot at the start", ".ann@example.com"],
  ["a dot at the end", "ann.@example.com"],
  ["two dots", "a..b@example.com"],
  ["a full-width @", "a\uff20evil.example@example.com"],
  ["a one dot leader", "a\u2024b@example.com"],
  ["a no-break space", "a\u00a0b@example.com"],
  ["a zero-width space", "ann\u200b@example.com"],
  ["a change of text direction", "ann\u202e@example.com"],
  ["a local part of 65 octets", `${"a".repeat(65)}@example.com`],
  ["a local part of 33 two-octet letters", `${"é".repeat(33)}@example.com`],
  ["a mailbox of 255 octets", `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(62)}`],
  ["CR and LF in a quoted local part", '"ann\r\nRCPT TO:<bob>"@example.com'],
  ["CR and LF in a name", "Ann\r\nBcc: bob@example.org <ann@example.com>"],
  ["a folded line", "Ann\r\n <ann@example.com>"],
  ["a bare LF", "ann@example.com\n"],
  ["NUL", "ann\0@example.com"],
  ["a tab", "Ann\t<ann@example.com>"],
  ["DEL", "Ann\x7f <ann@example.com>"],
  ["a C1 control", "Ann\x85 <ann@example.com>"],
  ["a line separator", "Ann\u2028 <ann@example.com>"],
  ["half of a surrogate pair", "Ann \ud83d <ann@example.com>"],
  ["two addresses", "a@b.example, c@d.example"],
  ["LF in the name of parts", { name: "Ann\nBcc: x@y.example", address: "ann@example.com" }],
  ["LF in the address of parts", { address: "ann@example.com\nx" }],
  ["a name in the address of parts", { address: "Ann <ann@example.com>" }],
  ["angle brackets in the address of parts", { address: "<ann@example.com>" }],
  ["a comment in the address of parts", { address: "ann@example.com (x)" }],
  ["two addresses in the address of parts", { address: "a@b.example,c@d.example" }],
  ["a blank at the end of the address of parts", { address: "ann@example.com " }],
];

for (const [what, input] of REFUSED) {
  Deno.test(`parseAddress() refuses ${what}`, () => {
    assertThrows(() => parseAddress(input), SyntaxError, "Cannot read address ");
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

for (const input of [undefined, null, 7, {}, { address: 7 }, { name: 7, address: "a@b.example" }]) {
  Deno.test(`parseAddress() refuses a value of the wrong type: ${JSON.stringify(input)}`, () => {
    assertThrows(() => parseAddress(input as unknown as AddressInput), TypeError, "Cannot read address");
  });
}

Deno.test("parseAddressList() reads lists in strings, parts and arrays, in order", () => {
  const list = parseAddressList(['Ann <a@x.example>, "Lee, Bo" <b@x.example>', {
    name: "C",
    address: "c@x.example",
  }]);
  assertEquals(list, [
    { name: "Ann", address: "a@x.example" },
    { name: "Lee, Bo", address: "b@x.example" },
    { name: "C", address: "c@x.example" },
  ]);
  assertEquals(parseAddressList([]), []);
});

for (const input of ["a@x.example,", ",a@x.example", "a@x.example,,b@x.example", "a@x.example b@x.example"]) {
  Deno.test(`parseAddressList() refuses the list ${input}`, () => {
    assertThrows(() => parseAddressList(input), SyntaxError, "Cannot read address");
  });
}

Deno.test("parseAddressList() reads 50,000 addresses in one string", () => {
  const text = Array.from({ length: 50_000 }, (_, i) => `"N ${i}" (c) <a${i}@example.com>`).join(", ");
  assertEquals(parseAddressList(text).at(-1), { name: "N 49999", address: "a49999@example.com" });
});

const COUNT = 200_000;
for (
  const [what, text] of [
    ["opening parentheses", "(".repeat(COUNT)],
    ["comments", "()".repeat(COUNT)],
    ["angle brackets", "<".repeat(COUNT)],
    ["quotation marks", '"'.repeat(COUNT + 1)],
    ["backslashes in quotes", '"' + "\\".repeat(COUNT)],
    ["atoms", "a ".repeat(COUNT)],
    ["dots", ".".repeat(COUNT)],
    ["dotted atoms", "a.".repeat(COUNT) + "@example.com"],
    ["blanks", " ".repeat(COUNT)],
    ["letters with an @", "a".repeat(COUNT) + "@example.com"],
    ["labels", "a@" + "a.".repeat(COUNT)],
    ["commas", ",".repeat(COUNT)],
    ["opening brackets", "a@" + "[".repeat(COUNT)],
    ["letters of another script", "é".repeat(COUNT) + "@example.com"],
  ]
) {
  Deno.test(`parseAddressList() refuses 200,000 ${what} without slowing down`, () => {
    const error = assertThrows(() => parseAddressList(text), SyntaxError);
    assertEquals(error.message.length < 400, true);
  });
}
