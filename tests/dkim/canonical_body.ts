import { BodyCanonicalizer } from "../../lib/dkim/body_canonicalizer.ts";
import type { Canonicalization } from "../../lib/dkim/canonicalize_field.ts";
import { concat } from "../../lib/dkim/concat.ts";

/** The canonical form of a body that comes in these chunks. */
export function canonicalBody(chunks: readonly Uint8Array[], form: Canonicalization): Uint8Array {
  const pieces: Uint8Array[] = [];
  const canonicalizer = new BodyCanonicalizer(form, (octets) => pieces.push(octets.slice()));
  for (const chunk of chunks) canonicalizer.push(chunk);
  canonicalizer.end();
  return concat(pieces);
}
