import { type Address, type Group, isGroup, mailboxesOf, readEntries } from "./address.ts";
import { fault } from "./fault.ts";
import { formatAddresses } from "./header.ts";
import type { AddressListInput } from "./message.ts";
import { isPrintableAscii } from "./text.ts";

/** Who writes and who receives, as a caller says it. */
export interface People {
  /** Who writes, or passes on. */
  readonly from: AddressListInput;
  /** Who sends on their behalf; needed when they are several. */
  readonly sender?: AddressListInput;
  /** The primary recipients. */
  readonly to?: AddressListInput;
  /** Those who receive a copy. */
  readonly cc?: AddressListInput;
  /** Those who receive a copy unseen: in the envelope, never in the headers. */
  readonly bcc?: AddressListInput;
}

/** Who writes and who receives, checked. */
export interface Participants {
  /** From, Sender, To and Cc, as far as there is somebody to name in them. */
  readonly fields: string[];
  /** The first author. */
  readonly author: string;
  /** Where word of failures goes: the sender, else the author. */
  readonly reversePath: string;
  /** To, Cc and Bcc in this order, repetitions included. */
  readonly recipients: readonly Address[];
  /** Whether a local part in the fields is not ASCII. RFC 6531. */
  readonly utf8: boolean;
  /** Whether any local part is not ASCII. */
  readonly utf8Addresses: boolean;
}

/**
 * Checks who writes and who receives, and writes the fields that name them (RFC 5322 sections 3.6.2, 3.6.3 and 3.6.6).
 *
 * @param people What the caller said.
 * @param options `prefix` of the fields; `path` to the caller's; `alone`: whether it may do without recipients.
 * @returns What came of it.
 * @throws {TypeError | SyntaxError} If somebody is missing, or an address cannot be read; the error names the field.
 */
export function readParticipants(
  people: People,
  options: { readonly prefix?: string; readonly path?: string; readonly alone?: boolean } = {},
): Participants {
  const { prefix = "", path = "", alone = false } = options;
  const read = (field: keyof People) => {
    const input = people[field];
    return input === undefined ? [] : readEntries(input, ` in field "${path}${field}"`);
  };
  const readPeople = (field: keyof People) => {
    const entries = read(field);
    if (entries.some(isGroup)) throw fault(`field "${path}${field}" holds a group`);
    return mailboxesOf(entries);
  };
  const [from, sender] = [readPeople("from"), readPeople("sender")];
  const [to, cc, bcc] = [read("to"), read("cc"), read("bcc")];
  if (from.length === 0) throw fault(`field "${path}from" is empty`);
  if (sender.length > 1) throw fault(`field "${path}sender" holds more than one address`);
  // RFC 5322 section 3.6.2.
  if (from.length > 1 && sender.length === 0) {
    throw fault(`field "${path}from" holds several addresses, "${path}sender" none`);
  }
  const recipients = mailboxesOf([...to, ...cc, ...bcc]);
  if (recipients.length === 0 && !alone) {
    throw fault(`fields "${path}to", "${path}cc" and "${path}bcc" are empty`);
  }
  const utf8 = [from, sender, to, cc].some(anyUtf8);
  const named = { "From": from, "Sender": sender, "To": to, "Cc": cc };
  return {
    fields: Object.entries(named).filter(([, list]) => list.length > 0).map(([name, list]) =>
      formatAddresses(prefix + name, list)
    ),
    author: from[0].address,
    reversePath: (sender[0] ?? from[0]).address,
    recipients,
    utf8,
    utf8Addresses: utf8 || anyUtf8(bcc),
  };
}

/** Whether a local part is not ASCII. */
export function anyUtf8(list: readonly (Address | Group)[]): boolean {
  return mailboxesOf(list).some(({ address }) => !isPrintableAscii(address));
}
