/**
 * The layout of the field DKIM-Signature (RFC 6376 section 3.5).
 *
 * @module
 */

import type { Signer } from "./signer.ts";

/** Where lines are folded; RFC 5322 section 2.1.1 says 78. */
const LINE = 76;

const BEGIN = " b=";

/** What a signature says beside who signs. */
export interface Claim {
  /** The names of the signed fields, each as often as it is signed. */
  readonly names: readonly string[];
  /** The hash of the body, in base64. */
  readonly bodyHash: string;
  /** When it is signed, in seconds since 1970. */
  readonly time: number;
}

/**
 * Writes the field up to its signature, which is the part that is signed.
 *
 * @param signer Who signs.
 * @param claim What is signed.
 * @returns The field, folded, with an empty `b=` at its end and no last CRLF.
 */
export function draftField(signer: Signer, { names, bodyHash, time }: Claim): string {
  const { domain, selector, key, header, body, identity, expiresInMs } = signer;
  const pieces = [
    " v=1;",
    ` a=${key.algorithm};`,
    ` c=${header}/${body};`,
    ` d=${domain};`,
    ` s=${selector};`,
    ...(identity === undefined ? [] : [` i=${identity};`]),
    ` t=${time};`,
    ...(expiresInMs === undefined ? [] : [` x=${time + Math.floor(expiresInMs / 1_000)};`]),
    ...names.map((name, at) => `${at === 0 ? " h=" : ""}${name}${at < names.length - 1 ? ":" : ";"}`),
    ` bh=${bodyHash};`,
  ];
  let text = "DKIM-Signature:";
  let column = text.length;
  for (const piece of pieces) {
    const fold = column + piece.length > LINE;
    const next = fold ? ` ${piece.trimStart()}` : piece;
    text += fold ? `\r\n${next}` : next;
    column = fold ? next.length : column + next.length;
  }
  return `${text}\r\n${BEGIN}`;
}

/**
 * Puts the signature into a field.
 *
 * @param draft The field up to there.
 * @param signature The signature in base64.
 * @returns The field, ended by CRLF.
 */
export function finishField(draft: string, signature: string): string {
  const first = LINE - BEGIN.length;
  const lines = [signature.slice(0, first)];
  for (let at = first; at < signature.length; at += LINE - 1) lines.push(signature.slice(at, at + LINE - 1));
  return `${draft}${lines.join("\r\n ")}\r\n`;
}

/**
 * Says how long a field will be.
 *
 * @param draft The field up to its signature.
 * @param signatureOctets How many octets the signature has.
 * @returns The octets of the field, its CRLF included.
 */
export function fieldLength(draft: string, signatureOctets: number): number {
  return finishField(draft, "=".repeat(4 * Math.ceil(signatureOctets / 3))).length;
}
