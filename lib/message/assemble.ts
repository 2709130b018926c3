import type { Piece } from "./part.ts";
import { memory, type Octets } from "./source.ts";

/** Longest message in octets that becomes one array; a longer one is written as it leaves. */
const MAX_IN_MEMORY = 524_288;

const encoder = new TextEncoder();

/**
 * Puts pieces together: small ones to one array, which is the fastest way, large ones to a stream.
 *
 * @param pieces The pieces in order; text is ASCII.
 * @returns The octets of all of them; their size is known when that of each is.
 */
export function assemble(pieces: readonly Piece[]): Octets {
  let size: number | undefined = 0;
  let once = false;
  let inMemory = true;
  for (const piece of pieces) {
    if (typeof piece === "string") {
      if (size !== undefined) size += piece.length;
      continue;
    }
    size = size === undefined || piece.size === undefined ? undefined : size + piece.size;
    once ||= piece.once;
    inMemory &&= piece.inMemory;
  }
  if (inMemory && size !== undefined && size <= MAX_IN_MEMORY) return memory(join(pieces, size));
  return { size, once, inMemory: false, octets: () => stream(pieces) };
}

function join(pieces: readonly Piece[], size: number): Uint8Array {
  const octets = new Uint8Array(size);
  let at = 0;
  // Texts side by side are encoded in one go.
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") {
      text += piece;
      continue;
    }
    at += encoder.encodeInto(text, octets.subarray(at)).written;
    text = "";
    for (const chunk of piece.octets() as readonly Uint8Array[]) {
      octets.set(chunk, at);
      at += chunk.length;
    }
  }
  encoder.encodeInto(text, octets.subarray(at));
  return octets;
}

async function* stream(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (typeof piece === "string") yield encoder.encode(piece);
    else yield* piece.octets();
  }
}
