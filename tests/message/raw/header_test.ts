import { assertEquals, assertThrows } from "@std/assert";
import {
  findField,
  isNamed,
  makeField,
  readFields,
  splitFields,
  textOf,
  writeFields,
} from "../../../lib/message/raw/header.ts";
import { octets, text } from "./samples.ts";

function split(section: string): (readonly [string, string, number])[] {
  return splitFields(octets(section)).map((field) => [field.name, text(field.octets), field.line]);
}

for (
  const [what, section, expected] of [
    ["nothing", "", []],
    ["an empty line", "\r\n", []],
    ["fields up to the empty line", "A: b\r\nC: d\r\n\r\nE: f\r\n", [["A", "A: b\r\n", 1], [
      "C",
      "C: d\r\n",
      2,
    ]]],
    ["fields without an empty line", "A: b\r\nC: d\r\n", [["A", "A: b\r\n", 1], ["C", "C: d\r\n", 2]]],
    [
      "folded fields, blank lines among them",
      "A: b\r\n\tc\r\n \r\n d\r\nE:\r\n f\r\n\r\n",
      [["A", "A: b\r\n\tc\r\n \r\n d\r\n", 1], ["E", "E:\r\n f\r\n", 5]],
    ],
    ["blanks before a colon", "Bcc \t: x\r\n", [["Bcc", "Bcc \t: x\r\n", 1]]],
    ["a name of every allowed character", "!#$%&'*+-/09;<AZ[az{|}~: x\r\n", [[
      "!#$%&'*+-/09;<AZ[az{|}~",
      "!#$%&'*+-/09;<AZ[az{|}~: x\r\n",
      1,
    ]]],
    ["lines that are no fields", "no colon\r\na b: c\r\n: d\r\n\xe9: e\r\n", [
      ["", "no colon\r\n", 1],
      ["", "a b: c\r\n", 2],
      ["", ": d\r\n", 3],
      ["", "\xe9: e\r\n", 4],
    ]],
    ["a first line that is folded", " a: b\r\nC: d\r\n", [["", " a: b\r\n", 1], ["C", "C: d\r\n", 2]]],
  ] as const
) {
  Deno.test(`splitFields() reads ${what}`, () => assertEquals<readonly unknown[]>(split(section), expected));
}

Deno.test("readFields() drops a byte order mark", () => {
  const fields = readFields(octets("\xef\xbb\xbfA: b\r\nC: d\r\n\r\n"));
  assertEquals(fields.map((field) => text(field.octets)), ["A: b\r\n", "C: d\r\n"]);
});

Deno.test("readFields() drops the From_ line of a mailbox file, only at the very start", () => {
  const names = (section: string) => readFields(octets(section)).map((field) => [field.name, field.line]);
  assertEquals(names("From ann@example.com Tue Nov 24 14:10:00 2026\r\nA: b\r\n"), [["A", 2]]);
  assertEquals(names("From: ann@example.com\r\n"), [["From", 1]]);
  assertThrows(() => names("A: b\r\nFrom ann@example.com Tue\r\n"), SyntaxError, "line 2 is no header field");
  assertThrows(() => names("From a\r\nFrom b\r\n"), SyntaxError, "line 2 is no header field");
});

for (
  const [what, section, message] of [
    ["a line without a colon", "A: b\r\nHello there\r\n\r\n", 'line 2 is no header field: "Hello there"'],
    ["a first line that is folded", " A: b\r\n", 'line 1 is no header field: " A: b"'],
    ["a first line of blanks", " \r\nA: b\r\n", 'line 1 is no header field: " "'],
    ["a folded line behind From_", "From ann\r\n Bcc: x\r\n", "line 1 is no header field"],
    ["a name with a blank in it", "A b: c\r\n", 'line 1 is no header field: "A b: c"'],
    ["no name", ": c\r\n", 'line 1 is no header field: ": c"'],
    ["a control character in a name", "A\x01: c\r\n", 'line 1 is no header field: "A\\u0001: c"'],
    ["a very long line", "x".repeat(5000) + "\r\n", "x…"],
  ] as const
) {
  Deno.test(`readFields() refuses ${what}`, () => {
    const error = assertThrows(() => readFields(octets(section)), SyntaxError, message);
    assertEquals((error as Error).message.length < 150, true);
  });
}

Deno.test("textOf() unfolds, and reads UTF-8", () => {
  const [a, b, c] = splitFields(octets("A:  x\r\n\ty \r\n  z \r\nB:\r\nC: \xc3\xa9 \xe9\r\n"));
  assertEquals([textOf(a), textOf(b), textOf(c)], ["x y   z", "", "é \ufffd"]);
});

Deno.test("findField() and isNamed() look at no case", () => {
  const fields = splitFields(octets("x-a: 1\r\nMESSAGE-ID: 2\r\nMessage-Id: 3\r\n"));
  assertEquals(textOf(findField(fields, "Message-ID")!), "2");
  assertEquals(findField(fields, "Message"), undefined);
  assertEquals(fields.map((field) => isNamed(field, "X-A", "X-B")), [true, false, false]);
});

Deno.test("writeFields() gives back what was read, and adds what was made", () => {
  const section = "A: b\r\n\tc\r\nBad line\r\nD : \xe9\r\n";
  const fields = [...splitFields(octets(section)), makeField("E: é")];
  assertEquals(text(writeFields(fields)), `${section}E: \xc3\xa9\r\n\r\n`);
  assertEquals(text(writeFields([])), "\r\n");
});

Deno.test("writeFields() folds lines of more than 998 octets at blanks, so that unfolding gives the same", () => {
  for (const word of ["x", "word", "y".repeat(300)]) {
    const section = `Subject: ${`${word} `.repeat(3000 / word.length)}end\r\n short\r\nTo: a\r\n`;
    const written = text(writeFields(splitFields(octets(section))));
    assertEquals(written.split("\r\n").every((line) => line.length <= 998 && !/^\s+$/.test(line)), true);
    assertEquals(written.replace(/\r\n(?! short|To|\r\n|$)/g, ""), `${section}\r\n`);
  }
  const exact = `A: ${"x".repeat(995)}\r\n\r\n`;
  assertEquals(text(writeFields(splitFields(octets(exact)))), exact);
});

Deno.test("writeFields() refuses a line of more than 998 octets that has no blank", () => {
  for (const section of [`Subject: ${"x".repeat(1000)}\r\n`, `Subject: a\r\n ${"x".repeat(1000)}\r\n`]) {
    const fields = splitFields(octets(section));
    assertThrows(
      () => writeFields(fields),
      SyntaxError,
      'field "Subject" has a line of more than 998 octets',
    );
  }
  assertThrows(() => writeFields(splitFields(octets(`A: b\r\n${" ".repeat(1000)}x\r\n`))), SyntaxError);
});
