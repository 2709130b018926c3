/**
 * Which header fields are signed, and in what form (RFC 6376 sections 5.4 and 3.7).
 *
 * @module
 */

import { type Canonicalization, canonicalizeField } from "./canonicalize_field.ts";
import { concat } from "./concat.ts";
import { type HeaderField, malformedHeader } from "./header_section.ts";

/**
 * What readers see, answer to or decode by. They are signed against addition even when they do not occur, since a second one,
 * or a first, would change what the message says. RFC 6376 section 8.15.
 */
const ALWAYS = [
  "from",
  "reply-to",
  "to",
  "cc",
  "subject",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
];

/**
 * The others of RFC 6376 section 5.4.1, and what later standards act on. Those that do not occur stay free: a submission server
 * may add Sender, Date and Message-ID (RFC 6409 section 8), a mailing list its own.
 */
const IF_PRESENT = [
  "sender",
  "date",
  "message-id",
  "in-reply-to",
  "references",
  "content-disposition",
  "list-id",
  "list-help",
  "list-unsubscribe",
  "list-unsubscribe-post",
  "list-subscribe",
  "list-post",
  "list-owner",
  "list-archive",
  "resent-date",
  "resent-from",
  "resent-sender",
  "resent-to",
  "resent-cc",
  "resent-message-id",
];

/** What of a header one signer signs. */
export interface SignedHeader {
  /**
   * The names for `h=`: each once more than it occurs, so that no field of that name can be added. Only the Resent fields stand
   * as often as they occur, since whoever passes the message on adds more of them.
   */
  readonly names: readonly string[];
  /** The fields in the order of the names, those of one name from the last to the first. RFC 6376 section 5.4.2. */
  readonly fields: readonly HeaderField[];
}

/**
 * Chooses what is signed.
 *
 * @param fields The header fields, in the order in which they stand.
 * @param names The names to sign, in lower case; without them, those that readers see or act on.
 * @returns Names and fields.
 * @throws {PolicyError} If there is not exactly one From, which every signature is about.
 */
export function chooseFields(fields: readonly HeaderField[], names?: readonly string[]): SignedHeader {
  const byName = Map.groupBy(fields, ({ name }) => name);
  const authors = byName.get("from")?.length ?? 0;
  if (authors !== 1) throw malformedHeader(`it has ${authors} fields From`);
  names ??= [...ALWAYS, ...IF_PRESENT.filter((name) => byName.has(name))];
  return {
    names: names.flatMap((name) => [
      ...(byName.get(name) ?? []).map(() => name),
      ...(name.startsWith("resent-") ? [] : [name]),
    ]),
    fields: names.flatMap((name) => byName.get(name)?.toReversed() ?? []),
  };
}

/**
 * Gives what a header's signature is made over: the fields, then the signature's own field. RFC 6376 section 3.7.
 *
 * @param fields The fields in the order in which they are signed.
 * @param draft The signature's own field with an empty `b=`.
 * @param form The canonical form.
 * @returns The octets.
 */
export function signedOctets(
  fields: readonly HeaderField[],
  draft: Uint8Array,
  form: Canonicalization,
): Uint8Array<ArrayBuffer> {
  const pieces = [...fields.map(({ octets }) => octets), draft].map((field) =>
    canonicalizeField(field, form)
  );
  // The last field is signed without its CRLF.
  return concat(pieces).subarray(0, -2);
}
