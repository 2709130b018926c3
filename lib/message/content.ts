/**
 * What the stages need to know of a message: its octets and four facts about them.
 *
 * The stages import this type and nothing else of the message room, so that anything can be content: a composed
 * message, a file, a queue entry.
 *
 * @module
 */

/** A message as it goes over the wire. */
export interface Content {
  /** The Message-ID with its angle brackets; the same over every attempt. */
  readonly messageId: string;
  /** The exact number of octets, CRLF line ends counted, dots not doubled; `undefined` when it is not known yet. */
  readonly size?: number;
  /** Whether an octet above 127 occurs, so that 8BITMIME is needed. RFC 6152. */
  readonly eightBit: boolean;
  /** Whether a header holds raw UTF-8, so that SMTPUTF8 is needed. RFC 6531. */
  readonly utf8: boolean;
  /**
   * Gives the octets from the start, anew at each call, so that another attempt sends the same message. Every line
   * ends with CRLF; a bare CR or LF is refused by the stage `data`.
   */
  octets(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}
