import { base64LinesSize, encodeBase64LinesInto } from "../base64_lines.ts";
import { concat } from "./octets.ts";

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

/** Octets of a line of base64, and its characters. RFC 2045 section 6.8. */
const LINE_OCTETS = 57;
const LINE = 76;

const CR = 13;
const LF = 10;
const SPACE = 32;

/** Encodes lines in base64. */
export class Base64 implements BodyEncoder {
  #held: Uint8Array = new Uint8Array();

  push(octets: Uint8Array): Uint8Array {
    const input = concat([this.#held, octets]);
    // The last CRLF may be no part of the body.
    const whole = Math.max(input.length - 2, 0);
    const end = whole - whole % LINE_OCTETS;
    this.#held = input.slice(end);
    return encodeLines(input.subarray(0, end));
  }

  end(delimited: boolean): Uint8Array {
    return encodeLines(delimited ? this.#held.subarray(0, -2) : this.#held);
  }
}

/** Lines of base64, all of them ended. */
function encodeLines(octets: Uint8Array): Uint8Array {
  if (octets.length === 0) return octets;
  const size = base64LinesSize(octets.length);
  const lines = new Uint8Array(size + 2);
  encodeBase64LinesInto(octets, lines);
  lines.set([CR, LF], size);
  return lines;
}

/** Puts base64 that stands on too long lines on shorter ones. */
export class Base64Refolder implements BodyEncoder {
  #column = 0;

  push(octets: Uint8Array): Uint8Array {
    const output = new Uint8Array(octets.length + Math.ceil(octets.length / LINE) * 2 + 2);
    let [length, column] = [0, this.#column];
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at];
      if (octet <= SPACE) continue;
      if (column === LINE) {
        output[length++] = CR;
        output[length++] = LF;
        column = 0;
      }
      output[length++] = octet;
      column++;
    }
    this.#column = column;
    return output.subarray(0, length);
  }

  end(): Uint8Array {
    return this.#column > 0 ? Uint8Array.of(CR, LF) : new Uint8Array();
  }
}
