import { escapeControls } from "../../mod.ts";
import type { MessagePart } from "../message/lint/lint.ts";
import { CliError, EXIT } from "./exit_code.ts";
import { size, wrap } from "./format.ts";
import type { Io } from "./io.ts";
import { readMessageInput } from "./message_input.ts";
import { contentOf, type Reading, readMessage, type ReadPart } from "./message_reading.ts";
import type { Given } from "./parse.ts";

/** Where the lines end, and most columns for the names of the fields. */
const WIDTH = 100;
const MAX_NAME = 24;

/** Longest value of a field that is shown in full, in characters. */
const MAX_VALUE = 400;

/** Deepest part that is indented. */
const MAX_INDENT = 20;

/**
 * Shows a message, or writes what is in one of its parts to a file.
 *
 * @param given The command line.
 * @param io The world.
 * @returns The exit code.
 */
export async function showMessage(given: Given, io: Io): Promise<number> {
  const [number, path] = [given.value("part"), given.value("save")];
  if (number !== undefined && path === undefined) throw missing("--part", "--save (a file, or -)");
  if (path !== undefined && number === undefined) throw missing("--save", "--part");
  const octets = await readMessageInput(given, io);
  const { readParts } = await import("../message/lint/lint.ts");
  const parts = readParts(octets);
  if (parts[0].fields.every(({ name }) => name === "")) {
    throw new CliError("Cannot read message: there is no header", EXIT.DATAERR, { code: "cli.message" });
  }
  if (number !== undefined && path !== undefined) {
    const content = contentOf(partOf(parts, number), octets);
    // To standard output only when that is said: what is in a part can steer a terminal.
    if (path === "-") io.out(content);
    else await io.save(path, ReadableStream.from([content]));
    return EXIT.OK;
  }
  const reading = await readMessage(octets, parts);
  io.out(given.has("json") ? asJson({ ok: true, exit: EXIT.OK, ...reading }) : await describe(reading));
  return EXIT.OK;
}

function missing(option: string, other: string): CliError {
  return new CliError(`Cannot read ${option}: ${other} is missing`);
}

function partOf(parts: readonly MessagePart[], number: string): MessagePart {
  const leaves = parts.filter(({ holds }) => holds === "octets");
  const leaf = /^\d{1,9}$/.test(number) ? leaves[Number(number) - 1] : undefined;
  if (leaf) return leaf;
  throw new CliError(`Cannot read --part: ${JSON.stringify(number)} is not one of 1 to ${leaves.length}`);
}

/** JSON in which nothing steers a terminal: it is looked at too. */
function asJson(data: unknown): string {
  const text = JSON.stringify(data).replace(
    /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}

async function describe({ headers, parts, text, html }: Reading): Promise<string> {
  const column = Math.min(MAX_NAME, widest(headers.map(({ name }) => name)) + 2);
  const blocks = [headers.map((field) => describeField(field, column)).join(""), describeParts(parts)];
  if (text !== undefined) blocks.push(`Text\n${describeText(text)}`);
  else if (html !== undefined) {
    const { toText } = await import("./render.ts");
    blocks.push(`Text, made of the HTML\n${describeText(await toText(html))}`);
  }
  return blocks.join("\n");
}

function describeField({ name, value }: Reading["headers"][number], column: number): string {
  const cut = value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value;
  const [first, ...rest] = wrap(escapeControls(cut), WIDTH - column);
  const start = name.length < column ? name.padEnd(column) : `${name}  `;
  return [start + first, ...rest.map((line) => " ".repeat(column) + line)].join("\n") + "\n";
}

function describeParts(parts: readonly ReadPart[]): string {
  const rows = parts.map(({ part, depth, type, encoding, size: octets = 0, filename, disposition }) => {
    const what = `${"  ".repeat(Math.min(depth, MAX_INDENT))}${type}`;
    if (part === undefined) return ["", what];
    const name = filename === undefined ? "" : JSON.stringify(filename);
    const much = octets < 1_000 ? `${octets} B` : size(octets);
    return [String(part), what, encoding, much, [disposition, name].filter(Boolean).join(" ")];
  });
  const widths = [0, 1, 2, 3].map((at) => widest(rows.map((row) => row[at] ?? "")));
  const lines = rows.map((row) =>
    row.map((cell, at) => at === 0 || at === 3 ? cell.padStart(widths[at]) : cell.padEnd(widths[at] ?? 0))
      .join("  ")
  );
  return `Parts\n${lines.map((line) => `  ${escapeControls(line.trimEnd())}\n`).join("")}`;
}

function describeText(text: string): string {
  const lines = text.trimEnd().split(/\r?\n/);
  return lines.map((line) => `  ${escapeControls(line.replaceAll("\t", "    "))}`.trimEnd() + "\n").join("");
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}
