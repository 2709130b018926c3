import { PolicyError } from "../errors.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;

/** Longest header section in octets; it is held in memory to be signed. Common servers take less. */
const MAX_LENGTH = 1_048_576;

/** A header field as it stands in the message. */
export interface HeaderField {
  /** The name in lower case. */
  readonly name: string;
  /** The whole field, folded, with its last CRLF unless the message ends there. */
  readonly octets: Uint8Array;
}

/** Takes the header section from the front of a message that comes in chunks, cut anywhere. */
export class HeaderSection {
  #octets = new Uint8Array(4_096);
  #length = 0;
  #ended = false;

  /**
   * Takes octets of the message.
   *
   * @param chunk The octets; not kept and not changed.
   * @returns Those of them that belong to the body.
   * @throws {PolicyError} If the section is longer than 1 MiB.
   */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#ended) return chunk;
    const before = this.#length;
    // As much as the longest section and the empty line after it.
    this.#append(chunk.subarray(0, MAX_LENGTH + 2 - before));
    const end = this.#findEmptyLine(before);
    if (end === undefined) {
      if (this.#length <= MAX_LENGTH) return chunk.subarray(chunk.length);
      throw malformedHeader(`it is longer than ${MAX_LENGTH} octets`);
    }
    this.#ended = true;
    this.#length = end;
    return chunk.subarray(end + 2 - before);
  }

  /**
   * Gives the fields in the order in which they stand.
   *
   * @throws {PolicyError} If one of them has no name.
   */
  fields(): HeaderField[] {
    const fields: HeaderField[] = [];
    const section = this.#octets.subarray(0, this.#length);
    for (let start = 0; start < section.length;) {
      let end = start;
      do end = afterLine(section, end); while (section[end] === SP || section[end] === TAB);
      const octets = section.subarray(start, end);
      const name = nameOf(octets);
      if (name === undefined) throw malformedHeader(`field ${fields.length + 1} has no name`);
      fields.push({ name, octets });
      start = end;
    }
    return fields;
  }

  #append(octets: Uint8Array): void {
    const length = this.#length + octets.length;
    if (length > this.#octets.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#octets.length));
      larger.set(this.#octets);
      this.#octets = larger;
    }
    this.#octets.set(octets, this.#length);
    this.#length = length;
  }

  /** Finds where the empty line begins; its end is not in front of `from`. */
  #findEmptyLine(from: number): number | undefined {
    const octets = this.#octets.subarray(0, this.#length);
    for (let at = octets.indexOf(LF, from); at >= 0; at = octets.indexOf(LF, at + 1)) {
      if (octets[at - 1] !== CR) continue;
      if (at === 1 || octets[at - 2] === LF && octets[at - 3] === CR) return at - 1;
    }
  }
}

/** Makes the error for a header that cannot be signed. */
export function malformedHeader(found: string): PolicyError {
  return new PolicyError(`Cannot sign header: ${found}`, {
    code: "dkim.malformed_header",
    hint: "Correct the header of the message; DKIM signs only what every reader reads in the same way.",
  });
}

function afterLine(octets: Uint8Array, from: number): number {
  let at = octets.indexOf(LF, from);
  while (at >= 0 && octets[at - 1] !== CR) at = octets.indexOf(LF, at + 1);
  return at < 0 ? octets.length : at + 1;
}

/** The name in front of the colon; old messages have white space between them. RFC 5322 section 4.5. */
function nameOf(field: Uint8Array): string | undefined {
  const text = String.fromCharCode(...field.subarray(0, 1_000));
  return /^([!-9;-~]+)[ \t]*:/.exec(text)?.[1].toLowerCase();
}
