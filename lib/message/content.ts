/**
 * What the stages need to know of a message: its octets and a few facts about them.
 *
 * The stages import this file and nothing else of the message room, so that anything can be content: a composed message, a
 * file, a queue entry.
 *
 * @module
 */

import { PolicyError, SmtpError } from "../errors.ts";

/** What a server offers, by keyword: the extensions that EHLO named. */
export type Offers = Pick<ReadonlyMap<string, unknown>, "has">;

/** A message as it goes over the wire. */
export interface Content {
  /** The Message-ID with its angle brackets, the same over every attempt; empty when the message has none. */
  readonly messageId: string;
  /** The exact number of octets, CRLF line ends counted, dots not doubled; `undefined` when it is not known yet. */
  readonly size?: number;
  /** Whether an octet above 127 occurs, so that 8BITMIME is needed. RFC 6152. */
  readonly eightBit: boolean;
  /** Whether a header holds raw UTF-8, so that SMTPUTF8 is needed. RFC 6531. */
  readonly utf8: boolean;
  /**
   * Whether octets occur that are not lines of text, so that BINARYMIME and CHUNKING are needed. RFC 3030 section 3.
   * @default {false}
   */
  readonly binary?: boolean;
  /**
   * Whether `octets` works only once, as for a stream: such a message cannot be signed in advance or tried again.
   * @default {false}
   */
  readonly once?: boolean;
  /**
   * Gives the octets from the start, anew at each call, so that another attempt sends the same message. Every line ends with
   * CRLF; a bare CR or LF is refused by the stage `data`, unless the content is `binary`.
   *
   * A chunk is to be used before the next one is asked for: the memory may then be used again. Chunks in an array stay.
   */
  octets(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /**
   * Gives the form of this message that a server takes best: 8-bit text as it is where 8BITMIME is offered, encoded where not.
   * The runner asks for it before the stage `envelope`; a message without this method has one form.
   *
   * @param offers What the server offers.
   * @throws {PolicyError} If no form of it can be sent there.
   */
  fit?(offers: Offers): Content | Promise<Content>;
}

/**
 * Reads a content to its end, which must come after as many octets as it says: the server was told the size, and a part of a
 * message must not pass for the whole.
 *
 * @param content The content.
 * @returns Its chunks.
 * @throws {PolicyError} If its source fails, or ends too soon or too late.
 */
export async function* chunksOf(content: Content): AsyncGenerator<Uint8Array> {
  let count = 0;
  try {
    for await (const chunk of content.octets()) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError("a chunk is not a Uint8Array");
      count += chunk.length;
      yield chunk;
    }
    if (content.size !== undefined && count !== content.size) {
      throw new TypeError(`it has ${count} octets, not the ${content.size} that were declared`);
    }
  } catch (error) {
    if (error instanceof SmtpError) throw error;
    throw new PolicyError(`Cannot read content: ${error instanceof Error ? error.message : error}`, {
      code: "data.source_failed",
      command: "content",
      retryable: false,
      cause: error,
    });
  }
}
