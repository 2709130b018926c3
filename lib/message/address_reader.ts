/**
 * The reader of address lists (RFC 5322 sections 3.4 and 4.4, RFC 6532 section 3.2).
 *
 * Text that two readers could take for different domains is refused: such text has sent mail to the wrong domain in
 * more than one client. Of the obsolete forms it takes those that a simpler reader reads the same or cannot read at all:
 * empty members of a list, and white space or comments beside the dots of a local part and beside the "@". Nothing is
 * taken within a domain, no comment within angle brackets, no fold within quotation marks or comments, no source route.
 *
 * @module
 */

import type { Address, Group } from "./address.ts";
import { checkInAngles, makeGroup, makeMailbox } from "./address_entry.ts";
import { formatLocalPart } from "./address_local_part.ts";
import { AddressScanner, type Filling, type Word } from "./address_scanner.ts";
import { toAsciiDomain } from "./domain.ts";
import { countOctets, quoted, textFault } from "./text.ts";

/** Longest mailbox in octets: a path without its angle brackets. RFC 5321 section 4.5.3.1.3. */
const MAX_MAILBOX = 254;

// One class each, so that no input makes them slow.
const DOMAIN = /[a-z0-9.\-\u0080-\uffff]+/iy;
const PLAIN_DOMAIN = /^[a-z0-9.-]+$/i;
const LITERAL = /\[[^\]]*\]/y;

/**
 * Reads a list of mailboxes and groups.
 *
 * @param text The text.
 * @returns What it holds, in order; at least one.
 * @throws {SyntaxError} With the reason alone; the caller adds which text it was.
 */
export function readAddressList(text: string): (Address | Group)[] {
  return readAll(text, readEntry);
}

/**
 * Reads a list of mailboxes, such as the members of a group.
 *
 * @param text The text.
 * @returns The mailboxes in order; at least one.
 * @throws {SyntaxError} With the reason alone; the caller adds which text it was.
 */
export function readMailboxList(text: string): Address[] {
  return readAll(text, readMailbox);
}

/**
 * Reads an address and nothing else: no name, no angle brackets, no comment, no white space.
 *
 * @param text The text.
 * @returns The address, written anew.
 * @throws {SyntaxError} With the reason alone; the caller adds which text it was.
 */
export function readAddrSpec(text: string): string {
  const fault = textFault(text);
  if (fault !== undefined) throw new SyntaxError(`it contains ${fault}`);
  const scanner = new AddressScanner(text);
  const address = finishAddrSpec(scanner, scanner.words("nothing"), "nothing");
  if (scanner.peek() !== undefined) throw scanner.surprise("after the address");
  return address;
}

function readAll<T>(text: string, read: (scanner: AddressScanner) => T): T[] {
  const scanner = new AddressScanner(text);
  const entries = readList(scanner, read);
  if (scanner.peek() !== undefined) throw scanner.surprise("after the address");
  if (entries.length === 0) throw new SyntaxError("it is empty");
  return entries;
}

/** Reads entries with commas between them, empty ones among them (RFC 5322 section 4.4). */
function readList<T>(scanner: AddressScanner, read: (scanner: AddressScanner) => T, end?: ";"): T[] {
  const entries: T[] = [];
  do {
    scanner.skip("simple comments");
    const next = scanner.peek();
    if (next !== undefined && next !== "," && next !== end) entries.push(read(scanner));
  } while (scanner.take(","));
  return entries;
}

function readEntry(scanner: AddressScanner): Address | Group {
  const words = scanner.words("comments");
  return words.length > 0 && scanner.take(":") ? finishGroup(scanner, words) : finishMailbox(scanner, words);
}

function readMailbox(scanner: AddressScanner): Address {
  return finishMailbox(scanner, scanner.words("comments"));
}

/** What follows the name of a group and its colon. Groups do not nest: members are mailboxes. */
function finishGroup(scanner: AddressScanner, name: readonly Word[]): Group {
  const members = readList(scanner, readMailbox, ";");
  if (!scanner.take(";")) throw scanner.surprise('where "," or ";" belongs in the group');
  scanner.skip("comments");
  return makeGroup(phraseOf(name), members);
}

/** What follows the words that a mailbox begins with: its name, or its local part. */
function finishMailbox(scanner: AddressScanner, words: readonly Word[]): Address {
  if (!scanner.take("<")) {
    const address = finishAddrSpec(scanner, words, "simple comments");
    scanner.skip("simple comments");
    return { address };
  }
  scanner.skip("blanks");
  if (scanner.peek() === "@") throw new SyntaxError('source route, "<@"');
  // Some readers know no comments here and take them for a part of the address.
  const address = finishAddrSpec(scanner, scanner.words("blanks"), "blanks");
  scanner.skip("blanks");
  if (!scanner.take(">")) throw scanner.surprise('where ">" belongs');
  checkInAngles(address);
  scanner.skip("comments");
  return makeMailbox(phraseOf(words), address);
}

/** What follows the words of a local part. */
function finishAddrSpec(scanner: AddressScanner, local: readonly Word[], filling: Filling): string {
  if (local.length === 0) throw scanner.surprise("where an address begins");
  if (!scanner.take("@")) throw scanner.surprise(`where "@" belongs, after ${quoted(phraseOf(local))}`);
  const localPart = formatLocalPart(local);
  const isApart = scanner.skip(local[0].quoted ? "nothing" : filling) || local.some((word) => word.apart);
  const domain = scanner.match(DOMAIN) ?? scanner.match(LITERAL);
  if (domain === undefined) throw scanner.surprise('after "@"');
  if (scanner.peek() === "@") throw new SyntaxError('two "@"');
  // Readers that look for an address between blanks end it with the last ASCII letter: `a. b@example.comé` with "com".
  if (isApart && !PLAIN_DOMAIN.test(domain)) {
    throw new SyntaxError(`white space or a comment within an address at ${quoted(domain)}`);
  }
  const address = `${localPart}@${toAsciiDomain(domain)}`;
  if (countOctets(address) > MAX_MAILBOX) throw new SyntaxError(`more than ${MAX_MAILBOX} octets`);
  return address;
}

/** The text of a phrase: tabs are blanks, and so is what stands between words. */
function phraseOf(words: readonly Word[]): string {
  let phrase = "";
  let apart = false;
  for (const word of words) {
    if (word.text !== "") {
      phrase += (apart && phrase !== "" ? " " : "") + word.text.replaceAll("\t", " ");
      apart = false;
    }
    apart ||= word.apart;
  }
  return phrase;
}
