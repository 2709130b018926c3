/**
 * Signing: what goes over the wire is the message with a field DKIM-Signature for each signer in front of it.
 *
 * @module
 */

import { PolicyError } from "../errors.ts";
import type { Content } from "../message/content.ts";
import type { DkimKey } from "./key.ts";
import { digestMessage, type MessageDigest } from "./message_digest.ts";
import { loadSha256 } from "./sha256.ts";
import { draftField, fieldLength, finishField } from "./signature_field.ts";
import { chooseFields, signedOctets } from "./signed_header.ts";
import type { Signer } from "./signer.ts";

/** How to sign. */
export interface SignOptions {
  /** Stops the reading of the message. */
  readonly signal?: AbortSignal;
  /**
   * When the message is signed.
   * @default Now.
   */
  readonly date?: Date;
}

/**
 * Loads what signing needs: the keys, and the hash. It is done once.
 *
 * @param signers Who signs.
 * @throws {TypeError} If the platform cannot use a key.
 */
export async function prepareSigners(signers: readonly Signer[]): Promise<void> {
  await Promise.all([loadSha256(), ...signers.map(({ key }) => key.load())]);
}

/**
 * Signs a message for every signer.
 *
 * The message is read twice: here, to hash it, and when it is sent. So it may be of any length, and its source has to give the
 * same octets again. The signatures are begun here and awaited when the octets are asked for: other threads make them while
 * the network works.
 *
 * @param content The message.
 * @param signers Who signs; their fields stand in this order.
 * @param options When, and how to stop.
 * @returns The message with the signatures in front of it. Its size is known.
 * @throws {TypeError} If the platform cannot use a key.
 * @throws {PolicyError} If the message cannot be read, cannot be read twice, or is not one that can be signed.
 */
export async function addSignatures(
  content: Content,
  signers: readonly Signer[],
  options: SignOptions = {},
): Promise<Content> {
  const { signal = new AbortController().signal, date = new Date() } = options;
  refuse(content);
  await prepareSigners(signers);
  const digest = await digestMessage(content, new Set(signers.map(({ body }) => body)), signal);
  const time = Math.floor(date.getTime() / 1_000);
  const signatures = signers.map((signer) => beginSignature(signer, digest, time));
  const fields = Promise.all(signatures.map(({ field }) => field))
    .then((texts) => new TextEncoder().encode(texts.join("")));
  // What fails is told when the octets are asked for; if they never are, it must not end the program.
  fields.catch(() => {});
  const { messageId, eightBit, utf8 } = content;
  return {
    messageId,
    eightBit,
    utf8,
    // It also holds the source to what was signed: the stage data refuses a message of another length.
    size: signatures.reduce((sum, { length }) => sum + length, digest.octets),
    async *octets() {
      yield await fields;
      yield* content.octets();
    },
  };
}

/** Refuses what no signature would hold for. */
function refuse(content: Content): void {
  if (content.once) {
    throw new PolicyError("Cannot sign content: it can be read only once", {
      code: "dkim.not_replayable",
      hint: "Signing reads the message twice: give a function that opens the source anew, or the octets.",
    });
  }
  if (content.binary) {
    throw new PolicyError("Cannot sign content: it is binary", {
      code: "dkim.binary",
      hint: "DKIM signs lines of text (RFC 6376 section 5.3): send the binary parts in base64.",
    });
  }
}

/** Lays the field out, so that its length is known, and begins the signature in it. */
function beginSignature(
  signer: Signer,
  digest: MessageDigest,
  time: number,
): { readonly length: number; readonly field: Promise<string> } {
  const { names, fields } = chooseFields(digest.fields, signer.names);
  const draft = draftField(signer, { names, bodyHash: digest.bodyHashes.get(signer.body)!, time });
  const octets = signedOctets(fields, new TextEncoder().encode(draft), signer.header);
  return {
    length: fieldLength(draft, signer.key.signatureOctets),
    field: makeSignature(signer.key, octets).then((signature) => finishField(draft, signature.toBase64())),
  };
}

/**
 * Makes a signature, on another thread.
 *
 * @param key The key.
 * @param octets What is signed.
 * @returns The signature.
 */
export async function makeSignature(key: DkimKey, octets: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const loaded = await key.load();
  if (key.algorithm === "ed25519-sha256") {
    // Ed25519 signs the hash (RFC 8463 section 3); for RSA the platform makes it.
    const hash = (await loadSha256())();
    hash.update(octets);
    octets = hash.digest();
  }
  return new Uint8Array(await crypto.subtle.sign(loaded.algorithm.name, loaded, octets));
}
