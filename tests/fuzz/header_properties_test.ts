/** What holds for every text in a header: folded and encoded as it may be, a reader gets it back. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatText } from "../../lib/message/header.ts";
import { textFault } from "../../lib/message/text.ts";
import { RUNS } from "./octets.ts";

/** Text of any script, of any length, with many blanks, long words and what looks like an encoding. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.array(
    fc.oneof(
      fc.constantFrom(
        " ",
        "  ",
        "=?",
        "?=",
        "=?UTF-8?Q?x?=",
        "é",
        "👩‍👩‍👧‍👦",
        "e\u0301",
        "=",
        "_",
        "?",
        "<a@b.example>",
        "\ufeff",
      ),
      fc.stringMatching(/^[!-~]{1,90}$/),
      fc.integer({ min: 890, max: 1010 }).map((length) => "x".repeat(length)),
    ),
    { maxLength: 20 },
  ).map((pieces) => pieces.join("")),
).filter((text) => textFault(text) === undefined);

const name = fc.stringMatching(/^[A-Z][A-Za-z-]{0,60}[a-z]$/);

/** The body of a field as RFC 5322 section 2.2.3 unfolds it. */
function unfolded(field: string, name: string): string {
  const line = field.replaceAll(/\r\n(?=[ \t])/g, "");
  assert(line.startsWith(`${name}:`) && !/[\r\n]/.test(line), JSON.stringify(field));
  return line.slice(name.length + 1);
}

/** The text of encoded words, octets put together first; blanks between two are no text. RFC 2047 sections 4 and 6.2. */
function decoded(body: string): string {
  const octets: number[] = [];
  for (const word of body.trim().split(/ +/)) {
    const [, encoding, text] = /^=\?UTF-8\?([QB])\?([!->@-~]*)\?=$/.exec(word)!;
    assert(word.length <= 75, word);
    const own = encoding === "B" ? [...atob(text)] : text.match(/=[0-9A-F]{2}|[^=]/g) ?? [];
    for (const one of own) {
      octets.push(
        one.length === 3
          ? parseInt(one.slice(1), 16)
          : one === "_" && encoding === "Q"
          ? 32
          : one.charCodeAt(0),
      );
    }
  }
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(octets));
}

Deno.test("formatText() folds and encodes any text so that an independent reader gets it back", () => {
  let encoded = 0;
  fc.assert(
    fc.property(name, text, (name, text) => {
      const field = formatText(name, text);
      for (const line of field.split("\r\n")) {
        assert(
          line.length <= 998 && (line.length <= 78 || !/ .* /.test(line)),
          `${line.length} characters: ${line}`,
        );
        assert(/^[\x20-\x7e]*$/.test(line) && (/[!-~]$/.test(line)), JSON.stringify(line));
      }
      const body = unfolded(field, name);
      if (body === (text === "" ? "" : ` ${text}`)) return assert(!text.includes("=?"), text);
      encoded++;
      assertEquals(decoded(body), text);
    }),
    { ...RUNS, numRuns: 3000 },
  );
  assert(encoded > 1000, `only ${encoded} were encoded`);
});

Deno.test("formatText() takes no longer than its text is long", () => {
  const piece = fc.oneof(
    fc.constantFrom(" ", "a ", "=?", "\u0301", "👩‍", "\u200d", "🏽"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 3 }), (pieces) => {
      const text = `a${pieces.join("").repeat(20_000)}b`;
      fc.pre(textFault(text) === undefined);
      const start = performance.now();
      formatText("Subject", text);
      // It takes some 20 ms; in quadratic time it would be minutes.
      assert(performance.now() - start < 2000, JSON.stringify(pieces));
    }),
    { ...RUNS, numRuns: 40 },
  );
});
