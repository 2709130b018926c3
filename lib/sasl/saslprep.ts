/**
 * SASLprep: how a user name and a password are brought to one form before they are hashed (RFC 4013).
 *
 * RFC 4013 stands on the tables of Unicode 3.2 (RFC 3454). Those of mapping and prohibition are given here exactly.
 * Normalization, and what counts as unassigned or as a letter of a right-to-left script, are the platform's, which
 * is newer: a character assigned since then is accepted, for normalization forms are stable once it is assigned.
 *
 * @module
 */

/** How a text is prepared. */
export interface PrepareOptions {
  /** What the text is, for messages. */
  readonly name: string;
  /**
   * A stored string must not hold unassigned code points, a query string may (RFC 3454 section 7). In SCRAM the
   * password is prepared as stored and the user as query (RFC 5802 sections 2.2 and 5.1).
   */
  readonly use: "stored" | "query";
}

/** Printable ASCII is prepared already. */
const PREPARED = /^[\x20-\x7e]*$/;

/** Non-ASCII spaces, mapped to a space. RFC 3454 table C.1.2. U+200B is in table B.1 too; this step comes first. */
const SPACES = /[\xa0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;

/** Characters commonly mapped to nothing. RFC 3454 table B.1. */
const NOTHING = /[\xad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g;

/** Prohibited output. RFC 3454 tables C.2.1, C.2.2, C.3 to C.9; those of C.1.2 are mapped away before. */
const PROHIBITED = new RegExp(
  "[\\p{Cc}\\p{Co}\\p{Cs}\\p{Noncharacter_Code_Point}" + // controls, private use, surrogates, noncharacters
    "\\u06dd\\u070f\\u180e\\u2028\\u2029\\u2060-\\u2063\\ufeff\\u{1d173}-\\u{1d17a}" + // further controls
    "\\ufff9-\\ufffd\\u2ff0-\\u2ffb" + // inappropriate for plain text or for canonical representation
    "\\u0340\\u0341\\u200c-\\u200f\\u202a-\\u202e\\u206a-\\u206f" + // display properties, deprecated
    "\\u{e0001}\\u{e0020}-\\u{e007f}]", // tagging
  "u",
);

/** Scripts that run from right to left. */
const RTL =
  "\\p{sc=Hebr}\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Thaa}\\p{sc=Nkoo}\\p{sc=Samr}\\p{sc=Mand}\\p{sc=Adlm}\\p{sc=Rohg}";

/** RandALCat, RFC 3454 table D.1: the letters of those scripts, and the marks that the table lists with them. */
const RAND_AL =
  `[\\p{L}&&[${RTL}]]\\u05be\\u05c0\\u05c3\\u05f3\\u05f4\\u061b\\u061f\\u0640\\u066d\\u06d4\\u06fd\\u06fe\\u0700-\\u070d`;

/** LCat, RFC 3454 table D.2, by its letters; the digits and symbols among it are left to the server to judge. */
const L_CAT = `[\\p{Lu}\\p{Ll}\\p{Lt}\\p{Lo}]--[${RTL}]`;

/**
 * Prepares a user name or a password with the profile SASLprep of stringprep (RFC 4013).
 *
 * @param text The text.
 * @param options What it is, and whether as a stored or a query string.
 * @returns The prepared text; may be empty.
 * @throws {TypeError} If the text cannot be prepared. The message does not show it, nor any part of it.
 */
export function saslprep(text: string, options: PrepareOptions): string {
  if (PREPARED.test(text)) return text;
  const prepared = text.replace(SPACES, " ").replace(NOTHING, "").normalize("NFKC");
  const refuse = (found: string) => new TypeError(`Cannot prepare the ${options.name}: it ${found}`);
  if (PROHIBITED.test(prepared)) {
    throw refuse("contains a character that RFC 4013 section 2.3 prohibits");
  }
  if (options.use === "stored" && /\p{Cn}/u.test(prepared)) {
    throw refuse("contains a character that Unicode does not define, which RFC 4013 section 2.5 prohibits");
  }
  if (!isOneDirection(prepared)) {
    throw refuse("mixes directions of writing, which RFC 4013 section 2.4 prohibits");
  }
  return prepared;
}

/** Whether a text with a right-to-left letter begins and ends with one and has no left-to-right letter. */
function isOneDirection(text: string): boolean {
  const rtl = `[${RAND_AL}]`;
  if (!new RegExp(rtl, "v").test(text)) return true;
  return new RegExp(`^${rtl}(?:.*${rtl})?$`, "vs").test(text) && !new RegExp(`[${L_CAT}]`, "v").test(text);
}
