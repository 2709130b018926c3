/**
 * A message rewritten for a server that does not take it as it is: 8-bit octets without 8BITMIME, lines that are too long for
 * any server (RFC 2045 sections 2.7 and 6, RFC 6152 section 3).
 *
 * @module
 */

import { PolicyError } from "../../errors.ts";
import { toAscii } from "./ascii.ts";
import { Base64, Base64Refolder, type BodyEncoder } from "./base64.ts";
import { type Entity, isEncodable } from "./entity.ts";
import { QuotedPrintable } from "../quoted_printable.ts";
import { findField, isNamed, makeField, writeFields } from "./header.ts";
import { MAX_LINE } from "./lines.ts";
import { hasEightBit, OctetCheck } from "./octets.ts";
import { type Visitor, Walker } from "./walk.ts";

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

const QUESTION_MARK = 63;

/** Which bodies have what a server may not take, by their place among the entities. */
export interface Findings {
  readonly eightBit: ReadonlySet<number>;
  readonly longLines: ReadonlySet<number>;
}

/** What to change. */
export interface Conversion {
  /** Whether nothing above 127 may be left; else only lines that are too long are changed. */
  readonly sevenBit: boolean;
  /** The bodies that need it; without it, those that are declared to be 8-bit. */
  readonly findings?: Findings;
}

/**
 * Looks through a message for bodies that may have to be encoded.
 *
 * @param root The message.
 * @param body Its body.
 * @returns Where they are.
 */
export async function findBodies(root: Entity, body: Chunks): Promise<Findings> {
  const [eightBit, longLines] = [new Set<number>(), new Set<number>()];
  let check = new OctetCheck();
  const walker = new Walker(root, {
    header: () => {},
    between: () => {},
    body: (_, octets) => check.push(octets),
    end: ({ index }) => {
      if (check.eightBit) eightBit.add(index);
      if (check.longLine) longLines.add(index);
      check = new OctetCheck();
    },
  });
  for await (const chunk of body) walker.push(chunk);
  walker.end();
  return { eightBit, longLines };
}

/**
 * Rewrites a message. Text becomes quoted-printable, everything else base64, and each part says so in its header.
 *
 * @param root The message.
 * @param body Its body.
 * @param conversion What to change.
 * @returns The octets of header and body.
 * @throws {PolicyError} If 8-bit octets stand where nothing may be changed.
 * @throws {SyntaxError} With the reason alone, if too long a line does.
 */
export async function* convert(
  root: Entity,
  body: Chunks,
  conversion: Conversion,
): AsyncGenerator<Uint8Array> {
  const converter = new Converter(conversion);
  converter.header(root);
  const walker = new Walker(root, converter);
  for await (const chunk of body) {
    walker.push(chunk);
    yield converter.take();
  }
  walker.end();
  yield converter.take();
}

class Converter implements Visitor {
  readonly #conversion: Conversion;
  readonly #check = new OctetCheck();
  #encoder?: BodyEncoder;
  #made = new Uint8Array(4_096);
  #length = 0;

  constructor(conversion: Conversion) {
    this.#conversion = conversion;
  }

  /** What has been made since the last time; valid until more is made. */
  take(): Uint8Array {
    const made = this.#made.subarray(0, this.#length);
    this.#length = 0;
    return made;
  }

  header(entity: Entity, section?: Uint8Array): void {
    const encoding = this.#encodingFor(entity);
    this.#encoder = encoding === undefined ? undefined : makeEncoder(encoding, entity);
    const octets = entity.sealed
      ? section ?? writeFields(entity.fields)
      : this.#writeHeader(entity, encoding);
    this.#add(octets, entity, `the header of a part of type ${entity.type}`);
  }

  body(entity: Entity, octets: Uint8Array): void {
    this.#add(this.#encoder ? this.#encoder.push(octets) : octets, entity);
  }

  end(entity: Entity, delimited: boolean): void {
    if (this.#encoder) this.#add(this.#encoder.end(delimited), entity);
    this.#encoder = undefined;
  }

  between(entity: Entity, octets: Uint8Array): void {
    // Nobody reads what stands there. RFC 2046 section 5.1.1.
    const mayMend = this.#conversion.sevenBit && !entity.sealed && hasEightBit(octets);
    this.#add(mayMend ? octets.map((octet) => octet > 127 ? QUESTION_MARK : octet) : octets, entity);
  }

  /** The encoding that a body needs; `undefined` if it stays as it is, or cannot be encoded. */
  #encodingFor(entity: Entity): string | undefined {
    const { sevenBit, findings } = this.#conversion;
    const { index, type, encoding, sealed } = entity;
    const isLong = findings?.longLines.has(index) ?? false;
    if (isEncodable(entity)) {
      const isEightBit = findings ? findings.eightBit.has(index) : /^(?:8bit|binary)$/.test(encoding);
      if (!isLong && !(sevenBit && isEightBit)) return undefined;
      return /^(?:text|message)\//.test(type) ? "quoted-printable" : "base64";
    }
    return isLong && encoding === "base64" && !sealed ? "base64" : undefined;
  }

  #writeHeader(entity: Entity, encoding: string | undefined): Uint8Array {
    const { sevenBit } = this.#conversion;
    let fields = [...entity.fields];
    // What is left as it is, or holds parts, is 7-bit now, which is what no declaration means.
    if (encoding !== undefined || sevenBit && /^(?:8bit|binary)$/.test(entity.encoding)) {
      fields = fields.filter((field) => !isNamed(field, "Content-Transfer-Encoding"));
    }
    if (encoding !== undefined) {
      if (entity.isMessage && !findField(fields, "MIME-Version")) fields.push(makeField("MIME-Version: 1.0"));
      fields.push(makeField(`Content-Transfer-Encoding: ${encoding}`));
    }
    return writeFields(sevenBit ? fields.map((field) => toAscii(field) ?? field) : fields);
  }

  #add(octets: Uint8Array, entity: Entity, where?: string): void {
    this.#check.push(octets);
    const { sevenBit, findings } = this.#conversion;
    if (sevenBit && this.#check.eightBit) {
      throw eightBitIn(
        describe(entity, where),
        findings ? undefined : "Give a function that opens the stream, so that it can be read ahead.",
      );
    }
    if (this.#check.longLine) {
      throw new SyntaxError(`a line of more than ${MAX_LINE} octets in ${describe(entity, where)}`);
    }
    const length = this.#length + octets.length;
    if (length > this.#made.length) {
      const larger = new Uint8Array(length * 2);
      larger.set(this.#made);
      this.#made = larger;
    }
    this.#made.set(octets, this.#length);
    this.#length = length;
  }
}

/** A place, by what forbids to change it. */
function describe({ sealed, holds, encoding, type }: Entity, where?: string): string {
  if (sealed) return "what is signed or encrypted";
  if (where !== undefined) return where;
  if (holds === "parts") return `a ${type} outside its parts`;
  if (!/^(?:7bit|8bit|binary)$/.test(encoding)) return `a part that is ${encoding} already`;
  if (type.startsWith("multipart/")) return `a ${type} whose parts cannot be found`;
  return `a part of type ${type} that is not declared to be 8bit`;
}

function makeEncoder(encoding: string, entity: Entity): BodyEncoder {
  if (encoding === "quoted-printable") return new QuotedPrintable();
  return entity.encoding === "base64" ? new Base64Refolder() : new Base64();
}

/**
 * Makes the error for 8-bit octets that cannot be sent.
 *
 * @param where Where they are.
 * @param hint What to do.
 */
export function eightBitIn(
  where: string,
  hint = "Use a server that offers 8BITMIME, or write the message with quoted-printable or base64.",
): PolicyError {
  return new PolicyError(`Cannot send: 8-bit octets in ${where}, and the server does not offer 8BITMIME`, {
    code: "envelope.eight_bit_required",
    hint,
    retryable: false,
  });
}
