/**
 * Header fields: text and address lists, encoded and folded (RFC 5322 section 2.2, RFC 2047).
 *
 * Each function gives a field without its last CRLF.
 *
 * @module
 */

import type { Address, Group } from "./address.ts";
import { encodeWords, MAX_ENCODED_WORD } from "./encoded_word.ts";
import { isPrintableAscii } from "./text.ts";

/** Where lines are folded: RFC 5322 section 2.1.1 says 78, but RFC 2047 section 2 says 76 beside an encoded word. */
const LINE = 76;

/** Longest run without a place to fold; longer text is encoded, which makes places. RFC 5322 section 2.1.1 says 998. */
const MAX_RUN = 900;

/** Longest name that is written bare or in quotation marks; a longer one is encoded, and so can be folded. */
const MAX_PHRASE = 60;

const ATOMS = /^[\w!#$%&'*+\-/=?^`{|}~]+(?: [\w!#$%&'*+\-/=?^`{|}~]+)*$/;

/**
 * Writes a field of free text, such as Subject.
 *
 * @param name The field's name.
 * @param text The text, without control characters.
 * @returns The field; encoded when the text is not ASCII, or would not come out of folding as it went in.
 */
export function formatText(name: string, text: string): string {
  const runs = foldableRuns(text);
  if (runs === undefined) {
    const room = LINE - name.length - 2;
    const words = encodeWords(text, room);
    return `${name}:${words[0].length > room ? "\r\n " : " "}${words.join("\r\n ")}`;
  }
  return fold(`${name}:`, runs);
}

/**
 * Writes a field of mailboxes and groups, such as To, folded between mailboxes where they fit on a line.
 *
 * @param name The field's name.
 * @param entries The mailboxes and groups; at least one.
 * @returns The field.
 */
export function formatAddresses(name: string, entries: readonly (Address | Group)[]): string {
  const runs = entries.flatMap((entry, i) => {
    const end = i < entries.length - 1 ? "," : "";
    return "members" in entry ? groupRuns(entry, end) : mailboxRuns(entry, end);
  });
  return fold(`${name}:`, runs);
}

/** The name of a group, its mailboxes, and what ends it. */
function groupRuns({ name, members }: Group, end: string): string[] {
  const phrase = formatPhrase(name);
  // An encoded word must stand apart from what follows. RFC 2047 section 5 (3).
  const opening = phrase[0].startsWith("=?") ? [...phrase, ":"] : [`${phrase[0]}:`];
  if (members.length === 0) return toRuns(opening, `;${end}`);
  const last = members.length - 1;
  return toRuns(opening).concat(
    members.flatMap((member, i) => mailboxRuns(member, i < last ? "," : `;${end}`)),
  );
}

function mailboxRuns({ name, address }: Address, end: string): string[] {
  return toRuns(name === undefined ? [address] : [...formatPhrase(name), `<${address}>`], end);
}

/** One run, or one for each piece where they do not fit on a line; `end` is joined to the last. */
function toRuns(pieces: readonly string[], end = ""): string[] {
  const whole = pieces.join(" ") + end;
  if (whole.length < LINE) return [` ${whole}`];
  return pieces.map((piece, i) => i < pieces.length - 1 ? ` ${piece}` : ` ${piece}${end}`);
}

/** A display name: bare, else in quotation marks, else encoded. RFC 5322 section 3.2.5. */
export function formatPhrase(name: string): string[] {
  const asItIs = isPrintableAscii(name) && name.length <= MAX_PHRASE && !name.includes("=?");
  if (!asItIs) return encodeWords(name, MAX_ENCODED_WORD);
  return [ATOMS.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`];
}

/** Puts runs, each with its leading blank, on lines; a line ends before a blank, so that unfolding gives the same text. */
export function fold(start: string, runs: readonly string[]): string {
  const parts = [start];
  let column = start.length;
  for (const run of runs) {
    if (column + run.length > LINE) {
      parts.push("\r\n");
      column = 0;
    }
    parts.push(run);
    column += run.length;
  }
  return parts.join("");
}

/**
 * Cuts text before the blanks in front of each word; `undefined` if it must be encoded: not ASCII, blanks at an end
 * (which readers trim), no place to fold for too long, or what a reader would take for an encoded word.
 */
function foldableRuns(text: string): string[] | undefined {
  if (!isPrintableAscii(text) || text.startsWith(" ") || text.endsWith(" ") || text.includes("=?")) {
    return undefined;
  }
  if (text === "") return [];
  const runs: string[] = [];
  let blanks = " ";
  for (const word of text.split(" ")) {
    if (word === "") blanks += " ";
    else {
      runs.push(blanks + word);
      blanks = " ";
    }
  }
  return runs.some((run) => run.length > MAX_RUN) ? undefined : runs;
}
