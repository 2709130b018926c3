/**
 * A part that is text, in the encoding that suits it (RFC 2045 section 6).
 *
 * @module
 */

import { fits, type Part, type Transfer } from "./part.ts";
import { encodeQuotedPrintable } from "./quoted_printable.ts";
import { memory } from "./source.ts";
import { base64LinesSize, encodeBase64LinesInto } from "./base64_lines.ts";

/** Longest line in octets, CRLF not counted. RFC 5322 section 2.1.1. */
const MAX_LINE = 998;

/**
 * Makes a part of a text.
 *
 * Text that needs no encoding has none; other text goes as 8-bit where that is allowed and its lines are short enough, else
 * in quoted-printable, or in base64 when that is shorter, as it is for scripts other than the Latin one.
 *
 * @param fields Its Content-Type, and more fields behind it; not ended.
 * @param text The text; lines may end in any way.
 * @returns The part.
 */
export function textPart(fields: string, text: string): Part {
  const lines = toCrlf(text);
  const lasting = !startsFrom(lines);
  const plain = lasting && isPlain(lines);
  return ({ widest }) => {
    if (plain && areShort(lines)) return written(fields, "7bit", lines);
    const octets = new TextEncoder().encode(lines);
    if (fits("8bit", widest) && lasting && isEightBit(lines) && octetLinesAreShort(octets)) {
      const head = `${fields}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`;
      return { pieces: [head, memory(octets)], transfer: "8bit" };
    }
    return favorsBase64(octets)
      ? written(fields, "base64", base64(octets))
      : written(fields, "quoted-printable", encodeQuotedPrintable(octets));
  };
}

function written(fields: string, encoding: string, body: string): ReturnType<Part> {
  const transfer: Transfer = "7bit";
  return { pieces: [`${fields}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`], transfer };
}

function base64(octets: Uint8Array): string {
  const encoded = new Uint8Array(base64LinesSize(octets.length));
  encodeBase64LinesInto(octets, encoded);
  return new TextDecoder().decode(encoded);
}

/** Ends every line with CRLF, however it ended: a bare CR or LF lets others smuggle commands (VU#302671). */
export function toCrlf(text: string): string {
  return text.replace(/\r(?!\n)|(?<!\r)\n/g, "\r\n");
}

/** Whether a line starts with "From ", which some mailboxes write as ">From ". */
function startsFrom(lines: string): boolean {
  return lines.startsWith("From ") || lines.includes("\nFrom ");
}

/** Whether text is ASCII without control characters but tabs. */
function isPlain(lines: string): boolean {
  return /^[\t\r\n\x20-\x7e]*$/.test(lines);
}

/** Whether text holds more than ASCII, and no control characters but tabs. */
function isEightBit(lines: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return /[^\x00-\x7f]/.test(lines) && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(lines);
}

function areShort(lines: string): boolean {
  if (lines.length <= MAX_LINE) return true;
  let start = 0;
  while (start + MAX_LINE < lines.length) {
    const end = lines.indexOf("\r\n", start);
    if ((end < 0 ? lines.length : end) - start > MAX_LINE) return false;
    if (end < 0) break;
    start = end + 2;
  }
  return true;
}

const LF = 10;

function octetLinesAreShort(octets: Uint8Array): boolean {
  let start = 0;
  for (let end = octets.indexOf(LF); end >= 0; end = octets.indexOf(LF, start)) {
    if (end - 1 - start > MAX_LINE) return false;
    start = end + 1;
  }
  return octets.length - start <= MAX_LINE;
}

/** Whether base64 is clearly shorter: short of that, text that people can read as it is has its worth. */
function favorsBase64(octets: Uint8Array): boolean {
  let odd = 0;
  for (let i = 0; i < octets.length; i++) if (octets[i] > 126) odd++;
  return odd * 2 > octets.length;
}
