/**
 * Mail addresses: what a caller may write, and what it is read as.
 *
 * @module
 */

import { makeGroup, makeMailbox } from "./address_entry.ts";
import { readAddressList, readAddrSpec, readMailboxList } from "./address_reader.ts";
import { quoted, textFault } from "./text.ts";

/** A mailbox. RFC 5322 section 3.4. */
export interface Address {
  /** The display name as people read it, without quotation marks or encoding. */
  readonly name?: string;
  /** The address as servers read it, `local@domain`; from {@linkcode parseAddress} the domain is in A-labels. */
  readonly address: string;
}

/** Mailboxes under a name, `Team: ann@example.com, bo@example.com;`. RFC 5322 section 3.4. */
export interface Group {
  /** The name as people read it, without quotation marks or encoding. */
  readonly name: string;
  /** The mailboxes; none in `Undisclosed recipients:;`. */
  readonly members: readonly Address[];
}

/** A mailbox as a caller may write it: `Ann Lee <ann@example.com>`, `ann@example.com`, or in parts. */
export type MailboxInput = string | Address;

/** A group in parts as a caller may write it. */
export interface GroupInput {
  /** The name as people read it. */
  readonly name: string;
  /** The mailboxes; a string may hold several with commas between them. */
  readonly members: readonly MailboxInput[];
}

/** A mailbox or a group as a caller may write it; a group in a string is `Team: ann@example.com, bo@example.com;`. */
export type AddressInput = MailboxInput | GroupInput;

/**
 * Reads one mailbox.
 *
 * The address is written anew from what was read: quotation marks it does not need are gone, comments too, and a domain
 * that is not ASCII is in A-labels. What two readers could read differently is refused.
 *
 * @example
 * ```ts
 * import { parseAddress } from "@stagecoach/smtp";
 *
 * const { name, address } = parseAddress('"Lee, Ann" <ann@bücher.example>');
 * if (name !== "Lee, Ann" || address !== "ann@xn--bcher-kva.example") throw new Error();
 * ```
 *
 * @param input The mailbox.
 * @returns Its parts.
 * @throws {SyntaxError} If it is not exactly one mailbox.
 * @throws {TypeError} If it is neither a string nor an object with an address.
 */
export function parseAddress(input: AddressInput): Address {
  const entries = readEntries(input);
  const [only] = entries;
  if (entries.length === 1 && !isGroup(only)) return only;
  const found = isGroup(only) ? "a group" : `${entries.length} addresses`;
  throw new SyntaxError(`Cannot read address ${show(input)}: ${found}, not one address`);
}

/**
 * Reads any number of mailboxes; a string may hold several with commas between them, and groups of them.
 *
 * @param input A mailbox, a group, or a list of them: `Ann <ann@example.com>, "Lee, Bo" <bo@example.com>`.
 * @returns The mailboxes in order, repetitions included, those of a group in its place.
 * @throws {SyntaxError} If one of them cannot be read.
 * @throws {TypeError} If one of them is neither a string nor an object of the right form.
 */
export function parseAddressList(input: AddressInput | readonly AddressInput[]): Address[] {
  return readAddresses(input);
}

/**
 * Reads any number of mailboxes and groups, and keeps the groups.
 *
 * @example
 * ```ts
 * import { parseAddressGroups } from "@stagecoach/smtp";
 *
 * const [team, bo] = parseAddressGroups("Team: ann@example.com, cy@example.com;, Bo <bo@example.com>");
 * if (!("members" in team) || team.members.length !== 2 || bo.name !== "Bo") throw new Error();
 * ```
 *
 * @param input A mailbox, a group, or a list of them.
 * @returns The mailboxes and groups in order, repetitions included.
 * @throws {SyntaxError} If one of them cannot be read.
 * @throws {TypeError} If one of them is neither a string nor an object of the right form.
 */
export function parseAddressGroups(input: AddressInput | readonly AddressInput[]): (Address | Group)[] {
  return readEntries(input);
}

/**
 * Reads mailboxes and groups and, when one cannot be read, says where it stood.
 *
 * @param input As for {@linkcode parseAddressList}.
 * @param where What follows the address in the error, such as ` in field "to"`.
 * @returns The mailboxes and groups in order.
 */
export function readEntries(
  input: AddressInput | readonly AddressInput[],
  where = "",
): (Address | Group)[] {
  const inputs = (Array.isArray(input) ? input : [input]) as readonly AddressInput[];
  return inputs.flatMap((one): (Address | Group)[] => {
    if (typeof one === "string") return attempt(one, where, () => readAddressList(one));
    return [isGroup(one) ? readGroup(one, where) : readParts(one, where)];
  });
}

/**
 * Reads mailboxes as {@linkcode readEntries} does, those of a group in its place.
 *
 * @param input As for {@linkcode parseAddressList}.
 * @param where As for {@linkcode readEntries}.
 * @returns The mailboxes in order.
 */
export function readAddresses(input: AddressInput | readonly AddressInput[], where = ""): Address[] {
  return mailboxesOf(readEntries(input, where));
}

/**
 * Gives the mailboxes of a list, those of a group in its place.
 *
 * @param entries The mailboxes and groups.
 * @returns The mailboxes in order.
 */
export function mailboxesOf(entries: readonly (Address | Group)[]): Address[] {
  return entries.flatMap((entry) => isGroup(entry) ? entry.members : entry);
}

/**
 * Leaves each mailbox in a list once. Domains are equal in any case (RFC 5321 section 2.4), local parts are their server's
 * matter.
 *
 * @param addresses Addresses that were read here.
 * @returns The first of each.
 */
export function distinct(addresses: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const address of addresses) {
    const domain = domainOf(address);
    const key = address.slice(0, -domain.length) + domain.toLowerCase();
    if (!found.has(key)) found.set(key, address);
  }
  return [...found.values()];
}

/**
 * Says whether an entry is a group.
 *
 * @param entry A mailbox or a group, read or as a caller wrote it.
 * @returns Whether it has members.
 */
export function isGroup<T>(entry: T): entry is Extract<T, { readonly members: unknown }> {
  return typeof entry === "object" && entry !== null && "members" in entry;
}

/**
 * Gives the domain of an address that was read here.
 *
 * @param address The address, `local@domain`.
 * @returns What follows the last `@`; a quoted local part may hold others.
 */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

function readParts(parts: Address, where: string): Address {
  if (typeof parts?.address !== "string" || typeof (parts.name ?? "") !== "string") throw wrongType(where);
  return attempt(parts.address, where, () => {
    const { name = "" } = parts;
    checkName(name);
    return makeMailbox(name, readAddrSpec(parts.address));
  });
}

function readGroup({ name, members }: GroupInput, where: string): Group {
  if (typeof name !== "string" || !Array.isArray(members)) throw wrongType(where);
  const mailboxes = (members as GroupInput["members"]).flatMap((one) =>
    typeof one === "string" ? attempt(one, where, () => readMailboxList(one)) : readParts(one, where)
  );
  return attempt(name, where, () => {
    checkName(name);
    return makeGroup(name, mailboxes);
  });
}

function checkName(name: string): void {
  const fault = textFault(name);
  if (fault !== undefined) throw new SyntaxError(`its name contains ${fault}`);
}

/** Reads something and, when it cannot be read, says what and where it was. */
function attempt<T>(text: string, where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`Cannot read address ${quoted(text)}${where}: ${error.message}`);
  }
}

function wrongType(where: string): TypeError {
  return new TypeError(`Cannot read address${where}: it is neither a string nor an object of the right form`);
}

/** An input as an error shows it. */
function show(input: AddressInput): string {
  return quoted(typeof input === "string" ? input : isGroup(input) ? input.name : input.address);
}
