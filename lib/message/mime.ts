/**
 * The body: one text, or the same in plain text and in HTML (RFC 2045, RFC 2046).
 *
 * @module
 */

import { encodeQuotedPrintable } from "./quoted_printable.ts";

/** Longest line in octets, CRLF not counted. RFC 5322 section 2.1.1. */
const MAX_LINE = 998;

/** What a body is made of. */
export interface Body {
  readonly text?: string;
  readonly html?: string;
}

/**
 * Writes the body with the fields that describe it.
 *
 * @param body The texts; with neither, the body is an empty plain text.
 * @returns MIME-Version and Content-Type with their line ends, an empty line, and the body: ASCII, lines of at most 998
 * octets, all ended by CRLF.
 */
export function formatBody({ text, html }: Body): string {
  if (text === undefined || html === undefined) {
    const part = html === undefined ? formatPart("plain", text ?? "") : formatPart("html", html);
    return `MIME-Version: 1.0\r\n${part}${part.endsWith("\r\n") ? "" : "\r\n"}`;
  }
  // The richest form comes last. RFC 2046 section 5.1.4.
  const parts = [formatPart("plain", text), formatPart("html", html)];
  const boundary = makeBoundary(parts);
  return [
    "MIME-Version: 1.0",
    // On its own line, the boundary stays under 76 characters.
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n`,
    ...parts.map((part) => `--${boundary}\r\n${part}`),
    `--${boundary}--\r\n`,
  ].join("\r\n");
}

/** One text and its fields; its last line is not ended, unless the text ends it. */
function formatPart(subtype: "plain" | "html", text: string): string {
  const lines = toCrlf(text);
  const plain = isSafe(lines);
  return `Content-Type: text/${subtype}; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: ${plain ? "7bit" : "quoted-printable"}\r\n\r\n` +
    (plain ? lines : encodeQuotedPrintable(lines));
}

/** Ends every line with CRLF, however it ended: a bare CR or LF lets others smuggle commands (VU#302671). */
function toCrlf(text: string): string {
  const unix = text.includes("\r") ? text.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : text;
  return unix.replaceAll("\n", "\r\n");
}

/**
 * Whether text arrives as it is without encoding: no control characters but tabs, no line over 998 octets, and no line
 * that starts with "From ", which some mailboxes write as ">From ".
 */
function isSafe(lines: string): boolean {
  if (!/^[\t\r\n\x20-\x7e]*$/.test(lines)) return false;
  if (lines.startsWith("From ") || lines.includes("\nFrom ")) return false;
  let start = 0;
  while (start + MAX_LINE < lines.length) {
    const end = lines.indexOf("\r\n", start);
    if ((end < 0 ? lines.length : end) - start > MAX_LINE) return false;
    if (end < 0) break;
    start = end + 2;
  }
  return true;
}

/** Makes a boundary that is in none of the parts. Quoted-printable cannot produce "=_". RFC 2045 section 6.7. */
function makeBoundary(parts: readonly string[]): string {
  while (true) {
    const boundary = "=_" + crypto.getRandomValues(new Uint8Array(16)).toHex();
    if (!parts.some((part) => part.includes(boundary))) return boundary;
  }
}
