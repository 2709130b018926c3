import { encodeBase64 } from "@std/encoding/base64";
import { checkPassword, type PasswordCredentials, utf8 } from "./fields.ts";
import type { Exchange, Mechanism } from "./mechanism.ts";
import { saslName } from "./sasl_name.ts";
import { type PrepareOptions, saslprep } from "./saslprep.ts";
import { ScramReader } from "./scram_message.ts";
import { unexpectedChallenge, violation } from "./violation.ts";

/** The hash functions that SCRAM is used with here. RFC 5802, RFC 7677, draft-melnikov-scram-sha-512. */
export type ScramHash = "SHA-1" | "SHA-256" | "SHA-512";

/** Length of each hash in bits: the salted password is exactly as long. RFC 5802 section 2.2. */
const BITS: Record<ScramHash, number> = { "SHA-1": 160, "SHA-256": 256, "SHA-512": 512 };

/** The client does not bind to the TLS channel. RFC 5802 section 7, `gs2-cbind-flag`. */
const NO_CHANNEL_BINDING = "n";

/**
 * Makes a mechanism of the family SCRAM: client and server prove to each other that they know the password, which
 * is not sent (RFC 5802, RFC 7677).
 *
 * User and password are prepared with SASLprep. The server must prove itself too, so a server that says 235 before
 * its signature was verified is refused.
 *
 * @param hash The hash function.
 * @param credentials The user, the password and, to act as someone else, the authorization identity.
 * @param options The nonce, for test vectors alone: a nonce that is used twice protects against nothing.
 * @returns The mechanism, without channel binding.
 * @throws {TypeError} If a field is empty, holds NUL or cannot be prepared, or if the nonce is not printable ASCII
 * without comma.
 */
export function scram(
  hash: ScramHash,
  credentials: PasswordCredentials,
  options: { readonly nonce?: string } = {},
): Mechanism {
  const name = `SCRAM-${hash}`;
  checkPassword(credentials, name);
  const { nonce } = options;
  if (nonce !== undefined && !/^[\x21-\x2b\x2d-\x7e]+$/.test(nonce)) {
    throw new TypeError(`Cannot authenticate with ${name}: the nonce is not printable ASCII without comma`);
  }
  const user = prepare(name, credentials.user, { name: "user", use: "query" });
  const password = prepare(name, credentials.password, { name: "password", use: "stored" });
  const { authorizationId } = credentials;
  const actAs = authorizationId === undefined ? "" : `a=${saslName(authorizationId)}`;
  const header = `${NO_CHANNEL_BINDING},${actAs},`;
  return {
    name,
    secrets: [credentials.password],
    identity: authorizationId ?? credentials.user,
    start: () => new ScramExchange(hash, { header, user, password, nonce: nonce ?? freshNonce() }),
  };
}

function prepare(mechanism: string, text: string, options: PrepareOptions): string {
  const prepared = saslprep(text, options);
  if (prepared !== "") return prepared;
  throw new TypeError(`Cannot authenticate with ${mechanism}: the ${options.name} is empty once prepared`);
}

function freshNonce(): string {
  return encodeBase64(crypto.getRandomValues(new Uint8Array(24)));
}

interface ScramInput {
  readonly header: string;
  readonly user: string;
  readonly password: string;
  readonly nonce: string;
}

/** One run of SCRAM. Names in comments are those of RFC 5802 section 3. */
class ScramExchange implements Exchange {
  readonly initial: Uint8Array;
  readonly #hash: ScramHash;
  readonly #input: ScramInput;
  readonly #firstBare: string;
  readonly #reader: ScramReader;
  /** What is to be done with the next message of the server; nothing once all is said or something has failed. */
  #step?: (message: string) => Promise<Uint8Array> = (serverFirst) => this.#prove(serverFirst);
  #verified = false;

  constructor(hash: ScramHash, input: ScramInput) {
    this.#hash = hash;
    this.#input = input;
    this.#firstBare = `n=${saslName(input.user)},r=${input.nonce}`;
    this.#reader = new ScramReader(`SCRAM-${hash}`);
    this.initial = utf8(input.header + this.#firstBare);
  }

  async next(challenge: Uint8Array): Promise<Uint8Array> {
    const step = this.#step;
    if (step === undefined) throw unexpectedChallenge(`SCRAM-${this.#hash}`);
    this.#step = undefined;
    return await step(this.#decode(challenge));
  }

  finish(): void {
    if (!this.#verified) {
      throw this.#unproved("the server accepted without proving that it knows the password");
    }
  }

  async #prove(serverFirst: string): Promise<Uint8Array> {
    const { nonce, salt, iterations } = this.#reader.first(serverFirst, this.#input.nonce);
    const withoutProof = `c=${encodeBase64(this.#input.header)},r=${nonce}`;
    const authMessage = utf8(`${this.#firstBare},${serverFirst},${withoutProof}`);
    const salted = await this.#saltedPassword(salt, iterations);
    const clientKey = await sign(salted, utf8("Client Key"));
    const storedKey = await crypto.subtle.digest(this.#hash, clientKey);
    const clientSignature = await sign(await this.#hmacKey(storedKey), authMessage);
    const proof = clientKey.map((octet, i) => octet ^ clientSignature[i]);
    const serverKey = await this.#hmacKey(await sign(salted, utf8("Server Key")));
    this.#step = (serverFinal) => this.#verify(serverFinal, serverKey, authMessage);
    return utf8(`${withoutProof},p=${encodeBase64(proof)}`);
  }

  async #verify(serverFinal: string, serverKey: CryptoKey, authMessage: BufferSource): Promise<Uint8Array> {
    const signature = this.#reader.final(serverFinal);
    // Web Crypto requires that this compares in constant time (section 31.6.2), which `===` would not.
    this.#verified = await crypto.subtle.verify("HMAC", serverKey, signature, authMessage);
    if (!this.#verified) throw this.#unproved("the signature of the server is wrong");
    return new Uint8Array();
  }

  async #saltedPassword(salt: BufferSource, iterations: number): Promise<CryptoKey> {
    const password = await crypto.subtle.importKey("raw", utf8(this.#input.password), "PBKDF2", false, [
      "deriveKey",
    ]);
    const how = { name: "PBKDF2", hash: this.#hash, salt, iterations };
    const key = { name: "HMAC", hash: this.#hash, length: BITS[this.#hash] };
    return await crypto.subtle.deriveKey(how, password, key, false, ["sign"]);
  }

  #hmacKey(octets: BufferSource): Promise<CryptoKey> {
    return crypto.subtle.importKey("raw", octets, { name: "HMAC", hash: this.#hash }, false, [
      "sign",
      "verify",
    ]);
  }

  #decode(challenge: Uint8Array): string {
    try {
      // The signature is over the very octets, so nothing may be replaced and no byte order mark dropped.
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(challenge);
    } catch {
      throw violation(`SCRAM-${this.#hash}`, "the message of the server is not UTF-8", {
        code: "auth.malformed_challenge",
      });
    }
  }

  #unproved(found: string): Error {
    return violation(`SCRAM-${this.#hash}`, found, { code: "auth.server_signature" });
  }
}

async function sign(key: CryptoKey, data: BufferSource): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, data));
}
