import { assert, assertEquals } from "@std/assert";
import { formatLegacyParameter, formatParameter } from "../../lib/message/parameter.ts";
import { randomText, seeded, TEXTS } from "./samples.ts";

/** Reads a parameter by RFC 2231, written from its text and from nothing else. */
function read(written: string): string {
  const pieces = written.split(/;\r\n /).slice(1).map((line) => {
    const [, star, quoted, plain] = /^filename(\*(?:\d+\*)?)?=(?:"((?:[^"\\]|\\.)*)"|([^"]*))$/.exec(line)!;
    if (star === undefined) return quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1");
    return decodeURIComponent(plain.replace(/^UTF-8''/, ""));
  });
  return pieces.join("");
}

for (
  const [value, expected] of [
    ["a.txt", "filename=a.txt"],
    ["a b.txt", 'filename="a b.txt"'],
    ["", 'filename=""'],
    ['"\\', 'filename="\\"\\\\"'],
    ["a;b=c", 'filename="a;b=c"'],
    ["ü", "filename*=UTF-8''%C3%BC"],
    ["ü'(%)*", "filename*=UTF-8''%C3%BC%27%28%25%29%2A"],
    ["x".repeat(67), `filename=${"x".repeat(67)}`],
    ["x".repeat(68), `filename*0*=UTF-8''${"x".repeat(57)};\r\n filename*1*=${"x".repeat(11)}`],
  ]
) {
  Deno.test(`formatParameter() writes ${value.slice(0, 20) || "nothing"}, ${value.length} characters`, () => {
    assertEquals(formatParameter("filename", value), `;\r\n ${expected}`);
  });
}

Deno.test("formatParameter() is read back, in every script, in lines of at most 78", () => {
  const random = seeded(7);
  const values = [...TEXTS, ...Array.from({ length: 300 }, () => randomText(random, 200))];
  for (const value of values) {
    const written = formatParameter("filename", value);
    assertEquals(read(written), value);
    assert(written.split("\r\n").every((line) => line.length <= 78), written);
  }
});

Deno.test("formatLegacyParameter() writes encoded words for readers of old, in lines of at most 78", () => {
  assertEquals(formatLegacyParameter("name", "a b.txt"), ';\r\n name="a b.txt"');
  assertEquals(formatLegacyParameter("name", "ü.txt"), ';\r\n name="=?UTF-8?B?w7wudHh0?="');
  for (const value of TEXTS) {
    const written = formatLegacyParameter("name", value);
    assert(written.split("\r\n").every((line) => line.length <= 78), written);
  }
});
