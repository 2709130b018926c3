/**
 * Mail addresses: what a caller may write, and what it is read as.
 *
 * @module
 */

import { readMailboxes } from "./address_reader.ts";
import { quoted, textFault } from "./text.ts";

/** A mailbox. RFC 5322 section 3.4. */
export interface Address {
  /** The display name as people read it, without quotation marks or encoding. */
  readonly name?: string;
  /** The address as servers read it, `local@domain`; from {@linkcode parseAddress} the domain is in A-labels. */
  readonly address: string;
}

/** A mailbox as a caller may write it: `Ann Lee <ann@example.com>`, `ann@example.com`, or in parts. */
export type AddressInput = string | Address;

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
  const addresses = readAddresses(input);
  if (addresses.length === 1) return addresses[0];
  throw new SyntaxError(`Cannot read address ${show(input)}: ${addresses.length} addresses, not one`);
}

/**
 * Reads any number of mailboxes; a string may hold several with commas between them.
 *
 * @param input A mailbox, a list of them, or lists of lists: `Ann <ann@example.com>, "Lee, Bo" <bo@example.com>`.
 * @returns The mailboxes in order, repetitions included.
 * @throws {SyntaxError} If one of them cannot be read.
 * @throws {TypeError} If one of them is neither a string nor an object with an address.
 */
export function parseAddressList(input: AddressInput | readonly AddressInput[]): Address[] {
  return readAddresses(input);
}

/**
 * Reads mailboxes and, when one cannot be read, says where it stood.
 *
 * @param input As for {@linkcode parseAddressList}.
 * @param where What follows the address in the error, such as ` in field "to"`.
 * @returns The mailboxes in order.
 */
export function readAddresses(input: AddressInput | readonly AddressInput[], where = ""): Address[] {
  const inputs = (Array.isArray(input) ? input : [input]) as readonly AddressInput[];
  return inputs.flatMap((one) => {
    if (
      typeof one !== "string" && (typeof one?.address !== "string" || typeof (one.name ?? "") !== "string")
    ) {
      throw new TypeError(`Cannot read address${where}: it is neither a string nor an object of strings`);
    }
    try {
      return typeof one === "string" ? readMailboxes(one) : [readParts(one)];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SyntaxError(`Cannot read address ${show(one)}${where}: ${error.message}`);
    }
  });
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

function readParts({ name, address }: Address): Address {
  const [parsed] = readMailboxes(address, true);
  if (!name) return parsed;
  const fault = textFault(name);
  if (fault !== undefined) throw new SyntaxError(`its name contains ${fault}`);
  return { name, address: parsed.address };
}

/** An input as an error shows it. */
function show(input: AddressInput): string {
  return quoted(typeof input === "string" ? input : input.address);
}
