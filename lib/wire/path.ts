/**
 * The strict grammar of a mailbox in MAIL and RCPT (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
 *
 * Here nothing is guessed and nothing mended: what reaches this point was either parsed before or written by hand, and
 * a mailbox that two servers could read differently sends a message to the wrong one.
 *
 * @module
 */

import { escapeControls } from "./reply.ts";

// One class each, without nesting, so that no input makes them slow.
const DOT_STRING = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+)*$/;
const QUOTED_STRING = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\uffff]|\\[\x20-\x7e])*"$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
const LITERAL = /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]+|[a-z0-9-]*[a-z0-9]:[!-Z^-~]+)\]$/i;

/** Longest local part in octets. RFC 5321 section 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;
/** Longest domain in octets. RFC 5321 section 4.5.3.1.2. */
const MAX_DOMAIN = 255;
/** Longest path in octets, angle brackets included. RFC 5321 section 4.5.3.1.3. */
const MAX_PATH = 256;

const encoder = new TextEncoder();

/**
 * Writes a path: the mailbox in angle brackets, or `<>`.
 *
 * @param verb The command it is for, named in the error.
 * @param mailbox The mailbox; the empty string is the null reverse-path, for MAIL only.
 * @returns The path.
 * @throws {TypeError} If the mailbox is not one of RFC 5321, or longer than a server must take.
 */
export function formatPath(verb: "MAIL" | "RCPT", mailbox: string): string {
  if (mailbox === "" && verb === "MAIL") return "<>";
  const found = fault(mailbox);
  if (found === undefined) return `<${mailbox}>`;
  const shown = escapeControls(JSON.stringify(mailbox.slice(0, 80)));
  throw new TypeError(`Cannot write ${verb}: ${found} in mailbox ${shown}`);
}

/** What is wrong with a mailbox; `undefined` when nothing is. */
function fault(mailbox: string): string | undefined {
  const at = mailbox.lastIndexOf("@");
  if (at < 0) return 'no "@"';
  const local = mailbox.slice(0, at);
  const domain = mailbox.slice(at + 1);
  // C1 and U+2028 pass the classes above; the command writer refuses them.
  if (!DOT_STRING.test(local) && !QUOTED_STRING.test(local)) return "a malformed local part";
  if (encoder.encode(local).length > MAX_LOCAL_PART) {
    return `a local part of more than ${MAX_LOCAL_PART} octets`;
  }
  if (domain.length > MAX_DOMAIN) return `a domain of more than ${MAX_DOMAIN} octets`;
  // deno-lint-ignore no-control-regex -- the range is ASCII
  if (/[^\x00-\x7f]/.test(domain)) return "a domain that is not ASCII (parseAddress() converts it)";
  if (encoder.encode(mailbox).length + 2 > MAX_PATH) return `more than ${MAX_PATH} octets`;
  if (domain.startsWith("[")) return LITERAL.test(domain) ? undefined : "a malformed address literal";
  const labels = domain.split(".");
  if (labels.some((label) => label.length > 63 || !LABEL.test(label))) return "a malformed domain";
  return undefined;
}
