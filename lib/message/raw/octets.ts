/**
 * Octets of a ready-made message, joined and looked at.
 *
 * @module
 */

import { MAX_LINE } from "./lines.ts";

const CR = 13;
const LF = 10;

/**
 * Joins octets.
 *
 * @param pieces The octets.
 * @returns A copy of all of them.
 */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Looks for what not every server takes in octets whose lines end with CRLF, cut anywhere. */
export class OctetCheck {
  #bits = 0;
  #column = 0;
  #longLine = false;

  /** Whether an octet above 127 was seen. */
  get eightBit(): boolean {
    return this.#bits > 127;
  }

  /** Whether a line of more than 998 octets was seen. */
  get longLine(): boolean {
    return this.#longLine;
  }

  /** Looks at octets. */
  push(octets: Uint8Array): void {
    const { length } = octets;
    let bits = this.#bits;
    let start = -this.#column;
    let longest = 0;
    for (let at = 0; at < length; at++) {
      const octet = octets[at];
      bits |= octet;
      if (octet !== LF) continue;
      longest = Math.max(longest, at - start - 1);
      start = at + 1;
    }
    this.#bits = bits;
    this.#column = length - start;
    const waiting = this.#column - (octets[length - 1] === CR ? 1 : 0);
    this.#longLine ||= Math.max(longest, waiting) > MAX_LINE;
  }
}

/** Whether an octet above 127 is among these. */
export function hasEightBit(octets: Uint8Array): boolean {
  const check = new OctetCheck();
  check.push(octets);
  return check.eightBit;
}
