/**
 * The envelope of a ready-made message, taken from its header as `sendmail -t` takes it.
 *
 * @module
 */

import { distinct, readAddresses } from "../address.ts";
import { type Field, isNamed, textOf } from "./header.ts";

/** Who sends and who receives. */
export interface RawEnvelope {
  /** The mailbox that word of failures goes to; the empty string for none. */
  readonly reversePath: string;
  /** The recipients. */
  readonly forwardPaths: readonly string[];
}

/** What the caller says of the envelope. */
export interface EnvelopeWishes {
  readonly envelope?: Partial<RawEnvelope>;
  readonly readRecipients?: boolean;
}

/**
 * Makes the envelope: what the caller names, and from the fields what the caller does not.
 *
 * A message that was resent has a block of Resent- fields for each time, the latest on top: that one counts, and the fields of
 * the original message do not (RFC 5322 section 3.6.6).
 *
 * @param fields The fields of the message.
 * @param wishes What the caller says.
 * @returns The envelope, each mailbox once.
 * @throws {SyntaxError} If an address cannot be read; the error names the field and its line.
 * @throws {TypeError} If nobody is found who sends, or who receives.
 */
export function readEnvelope(fields: readonly Field[], wishes: EnvelopeWishes): RawEnvelope {
  const { reversePath, forwardPaths = [] } = wishes.envelope ?? {};
  const resent = topmostResent(fields);
  const [block, prefix] = resent.length > 0 ? [resent, "Resent-"] : [fields, ""];
  const named = readAddresses(forwardPaths, ' in "envelope.forwardPaths"').map((one) => one.address);
  // To before Cc before Bcc, wherever they stand.
  const read = wishes.readRecipients ?? wishes.envelope?.forwardPaths === undefined
    ? ["To", "Cc", "Bcc"].flatMap((name) => mailboxes(block, prefix + name))
    : [];
  const recipients = distinct([...named, ...read]);
  if (recipients.length === 0) {
    throw new TypeError(
      `Cannot prepare message: no recipient in ${prefix}To, ${prefix}Cc or ${prefix}Bcc, or in the envelope`,
    );
  }
  return {
    reversePath: reversePath === undefined
      ? firstOf(block, prefix, ["Sender", "From"])
      : checkReversePath(reversePath),
    forwardPaths: recipients,
  };
}

/** The block of the latest resending: fields next to each other, none of them twice. */
function topmostResent(fields: readonly Field[]): Field[] {
  const start = fields.findIndex(isResent);
  if (start < 0) return [];
  const names = new Set<string>();
  let end = start;
  while (end < fields.length && isResent(fields[end])) {
    const name = fields[end].name.toLowerCase();
    if (names.has(name)) break;
    names.add(name);
    end++;
  }
  return fields.slice(start, end);
}

function isResent({ name }: Field): boolean {
  return /^resent-/i.test(name);
}

/**
 * Gives the first author.
 *
 * @param fields The fields of the message.
 * @throws {TypeError | SyntaxError} If there is none, or the address cannot be read.
 */
export function readAuthor(fields: readonly Field[]): string {
  return firstOf(fields, "", ["From"]);
}

/** The first mailbox in the first of these fields that is there; each may be there once. */
function firstOf(fields: readonly Field[], prefix: string, names: readonly string[]): string {
  for (const name of names) {
    const found = fields.filter((field) => isNamed(field, prefix + name));
    // Readers show one of them and servers check another.
    if (found.length > 1) {
      throw new TypeError(`Cannot prepare message: it has several ${prefix}${name} fields`);
    }
    const [first] = mailboxes(found, prefix + name);
    if (first !== undefined) return first;
  }
  throw new TypeError(
    `Cannot prepare message: no mailbox in ${prefix}From, and no "envelope.reversePath"`,
  );
}

/** The mailboxes in all fields of a name; those of groups too. */
function mailboxes(fields: readonly Field[], name: string): string[] {
  return fields.filter((field) => isNamed(field, name)).flatMap((field) => {
    const text = textOf(field);
    if (text === "") return [];
    const where = ` in field "${field.name}", line ${field.line}`;
    return readAddresses(text, where).map(({ address }) => {
      // A name may be in any charset; an address that was guessed would be somebody else's.
      if (!address.includes("\ufffd")) return address;
      throw new SyntaxError(`Cannot read address${where}: it is not UTF-8`);
    });
  });
}

function checkReversePath(mailbox: string): string {
  if (mailbox === "") return "";
  const read = readAddresses(mailbox, ' in "envelope.reversePath"');
  if (read.length === 1) return read[0].address;
  throw new SyntaxError(`Cannot read address in "envelope.reversePath": ${read.length} addresses, not one`);
}
