import { PolicyError } from "../errors.ts";

const LF = 10;
const CR = 13;
const DOT = 46;

/**
 * Checks line ends and doubles the dot that begins a line (RFC 5321 section 4.5.2), across chunk borders.
 *
 * A bare CR or LF is refused and never passed on: a server that takes one for a line end reads the rest as commands
 * (SMTP smuggling, CVE-2023-51764). Making line ends canonical is for whoever makes the content.
 */
export class ContentGuard {
  readonly #stuff: boolean;
  #octets = 0;
  // The last octet seen: LF also stands for the start of the content, where a dot begins a line too.
  #last = LF;

  /**
   * @param options `stuff: false` for BDAT, which counts octets instead of looking for a dot (RFC 3030 section 2).
   */
  constructor(options: { readonly stuff: boolean }) {
    this.#stuff = options.stuff;
  }

  /**
   * Passes a chunk on.
   *
   * @param chunk Octets of the content; not kept and not changed.
   * @returns The octets to send, in one or more pieces that may share memory with the chunk.
   * @throws {PolicyError} If the chunk holds a bare CR or LF.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    if (chunk.length === 0) return [];
    this.#checkLineEnds(chunk);
    const pieces = this.#stuff ? this.#double(chunk) : [chunk];
    this.#last = chunk[chunk.length - 1];
    this.#octets += chunk.length;
    return pieces;
  }

  /**
   * Ends the content.
   *
   * @returns What is missing to the end of the last line: CRLF or nothing.
   * @throws {PolicyError} If the content ends with a bare CR.
   */
  end(): Uint8Array {
    if (this.#last === CR) throw bareLineEnd("CR", this.#octets - 1);
    return this.#last === LF ? new Uint8Array() : new Uint8Array([CR, LF]);
  }

  #checkLineEnds(chunk: Uint8Array): void {
    if (this.#last === CR && chunk[0] !== LF) throw bareLineEnd("CR", this.#octets - 1);
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
      if ((at === 0 ? this.#last : chunk[at - 1]) !== CR) throw bareLineEnd("LF", this.#octets + at);
    }
    for (let at = chunk.indexOf(CR); at >= 0; at = chunk.indexOf(CR, at + 1)) {
      // Of the last octet the next chunk tells, or the end.
      if (at < chunk.length - 1 && chunk[at + 1] !== LF) throw bareLineEnd("CR", this.#octets + at);
    }
  }

  #double(chunk: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (let at = chunk.indexOf(DOT); at >= 0; at = chunk.indexOf(DOT, at + 1)) {
      if ((at === 0 ? this.#last : chunk[at - 1]) !== LF) continue;
      // The dot ends one piece and begins the next.
      pieces.push(chunk.subarray(from, at + 1));
      from = at;
    }
    pieces.push(chunk.subarray(from));
    return pieces;
  }
}

function bareLineEnd(which: "CR" | "LF", at: number): PolicyError {
  return new PolicyError(`Cannot send content: bare ${which} at octet ${at}`, {
    code: "content.bare_line_end",
    command: "content",
    hint: "Every line of the content must end with CRLF.",
    retryable: false,
  });
}
