import { chunksOf, type Content } from "../message/content.ts";
import { BodyCanonicalizer } from "./body_canonicalizer.ts";
import type { Canonicalization } from "./canonicalize_field.ts";
import { type HeaderField, HeaderSection } from "./header_section.ts";
import { loadSha256 } from "./sha256.ts";

/** What of a message is signed. */
export interface MessageDigest {
  /** The header fields, in the order in which they stand. */
  readonly fields: readonly HeaderField[];
  /** The hash of the body in each of the forms that were asked for, in base64. */
  readonly bodyHashes: ReadonlyMap<Canonicalization, string>;
  /** How many octets the message has. */
  readonly octets: number;
}

/**
 * Reads a message once, in constant memory: the header is kept, the body is hashed.
 *
 * @param content The message.
 * @param forms The canonical forms in which the body is hashed.
 * @param signal Ends the reading at once, even when the source is silent; a source that is heard again is then closed.
 * @returns What is signed.
 * @throws {PolicyError} If the source fails, or the header cannot be signed.
 */
export async function digestMessage(
  content: Content,
  forms: ReadonlySet<Canonicalization>,
  signal: AbortSignal,
): Promise<MessageDigest> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([read(content, forms, signal), aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function read(
  content: Content,
  forms: ReadonlySet<Canonicalization>,
  signal: AbortSignal,
): Promise<MessageDigest> {
  const beginHash = await loadSha256();
  const header = new HeaderSection();
  const bodies = [...forms].map((form) => {
    const hash = beginHash();
    return { form, hash, canonicalizer: new BodyCanonicalizer(form, hash.update) };
  });
  let octets = 0;
  for await (const chunk of chunksOf(content)) {
    signal.throwIfAborted();
    octets += chunk.length;
    const body = header.push(chunk);
    for (const { canonicalizer } of bodies) canonicalizer.push(body);
  }
  const bodyHashes = new Map<Canonicalization, string>();
  for (const { form, hash, canonicalizer } of bodies) {
    canonicalizer.end();
    bodyHashes.set(form, hash.digest().toBase64());
  }
  return { fields: header.fields(), bodyHashes, octets };
}
