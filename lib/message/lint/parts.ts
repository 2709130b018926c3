/**
 * The structure of a message as it stands in a file, with whatever line ends and faults it has (RFC 2045, RFC 2046).
 *
 * @module
 */

import { type ParameterizedValue, readParameter, readParameterized } from "./type.ts";

/** A header field of a message or of a part. */
export interface PartField {
  /** The name as it is written; empty for a line that is no field. */
  readonly name: string;
  /** The body on one line, or the line that is no field; U+FFFD where it is not UTF-8. */
  readonly text: string;
  /** The line on which it starts, from 1. */
  readonly line: number;
}

/** A message, a part of it, or a message in a part. */
export interface MessagePart {
  /** The fields in order. */
  readonly fields: readonly PartField[];
  /** The type and subtype in lower case, with the parameters. */
  readonly type: ParameterizedValue;
  /** The Content-Transfer-Encoding in lower case; `7bit` when there is none. */
  readonly encoding: string;
  /** `attachment`, `inline`, or what else Content-Disposition says in lower case; empty when it is missing. */
  readonly disposition: string;
  /** The file name, RFC 2231 undone; encoded words are left as they are. */
  readonly filename?: string;
  /** What it is a part of. */
  readonly parent?: MessagePart;
  /** How deep it lies, the message itself being 0. */
  readonly depth: number;
  /** What the body holds: octets, parts between boundaries, or a message. */
  readonly holds: "octets" | "parts" | "message";
  /** The line on which its header begins, from 1. */
  readonly line: number;
  /** The line on which its body begins. */
  readonly bodyLine: number;
  /** Where its header begins in the octets of the message. */
  readonly start: number;
  /** Where its body begins. */
  readonly bodyStart: number;
  /** The first octet behind it. */
  readonly end: number;
  /** How many parts it has. */
  readonly parts: number;
  /** Whether the delimiter that ends its parts was found. */
  readonly closed: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Omit<Writable<MessagePart>, "fields" | "parent"> & {
  fields: Writable<PartField>[];
  parent?: Draft;
};

/** Deepest part in a part; what lies deeper is octets. No standard sets a limit; people come to five. */
const MAX_DEPTH = 100;

/** Longest line that is looked at as a delimiter, in octets. RFC 2046 section 5.1.1 allows 74 and blanks. */
const MAX_DELIMITER = 1_000;

/** Encodings that leave octets as they are. RFC 2045 section 6.2. */
const IDENTITY = /^(?:7bit|8bit|binary)$/;

const LF = 10;
const CR = 13;
const DASH = 45;

const PLAIN = readParameterized("text/plain");

/**
 * Reads the structure of a message; one pass, whatever the message holds.
 *
 * @param octets The message.
 * @returns The message and its parts, in the order in which they begin.
 */
export function readParts(octets: Uint8Array): readonly MessagePart[] {
  const reader = new PartReader();
  let line = 1;
  for (let at = 0; at < octets.length; line++) {
    const next = octets.indexOf(LF, at) + 1 || octets.length;
    reader.take(octets.subarray(at, next), at, line);
    at = next;
  }
  return reader.end(octets.length, line);
}

/**
 * Gives the first field of a name.
 *
 * @param part The part.
 * @param name The name in lower case.
 */
export function fieldOf(part: MessagePart, name: string): PartField | undefined {
  return part.fields.find((field) => field.name.toLowerCase() === name);
}

class PartReader {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #parts: Draft[] = [];
  /** The multiparts that have not ended, with the one that had the same boundary before. */
  readonly #open: { part: Draft; boundary: string; before?: number }[] = [];
  /** The place in `open` of each boundary: one look, however many are open. */
  readonly #levels = new Map<string, number>();
  #state: "header" | "body" | "between" = "header";
  #current: Draft = this.#begin(0, 1);
  /** How long the end of the last line is, which belongs to a delimiter behind it. */
  #lineEnd = 0;

  /** Takes a line with its end. */
  take(line: Uint8Array, at: number, number: number): void {
    const text = line.subarray(0, line.length - lineEndOf(line));
    const delimited = line[0] === DASH && line[1] === DASH &&
      this.#delimit(text, at, at + line.length, number + 1);
    if (!delimited && this.#state === "header") this.#header(text, at + line.length, number);
    this.#lineEnd = line.length - text.length;
  }

  /** Ends the message. */
  end(at: number, line: number): Draft[] {
    this.#leave(at, at, line);
    while (this.#open.length > 0) this.#close(at);
    return this.#parts;
  }

  #begin(start: number, line: number, parent?: Draft): Draft {
    const part: Draft = {
      fields: [],
      type: PLAIN,
      encoding: "7bit",
      disposition: "",
      parent,
      depth: parent === undefined ? 0 : parent.depth + 1,
      holds: "octets",
      line,
      bodyLine: line,
      start,
      bodyStart: start,
      end: start,
      parts: 0,
      closed: false,
    };
    if (parent) parent.parts++;
    this.#parts.push(part);
    this.#state = "header";
    return part;
  }

  #delimit(text: Uint8Array, at: number, next: number, nextLine: number): boolean {
    if (this.#open.length === 0 || text.length > MAX_DELIMITER) return false;
    const boundary = this.#decoder.decode(text.subarray(2)).trimEnd();
    const last = boundary.endsWith("--") ? this.#levels.get(boundary.slice(0, -2)) : undefined;
    const level = this.#levels.get(boundary) ?? last;
    if (level === undefined) return false;
    // The line end before a delimiter belongs to it, unless it ends the header. RFC 2046 section 5.1.1.
    const end = this.#state === "body" ? Math.max(at - this.#lineEnd, this.#current.bodyStart) : at;
    this.#leave(end, at, nextLine - 1);
    // The parts of an inner multipart end with those of an outer one. RFC 2046 section 5.1.2.
    while (this.#open.length > level + 1) this.#close(end);
    const { part } = this.#open[level];
    if (this.#levels.get(boundary) === undefined) {
      part.closed = true;
      this.#close(next);
      this.#state = "between";
    } else this.#current = this.#begin(next, nextLine, part);
    return true;
  }

  #header(text: Uint8Array, next: number, number: number): void {
    if (text.length === 0) return this.#enter(next, number + 1);
    const { fields } = this.#current;
    const line = this.#decoder.decode(text);
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last) last.text += line.replaceAll("\t", " ");
    else {
      const [whole, name] = /^([!-9;-~]+)[ \t]*:[ \t]*/.exec(line) ?? ["", ""];
      fields.push({ name, text: line.slice(whole.length), line: number });
    }
  }

  /** The header has ended. */
  #enter(bodyStart: number, bodyLine: number): void {
    const part = this.#current;
    finishHeader(part);
    [part.bodyStart, part.bodyLine] = [bodyStart, bodyLine];
    this.#state = "body";
    const boundary = part.type.parameters.get("boundary")?.trimEnd();
    const identity = IDENTITY.test(part.encoding) && part.depth < MAX_DEPTH;
    if (identity && boundary && part.type.value.startsWith("multipart/")) {
      part.holds = "parts";
      this.#open.push({ part, boundary, before: this.#levels.get(boundary) });
      this.#levels.set(boundary, this.#open.length - 1);
      this.#state = "between";
    } else if (identity && part.type.value === "message/rfc822") {
      part.holds = "message";
      this.#current = this.#begin(bodyStart, bodyLine, part);
    }
  }

  /** What is being read ends, and with it the messages that it is all of. */
  #leave(end: number, next: number, line: number): void {
    if (this.#state === "between") return;
    if (this.#state === "header") {
      finishHeader(this.#current);
      [this.#current.bodyStart, this.#current.bodyLine] = [next, line];
    }
    const limit = this.#open.at(-1)?.part;
    for (let part: Draft | undefined = this.#current; part && part !== limit; part = part.parent) {
      part.end = end;
    }
  }

  #close(end: number): void {
    const { part, boundary, before } = this.#open.pop()!;
    if (before === undefined) this.#levels.delete(boundary);
    else this.#levels.set(boundary, before);
    const limit = this.#open.at(-1)?.part;
    for (let one: Draft | undefined = part; one && one !== limit; one = one.parent) one.end = end;
  }
}

function finishHeader(part: Draft): void {
  for (const field of part.fields) field.text = field.text.trim();
  const text = (name: string) => fieldOf(part, name)?.text;
  // RFC 2046 section 5.1.5.
  const missing = part.parent?.type.value === "multipart/digest" ? "message/rfc822" : "text/plain";
  part.type = readParameterized(text("content-type") ?? missing);
  part.encoding = text("content-transfer-encoding")?.replace(/[\s(;].*$/, "").toLowerCase() || "7bit";
  const disposition = readParameterized(text("content-disposition") ?? "");
  part.disposition = disposition.value;
  part.filename = readParameter(disposition.parameters, "filename") ??
    readParameter(part.type.parameters, "name");
}

function lineEndOf(line: Uint8Array): number {
  if (line.at(-1) !== LF) return 0;
  return line.at(-2) === CR ? 2 : 1;
}
