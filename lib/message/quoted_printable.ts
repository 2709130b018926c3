/**
 * The quoted-printable encoding (RFC 2045 section 6.7).
 *
 * @module
 */

/** Longest line in characters, CRLF not counted. RFC 2045 section 6.7 (5). */
const MAX_LINE = 76;

const CR = 13, LF = 10, TAB = 9, SPACE = 32, DOT = 46, EQUALS = 61, F = 70;
const HEX = new TextEncoder().encode("0123456789ABCDEF");

/**
 * Encodes text as UTF-8 in quoted-printable.
 *
 * Also encoded are a dot and the word "From" at the start of a line: relays and mailboxes of old have changed both
 * (RFC 2049 section 3).
 *
 * @param text The text; every line end is CRLF.
 * @returns The encoded text, ASCII, in lines of at most 76 characters; it ends as the text does.
 */
export function encodeQuotedPrintable(text: string): string {
  const input = new TextEncoder().encode(text);
  // Three for one at worst, and then three more for a soft break in every 25 of them.
  const output = new Uint8Array(Math.ceil(input.length * 3 * 1.05) + 4);
  let length = 0;
  let column = 0;
  for (let i = 0; i < input.length; i++) {
    const octet = input[i];
    if (octet === CR) {
      output[length++] = CR;
      output[length++] = LF;
      column = 0;
      i++;
      continue;
    }
    const endsLine = i + 1 === input.length || input[i + 1] === CR;
    const last = endsLine ? MAX_LINE : MAX_LINE - 1;
    let width = isLiteral(octet, endsLine) ? 1 : 3;
    if (column + width > last) {
      output[length++] = EQUALS;
      output[length++] = CR;
      output[length++] = LF;
      column = 0;
    }
    if (column === 0 && (octet === DOT || octet === F && startsFrom(input, i))) width = 3;
    if (width === 1) output[length++] = octet;
    else {
      output[length++] = EQUALS;
      output[length++] = HEX[octet >> 4];
      output[length++] = HEX[octet & 15];
    }
    column += width;
  }
  return new TextDecoder().decode(output.subarray(0, length));
}

/** Whether an octet may stand for itself. A blank may not at the end of a line, where relays cut it off. */
function isLiteral(octet: number, endsLine: boolean): boolean {
  if (octet === SPACE || octet === TAB) return !endsLine;
  return octet > SPACE && octet < 127 && octet !== EQUALS;
}

function startsFrom(input: Uint8Array, i: number): boolean {
  return input[i + 1] === 114 && input[i + 2] === 111 && input[i + 3] === 109 && input[i + 4] === SPACE;
}
