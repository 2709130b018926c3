/** Text for format=flowed, put together again by readers: one written here from RFC 3676, and two of others. */

import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { compose } from "../../lib/message/compose.ts";
import { anyText, bodyText } from "./oracle_messages.ts";
import { decodeBody, fromUtf8, readOctets, readParameters, readStrictly } from "./oracle_octets.ts";
import { READERS } from "./oracle_readers.ts";
import { lf, unended } from "./oracle_view.ts";

/** A line as its author wrote it: how often it is quoted, and what it says. */
type Paragraph = readonly [depth: number, content: string];

/** Longest line that is broken where it can be. RFC 3676 section 4.2. */
const MAX_LINE = 78;

/** Undoes format=flowed, with DelSp=no. RFC 3676 sections 4.1 to 4.5. */
function unflow(text: string): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let open = false;
  for (const line of text.split("\r\n")) {
    const [, marks, stuffed] = /^(>*)(.*)$/s.exec(line)!;
    const content = stuffed.replace(/^ /, "");
    const flows = content.endsWith(" ") && content !== "-- ";
    const last = paragraphs.at(-1);
    if (open && last?.[0] === marks.length && content !== "-- ") {
      paragraphs[paragraphs.length - 1] = [last[0], last[1] + content];
    } else paragraphs.push([marks.length, content]);
    open = flows;
  }
  return paragraphs;
}

/** What is left of a text when it is flowed: blanks at the end of a line have a meaning there, but for the signature's. */
function paragraphsOf(text: string): Paragraph[] {
  return lf(text).split("\n").map((line) => {
    const [, marks, content] = /^(>*)(.*)$/s.exec(line)!;
    // The blank behind the marks belongs to them.
    const said = marks === "" ? content : content.replace(/^ /, "");
    return [marks.length, line === "-- " ? line : said.replace(/ +$/, "")];
  });
}

async function bodyOf(text: string): Promise<{ raw: string; body: string }> {
  const { content } = compose({ from: "ann@example.com", to: "bo@example.org", text, flowed: true });
  const raw = await readOctets(content);
  const root = readStrictly(raw, content);
  const [type, parameters] = readParameters(root.fields.get("content-type")![0]);
  assertEquals([type, parameters.get("format"), parameters.get("delsp")], [
    "text/plain",
    "flowed",
    undefined,
  ]);
  return { raw, body: fromUtf8(decodeBody(root)) };
}

/** Long lines of words, quoted or not, indented or not, among any others. */
const flowing = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: bodyText },
    {
      weight: 5,
      arbitrary: fc.tuple(
        fc.constantFrom("", "", ">", "> ", ">>", ">> ", "> > ", "  ", "    ", "From "),
        fc.array(
          fc.oneof(fc.constantFrom("word", "--", "-- ", ">", "From", "", " ", "x".repeat(90), "é"), anyText),
          { maxLength: 60 },
        ),
        fc.constantFrom("", " ", "   "),
      ).map(([start, words, end]) => `${start}${words.join(" ")}${end}\n`),
    },
  ),
  { maxLength: 6 },
).map((parts) => parts.join("").replace(/^\ufeff/, ""));

Deno.test("compose() flows text that RFC 3676 puts together again", async () => {
  await fc.assert(
    fc.asyncProperty(flowing, async (text) => {
      const { body } = await bodyOf(text);
      // At the end of a message, the end of the last line is not told from an empty one.
      const trimmed = (list: Paragraph[]) =>
        list.at(-1)?.[1] === "" && list.at(-1)?.[0] === 0 ? list.slice(0, -1) : list;
      assertEquals(trimmed(unflow(body)), trimmed(paragraphsOf(text)));
      for (const line of body.split("\r\n")) {
        // Broken behind "-- ", it would have the mark of a signature.
        if (line.length > MAX_LINE) assertMatch(line, /^>*\s*(?:-- )?[^ ]+ ?$/);
      }
    }),
    { numRuns: 1_000 },
  );
});

const [postalMime, mailparser] = READERS;

/** The text as readers show it. */
function shown(text: string): string {
  const lines = paragraphsOf(text).map(([depth, said]) =>
    ">".repeat(depth) + (depth > 0 && said !== "" ? ` ${said}` : said)
  );
  return unended(lines.join("\n"));
}

Deno.test("compose() flows text that others put together again", async () => {
  await fc.assert(
    fc.asyncProperty(flowing, async (text) => {
      const { raw } = await bodyOf(text);
      assertEquals((await mailparser.read(raw)).text, shown(text));
      // It leaves the marks of a quotation in the midst of a line that it puts together. RFC 3676 section 4.5.
      if (!/^>/m.test(lf(text))) assertEquals((await postalMime.read(raw)).text, shown(text));
    }),
    { numRuns: 150 },
  );
});
