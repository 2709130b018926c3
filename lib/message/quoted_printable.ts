/**
 * The quoted-printable encoding (RFC 2045 section 6.7).
 *
 * Also encoded are a dot and the word "From" at the start of a line, which relays and mailboxes of old have changed (RFC 2049
 * section 3), and a dash that a soft break brings there: the rest of the line could be a delimiter.
 *
 * @module
 */

/** Longest line in characters, CRLF not counted. RFC 2045 section 6.7 (5). */
const MAX_LINE = 76;

const CR = 13, LF = 10, TAB = 9, SPACE = 32, DASH = 45, DOT = 46, EQUALS = 61, F = 70;
const HEX = new TextEncoder().encode("0123456789ABCDEF");

const decoder = new TextDecoder();

/**
 * Encodes text in quoted-printable.
 *
 * @param input The octets of the text; every line end is CRLF.
 * @returns The encoded text, ASCII, in lines of at most 76 characters; it ends as the text does.
 */
export function encodeQuotedPrintable(input: Uint8Array): string {
  return decoder.decode(new QuotedPrintable().encode(input, input.length));
}

/** Encodes text that comes in pieces; the same octets come out whatever pieces it came in. */
export class QuotedPrintable {
  #column = 0;
  /** Whether the line began behind a soft break. */
  #broken = false;
  /** What cannot be encoded before the octets behind it are known. */
  #held: Uint8Array = new Uint8Array();

  /**
   * Encodes octets; the last of them may come out later.
   *
   * @param octets The octets; every line end is CRLF.
   * @returns What is encoded.
   */
  push(octets: Uint8Array): Uint8Array {
    let input = octets;
    if (this.#held.length > 0) {
      input = new Uint8Array(this.#held.length + octets.length);
      input.set(this.#held);
      input.set(octets, this.#held.length);
    }
    // "From " is five octets long, and CRLF stays together.
    let end = input[input.length - 1] === LF ? input.length : Math.max(input.length - 4, 0);
    if (input[end - 1] === CR) end--;
    this.#held = input.slice(end);
    return this.encode(input, end);
  }

  /** Gives what is left. */
  end(): Uint8Array {
    const input = this.#held;
    this.#held = new Uint8Array();
    return this.encode(input, input.length);
  }

  /**
   * Encodes the first octets of some that are all there.
   *
   * @param input The octets, with those that follow as far as they are known.
   * @param end How many of them are to be encoded.
   * @returns What is encoded.
   */
  encode(input: Uint8Array, end: number): Uint8Array {
    // Three for one at worst, and then three more for a soft break in every 24 of them.
    const output = new Uint8Array(Math.ceil(end * 3 * 1.05) + 4);
    let [length, column, broken] = [0, this.#column, this.#broken];
    let line = endOfLine(input, 0);
    for (let i = 0; i < end;) {
      const octet = input[i++];
      if (octet === CR) {
        output[length++] = CR;
        output[length++] = LF;
        column = 0;
        broken = false;
        line = endOfLine(input, ++i);
        continue;
      }
      const endsLine = i === line;
      let width = isLiteral(octet) && !(endsLine && isBlank(octet)) ? 1 : 3;
      if (column + width > (endsLine ? MAX_LINE : MAX_LINE - 1)) {
        output[length++] = EQUALS;
        output[length++] = CR;
        output[length++] = LF;
        column = 0;
        broken = true;
      }
      if (column === 0 && isAtRisk(input, i, broken)) width = 3;
      if (width === 1) output[length++] = octet;
      else {
        output[length++] = EQUALS;
        output[length++] = HEX[octet >> 4];
        output[length++] = HEX[octet & 15];
      }
      column += width;
      // Most octets neither begin nor end a line: those that stand for themselves need no other look.
      const stop = Math.min(i + MAX_LINE - 1 - column, line - 1, end);
      for (; i < stop && isLiteral(input[i]); column++) output[length++] = input[i++];
    }
    [this.#column, this.#broken] = [column, broken];
    return output.subarray(0, length);
  }
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

/** Whether the octet before an index, which could stand for itself, may not do so at the start of a line. */
function isAtRisk(input: Uint8Array, next: number, broken: boolean): boolean {
  const octet = input[next - 1];
  return octet === DOT || octet === DASH && broken || octet === F && continuesFrom(input, next);
}

/** Whether an "F" is followed by "rom ". */
function continuesFrom(input: Uint8Array, at: number): boolean {
  return input[at] === 114 && input[at + 1] === 111 && input[at + 2] === 109 && input[at + 3] === SPACE;
}
