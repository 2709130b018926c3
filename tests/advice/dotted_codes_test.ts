import { assertEquals } from "@std/assert";
import { CONNECT_RULES } from "../../lib/advice/connect.ts";
import { DOTTED_CODES } from "../../lib/advice/dotted_codes.ts";
import { RULES } from "../../lib/advice/reply.ts";
import { findAdvice } from "../../lib/advice/rule.ts";
import { TLS_RULES } from "../../lib/advice/tls.ts";
import { readmeWithTable } from "./codes_table.ts";

const LIBRARY = new URL("../../lib/", import.meta.url);

async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield await Deno.readTextFile(new URL(name, folder));
  }
}

Deno.test("DOTTED_CODES has every code that the rules give", () => {
  const given = [...RULES, ...CONNECT_RULES, ...TLS_RULES].map(({ code }) => code);
  assertEquals(given.filter((code) => !Object.hasOwn(DOTTED_CODES, code)), []);
});

Deno.test("DOTTED_CODES has every code that the library throws", async () => {
  const rooms = new Set(Object.keys(DOTTED_CODES).map((code) => code.split(".")[0])).values().toArray().join(
    "|",
  );
  const thrown = new Set<string>();
  for await (const text of sources(LIBRARY)) {
    for (const [, code] of text.matchAll(new RegExp(`"((?:${rooms})\\.[a-z0-9_]+)"`, "g"))) thrown.add(code);
  }
  assertEquals([...thrown].filter((code) => !Object.hasOwn(DOTTED_CODES, code)), []);
});

Deno.test("DOTTED_CODES says each in one sentence that reads on after a colon", () => {
  for (const [code, meaning] of Object.entries(DOTTED_CODES)) {
    assertEquals(/^[a-z]+(?:\.[a-z0-9_]+)?$/.test(code), true, code);
    assertEquals(/^[a-z][^.]*[a-zA-Z0-9]$/.test(meaning), true, meaning);
  }
});

Deno.test("the README has the table of all dotted codes (codes_table.ts writes it anew)", async () => {
  const { before, after } = await readmeWithTable();
  assertEquals(before, after);
});

Deno.test("findAdvice() has an answer at every command to every code", () => {
  for (
    const command of [
      "",
      "EHLO",
      "STARTTLS",
      "AUTH",
      "MAIL",
      "RCPT",
      "DATA",
      "BDAT",
      "content",
      "RSET",
      "QUIT",
    ]
  ) {
    for (let code = 200; code < 600; code++) {
      const advice = findAdvice(RULES, { code, lines: [""] }, { stage: "data", command });
      assertEquals(typeof advice?.hint, "string", `${command} ${code}`);
    }
  }
});

Deno.test("no rule has a pattern that repeats without bound, so that each takes linear time", () => {
  const unbounded = RULES.filter(({ text }) => text && /(?<!\\)[*+]|\{\d+,\}/.test(text.source));
  assertEquals(unbounded, []);
});

Deno.test("no hint advises against verification or for clear text", () => {
  const hints = [...RULES, ...CONNECT_RULES, ...TLS_RULES].map(({ hint }) => String(hint)).join("\n");
  assertEquals(/insecure|cleartext|tls off|"off"|rejectUnauthorized/i.test(hints), false);
});
