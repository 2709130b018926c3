/** Lists and groups: in one string, in several, and in parts. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  type Address,
  type AddressInput,
  domainOf,
  type Group,
  mailboxesOf,
  parseAddressGroups,
  parseAddressList,
  readEntries,
} from "../../lib/message/address.ts";

const A: Address = { address: "a@x.example" };
const B: Address = { address: "b@x.example" };
const ANN: Address = { name: "Ann", address: "a@x.example" };

Deno.test("parseAddressList() reads lists in strings, parts and arrays, in order", () => {
  const list = parseAddressList(['Ann <a@x.example>, "Lee, Bo" <b@x.example>', {
    name: "C",
    address: "c@x.example",
  }]);
  assertEquals(list, [ANN, { name: "Lee, Bo", address: "b@x.example" }, {
    name: "C",
    address: "c@x.example",
  }]);
  assertEquals(parseAddressList([]), []);
});

Deno.test("parseAddressList() gives the members of groups in their place", () => {
  const list = parseAddressList(["a@x.example, T: b@x.example, a@x.example;, b@x.example", {
    name: "T",
    members: [ANN],
  }]);
  assertEquals(list, [A, B, A, B, ANN]);
  assertEquals(parseAddressList("undisclosed-recipients:;"), []);
});

const READ: [string, AddressInput | AddressInput[], (Address | Group)[]][] = [
  ["a group", "Team: a@x.example, b@x.example;", [{ name: "Team", members: [A, B] }]],
  ["a group of mailboxes with names", "Team:Ann <a@x.example>;", [{ name: "Team", members: [ANN] }]],
  ["an empty group", "Undisclosed recipients:;", [{ name: "Undisclosed recipients", members: [] }]],
  ["an empty group with a comment in it", "Nobody: (none) ;", [{ name: "Nobody", members: [] }]],
  ["groups among mailboxes", "a@x.example, T: b@x.example;, U:;, Ann <a@x.example>", [
    A,
    { name: "T", members: [B] },
    { name: "U", members: [] },
    ANN,
  ]],
  ["a quoted name of a group", '"Team; one, two:": a@x.example;', [{
    name: "Team; one, two:",
    members: [A],
  }]],
  ["a name of a group in another script", "Équipe: a@x.example;", [{ name: "Équipe", members: [A] }]],
  ["an encoded name of a group, literally", "=?utf-8?q?T?= : a@x.example;", [{
    name: "=?utf-8?q?T?=",
    members: [A],
  }]],
  ["comments and blanks around a group", " (a) T (b) : (c) a@x.example (d) , ; (e) ", [{
    name: "T",
    members: [A],
  }]],
  ["an IPv6 literal in a group", "T: a@[IPv6:::1];", [{ name: "T", members: [{ address: "a@[IPv6:::1]" }] }]],
  ["a folded group", "T:\r\n a@x.example,\r\n\tb@x.example\r\n ;", [{ name: "T", members: [A, B] }]],
  ["a group in parts", { name: "T; 1", members: [ANN, "b@x.example, a@x.example"] }, [{
    name: "T; 1",
    members: [ANN, B, A],
  }]],
  ["an empty group in parts", { name: "T", members: [] }, [{ name: "T", members: [] }]],
  ["groups in an array", ["T: a@x.example;", { name: "U", members: [] }, B], [
    { name: "T", members: [A] },
    { name: "U", members: [] },
    B,
  ]],
  ["a comma at the end", "a@x.example,", [A]],
  ["a comma at the start", ",a@x.example", [A]],
  ["commas in a row", "a@x.example,, , b@x.example", [A, B]],
  ["a comment between commas", "a@x.example, (none), b@x.example", [A, B]],
  ["commas alone in a group", "T: ,, ;", [{ name: "T", members: [] }]],
];

for (const [what, input, expected] of READ) {
  Deno.test(`parseAddressGroups() reads ${what}`, () => {
    const entries = parseAddressGroups(input);
    assertEquals(entries, expected);
    assertEquals(parseAddressGroups(entries), expected, "it reads its own answer the same");
    assertEquals(parseAddressList(input), mailboxesOf(expected));
  });
}

const REFUSED: [string, AddressInput, string][] = [
  ["commas alone", ",,", "it is empty"],
  ["a blank between addresses", "a@x.example b@x.example", '"b" after the address'],
  ["a group without an end", "T: a@x.example", 'it ends where "," or ";" belongs in the group'],
  ["a group without a comma", "T: a@x.example b@x.example;", '"b" where "," or ";" belongs in the group'],
  ["a group in a group", "T: U: a@x.example;;", '":" where "@" belongs, after "U"'],
  ["groups without a comma between them", "T: a@x.example; U: b@x.example;", '"U" after the address'],
  ["an address after a group without a comma", "T:; a@x.example", '"a" after the address'],
  ["a second end of a group", "T: a@x.example;;", '";" after the address'],
  ["an end of no group", ";", '";" where an address begins'],
  ["a group without a name", ": a@x.example;", '":" where an address begins'],
  ["a group with an empty name", '"": a@x.example;', "a group without a name"],
  ["an address as the name of a group", "a@x.example: b@x.example;", '":" after the address'],
  ["a quoted address as the name of a group", '"a@x.example": b@x.example;', '"@" in the name of a group'],
  ["a full-width @ in the name of a group", "a\uff20x.example: b@x.example;", '"@" in the name of a group'],
  ["angle brackets in the name of a group", '"<a>": b@x.example;', '"<" in the name of a group'],
  ["an angle bracket in the name of a group", '"a>": b@x.example;', '">" in the name of a group'],
  ["a group in angle brackets", "<T: a@x.example;>", '":" where "@" belongs, after "T"'],
  ["a group after a name", "T <U: a@x.example;>", '":" where "@" belongs, after "U"'],
  [
    "a name in a group that goes on behind a semicolon",
    'T: "x; b@evil.example" <a@x.example>;',
    '"@" beside ";" in the name of a member of a group',
  ],
  ["a group in parts without a name", { name: "", members: [] }, "a group without a name"],
  ["an @ in the name of parts", { name: "a@b", members: [] }, '"@" in the name of a group'],
  [
    "LF in the name of parts",
    { name: "T\nBcc", members: [] },
    "its name contains the control character U+000A",
  ],
  ["a group in the members of parts", { name: "T", members: ["U:;"] }, '":" where "@" belongs, after "U"'],
  ["an empty string in the members of parts", { name: "T", members: [""] }, "it is empty"],
];

for (const [what, input, reason] of REFUSED) {
  Deno.test(`parseAddressList() refuses ${what}`, () => {
    const error = assertThrows(() => parseAddressList(input), SyntaxError, reason);
    assertEquals(error.message.startsWith("Cannot read address "), true);
  });
}

for (
  const input of [
    [undefined],
    { name: "T" },
    { name: "T", members: "a@x.example" },
    { name: 7, members: [] },
    { name: "T", members: [7] },
    { name: "T", members: [{ name: "U", members: [] }] },
  ]
) {
  Deno.test(`parseAddressList() refuses a value of the wrong type: ${JSON.stringify(input)}`, () => {
    assertThrows(() => parseAddressList(input as unknown as AddressInput), TypeError, "Cannot read address");
  });
}

Deno.test("readEntries() says where it stood and which member it was", () => {
  const input = { name: "Team", members: ["a@x.example", "b@"] };
  const error = assertThrows(() => readEntries(["a@x.example", input], ' in field "to"'), SyntaxError);
  assertEquals(error.message, 'Cannot read address "b@" in field "to": it ends after "@"');
});

Deno.test("domainOf() gives what follows the last @", () => {
  assertEquals(domainOf('"a@b"@x.example'), "x.example");
});
