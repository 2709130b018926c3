/**
 * The header section of a ready-made message, or of a part of it: cut into fields and put together again.
 *
 * A field is kept as octets: what nobody asks for is sent as it came.
 *
 * @module
 */

import { MAX_LINE } from "./lines.ts";
import { concat } from "./octets.ts";
import { quoted } from "../text.ts";

const LF = 10;
const TAB = 9;
const SPACE = 32;
const COLON = 58;
const CRLF = Uint8Array.of(13, LF);

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A field name, and the blanks that were once allowed behind it. RFC 5322 sections 3.6.8 and 4.5.8. */
const NAME = /^([!-9;-~]+)[\t ]*$/;

/** A field with its line ends. */
export interface Field {
  /** The name as it is written; empty when these octets are no field. */
  readonly name: string;
  /** Name, colon, body and the last CRLF. */
  readonly octets: Uint8Array;
  /** The line on which it starts, from 1. */
  readonly line: number;
}

/**
 * Cuts a header section into fields; folded lines stay together.
 *
 * @param section Lines that end with CRLF, up to the empty line or the end.
 * @returns The fields in order, those that are none with an empty name.
 */
export function splitFields(section: Uint8Array): Field[] {
  const fields: Field[] = [];
  let start = 0;
  let [startLine, line] = [1, 1];
  const add = (end: number) => {
    const octets = section.subarray(start, end);
    if (end > start) fields.push({ name: nameOf(octets), octets, line: startLine });
    [start, startLine] = [end, line];
  };
  for (let at = 0; at < section.length; line++) {
    const next = section.indexOf(LF, at) + 1 || section.length;
    if (section[at] !== SPACE && section[at] !== TAB) {
      add(at);
      if (next - at <= CRLF.length) return fields;
    }
    at = next;
  }
  add(section.length);
  return fields;
}

function nameOf(octets: Uint8Array): string {
  const text = decode(octets.subarray(0, Math.max(octets.indexOf(COLON), 0)));
  return NAME.exec(text)?.[1] ?? "";
}

/**
 * Cuts the header section of a message into fields, and drops what files have before it: the byte order mark of an editor, the
 * line of a mailbox.
 *
 * @param section Lines that end with CRLF, up to the empty line or the end.
 * @returns The fields in order.
 * @throws {SyntaxError} With the reason alone, for a line that belongs to no field.
 */
export function readFields(section: Uint8Array): Field[] {
  const marked = decode(section.subarray(0, 3)) === "\ufeff";
  const fields = splitFields(marked ? section.subarray(3) : section);
  // The From_ line of an mbox; RFC 4155.
  if (fields.length > 0 && /^From [^\n]*\n$/.test(decode(fields[0].octets))) fields.shift();
  const stray = fields.find((field) => field.name === "");
  if (stray === undefined) return fields;
  const [text] = decode(stray.octets).split("\r\n", 1);
  throw new SyntaxError(`line ${stray.line} is no header field: ${quoted(text)}`);
}

/**
 * Says whether a field has one of these names, in any case.
 *
 * @param field The field.
 * @param names The names.
 */
export function isNamed(field: Field, ...names: string[]): boolean {
  return names.some((name) => name.toLowerCase() === field.name.toLowerCase());
}

/**
 * Gives the first field of a name.
 *
 * @param fields The fields.
 * @param name The name, in any case.
 */
export function findField(fields: readonly Field[], name: string): Field | undefined {
  return fields.find((field) => isNamed(field, name));
}

/**
 * Reads the body of a field.
 *
 * @param field The field.
 * @returns Its text on one line, without blanks at its ends; U+FFFD where it is not UTF-8.
 */
export function textOf({ octets }: Field): string {
  const text = decode(octets.subarray(octets.indexOf(COLON) + 1));
  return text.replaceAll("\r\n", "").replaceAll("\t", " ").trim();
}

/**
 * Makes a field.
 *
 * @param text Name, colon and body, folded where it must be, without the last CRLF.
 */
export function makeField(text: string): Field {
  const octets = new TextEncoder().encode(`${text}\r\n`);
  return { name: nameOf(octets), octets, line: 0 };
}

/**
 * Puts fields together, with the empty line behind them; a line that is too long ends at its last blanks that fit.
 *
 * @param fields The fields.
 * @returns The header section.
 * @throws {SyntaxError} With the reason alone, for a line that is too long and has no blank.
 */
export function writeFields(fields: readonly Field[]): Uint8Array {
  return concat([...fields.flatMap(foldLongLines), CRLF]);
}

function foldLongLines({ octets, name }: Field): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let from = 0; from < octets.length;) {
    const next = octets.indexOf(LF, from) + 1 || octets.length;
    while (next - from > MAX_LINE + CRLF.length) {
      const at = foldAt(octets, from);
      if (at < 0) throw new SyntaxError(`field ${quoted(name)} has a line of more than ${MAX_LINE} octets`);
      pieces.push(octets.subarray(start, at), CRLF);
      start = from = at;
    }
    from = next;
  }
  pieces.push(octets.subarray(start));
  return pieces;
}

/** The last blank at which a line can end so that it is not too long, and is not of blanks alone. */
function foldAt(octets: Uint8Array, from: number): number {
  for (let at = from + MAX_LINE; at > from + 1; at--) {
    if (isBlank(octets[at]) && !isBlank(octets[at - 1])) return at;
  }
  return -1;
}

function isBlank(octet: number): boolean {
  return octet === SPACE || octet === TAB;
}

function decode(octets: Uint8Array): string {
  return decoder.decode(octets);
}
