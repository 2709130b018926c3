/**
 * The domain of an address: checked, and written in ASCII (RFC 5321 section 4.1.2, RFC 5890).
 *
 * Domains that are not ASCII are mapped to A-labels here, where an address enters, so that whatever looks at a domain
 * later, such as a list of allowed ones, sees the one that the server sees. The platform's URL parser does the mapping:
 * `node:url` would cost more time than the rest of a send. As that parser also decodes `%`, reads numbers as IPv4
 * addresses and takes other characters for dots, it is given only what it cannot misread, and its answer is checked.
 *
 * @module
 */

import { quoted } from "./text.ts";

/** Longest domain in octets. RFC 5321 section 4.5.3.1.2. */
const MAX_DOMAIN = 255;

const LETTERS_DIGITS_HYPHENS = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/** A last label that some readers take for a part of an IPv4 address, as the URL Standard does. */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/i;

/**
 * Checks a domain and writes it in ASCII.
 *
 * @param domain A domain name, or an address literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
 * @returns The domain in A-labels; a domain that was ASCII already comes back as it is.
 * @throws {SyntaxError} With the reason alone; the caller adds which address it was.
 */
export function toAsciiDomain(domain: string): string {
  if (domain.length > MAX_DOMAIN) throw new SyntaxError(`a domain of more than ${MAX_DOMAIN} octets`);
  if (domain.startsWith("[")) return checkLiteral(domain);
  if (!/^[a-z0-9.\-\u0080-\uffff]+$/i.test(domain)) {
    throw new SyntaxError(`malformed domain ${quoted(domain)}`);
  }
  const ascii = /[^a-z0-9.-]|xn--/i.test(domain) ? mapLabels(domain) : domain;
  if (ascii.length > MAX_DOMAIN) throw new SyntaxError(`a domain of more than ${MAX_DOMAIN} octets`);
  const labels = ascii.split(".");
  if (labels.some((label) => !isLabel(label))) throw new SyntaxError(`malformed domain ${quoted(domain)}`);
  if (NUMBER.test(labels.at(-1)!)) throw new SyntaxError(`domain ${quoted(domain)} ends in a number`);
  return ascii;
}

/** Maps the labels that are not ASCII, and checks A-labels that were written by hand. */
function mapLabels(domain: string): string {
  let mapped: string[];
  try {
    mapped = new URL(`http://${domain}/`).hostname.split(".");
  } catch {
    throw new SyntaxError(`domain ${quoted(domain)} has no ASCII form`);
  }
  // U+3002 and its like become dots, U+FF41 becomes "a": what the user sees and what is sent would be two domains.
  const labels = domain.split(".");
  const faithful = labels.length === mapped.length && labels.every((label, i) =>
    // deno-lint-ignore no-control-regex -- the range is ASCII
    /^[\x00-\x7f]*$/.test(label) ? label.toLowerCase() === mapped[i] : mapped[i].startsWith("xn--")
  );
  if (faithful) return mapped.join(".");
  throw new SyntaxError(`domain ${quoted(domain)} would become "${mapped.join(".")}"`);
}

/** Whether a label is of letters, digits and inner hyphens, 1 to 63 of them. RFC 1035 section 2.3.1. */
function isLabel(label: string): boolean {
  return label.length <= 63 && LETTERS_DIGITS_HYPHENS.test(label);
}

/** Checks an address literal. RFC 5321 section 4.1.3. */
function checkLiteral(literal: string): string {
  const [, ipv6, ipv4] = /^\[(?:IPv6:([0-9a-f:.]+)|([0-9.]+))\]$/i.exec(literal) ?? [];
  if (ipv4 !== undefined && isIpv4(ipv4)) return literal;
  if (ipv6 !== undefined && isIpv6(ipv6)) return literal;
  throw new SyntaxError(`malformed address literal ${quoted(literal)}`);
}

/** Leading zeros are refused: some readers take them for octal. */
function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

/** The URL parser reads IPv6 strictly (RFC 4291 section 2.2), save that its IPv4 tail needs no check of ours. */
function isIpv6(text: string): boolean {
  return URL.canParse(`http://[${text}]/`);
}
