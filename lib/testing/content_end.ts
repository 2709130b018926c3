const CR = 13;
const LF = 10;
const DOT = 46;

/** How much of CR LF "." CR LF has been seen; the start of the content is the start of a line too. */
const LINE_START = 2;

/**
 * Finds the end of a content: the line with a lone dot (RFC 5321 section 4.1.1.4), or the octets that BDAT announced
 * (RFC 3030 section 2).
 */
export class ContentEnd {
  readonly #size?: number;
  #taken = 0;
  #seen = LINE_START;
  #ended = false;

  /** @param size What BDAT announced; nothing after DATA. */
  constructor(size?: number) {
    this.#size = size;
    this.#ended = size === 0;
  }

  /** Whether the content is complete. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether it ends with a lone dot. */
  get dotted(): boolean {
    return this.#size === undefined;
  }

  /** How many octets of content there were, as they came: dots are still doubled, the lone one is not counted. */
  get octets(): number {
    return this.#taken - (this.dotted && this.#ended ? 3 : 0);
  }

  /**
   * Goes on through the content.
   *
   * @param octets What comes next.
   * @returns How many of these octets belong to the content, the line with the lone dot included.
   */
  take(octets: Uint8Array): number {
    const count = this.#size === undefined
      ? this.#untilDot(octets)
      : Math.min(octets.length, this.#size - this.#taken);
    this.#taken += count;
    if (this.#taken === this.#size) this.#ended = true;
    return count;
  }

  #untilDot(octets: Uint8Array): number {
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at];
      this.#ended = this.#seen === 4 && octet === LF;
      if (this.#ended) return at + 1;
      if (octet === CR) this.#seen = this.#seen === 3 ? 4 : 1;
      else if (octet === LF && this.#seen === 1) this.#seen = LINE_START;
      else this.#seen = octet === DOT && this.#seen === LINE_START ? 3 : 0;
    }
    return octets.length;
  }
}
