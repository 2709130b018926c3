/**
 * The forms that a ready-made message can take, and which of them a server gets.
 *
 * @module
 */

import { complete, PolicyError } from "../../errors.ts";
import type { Content, Offers } from "../content.ts";
import { toAscii } from "./ascii.ts";
import { convert, eightBitIn, findBodies, type Findings } from "./convert.ts";
import { rootEntity } from "./entity.ts";
import { type Field, writeFields } from "./header.ts";
import { MAX_LINE } from "./lines.ts";
import { hasEightBit, OctetCheck } from "./octets.ts";
import type { RawBody } from "./source.ts";

/** What differs between the forms. */
interface Form {
  /** Whether the header is rewritten in ASCII. */
  readonly ascii: boolean;
  /** What is left of the body: all of it, what has lines that are not too long, or what is 7-bit besides. */
  readonly body: "as it is" | "short lines" | "7bit";
}

/** A ready-made message in each of its forms. */
export class RawForms {
  readonly #messageId: string;
  readonly #fields: readonly Field[];
  readonly #body: RawBody;
  readonly #eightBitHeader: boolean;
  readonly #utf8: boolean;
  readonly #made = new Map<string, Content>();
  #findings?: Findings;

  /**
   * @param messageId Its Message-ID.
   * @param fields Its fields.
   * @param body Its body.
   */
  constructor(messageId: string, fields: readonly Field[], body: RawBody) {
    this.#messageId = messageId;
    this.#fields = fields;
    this.#body = body;
    this.#eightBitHeader = fields.some((field) => hasEightBit(field.octets));
    this.#utf8 = this.#eightBitHeader && fields.every((field) => isUtf8(field.octets));
  }

  /**
   * Gives the message as it is, and with it the way to the form that a server takes.
   *
   * @throws {SyntaxError} If a line is too long and must not be changed.
   */
  async content(): Promise<Content> {
    const content = await this.#make({ ascii: false, body: this.#widest() });
    return content.eightBit ? { ...content, fit: (offers) => this.#fit(offers) } : content;
  }

  /** What a server with 8BITMIME takes of the body. */
  #widest(): Form["body"] {
    return this.#body.known && this.#body.longLine !== undefined ? "short lines" : "as it is";
  }

  #fit(offers: Offers): Promise<Content> {
    const sevenBit = !offers.has("8BITMIME");
    const eightBitBody = !this.#body.known || this.#body.eightBit;
    return this.#make({
      ascii: this.#utf8 && !offers.has("SMTPUTF8") || this.#eightBitHeader && sevenBit,
      body: sevenBit && eightBitBody ? "7bit" : this.#widest(),
    });
  }

  /** Makes a form, or gives the one that was made for another attempt. */
  async #make(form: Form): Promise<Content> {
    const key = `${form.ascii} ${form.body}`;
    try {
      const content = this.#made.get(key) ?? await this.#write(form);
      this.#made.set(key, content);
      return content;
    } catch (error) {
      if (error instanceof PolicyError) throw complete(error, { stage: "envelope", delivery: "not sent" });
      throw error instanceof SyntaxError ? cannotPrepare(error.message, error) : error;
    }
  }

  async #write(form: Form): Promise<Content> {
    const fields = form.ascii ? this.#asciiFields() : this.#fields;
    const { known } = this.#body;
    const facts = { messageId: this.#messageId, utf8: this.#utf8 && !form.ascii, once: !known };
    if (form.body === "as it is") {
      const header = writeFields(fields);
      const eightBit = this.#eightBitHeader && !form.ascii || !known || this.#body.eightBit;
      const size = known ? header.length + this.#body.size! : undefined;
      return { ...facts, size, eightBit, octets: () => this.#asItIs(header) };
    }
    const octets = await this.#converter(fields, form.body === "7bit");
    // What cannot be converted is found by this pass, before anything is sent.
    return { ...facts, ...(known ? await measure(octets()) : { eightBit: false }), octets };
  }

  #asItIs(header: Uint8Array): ReturnType<Content["octets"]> {
    return this.#body.known ? this.#body.open(header) : withShortLines(this.#body, header);
  }

  async #converter(fields: readonly Field[], sevenBit: boolean): Promise<() => AsyncIterable<Uint8Array>> {
    const root = rootEntity(fields);
    if (this.#body.known) this.#findings ??= await findBodies(root, this.#body.open());
    return () => convert(root, this.#body.open(), { sevenBit, findings: this.#findings });
  }

  #asciiFields(): Field[] {
    const signed = rootEntity(this.#fields).sealed;
    return this.#fields.map((field) => {
      const written = toAscii(field);
      if (written !== undefined && (written === field || !signed)) return written;
      const where = `field "${field.name}"${signed ? " of a signed message" : ""}`;
      throw this.#utf8 ? utf8In(where) : eightBitIn(where);
    });
  }
}

/** A stream as it is; that a line is too long is seen when it comes. */
async function* withShortLines(body: RawBody, header: Uint8Array): AsyncGenerator<Uint8Array> {
  for await (const chunk of body.open(header)) {
    if (body.longLine !== undefined) {
      throw new SyntaxError(`line ${body.longLine} has more than ${MAX_LINE} octets`);
    }
    yield chunk;
  }
}

async function measure(octets: AsyncIterable<Uint8Array>): Promise<Pick<Content, "size" | "eightBit">> {
  const check = new OctetCheck();
  let size = 0;
  for await (const chunk of octets) {
    check.push(chunk);
    size += chunk.length;
  }
  return { size, eightBit: check.eightBit };
}

function isUtf8(octets: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(octets);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the error for a message that cannot be sent anywhere.
 *
 * @param reason What is wrong with it.
 * @param cause What was caught.
 */
export function cannotPrepare(reason: string, cause?: unknown): SyntaxError {
  return new SyntaxError(`Cannot prepare message: ${reason}`, { cause });
}

function utf8In(where: string): PolicyError {
  return new PolicyError(`Cannot send: UTF-8 in ${where}, and the server does not offer SMTPUTF8`, {
    code: "envelope.smtputf8_required",
    hint: "Write it in ASCII, or use a server that offers SMTPUTF8.",
    retryable: false,
  });
}
