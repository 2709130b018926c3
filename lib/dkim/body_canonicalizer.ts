import type { Canonicalization } from "./canonicalize_field.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;

/** How many octets are looked at, and written, at once: enough for speed, few enough to stay in the processor's cache. */
const WINDOW = 65_536;

const SPACE = new Uint8Array([SP]);
const LINE_ENDS = new Uint8Array(4_096).map((_, at) => at % 2 === 0 ? CR : LF);

/**
 * Brings a body that comes in chunks, cut anywhere, into canonical form (RFC 6376 sections 3.4.3 and 3.4.4).
 *
 * What the next octets decide is held as a count and two flags, never as octets: whether line ends are the empty lines at the
 * end, whether white space ends its line, whether a CR begins a line end. So memory is constant, whatever the body.
 */
export class BodyCanonicalizer {
  readonly #write: (octets: Uint8Array) => void;
  readonly #relaxed: boolean;
  /** Where the relaxed form is written; what needs no change is not copied. */
  #out = new Uint8Array();
  #lineEnds = 0;
  #blank = false;
  #cr = false;
  #empty = true;

  /**
   * @param form Which form.
   * @param write Receives the octets of it; their memory is used again.
   */
  constructor(form: Canonicalization, write: (octets: Uint8Array) => void) {
    this.#write = write;
    this.#relaxed = form === "relaxed";
  }

  /**
   * Takes octets of the body.
   *
   * @param chunk The octets; not kept and not changed.
   */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += WINDOW) {
      const window = this.#afterCr(chunk.subarray(at, at + WINDOW));
      // Base64 holds neither, and looking for them is faster than looking at each octet.
      const white = this.#relaxed && (this.#blank || window.includes(SP) || window.includes(TAB));
      if (white) this.#reduce(window);
      else this.#pass(window);
    }
  }

  /** Ends the body. */
  end(): void {
    if (this.#cr) this.#goOn();
    // Without any text, the simple form is one line end and the relaxed form is nothing.
    if (!this.#empty || !this.#relaxed) this.#write(LINE_ENDS.subarray(0, 2));
  }

  /** Decides what the CR was that the octets before ended with. */
  #afterCr(octets: Uint8Array): Uint8Array {
    if (!this.#cr) return octets;
    if (octets[0] !== LF) {
      this.#goOn();
      return octets;
    }
    this.#lineEnds++;
    this.#blank = this.#cr = false;
    return octets.subarray(1);
  }

  /** Passes octets on as they are, save the line ends after them. */
  #pass(octets: Uint8Array): void {
    const cr = octets.at(-1) === CR;
    let end = octets.length - (cr ? 1 : 0);
    let lineEnds = 0;
    for (; end >= 2 && octets[end - 2] === CR && octets[end - 1] === LF; end -= 2) lineEnds++;
    if (end > 0) {
      this.#goOn();
      this.#write(octets.subarray(0, end));
    }
    this.#lineEnds += lineEnds;
    this.#cr = cr;
  }

  /** Passes octets on with one space for each run of white space, and with none before a line end. */
  #reduce(octets: Uint8Array): void {
    const end = octets.length;
    if (this.#out.length < end) this.#out = new Uint8Array(end);
    const out = this.#out;
    let length = 0;
    // Local variables, since fields are slower.
    let [lineEnds, blank] = [this.#lineEnds, this.#blank];
    for (let at = 0; at < end;) {
      const octet = octets[at++];
      if (octet === SP || octet === TAB) blank = true;
      else if (octet === CR && at < end && octets[at] === LF) {
        lineEnds++;
        blank = false;
        at++;
      } else if (octet === CR && at === end) this.#cr = true;
      else {
        if (length === 0) {
          // Of what was held back before these octets there may be more than out has room for.
          [this.#lineEnds, this.#blank] = [lineEnds, blank];
          this.#goOn();
          lineEnds = 0;
          blank = false;
        }
        for (; lineEnds > 0; lineEnds--) {
          out[length++] = CR;
          out[length++] = LF;
        }
        if (blank) out[length++] = SP;
        blank = false;
        out[length++] = octet;
        // The rest of a word needs no question.
        while (at < end && octets[at] > SP) out[length++] = octets[at++];
      }
    }
    if (length > 0) this.#write(out.subarray(0, length));
    [this.#lineEnds, this.#blank] = [lineEnds, blank];
  }

  /** Writes what was held back, since text follows. */
  #goOn(): void {
    this.#empty = false;
    for (let left = this.#lineEnds * 2; left > 0; left -= LINE_ENDS.length) {
      this.#write(LINE_ENDS.subarray(0, Math.min(left, LINE_ENDS.length)));
    }
    this.#lineEnds = 0;
    if (this.#blank) this.#write(SPACE);
    if (this.#cr) this.#write(LINE_ENDS.subarray(0, 1));
    this.#blank = this.#cr = false;
  }
}
