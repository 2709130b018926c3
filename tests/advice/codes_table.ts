/**
 * The README's table of dotted codes, made of the source: `deno run --allow-read --allow-write tests/advice/codes_table.ts`
 * writes it anew.
 *
 * @module
 */

import { DOTTED_CODES } from "../../lib/advice/mod.ts";

const README = new URL("../../README.md", import.meta.url);

/** What the table stands between. */
const PLACE = /(<!-- codes -->\n)[^]*?(<!-- \/codes -->)/;

/** The table as Markdown, as `deno fmt` writes it. */
export function codesTable(): string {
  const rows = Object.entries(DOTTED_CODES).map(([code, meaning]) => [`\`${code}\``, meaning]);
  const widths = [0, 1].map((column) => Math.max("meaning".length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |\n`;
  return [["code", "meaning"], widths.map((width) => "-".repeat(width)), ...rows].map(line).join("");
}

/** The README with the table in its place. */
export async function readmeWithTable(): Promise<{ before: string; after: string }> {
  const before = await Deno.readTextFile(README);
  return { before, after: before.replace(PLACE, (_, start, end) => `${start}\n${codesTable()}\n${end}`) };
}

if (import.meta.main) await Deno.writeTextFile(README, (await readmeWithTable()).after);
