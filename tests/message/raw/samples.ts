/** Octets for the tests of ready-made messages, and the ways in which they can come. */

import type { Content } from "../../../lib/message/content.ts";

/** Text as octets: one octet for each character up to U+00FF. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Octets as text of one character each. */
export function text(...pieces: readonly Uint8Array[]): string {
  let read = "";
  for (const piece of pieces) for (const octet of piece) read += String.fromCharCode(octet);
  return read;
}

/** Reads content; a chunk is copied at once, and then spoiled as its memory may be. */
export async function textOfContent(content: Pick<Content, "octets">): Promise<string> {
  let read = "";
  for await (const chunk of content.octets()) read += text(chunk);
  return read;
}

/** How octets can be cut: whole, by line, by octet. */
export const CUTS: Readonly<Record<string, (octets: Uint8Array) => Uint8Array[]>> = {
  whole: (octets) => [octets],
  "by line": (octets) => text(octets).split(/(?<=\n)/).map(toOctets),
  "by octet": (octets) => Array.from(octets, (octet) => Uint8Array.of(octet)),
};

function toOctets(line: string): Uint8Array {
  return octets(line);
}

/** Cuts octets after pieces of these lengths, in turn. */
export function cut(octets: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < octets.length; turn++) {
    const length = lengths[turn % lengths.length];
    pieces.push(octets.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** A stream of chunks, each in the same memory, as when a file is read into one buffer. */
export async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(Math.max(1, ...chunks.map((chunk) => chunk.length)));
  for (const chunk of chunks) {
    memory.set(chunk);
    yield await Promise.resolve(memory.subarray(0, chunk.length));
    memory.fill(33);
  }
}
