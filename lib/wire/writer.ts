import type { Duplex } from "./duplex.ts";

/** Octets that fit beside what is already waiting are copied; larger ones go out by themselves, uncopied. */
const COPY_UP_TO = 65_536;

const encoder = new TextEncoder();

/** Gathers lines and octets, so that a group of commands with a small message leaves in one write. */
export class Writer {
  readonly #stream: Pick<Duplex, "write">;
  #waiting: Uint8Array[] = [];
  #buffer = new Uint8Array(2_048);
  #end = 0;
  #length = 0;
  #writing?: Promise<void>;

  constructor(stream: Pick<Duplex, "write">) {
    this.#stream = stream;
  }

  /** How many octets wait to be written. */
  get length(): number {
    return this.#length;
  }

  /** Adds a line; CRLF is added to it. */
  line(text: string): void {
    // UTF-8 has at most three octets for each UTF-16 code unit.
    this.#reserve(text.length * 3 + 2);
    const { written } = encoder.encodeInto(text, this.#buffer.subarray(this.#end));
    this.#end += written;
    this.#buffer[this.#end++] = 13;
    this.#buffer[this.#end++] = 10;
    this.#length += written + 2;
  }

  /** Adds octets; they must not change until they are written. */
  octets(octets: Uint8Array): void {
    this.#length += octets.length;
    if (octets.length > COPY_UP_TO) {
      this.#seal();
      this.#waiting.push(octets);
      return;
    }
    this.#reserve(octets.length);
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** Writes everything that waits, in order; a second call joins the first. */
  async flush(): Promise<void> {
    while (this.#length > 0 || this.#writing) {
      await (this.#writing ??= this.#write().finally(() => this.#writing = undefined));
    }
  }

  async #write(): Promise<void> {
    this.#seal();
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    for (const piece of pieces) {
      // A write may take less than it was given; over TLS it takes at most 64 KiB.
      for (let from = 0; from < piece.length;) from += await this.#stream.write(piece.subarray(from));
    }
  }

  /** Makes room behind what waits, in a larger array when this one is too small. */
  #reserve(octets: number): void {
    if (this.#buffer.length - this.#end >= octets) return;
    const larger = new Uint8Array(Math.max((this.#end + octets) * 2, 2_048));
    larger.set(this.#buffer.subarray(0, this.#end));
    this.#buffer = larger;
  }

  /** Puts the gathered octets among the pieces; what is added later starts behind them in the same array. */
  #seal(): void {
    if (this.#end === 0) return;
    this.#waiting.push(this.#buffer.subarray(0, this.#end));
    this.#buffer = this.#buffer.subarray(this.#end);
    this.#end = 0;
  }
}
