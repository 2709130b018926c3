import { concat } from "./octets.ts";

/** Longest line in characters, CRLF not counted. RFC 2045 section 6.7 (5). */
const MAX_LINE = 76;

const CR = 13, LF = 10, TAB = 9, SPACE = 32, DASH = 45, DOT = 46, EQUALS = 61, F = 70;
const HEX = new TextEncoder().encode("0123456789ABCDEF");

/** What encodes a body that comes in pieces. */
export interface BodyEncoder {
  /** Encodes octets; some of them may come out later. */
  push(octets: Uint8Array): Uint8Array;
  /**
   * Gives what is left.
   *
   * @param delimited Whether a delimiter follows, so that the last CRLF is no part of the body.
   */
  end(delimited: boolean): Uint8Array;
}

/**
 * Encodes lines in quoted-printable (RFC 2045 section 6.7); the same octets come out whatever pieces they came in.
 *
 * Also encoded are a dot and the word "From" at the start of a line, which relays and mailboxes of old have changed (RFC 2049
 * section 3), and a dash that a soft break brings there: the rest of the line could be a delimiter.
 */
export class QuotedPrintable implements BodyEncoder {
  #column = 0;
  #broken = false;
  /** What cannot be encoded before the octets behind it are known. */
  #held: Uint8Array = new Uint8Array();

  push(octets: Uint8Array): Uint8Array {
    const input = this.#held.length > 0 ? concat([this.#held, octets]) : octets;
    // "From " is five octets long, and CRLF stays together.
    let end = input[input.length - 1] === LF ? input.length : Math.max(input.length - 4, 0);
    if (input[end - 1] === CR) end--;
    this.#held = input.slice(end);
    return this.#encode(input, end);
  }

  end(): Uint8Array {
    const input = this.#held;
    this.#held = new Uint8Array();
    return this.#encode(input, input.length);
  }

  #encode(input: Uint8Array, end: number): Uint8Array {
    // Three for one at worst, and a soft break in every 24 of them.
    const output = new Uint8Array(Math.ceil(end * 3 * 1.05) + 4);
    let [length, column, broken] = [0, this.#column, this.#broken];
    for (let i = 0; i < end; i++) {
      const octet = input[i];
      if (octet === CR) {
        output[length++] = CR;
        output[length++] = LF;
        column = 0;
        broken = false;
        i++;
        continue;
      }
      const endsLine = i + 1 === input.length || input[i + 1] === CR;
      let literal = isLiteral(octet, endsLine);
      if (column + (literal ? 1 : 3) > (endsLine ? MAX_LINE : MAX_LINE - 1)) {
        output[length++] = EQUALS;
        output[length++] = CR;
        output[length++] = LF;
        column = 0;
        broken = true;
      }
      if (column === 0 && isAtRisk(input, i, broken)) literal = false;
      if (literal) {
        output[length++] = octet;
        column++;
      } else {
        output[length++] = EQUALS;
        output[length++] = HEX[octet >> 4];
        output[length++] = HEX[octet & 15];
        column += 3;
      }
    }
    [this.#column, this.#broken] = [column, broken];
    return output.subarray(0, length);
  }
}

/** Whether an octet may stand for itself. A blank may not at the end of a line, where relays cut it off. */
function isLiteral(octet: number, endsLine: boolean): boolean {
  if (octet === SPACE || octet === TAB) return !endsLine;
  return octet > SPACE && octet < 127 && octet !== EQUALS;
}

/** Whether an octet that could stand for itself may not do so at the start of a line. */
function isAtRisk(input: Uint8Array, i: number, broken: boolean): boolean {
  const octet = input[i];
  return octet === DOT || octet === DASH && broken || octet === F && startsFrom(input, i);
}

function startsFrom(input: Uint8Array, i: number): boolean {
  return input[i + 1] === 114 && input[i + 2] === 111 && input[i + 3] === 109 && input[i + 4] === SPACE;
}
