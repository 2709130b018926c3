/**
 * The line ends of a ready-made message: CRLF when they leave, whatever they were.
 *
 * @module
 */

/** Longest line in octets, CRLF not counted. RFC 5322 section 2.1.1, RFC 5321 section 4.5.3.1.6. */
export const MAX_LINE = 998;

/** Most octets that are looked at in one go: a good size to write, and twice of it is soon copied. */
export const WINDOW = 262_144;

const LF = 10;
const CR = 13;

/** What to do with a CR that no LF follows. */
export type BareCr = "refuse" | "mend";

/**
 * Ends every line with CRLF, over any chunk borders, and notes on the way what a server has to know of the body.
 *
 * LF alone becomes CRLF. A bare CR is refused, or ends a line as well; CR CR LF is then one line end and not two, as that is
 * what CRLF becomes when a program writes it as text on Windows. NUL is refused (RFC 5321 section 4.5.2 allows no such line).
 */
export class RawLines {
  readonly #mend: boolean;
  #scratch = new Uint8Array();
  /** Octets of the source before this window, for errors. */
  #octets = 0;
  #line = 1;
  /** Octets of the present line so far. */
  #column = 0;
  /** CRs that wait for what follows them; a second one only where they are mended. */
  #crs = 0;
  #size = 0;
  #head?: number;
  #bits = 0;
  #longLine?: number;

  /** @param bareCr What to do with a bare CR. */
  constructor(bareCr: BareCr) {
    this.#mend = bareCr === "mend";
  }

  /** How many octets have come out. */
  get size(): number {
    return this.#size;
  }

  /** How many of them are the header section and the empty line that ends it; `undefined` until that line was seen. */
  get head(): number | undefined {
    return this.#head;
  }

  /** Whether an octet above 127 was seen in the body. */
  get eightBit(): boolean {
    return this.#bits > 127;
  }

  /** The first line of the body that is longer than a server has to take, counted from the start of the message. */
  get longLine(): number | undefined {
    return this.#longLine;
  }

  /**
   * Takes octets of the source.
   *
   * @param window At most {@linkcode WINDOW} octets; not kept and not changed.
   * @returns Whole lines and the start of one, perhaps in the memory of the window. A piece never ends within CRLF.
   * @throws {SyntaxError} With the reason alone, for a bare CR that is not mended, or a NUL.
   */
  push(window: Uint8Array): Uint8Array {
    const made = this.#asTheyAre(window) ?? this.#rewrite(window);
    this.#octets += window.length;
    this.#size += made.length;
    if (this.#column > MAX_LINE) this.#longLine ??= this.#line;
    return made;
  }

  /**
   * Ends the source.
   *
   * @returns The line ends that were missing.
   * @throws {SyntaxError} If it ends with a bare CR that is not mended.
   */
  end(): Uint8Array {
    if (this.#crs > 0 && !this.#mend) throw this.#fault("bare CR", -1);
    const lineEnds = this.#crs > 0 ? this.#crs : this.#column > 0 ? 1 : 0;
    const made = new Uint8Array(lineEnds * 2);
    for (let to = 0; to < made.length; to += 2) {
      made[to] = CR;
      made[to + 1] = LF;
      this.#endLine(this.#column, to + 2);
      this.#column = 0;
    }
    this.#crs = 0;
    this.#size += made.length;
    if (this.#head === undefined) this.#endHead(this.#size);
    return made;
  }

  /** The octets as they are, if all their line ends are right; `undefined` if they are not, or the header goes on. */
  #asTheyAre(window: Uint8Array): Uint8Array | undefined {
    if (this.#head === undefined || this.#crs > 0) return undefined;
    const { length } = window;
    let [bits, line, longLine] = [this.#bits, this.#line, this.#longLine];
    let start = -this.#column;
    let end = length;
    for (let at = 0; at < length;) {
      const octet = window[at++];
      bits |= octet;
      if (octet > CR) continue;
      if (octet === CR) {
        if (at === length) end--;
        else if (window[at] !== LF) return undefined;
        else {
          if (at - 1 - start > MAX_LINE) longLine ??= line;
          line++;
          start = ++at;
        }
      } else if (octet === LF || octet === 0) return undefined;
    }
    [this.#bits, this.#line, this.#longLine] = [bits, line, longLine];
    this.#column = end - start;
    this.#crs = length - end;
    return end === length ? window : window.subarray(0, end);
  }

  /** A copy of the octets with right line ends. */
  #rewrite(window: Uint8Array): Uint8Array {
    const { length } = window;
    // Each octet becomes two at most, and so do the CRs that waited.
    const most = (length + 2) * 2;
    if (this.#scratch.length < most) {
      this.#scratch = new Uint8Array(Math.max(most, this.#scratch.length * 2));
    }
    const out = this.#scratch;
    let [bits, crs, start, to] = [this.#bits, this.#crs, -this.#column, 0];
    for (let at = 0; at < length;) {
      let octet = window[at];
      let lineEnds = 0;
      if (octet === LF) [lineEnds, crs] = [1, 0];
      else if (crs > 0 && (octet !== CR || crs === 2 || !this.#mend)) {
        if (!this.#mend) throw this.#fault("bare CR", at - 1);
        // Of three CRs only the first is known to be a line end.
        lineEnds = octet === CR ? 1 : crs;
        crs -= lineEnds;
      }
      for (; lineEnds > 0; lineEnds--) {
        out[to++] = CR;
        out[to++] = LF;
        if (this.#endLine(to - 2 - start, to)) bits = 0;
        start = to;
      }
      if (octet === LF || octet === CR) {
        if (octet === CR) crs++;
        at++;
        continue;
      }
      if (octet === 0) throw this.#fault("NUL", at);
      // Nearly all the time goes here.
      do {
        bits |= octet;
        out[to++] = octet;
      } while (++at < length && (octet = window[at]) > CR);
    }
    [this.#bits, this.#crs, this.#column] = [bits, crs, to - start];
    return out.slice(0, to);
  }

  /** Notes that a line has ended; true if it was the first empty one, which ends the header section. */
  #endLine(length: number, made: number): boolean {
    if (length > MAX_LINE) this.#longLine ??= this.#line;
    this.#line++;
    if (length > 0 || this.#head !== undefined) return false;
    this.#endHead(this.#size + made);
    return true;
  }

  /** What was noted until now is not of the body. */
  #endHead(size: number): void {
    this.#head = size;
    this.#bits = 0;
    this.#longLine = undefined;
  }

  #fault(what: string, at: number): SyntaxError {
    const advice = what === "bare CR" ? ' (with bareCr "mend" it ends a line)' : "";
    return new SyntaxError(`${what} at octet ${this.#octets + at}, line ${this.#line}${advice}`);
  }
}
