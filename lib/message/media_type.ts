/**
 * Types of content: the one a name suggests, and one that a caller wrote (RFC 2045 section 5.1).
 *
 * @module
 */

import { formatParameter, isToken } from "./parameter.ts";
import { quoted, textFault } from "./text.ts";

/** What programs send most; the command line knows more. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  "7z": "application/x-7z-compressed",
  avif: "image/avif",
  bmp: "image/bmp",
  css: "text/css",
  csv: "text/csv",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  epub: "application/epub+zip",
  gif: "image/gif",
  gz: "application/gzip",
  htm: "text/html",
  html: "text/html",
  ics: "text/calendar",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  log: "text/plain",
  m4a: "audio/mp4",
  md: "text/markdown",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  mpeg: "video/mpeg",
  odp: "application/vnd.oasis.opendocument.presentation",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odt: "application/vnd.oasis.opendocument.text",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  rtf: "application/rtf",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  tif: "image/tiff",
  tiff: "image/tiff",
  txt: "text/plain",
  vcf: "text/vcard",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  zip: "application/zip",
};

/**
 * Guesses the type of a file by the end of its name.
 *
 * @param filename The name.
 * @returns The type; `application/octet-stream` when the name tells nothing.
 */
export function typeOf(filename: string): string {
  const extension = filename.slice(filename.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : "application/octet-stream";
}

/** A type in its parts. */
export interface MediaType {
  /** Both halves in lower case: `text/csv`. */
  readonly essence: string;
  /** The parameters, names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads a type that a caller wrote, such as `text/csv; charset=utf-8`.
 *
 * @param text The type.
 * @returns Its parts.
 * @throws {SyntaxError} With the reason alone; the caller adds where it stood.
 */
export function readMediaType(text: string): MediaType {
  const fault = textFault(text);
  if (fault !== undefined) throw new SyntaxError(`it contains ${fault}`);
  const [, type = "", subtype = "", rest = ""] = /^\s*([^/;\s]+)\/([^/;\s]+)\s*(?:;(.*))?$/.exec(text) ?? [];
  if (!isToken(type) || !isToken(subtype)) {
    throw new SyntaxError(`${quoted(text)} is no type such as "text/csv"`);
  }
  const parameters = new Map<string, string>();
  for (let left = rest.trim(); left !== "";) {
    const [whole = "", name, token, string] =
      /^([^\s=;"]+)=(?:([^\s;"]+)|"((?:[^"\\]|\\.)*)")\s*(?:;\s*|$)/.exec(left) ?? [];
    if (name === undefined || !isToken(name)) throw new SyntaxError(`malformed parameter in ${quoted(text)}`);
    const key = name.toLowerCase();
    if (parameters.has(key)) throw new SyntaxError(`parameter ${quoted(name)} twice in ${quoted(text)}`);
    parameters.set(key, token ?? string.replace(/\\(.)/g, "$1"));
    left = left.slice(whole.length);
  }
  return { essence: `${type}/${subtype}`.toLowerCase(), parameters };
}

/** Writes a type with its parameters, without a line end behind it. */
export function formatMediaType({ essence, parameters }: MediaType): string {
  let field = `Content-Type: ${essence}`;
  for (const [name, value] of parameters) field += formatParameter(name, value);
  return field;
}
