/**
 * Header fields: text and address lists, encoded and folded (RFC 5322 section 2.2, RFC 2047).
 *
 * Each function gives a field without its last CRLF.
 *
 * @module
 */

import type { Address } from "./address.ts";
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
 * Writes a field of mailboxes, such as To, folded between mailboxes where they fit on a line.
 *
 * @param name The field's name.
 * @param addresses The mailboxes; at least one.
 * @returns The field.
 */
export function formatAddresses(name: string, addresses: readonly Address[]): string {
  const runs = addresses.flatMap((address, i) => {
    const pieces = mailboxPieces(address);
    if (i < addresses.length - 1) pieces[pieces.length - 1] += ",";
    const whole = pieces.join(" ");
    return whole.length < LINE ? [` ${whole}`] : pieces.map((piece) => ` ${piece}`);
  });
  return fold(`${name}:`, runs);
}

/** The parts of a mailbox between which a line may end. */
function mailboxPieces({ name, address }: Address): string[] {
  if (name === undefined) return [address];
  return [...formatPhrase(name), `<${address}>`];
}

/** A display name: bare, else in quotation marks, else encoded. RFC 5322 section 3.2.5. */
function formatPhrase(name: string): string[] {
  const asItIs = isPrintableAscii(name) && name.length <= MAX_PHRASE && !name.includes("=?");
  if (!asItIs) return encodeWords(name, MAX_ENCODED_WORD);
  return [ATOMS.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`];
}

/** Puts runs, each with its leading blank, on lines; a line ends before a blank, so that unfolding gives the same text. */
function fold(start: string, runs: readonly string[]): string {
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
