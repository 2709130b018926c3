/**
 * Fields in raw UTF-8 (RFC 6532), rewritten in ASCII for servers without SMTPUTF8: encoded words in text and names (RFC 2047),
 * percent-encoding in parameters (RFC 2231).
 *
 * @module
 */

import { readEntries } from "../address.ts";
import { formatAddresses, formatText } from "../header.ts";
import { formatParameter } from "../parameter.ts";
import { type Field, makeField, textOf } from "./header.ts";
import { hasEightBit } from "./octets.ts";
import { isPrintableAscii } from "../text.ts";

/** Fields of mailboxes. RFC 5322 sections 3.6.2, 3.6.3 and 3.6.6, RFC 8098 section 2.1. */
const ADDRESSES = /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$|^disposition-notification-to$/;

/** Fields with parameters. RFC 2045 section 5, RFC 2183. */
const PARAMETERS = /^content-(?:type|disposition)$/;

/** Fields without text: identifiers, dates, addresses on the web, what a server or a signature says. */
const NO_TEXT =
  /^(?:resent-)?(?:message-id|date)$|^(?:in-reply-to|references|received.*|return-path|mime-version|content-(?:id|location|transfer-encoding)|list-.*|dkim-signature|arc-.*|authentication-results)$/;

/** A parameter; where the value has no quotation marks, it may hold what belongs in them. */
const PARAMETER = /;\s*([^\s=;"*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

/**
 * Writes a field in ASCII.
 *
 * @param field The field.
 * @returns The same field if it is ASCII already; `undefined` if it has no ASCII form, as an address whose local part is not ASCII,
 * or if it is not UTF-8.
 */
export function toAscii(field: Field): Field | undefined {
  if (!hasEightBit(field.octets)) return field;
  if (field.name === "") return undefined;
  const text = textOf(field);
  // Encoded words beside raw text: to encode them once more would show them.
  if (text.includes("\ufffd") || text.includes("=?")) return undefined;
  const written = write(field.name, text);
  return written === undefined || !isPrintableAscii(written.replaceAll("\r\n", ""))
    ? undefined
    : makeField(written);
}

function write(name: string, text: string): string | undefined {
  const lower = name.toLowerCase();
  if (NO_TEXT.test(lower)) return undefined;
  if (PARAMETERS.test(lower)) return writeParameters(name, text);
  return ADDRESSES.test(lower) ? writeAddresses(name, text) : formatText(name, text);
}

function writeAddresses(name: string, text: string): string | undefined {
  try {
    return formatAddresses(name, readEntries(text));
  } catch {
    return undefined;
  }
}

function writeParameters(name: string, text: string): string {
  const written = text.replace(PARAMETER, (parameter: string, key: string, string?: string, token = "") => {
    if (isPrintableAscii(parameter)) return parameter;
    return formatParameter(key, string?.replace(/\\(.)/g, "$1") ?? token);
  });
  return `${name}: ${written}`;
}
