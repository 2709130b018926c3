/**
 * The shape of a SASL mechanism: a pure exchange of octets, no socket, no base64 (RFC 4422).
 *
 * @module
 */

/** One authentication under way. Made anew for every attempt. */
export interface Exchange {
  /** The first response, sent along with AUTH where it fits; `undefined` when the server speaks first. */
  readonly initial?: Uint8Array;
  /**
   * Answers a challenge.
   *
   * @param challenge The server's 334 text, base64 already removed.
   * @returns The response, base64 not yet applied.
   * @throws {ProtocolError} If the server's message is not what the mechanism allows; the exchange is then cancelled.
   */
  next(challenge: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /**
   * Called when the server says 235, to hold it to what it owes: SCRAM's server signature, for one.
   *
   * @throws {ProtocolError} If the server has not proved itself.
   */
  finish?(): void;
  /** What the server said about a refusal inside the exchange, such as the decoded JSON of XOAUTH2, for the error. */
  readonly complaint?: string;
}

/** A way to prove who one is. A user's own mechanism is a value of this type like any other. */
export interface Mechanism {
  /** The name as EHLO lists it, upper case: `SCRAM-SHA-256`. */
  readonly name: string;
  /** Starts an exchange. */
  start(): Exchange | Promise<Exchange>;
  /** Texts that must never be shown: password, token. Hidden from traces, transcripts and errors. */
  readonly secrets: readonly string[];
  /** The identity the mechanism proves, for the record. */
  readonly identity?: string;
}
