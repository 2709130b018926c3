/** Random octets and random borders between pieces of them, for the properties of this folder. */

import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { Duplex } from "../../lib/wire/duplex.ts";

/** The same runs each time; a failure names the smallest input that was found. For a long search, raise `numRuns`, drop `seed`. */
export const RUNS = { seed: 1, numRuns: 1000 };

/** Pieces of replies, in order and not. */
const pieces = [
  ...["250 ok\r\n", "250-a\r\n", "550 5.1.1 no\n", "421\r\n", "250", "2", "199", "600", "-", " ", "5.1.1"],
  ...["\r\n", "\n", "\r", "\0", "\x1b[2J", "\xc3\xbc", "\xff"],
];

/** Any octets, and octets that are nearly replies. */
export const wild: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((some) => latin1(some.join(""))),
);

/** How many octets arrive at once, over and over. */
export const sizes: fc.Arbitrary<readonly number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9_000 })),
  { minLength: 1, maxLength: 5 },
);

/** The octets of text whose characters are octets themselves; of others, the low eight bits. */
export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** The text whose characters are these octets. */
export function text(...pieces: readonly Uint8Array[]): string {
  return pieces.map((piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString("latin1"))
    .join("");
}

/** Cuts octets into pieces of these sizes, over and over. */
export function cut(octets: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < octets.length; at += sizes[i++ % sizes.length]) {
    pieces.push(octets.slice(at, at + sizes[i % sizes.length]));
  }
  return pieces;
}

/** A source to be read from, which counts what was taken. */
export interface Source extends Pick<Duplex, "read"> {
  readonly taken: number;
}

/** Makes a source that hands out octets in pieces of these sizes; without an end, when it is to begin again. */
export function source(octets: Uint8Array, sizes: readonly number[], { endless = false } = {}): Source {
  let [at, turn, taken] = [0, 0, 0];
  return {
    get taken() {
      return taken;
    },
    read(into) {
      if (at === octets.length && endless) at = 0;
      if (at === octets.length) return Promise.resolve(null);
      const piece = octets.subarray(at, at + Math.min(sizes[turn++ % sizes.length], into.length));
      into.set(piece);
      at += piece.length;
      taken += piece.length;
      return Promise.resolve(piece.length);
    },
  };
}
