/**
 * Fields with parameters, such as `Content-Disposition: attachment; filename=...` (RFC 2045 section 5.1, RFC 2231).
 *
 * @module
 */

import { encodeWords } from "./encoded_word.ts";
import { isPrintableAscii } from "./text.ts";

/** Longest line of a parameter. RFC 5322 section 2.1.1, and the semicolon. */
const LINE = 77;

/** A token of RFC 2045 section 5.1. */
const TOKEN = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;

/** The characters of a token to which RFC 2231 gives a meaning; some readers see it without the asterisk in the name too. */
const EXTENDED = /['*%]/;

/** What stands for itself in an extended value: attribute-char of RFC 2231 section 7. */
const ATTRIBUTE_CHAR = /^[!#$&+\-.^_`{|}~0-9A-Za-z]$/;

/** Says whether text is a token, as types and the names of parameters are. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Writes a parameter by RFC 2231: in quotation marks if it is short ASCII, else in pieces of percent-encoded UTF-8.
 *
 * @param name The parameter's name.
 * @param value Its value, without control characters.
 * @returns The parameter with a fold before each of its lines; semicolons between, none at the end.
 */
export function formatParameter(name: string, value: string): string {
  const plain = plainParameter(name, value);
  if (plain !== undefined) return plain;
  const whole = `${name}*=UTF-8''${[...value].map(percentEncoded).join("")}`;
  if (whole.length < LINE) return `;\r\n ${whole}`;
  const lines: string[] = [];
  let line = `${name}*0*=UTF-8''`;
  for (const character of value) {
    const encoded = percentEncoded(character);
    // A character stays in one piece, for readers that decode each piece by itself.
    if (line.length + encoded.length >= LINE) {
      lines.push(line);
      line = `${name}*${lines.length}*=`;
    }
    line += encoded;
  }
  return [...lines, line].map((one) => `;\r\n ${one}`).join("");
}

/**
 * Writes a parameter for readers that do not know RFC 2231, Outlook for one: as an encoded word in quotation marks. RFC 2047
 * section 5 does not allow it there, and all that know RFC 2231 take `filename` in Content-Disposition instead.
 *
 * @param name The parameter's name.
 * @param value Its value, without control characters.
 * @returns The parameter with a fold before each of its lines.
 */
export function formatLegacyParameter(name: string, value: string): string {
  return plainParameter(name, value) ??
    `;\r\n ${name}="${encodeWords(value, LINE - name.length - 4).join("\r\n ")}"`;
}

/** A short value in ASCII; `undefined` when it must be encoded. */
function plainParameter(name: string, value: string): string | undefined {
  // Readers decode what looks like an encoded word although it stands in quotation marks.
  if (!isPrintableAscii(value) || value.includes("=?")) return undefined;
  const bare = TOKEN.test(value) && !EXTENDED.test(value);
  const parameter = `${name}=${bare ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
  return parameter.length < LINE ? `;\r\n ${parameter}` : undefined;
}

function percentEncoded(character: string): string {
  if (ATTRIBUTE_CHAR.test(character)) return character;
  let encoded = "";
  for (const octet of new TextEncoder().encode(character)) {
    encoded += "%" + octet.toString(16).toUpperCase().padStart(2, "0");
  }
  return encoded;
}
