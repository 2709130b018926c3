const LF = 10;

const decoder = new TextDecoder();

/** What the client has said and nobody has taken yet. */
export class ClientOctets {
  #waiting = new Uint8Array();

  /** How many octets wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Adds what the client said; the octets are copied. */
  add(octets: Uint8Array): void {
    const all = new Uint8Array(this.#waiting.length + octets.length);
    all.set(this.#waiting);
    all.set(octets, this.#waiting.length);
    this.#waiting = all;
  }

  /** What waits, without taking it. */
  peek(): Uint8Array {
    return this.#waiting;
  }

  /** Takes so many octets. */
  take(count: number): Uint8Array {
    const taken = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    return taken;
  }

  /** Takes a line with its end; `undefined` when no whole line waits. */
  line(): Uint8Array | undefined {
    const at = this.#waiting.indexOf(LF);
    return at < 0 ? undefined : this.take(at + 1);
  }

  /** What waits, as a text to be shown. */
  toString(): string {
    return decoder.decode(this.#waiting);
  }
}
