/**
 * The parts of a message: a leaf with its fields, and parts put together under a boundary (RFC 2045, RFC 2046).
 *
 * A part is written in the widest form that is allowed, as pieces: ASCII text, or octets still to be fetched and encoded. So a
 * small message becomes one array, and a large one streams.
 *
 * @module
 */

import type { Content } from "./content.ts";
import type { Octets } from "./source.ts";

/** How far octets go beyond lines of ASCII: not at all, by octets above 127, or at will. RFC 2045 section 2. */
export type Transfer = "7bit" | "8bit" | "binary";

/** A piece of a message: text that is ASCII, or octets. */
export type Piece = string | Octets;

/** A part as it is written: its fields, an empty line, its body, whose last line is not ended. */
export interface Written {
  readonly pieces: readonly Piece[];
  /** How far it went. */
  readonly transfer: Transfer;
  /** Whether it is a message whose header holds raw UTF-8. RFC 6532. */
  readonly utf8?: boolean;
}

/** What a server can take. */
export interface Form {
  /** How far the parts may go. */
  readonly widest: Transfer;
  /** Attached messages that are ready, in the form that the server takes; the others stay as they are. */
  readonly ready?: ReadonlyMap<Content, Content>;
}

/** Writes a part in a form no wider than allowed. */
export type Part = (form: Form) => Written;

const WIDTH: Readonly<Record<Transfer, number>> = { "7bit": 0, "8bit": 1, binary: 2 };

/**
 * Says whether one form is no wider than another.
 *
 * @param transfer The form.
 * @param widest The widest that is allowed.
 * @returns True also when they are the same.
 */
export function fits(transfer: Transfer, widest: Transfer): boolean {
  return WIDTH[transfer] <= WIDTH[widest];
}

/**
 * Puts parts together. One part is given back as it is.
 *
 * @param type The type with its parameters, but for the boundary: `multipart/mixed`.
 * @param parts The parts, at least one.
 * @param next Gives a text that is in no part.
 * @returns The whole.
 */
export function multipart(type: string, parts: readonly Part[], next: () => string): Part {
  if (parts.length === 1) return parts[0];
  const boundary = next();
  return (form) => {
    const written = parts.map((part) => part(form));
    const transfer = written.reduce<Transfer>(
      (found, one) => fits(found, one.transfer) ? one.transfer : found,
      "7bit",
    );
    // A multipart says how wide its widest part is. RFC 2045 section 6.4.
    const encoding = transfer === "7bit" ? "" : `Content-Transfer-Encoding: ${transfer}\r\n`;
    // On its own line, the boundary stays under 76 characters.
    const pieces: Piece[] = [`Content-Type: ${type};\r\n boundary="${boundary}"\r\n${encoding}`];
    for (const one of written) pieces.push(`\r\n--${boundary}\r\n`, ...one.pieces);
    pieces.push(`\r\n--${boundary}--\r\n`);
    return { pieces, transfer };
  };
}

/**
 * Makes a series of boundaries that no text has in it: 128 bits by chance, and `=_`, which quoted-printable and base64 cannot
 * produce (RFC 2045 section 6.7). None begins as another does, since some readers look no further.
 *
 * @returns Gives the next boundary at each call.
 */
export function boundaries(): () => string {
  let count = 0;
  let random: string | undefined;
  return () => {
    random ??= crypto.getRandomValues(new Uint8Array(16)).toHex();
    return `=_${count++}_${random}`;
  };
}
