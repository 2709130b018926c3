/**
 * Mailboxes and groups, made of parts that were read or given: what holds for both is checked here.
 *
 * @module
 */

import type { Address, Group } from "./address.ts";

/**
 * Makes a mailbox.
 *
 * @param name Its name as people read it; none when it is empty.
 * @param address Its address.
 * @returns The mailbox.
 * @throws {SyntaxError} With the reason alone; the caller adds which text it was.
 */
export function makeMailbox(name: string, address: string): Address {
  if (name === "") return { address };
  checkInAngles(address);
  return { name, address };
}

/**
 * Makes a group.
 *
 * @param name Its name as people read it.
 * @param members Its mailboxes.
 * @returns The group.
 * @throws {SyntaxError} With the reason alone; the caller adds which text it was.
 */
export function makeGroup(name: string, members: readonly Address[]): Group {
  if (name === "") throw new SyntaxError("a group without a name");
  // No address in angle brackets follows it, so that some readers look for one in the name, which some normalize first.
  const found = /[@<>]/.exec(name + name.normalize("NFKC"))?.[0];
  if (found !== undefined) throw new SyntaxError(`"${found}" in the name of a group`);
  // Some readers end a group at the first semicolon, in quotation marks or not, and read on behind it.
  if (members.some(({ name = "" }) => name.includes(";") && name.includes("@"))) {
    throw new SyntaxError('"@" beside ";" in the name of a member of a group');
  }
  return { name, members };
}

/**
 * Checks an address that stands in angle brackets: in `<"x@a>"@b>`, some readers see the address `"x@a`.
 *
 * @param address The address.
 * @throws {SyntaxError} With the reason alone; the caller adds which text it was.
 */
export function checkInAngles(address: string): void {
  if (address.includes(">")) throw new SyntaxError('">" in an address within angle brackets');
}
