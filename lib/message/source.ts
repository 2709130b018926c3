/**
 * Where octets come from: memory, or a stream that the caller opens, so that this library needs no right to read files.
 *
 * @module
 */

/**
 * Octets, or where to get them. A string is text and becomes UTF-8. A stream can be read once; a function that opens one can
 * be called again, so that a message of it can be signed, and tried again.
 */
export type Source =
  | string
  | Uint8Array
  | Blob
  | AsyncIterable<Uint8Array>
  | (() => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>);

/** A source as the writers of this room read it. */
export interface Octets {
  /** How many octets there are; `undefined` when only the end of the stream tells. */
  readonly size?: number;
  /** Whether `octets` works only once. */
  readonly once: boolean;
  /** Whether the octets are here already: `octets` then gives an array. */
  readonly inMemory: boolean;
  /** Gives the octets from the start; in an array when they are in memory. */
  octets(): readonly Uint8Array[] | AsyncIterable<Uint8Array>;
}

/** How much of a blob is read at a time, in octets: its own stream comes in pieces of 64 KiB, at a tenth of the speed. */
const BLOB_CHUNK = 1_048_576;

/**
 * Makes one thing of the forms of a source.
 *
 * @param source The source.
 * @param size How many octets a stream is said to have; for octets in memory it must be true.
 * @param where What the octets are for, named in an error: `field "attachments[0].content"`.
 * @returns The octets. A stream that has more or fewer of them than was said fails when that is seen.
 * @throws {TypeError} If the source is none of the forms, or the size is not true.
 * @throws {RangeError} If the size is not a whole number from 0.
 */
export function openSource(source: Source, size?: number, where = "the content"): Octets {
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new RangeError(`Cannot compose message: the size of ${where} is ${size}, not a number of octets`);
  }
  const found = open(source, where);
  if (size === undefined || found.size === size) return found;
  if (found.size !== undefined) {
    throw new TypeError(`Cannot compose message: ${where} has ${found.size} octets, not ${size}`);
  }
  return { size, once: found.once, inMemory: false, octets: () => counted(found.octets(), size, where) };
}

function open(source: Source, where: string): Octets {
  if (typeof source === "string") {
    if (!source.isWellFormed()) {
      throw new TypeError(`Cannot compose message: ${where} contains half of a surrogate pair`);
    }
    return memory(new TextEncoder().encode(source));
  }
  if (source instanceof Uint8Array) return memory(source);
  if (source instanceof Blob) {
    return {
      size: source.size,
      once: false,
      inMemory: false,
      octets: () => slices(source),
    };
  }
  if (typeof source === "function") {
    return {
      once: false,
      inMemory: false,
      octets: () => reopened(source, where),
    };
  }
  if (isStream(source)) return { once: true, inMemory: false, octets: readOnce(source, where) };
  throw new TypeError(`Cannot compose message: ${where} is neither text nor octets nor a stream of octets`);
}

/** Makes octets that are here already a source. */
export function memory(octets: Uint8Array): Octets {
  return { size: octets.length, once: false, inMemory: true, octets: () => [octets] };
}

function isStream(source: unknown): source is AsyncIterable<Uint8Array> {
  return typeof source === "object" && source !== null && Symbol.asyncIterator in source;
}

async function* slices(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += BLOB_CHUNK) yield await blob.slice(at, at + BLOB_CHUNK).bytes();
}

async function* reopened(source: Extract<Source, () => unknown>, where: string): AsyncGenerator<Uint8Array> {
  const stream = await source();
  if (!isStream(stream)) throw new TypeError(`the function for ${where} gave no stream`);
  yield* octetsOf(stream, where);
}

function readOnce(stream: AsyncIterable<Uint8Array>, where: string): () => AsyncIterable<Uint8Array> {
  let spent = false;
  return () => {
    if (spent) {
      throw new TypeError(`${where} is a stream that was read already; a function could open it again`);
    }
    spent = true;
    return octetsOf(stream, where);
  };
}

async function* octetsOf(stream: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError(`${where} gave a chunk that is no Uint8Array`);
    yield chunk;
  }
}

/** Fails before the octet too many is passed on, and at the end when some are missing. */
async function* counted(
  octets: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number,
  where: string,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of octets) {
    count += chunk.length;
    if (count > size) throw new TypeError(`${where} has more than the ${size} octets that were declared`);
    yield chunk;
  }
  if (count < size) {
    throw new TypeError(`${where} ended after ${count} of the ${size} octets that were declared`);
  }
}
