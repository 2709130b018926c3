import { ProtocolError } from "../errors.ts";
import type { Duplex } from "./duplex.ts";

/**
 * Longest line in octets, line end included.
 *
 * RFC 5321 section 4.5.3.1.5 says 512, but a SASL challenge may have 12,288 (RFC 4954 section 4), and servers exceed
 * 512 in EHLO and in refusals with an address in them.
 */
const MAX_LINE = 16_384;

const LF = 10;
const CR = 13;

/**
 * Cuts a stream into lines, reading on demand.
 *
 * A bare LF ends a line too: some servers send it, and nothing that a client decides depends on the difference.
 */
export class LineReader {
  readonly #source: Pick<Duplex, "read">;
  #buffer = new Uint8Array(4_096);
  #start = 0;
  #end = 0;
  // What was already searched for LF, so that a line which arrives octet by octet is not searched again from its start.
  #searched = 0;

  constructor(source: Pick<Duplex, "read">) {
    this.#source = source;
  }

  /** How many octets have been read and not yet taken. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** The first octet of the next line, if it is here. */
  get first(): number | undefined {
    return this.#start < this.#end ? this.#buffer[this.#start] : undefined;
  }

  /**
   * Takes the next line that is already here.
   *
   * @returns The line without its end, valid until the next `fill`; `undefined` when no whole line is here.
   * @throws {ProtocolError} If the line is longer than a reply may be.
   */
  take(): Uint8Array | undefined {
    const found = this.#buffer.subarray(0, this.#end).indexOf(LF, this.#searched);
    const length = (found < 0 ? this.#end : found + 1) - this.#start;
    if (length > MAX_LINE) {
      throw new ProtocolError(`Cannot read reply: a line has more than ${MAX_LINE} octets`, {
        code: "protocol.reply_too_long",
        hint: "What answers there may be no mail server: check host and port.",
      });
    }
    if (found < 0) {
      this.#searched = this.#end;
      return undefined;
    }
    const stop = found > this.#start && this.#buffer[found - 1] === CR ? found - 1 : found;
    const line = this.#buffer.subarray(this.#start, stop);
    this.#start = this.#searched = found + 1;
    return line;
  }

  /**
   * Reads more octets from the stream.
   *
   * @returns False at the end of the stream.
   */
  async fill(): Promise<boolean> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#searched -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    const count = await this.#source.read(this.#buffer.subarray(this.#end));
    if (count === null) return false;
    this.#end += count;
    return true;
  }
}
