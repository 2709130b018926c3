import { assert, assertEquals } from "@std/assert";
import { toFlowed } from "../../lib/message/flowed.ts";

const A70 = "a".repeat(70);

for (
  const [what, text, expected] of [
    ["nothing", "", ""],
    ["a short line", "Hello.", "Hello."],
    ["line ends of all kinds", "a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd"],
    ["a paragraph, broken behind blanks", `${A70} bb cc`, `${A70} \r\nbb cc`],
    ["a word that is too long", "x".repeat(100), "x".repeat(100)],
    ["a word that is too long among others", `a ${"x".repeat(100)} b`, `a \r\n${"x".repeat(100)} \r\nb`],
    ["blanks at the end of a line", "a  \nb", "a\r\nb"],
    ["the separator of a signature", "a\n-- \nAnn", "a\r\n-- \r\nAnn"],
    ["a line of blanks", "   ", ""],
    ["a blank at the start", " a", "  a"],
    ["From at the start", "From a", " From a"],
    ["Fromage", "Fromage", "Fromage"],
    ["a quotation", "> a", "> a"],
    ["a quotation without its blank", ">a", "> a"],
    ["a quotation of a quotation", ">> a\n> > b", ">> a\r\n> > b"],
    ["an empty quotation", ">\n> ", ">\r\n>"],
    ["a long quotation", `> ${A70} bb`, `> ${A70} \r\n> bb`],
    ["what a break would make a quotation", `${A70} > b`, `${A70} \r\n > b`],
    ["what a break would make a separator", `-- ${"x".repeat(80)} y`, `-- ${"x".repeat(80)} \r\ny`],
  ] as const
) {
  Deno.test(`toFlowed() writes ${what}`, () => assertEquals(toFlowed(text), expected));
}

Deno.test("toFlowed() takes 1,000,000 blanks, or quotation marks, without slowing down", () => {
  const many = 1_000_000;
  assertEquals(toFlowed(" ".repeat(many)), "");
  assertEquals(toFlowed(">".repeat(many)), ">".repeat(many));
  assert(toFlowed("a ".repeat(many / 2)).split("\r\n").every((line) => line.length <= 73));
});
