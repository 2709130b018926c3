/**
 * What the header section of a message, or of a part of it, says of its body (RFC 2045 sections 5 and 6).
 *
 * @module
 */

import { type Field, findField, splitFields, textOf } from "./header.ts";
import { isPrintableAscii } from "../text.ts";

/** Deepest part in a part. No standard sets a limit; people come to five. */
const MAX_DEPTH = 100;

/** Type and subtype, both tokens. */
const TYPE = /^([^\s;()/"]+\/[^\s;()/"]+)/;

/** A parameter; one after another, so that nothing within quotation marks is taken for one. */
const PARAMETER = /\s*;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))(?:\s*\([^()]*\))?/y;

/** Encodings that leave octets as they are. RFC 2045 section 6.2. */
const IDENTITY = /^(?:7bit|8bit|binary)$/;

/** A message or a part: its header, and how its body is to be read. */
export interface Entity {
  readonly fields: readonly Field[];
  /** Type and subtype in lower case. */
  readonly type: string;
  /** What ends and begins its parts, when it has some. */
  readonly boundary?: string;
  /** The Content-Transfer-Encoding in lower case; `7bit` when there is none. */
  readonly encoding: string;
  /** Whether the body is octets, parts between boundaries, or a message. */
  readonly holds: "octets" | "parts" | "message";
  /** Whether the header is that of a message and not of a part. */
  readonly isMessage: boolean;
  /** Whether a signature, or the structure of what is encrypted, forbids to change it. RFC 1847 section 2, RFC 6376. */
  readonly sealed: boolean;
  /** Its place among all of them, the message itself being 0. */
  readonly index: number;
  readonly depth: number;
}

/**
 * Reads the header section of a part, or of a message in a part.
 *
 * @param section Lines that end with CRLF.
 * @param parent What it is a part of.
 * @param index Its place.
 */
export function readEntity(section: Uint8Array, parent: Entity, index: number): Entity {
  return makeEntity(splitFields(section), parent, index);
}

/**
 * Makes the entity that is the whole message.
 *
 * @param fields Its fields.
 */
export function rootEntity(fields: readonly Field[]): Entity {
  return makeEntity(fields);
}

function makeEntity(fields: readonly Field[], parent?: Entity, index = 0): Entity {
  const isMessage = parent === undefined || parent.holds === "message";
  const depth = parent === undefined ? 0 : parent.depth + 1;
  const sealed = parent === undefined
    ? findField(fields, "DKIM-Signature") !== undefined
    : parent.sealed || /^multipart\/(?:signed|encrypted)$/.test(parent.type);
  const contentType = findField(fields, "Content-Type");
  // RFC 2046 section 5.1.5.
  const missing = parent?.type === "multipart/digest" ? "message/rfc822" : "text/plain";
  const { type, boundary } = readType(contentType ? textOf(contentType) : missing);
  const declared = findField(fields, "Content-Transfer-Encoding");
  const encoding = (declared ? /^[^\s;(]*/.exec(textOf(declared))![0].toLowerCase() : "") || "7bit";
  const canHold = IDENTITY.test(encoding) && depth < MAX_DEPTH;
  const holds = canHold && boundary !== undefined && type.startsWith("multipart/")
    ? "parts"
    : canHold && type === "message/rfc822"
    ? "message"
    : "octets";
  return { fields, type, boundary, encoding, holds, isMessage, sealed, index, depth };
}

/** Type and boundary; what cannot be read is plain text (RFC 2045 section 5.2). */
function readType(text: string): { type: string; boundary?: string } {
  const type = TYPE.exec(text)?.[0].toLowerCase();
  if (type === undefined) return { type: "text/plain" };
  PARAMETER.lastIndex = type.length;
  for (let found = PARAMETER.exec(text); found; found = PARAMETER.exec(text)) {
    const [, name, string, token] = found;
    if (name.toLowerCase() !== "boundary") continue;
    const boundary = (string?.replace(/\\(.)/g, "$1") ?? token).trimEnd();
    // A delimiter that is not ASCII could not be written where that is needed. RFC 2046 section 5.1.1 has none.
    return boundary !== "" && isPrintableAscii(boundary) ? { type, boundary } : { type };
  }
  return { type };
}

/**
 * Says whether the octets of a body may be given an encoding: not if they have one, nor under a seal, nor if they hold parts that
 * could not be found (RFC 2045 section 6.4).
 *
 * @param entity The entity.
 */
export function isEncodable({ type, encoding, holds, sealed }: Entity): boolean {
  return holds === "octets" && !sealed && IDENTITY.test(encoding) &&
    !type.startsWith("multipart/") && type !== "message/rfc822";
}
