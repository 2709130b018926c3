/**
 * The local part of an address: checked, and written anew (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
 *
 * @module
 */

import type { Word } from "./address_scanner.ts";
import { countOctets, isPrintableAscii, quoted } from "./text.ts";

/** Longest local part in octets. RFC 5321 section 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;

// "Atext" here is that of RFC 6532.
const DOT_ATOM = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+)*$/;

/** Characters that nobody sees and that some readers drop; the joiners, which some scripts need, are not among them. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/**
 * Makes a local part of the words before an "@".
 *
 * Of the obsolete forms (RFC 5322 section 4.4) it takes white space and comments beside dots and before the "@". A
 * quoted-string stands alone and touches the "@": readers differ about `"a".b@`, and some take `"a" @` for a name.
 *
 * @param words The words; at least one.
 * @returns The local part, in quotation marks only where it needs them.
 * @throws {SyntaxError} With the reason alone; the caller adds which address it was.
 */
export function formatLocalPart(words: readonly Word[]): string {
  const isQuoted = words.some((word) => word.quoted);
  if (isQuoted ? words.length > 1 : words.some(isCut)) {
    throw new SyntaxError('several words before "@" (an address after a name needs angle brackets)');
  }
  if (isQuoted && words[0].apart) throw new SyntaxError('a quotation mark that does not touch the "@"');
  const text = words.map((word) => word.text).join("");
  if (text.length > MAX_LOCAL_PART) throw tooLong();
  const isDotAtom = DOT_ATOM.test(text);
  if (!isDotAtom && !isQuoted) throw new SyntaxError(`misplaced "." in the local part ${quoted(text)}`);
  const found = misread(text);
  if (found !== undefined) throw new SyntaxError(`${found} in the local part ${quoted(text)}`);
  const local = isDotAtom ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
  if (countOctets(local) > MAX_LOCAL_PART) throw tooLong();
  return local;
}

function tooLong(): SyntaxError {
  return new SyntaxError(`a local part of more than ${MAX_LOCAL_PART} octets`);
}

/** Whether a word and the next one would become one atom. */
function isCut(word: Word, i: number, words: readonly Word[]): boolean {
  return i + 1 < words.length && !word.text.endsWith(".") && !words[i + 1].text.startsWith(".");
}

/** What another reader would take for something else; `undefined` when there is nothing. */
function misread(text: string): string | undefined {
  if (text.includes("\t")) return "a tab";
  // Some readers look for angle brackets or for the first "@": `"<x@a>"@b` and `"x@a y"@b` hold another address to them.
  if (text.includes("<")) return '"<"';
  if (text.includes("@")) return '"@"';
  // RFC 2047 section 5 forbids encoded words here; a reader that decodes them all the same finds another address.
  if (/=\?.*\?=/.test(text)) return "an encoded word";
  if (!isPrintableAscii(text) && isMisread(text)) return "a character that is easily misread";
}

/**
 * Whether a reader that drops what nobody sees, or that normalizes first, finds another structure: U+FF20 becomes "@",
 * U+2024 becomes ".".
 */
function isMisread(text: string): boolean {
  return INVISIBLE.test(text) || specials(text.normalize("NFKC")) !== specials(text);
}

/** The characters that give an address its structure. */
function specials(text: string): string {
  return text.replace(/[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+/g, "");
}
