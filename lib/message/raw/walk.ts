/**
 * A walk through the structure of a message, in constant memory: no more is held than the header of a part and the start of a
 * line.
 *
 * @module
 */

import { type Entity, readEntity } from "./entity.ts";
import { concat } from "./octets.ts";
import { MAX_HEAD } from "./source.ts";

/** How much of a line is held until its end is here. A delimiter has 76 octets at most (RFC 2046 section 5.1.1). */
const MAX_HELD = 4_096;

const LF = 10;
const SPACE = 32;
const DASH = 45;

/** What meets the parts of a message, in their order. */
export interface Visitor {
  /** The header section of a part, or of a message in a part; the empty line included, if there is one. */
  header(entity: Entity, section: Uint8Array): void;
  /** Octets of a body that has no parts: whole lines, or pieces of one that is very long. */
  body(entity: Entity, octets: Uint8Array): void;
  /** The end of such a body. When a delimiter follows, the CRLF before that is no part of it. */
  end(entity: Entity, delimited: boolean): void;
  /** A delimiter of a multipart, or octets before the first and after the last one. */
  between(entity: Entity, octets: Uint8Array): void;
}

/** Follows the structure of a message through its body (RFC 2046). */
export class Walker {
  readonly #visitor: Visitor;
  readonly #decoder = new TextDecoder();
  /** The multiparts that have not ended. */
  readonly #open: Entity[] = [];
  /** What is being read: a body, what is between parts, or a header, of which this is then the parent. */
  #entity: Entity;
  #reads: "header" | "body" | "between" = "body";
  #header: Uint8Array[] = [];
  #headerLength = 0;
  #count = 1;
  #held: Uint8Array = new Uint8Array();
  #inLine = false;

  /**
   * @param root The message; its header is known and not visited.
   * @param visitor Who meets its parts.
   */
  constructor(root: Entity, visitor: Visitor) {
    this.#visitor = visitor;
    this.#entity = root;
    this.#enter(root);
  }

  /**
   * Takes octets of the body.
   *
   * @param chunk The octets; every line ends with CRLF.
   * @throws {SyntaxError} With the reason alone, for a part whose header is too long.
   */
  push(chunk: Uint8Array): void {
    const octets = this.#held.length > 0 ? concat([this.#held, chunk]) : chunk;
    let from = 0;
    let at = 0;
    while (at < octets.length) {
      const end = octets.indexOf(LF, at) + 1;
      if (end === 0 && !this.#inLine && octets.length - at < MAX_HELD) break;
      const next = end || octets.length;
      // Most lines are of bodies, and no delimiters.
      if ((octets[at] === DASH || this.#reads === "header") && !this.#inLine && end > 0) {
        const act = this.#actionOf(octets.subarray(at, next));
        if (act) {
          this.#give(octets.subarray(from, at));
          act();
          from = next;
        }
      }
      this.#inLine = end === 0;
      at = next;
    }
    this.#give(octets.subarray(from, at));
    this.#held = octets.slice(at);
  }

  /** Ends the message. */
  end(): void {
    this.#leave(false);
  }

  /** What a line does to the structure; `undefined` for all the others. */
  #actionOf(line: Uint8Array): (() => void) | undefined {
    if (line[0] === DASH && line[1] === DASH) {
      const text = this.#decoder.decode(line.subarray(2, lengthWithoutPadding(line)));
      const last = text.endsWith("--") ? text.slice(0, -2) : undefined;
      // The parts of an inner multipart end with those of an outer one. RFC 2046 section 5.1.2.
      for (let level = this.#open.length - 1; level >= 0; level--) {
        const { boundary } = this.#open[level];
        if (boundary === text) return () => this.#delimit(level, line, false);
        if (boundary === last) return () => this.#delimit(level, line, true);
      }
    }
    if (this.#reads === "header" && line.length === 2) {
      return () => {
        this.#header.push(line);
        this.#enter(this.#readHeader());
      };
    }
  }

  #delimit(level: number, line: Uint8Array, last: boolean): void {
    this.#leave(true);
    this.#entity = this.#open[level];
    this.#open.length = last ? level : level + 1;
    this.#visitor.between(this.#entity, line);
    this.#reads = last ? "between" : "header";
  }

  #leave(delimited: boolean): void {
    if (this.#reads === "body") this.#visitor.end(this.#entity, delimited);
    if (this.#reads === "header") this.#readHeader();
  }

  #readHeader(): Entity {
    const section = concat(this.#header);
    this.#header = [];
    this.#headerLength = 0;
    const entity = readEntity(section, this.#entity, this.#count++);
    this.#visitor.header(entity, section);
    return entity;
  }

  #enter(entity: Entity): void {
    this.#entity = entity;
    if (entity.holds === "parts") this.#open.push(entity);
    this.#reads = entity.holds === "parts" ? "between" : entity.holds === "message" ? "header" : "body";
  }

  #give(octets: Uint8Array): void {
    if (octets.length === 0) return;
    if (this.#reads === "body") this.#visitor.body(this.#entity, octets);
    else if (this.#reads === "between") this.#visitor.between(this.#entity, octets);
    else {
      this.#header.push(octets.slice());
      this.#headerLength += octets.length;
      if (this.#headerLength > MAX_HEAD) {
        throw new SyntaxError(`the header section of a part has more than ${MAX_HEAD} octets`);
      }
    }
  }
}

/** How long a delimiter is without the blanks that may stand behind it, and without its line end. */
function lengthWithoutPadding(line: Uint8Array): number {
  let length = line.length;
  while (line[length - 1] <= SPACE) length--;
  return length;
}
