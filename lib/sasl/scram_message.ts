/**
 * What a SCRAM server says, read and held to the rules. No message here repeats the server's words, for they may
 * hold what was derived from the password.
 *
 * @module
 */
import { decodeBase64 } from "@std/encoding/base64";
import { violation } from "./violation.ts";

/**
 * The fewest iterations that are accepted. RFC 5802 section 5.1 and RFC 7677 section 4 ask servers for no less; one
 * that asks for less wants a proof that is cheap to guess from.
 */
const MIN_ITERATIONS = 4096;

/**
 * The most iterations that are accepted: about a second of one core with SHA-512, and some 250 times what RFC 7677
 * asks for. The derivation cannot be aborted, so a server must not choose its length freely (RFC 7804, Security
 * Considerations; CVE-2026-42256).
 */
const MAX_ITERATIONS = 1_000_000;

/** The errors that RFC 5802 section 7 names; any other is to be taken for `other-error`. */
const SERVER_ERRORS = new Set([
  "invalid-encoding",
  "extensions-not-supported",
  "invalid-proof",
  "channel-bindings-dont-match",
  "server-does-support-channel-binding",
  "channel-binding-not-supported",
  "unsupported-channel-binding-type",
  "unknown-user",
  "invalid-username-encoding",
  "no-resources",
]);

const ATTRIBUTES = { r: "nonce", s: "salt", i: "iteration count", v: "signature" } as const;
const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What the server's first message says. RFC 5802 section 7, `server-first-message`. */
export interface ServerFirst {
  /** The client's nonce and the server's behind it. */
  readonly nonce: string;
  /** The salt of the stored password. */
  readonly salt: Uint8Array<ArrayBuffer>;
  /** How often the password is hashed. */
  readonly iterations: number;
}

/** Reads the messages of one SCRAM server. */
export class ScramReader {
  readonly #mechanism: string;

  /**
   * Takes the side of a client.
   *
   * @param mechanism The mechanism, for messages.
   */
  constructor(mechanism: string) {
    this.#mechanism = mechanism;
  }

  /**
   * Reads the server's first message.
   *
   * @param message The message.
   * @param clientNonce The nonce that the client sent.
   * @returns Its attributes.
   * @throws {ProtocolError} If an attribute is missing or out of bounds, or the nonce does not extend the client's.
   */
  first(message: string, clientNonce: string): ServerFirst {
    const [r, s, i] = this.#split(message);
    const nonce = this.#value("r", r);
    // RFC 5802 section 5.1: the client MUST verify this. A nonce without the server's part would let it replay.
    if (!NONCE.test(nonce) || !nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
      throw this.#malformed(
        "the nonce of the server does not extend that of the client",
        "auth.server_nonce",
      );
    }
    return { nonce, salt: this.#octets("s", s), iterations: this.#iterations(this.#value("i", i)) };
  }

  /**
   * Reads the server's final message.
   *
   * @param message The message.
   * @returns The server's signature, not verified yet.
   * @throws {ProtocolError} If the server reports an error or sends no signature.
   */
  final(message: string): Uint8Array<ArrayBuffer> {
    return this.#octets("v", this.#split(message)[0]);
  }

  /** Splits a message into its attributes; extensions behind those that are known are optional and go unread. */
  #split(message: string): string[] {
    const parts = message.split(",");
    if (message.startsWith("e=")) {
      const name = parts[0].slice(2);
      const error = SERVER_ERRORS.has(name) ? name : "other-error";
      throw this.#malformed(`the server reports "${error}"`, "auth.server_error");
    }
    // RFC 5802 section 5.1: "m=" is a mandatory extension, and a client that does not know it MUST give up.
    if (parts.some((part) => part.startsWith("m="))) {
      throw this.#malformed(
        "the server requires an extension that is not supported",
        "auth.mandatory_extension",
      );
    }
    return parts;
  }

  #iterations(text: string): number {
    if (!/^[1-9][0-9]*$/.test(text)) throw this.#malformed("the iteration count is not a positive number");
    const iterations = Number(text);
    const asks = "the server asks for";
    if (iterations < MIN_ITERATIONS) {
      throw this.#malformed(`${asks} fewer than ${MIN_ITERATIONS} iterations`, "auth.iteration_count");
    }
    if (iterations > MAX_ITERATIONS) {
      throw this.#malformed(`${asks} more than ${MAX_ITERATIONS} iterations`, "auth.iteration_count");
    }
    return iterations;
  }

  #octets(attribute: "s" | "v", part: string | undefined): Uint8Array<ArrayBuffer> {
    const text = this.#value(attribute, part);
    if (!BASE64.test(text)) throw this.#malformed(`the ${ATTRIBUTES[attribute]} is not base64`);
    return decodeBase64(text);
  }

  #value(attribute: keyof typeof ATTRIBUTES, part: string | undefined): string {
    const value = part?.startsWith(`${attribute}=`) ? part.slice(2) : "";
    if (value === "") throw this.#malformed(`the message of the server has no ${ATTRIBUTES[attribute]}`);
    return value;
  }

  #malformed(found: string, code = "auth.malformed_challenge"): Error {
    return violation(this.#mechanism, found, { code });
  }
}
