/**
 * Where the octets of a ready-made message come from, its header section cut off.
 *
 * @module
 */

import { type Field, readFields } from "./header.ts";
import { type BareCr, RawLines, WINDOW } from "./lines.ts";
import { concat } from "./octets.ts";
import type { Octets } from "../source.ts";

/** Longest header section in octets: it is held in memory, which a stream must not fill. */
export const MAX_HEAD = 1_048_576;

/** The body of a ready-made message. */
export interface RawBody {
  /** Whether size and facts hold for all of it already, so that `open` works again. */
  readonly known: boolean;
  /** How many octets it has; `undefined` for a stream. */
  readonly size?: number;
  /** Whether an octet above 127 was seen so far. */
  readonly eightBit: boolean;
  /** The first line over 998 octets that was seen so far, counted from the start of the message. */
  readonly longLine?: number;
  /**
   * Gives the octets, all line ends CRLF; in an array when they are in memory.
   *
   * @param first What to give before them.
   */
  open(...first: Uint8Array[]): readonly Uint8Array[] | AsyncIterable<Uint8Array>;
  /** Lets go of a stream that will not be sent. */
  close(): Promise<void>;
}

/**
 * Reads the header section, and whatever else can be known before the message is sent: all of it in memory, or once through a
 * source that can be opened again. Of a stream only the header section is read.
 *
 * @param source The octets of the message.
 * @param bareCr What to do with a bare CR.
 * @returns The fields of the header section, and the body.
 * @throws {SyntaxError} With the reason alone, if the line ends or the header section cannot be taken.
 */
export async function readRaw(
  source: Octets,
  bareCr: BareCr,
): Promise<{ fields: Field[]; body: RawBody }> {
  const reading = new Reading(source, bareCr);
  const fields = await reading.fields();
  const { lines } = reading;
  if (source.once) return { fields, body: new Stream(reading) };
  if (source.inMemory) {
    const pieces = await Array.fromAsync(reading.body());
    return { fields, body: known(lines, (...first) => [...first, ...pieces]) };
  }
  for await (const _ of reading.body());
  const { size } = lines;
  return { fields, body: known(lines, (...first) => readAgain(source, bareCr, size, first)) };
}

function known({ size, head = 0, eightBit, longLine }: RawLines, open: RawBody["open"]): RawBody {
  return { known: true, size: size - head, eightBit, longLine, open, close: () => Promise.resolve() };
}

/** A body that is read while it is sent. */
class Stream implements RawBody {
  readonly known = false;
  readonly #reading: Reading;
  #spent = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  get eightBit(): boolean {
    return this.#reading.lines.eightBit;
  }

  get longLine(): number | undefined {
    return this.#reading.lines.longLine;
  }

  open(...first: Uint8Array[]): AsyncIterable<Uint8Array> {
    if (this.#spent) {
      throw new TypeError("the message is a stream that was read already; a function could open it again");
    }
    this.#spent = true;
    return this.#reading.body(first);
  }

  close(): Promise<void> {
    return this.#reading.close();
  }
}

async function* readAgain(
  source: Octets,
  bareCr: BareCr,
  size: number,
  first: Uint8Array[],
): AsyncGenerator<Uint8Array> {
  const reading = new Reading(source, bareCr);
  await reading.fields();
  yield* reading.body(first);
  // SIZE was said, and BODY; a file that has changed since must not be sent under them.
  if (reading.lines.size === size) return;
  throw new TypeError(`the message has ${reading.lines.size} octets now and had ${size} before`);
}

/** One pass through a source. */
class Reading {
  readonly lines: RawLines;
  readonly #windows: AsyncGenerator<Uint8Array>;
  #start = new Uint8Array();
  #done = false;

  constructor(source: Octets, bareCr: BareCr) {
    this.lines = new RawLines(bareCr);
    this.#windows = windows(source);
  }

  /** The fields of the header section; to be read first. */
  async fields(): Promise<Field[]> {
    const pieces: Uint8Array[] = [];
    try {
      while (this.lines.head === undefined && this.lines.size <= MAX_HEAD) {
        pieces.push(await this.#next());
      }
      const { head = Infinity } = this.lines;
      if (head > MAX_HEAD) {
        throw new SyntaxError(`its header section has more than ${MAX_HEAD} octets`);
      }
      const read = concat(pieces);
      this.#start = read.subarray(head);
      return readFields(read.subarray(0, head));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** What follows the header section; closes the source, wherever it is left. */
  async *body(first: readonly Uint8Array[] = []): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      if (this.#start.length > 0) yield this.#start;
      while (!this.#done) {
        const piece = await this.#next();
        if (piece.length > 0) yield piece;
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#windows.return(undefined);
  }

  async #next(): Promise<Uint8Array> {
    const { done, value } = await this.#windows.next();
    if (!done) return this.lines.push(value);
    this.#done = true;
    return this.lines.end();
  }
}

async function* windows(source: Octets): AsyncGenerator<Uint8Array> {
  for await (const chunk of source.octets()) {
    for (let at = 0; at < chunk.length; at += WINDOW) yield chunk.subarray(at, at + WINDOW);
  }
}
