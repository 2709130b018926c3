/**
 * The quoted-printable encoding (RFC 2045 section 6.7).
 *
 * @module
 */

/** Longest line in characters, CRLF not counted. RFC 2045 section 6.7 (5). */
const MAX_LINE = 76;

const CR = 13, LF = 10, TAB = 9, SPACE = 32, DOT = 46, EQUALS = 61, F = 70;
const HEX = new TextEncoder().encode("0123456789ABCDEF");

const decoder = new TextDecoder();

/**
 * Encodes text in quoted-printable.
 *
 * Also encoded are a dot and the word "From" at the start of a line: relays and mailboxes of old have changed both
 * (RFC 2049 section 3).
 *
 * @param input The octets of the text; every line end is CRLF.
 * @returns The encoded text, ASCII, in lines of at most 76 characters; it ends as the text does.
 */
export function encodeQuotedPrintable(input: Uint8Array): string {
  // Three for one at worst, and then three more for a soft break in every 25 of them.
  const output = new Uint8Array(Math.ceil(input.length * 3 * 1.05) + 4);
  let length = 0;
  let column = 0;
  let end = endOfLine(input, 0);
  for (let i = 0; i < input.length;) {
    const octet = input[i++];
    if (octet === CR) {
      output[length++] = CR;
      output[length++] = LF;
      column = 0;
      end = endOfLine(input, ++i);
      continue;
    }
    const endsLine = i === end;
    let width = isLiteral(octet) && !(endsLine && isBlank(octet)) ? 1 : 3;
    if (column + width > (endsLine ? MAX_LINE : MAX_LINE - 1)) {
      output[length++] = EQUALS;
      output[length++] = CR;
      output[length++] = LF;
      column = 0;
    }
    if (column === 0 && (octet === DOT || octet === F && continuesFrom(input, i))) width = 3;
    if (width === 1) output[length++] = octet;
    else {
      output[length++] = EQUALS;
      output[length++] = HEX[octet >> 4];
      output[length++] = HEX[octet & 15];
    }
    column += width;
    // Most octets neither begin nor end a line: those that stand for themselves need no other look.
    const stop = Math.min(i + MAX_LINE - 1 - column, end - 1);
    for (; i < stop && isLiteral(input[i]); column++) output[length++] = input[i++];
  }
  return decoder.decode(output.subarray(0, length));
}

/** Where the line ends that starts or goes on at an index. */
function endOfLine(input: Uint8Array, from: number): number {
  const end = input.indexOf(CR, from);
  return end < 0 ? input.length : end;
}

/** Whether an octet may stand for itself; a blank may not at the end of a line, where relays cut it off. */
function isLiteral(octet: number): boolean {
  return octet >= SPACE && octet < 127 && octet !== EQUALS || octet === TAB;
}

function isBlank(octet: number): boolean {
  return octet === SPACE || octet === TAB;
}

/** Whether an "F" is followed by "rom ". */
function continuesFrom(input: Uint8Array, at: number): boolean {
  return input[at] === 114 && input[at + 1] === 111 && input[at + 2] === 109 && input[at + 3] === SPACE;
}
