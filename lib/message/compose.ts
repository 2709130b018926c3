/**
 * From a message to its envelope and octets.
 *
 * @module
 */

import { distinct, domainOf, readEntries } from "./address.ts";
import { assemble } from "./assemble.ts";
import { makeBody } from "./body.ts";
import type { Content, Offers } from "./content.ts";
import { formatDate } from "./date.ts";
import { checkDate, checkText, fault } from "./fault.ts";
import { furtherFields } from "./further_fields.ts";
import { formatAddresses, formatText } from "./header.ts";
import type { Message } from "./message.ts";
import { checkMessageId, makeMessageId } from "./message_id.ts";
import { fits, type Form, type Part, type Piece, type Transfer, type Written } from "./part.ts";
import { anyUtf8, type Participants, readParticipants } from "./participants.ts";
import { formatResent } from "./resent.ts";
import { memory } from "./source.ts";

/** A message ready to be sent. */
export interface Composed {
  /** Where word of failures goes: the sender, else the author. */
  readonly reversePath: string;
  /** To, Cc and Bcc in this order, each mailbox once; those of the latest `resent`, when there is one. */
  readonly forwardPaths: readonly string[];
  /** Whether a local part is not ASCII, so that SMTPUTF8 is needed. RFC 6531. */
  readonly utf8Addresses: boolean;
  /** The octets. */
  readonly content: Content;
}

/**
 * Composes a message: checks all of it, then writes its envelope and octets.
 *
 * The octets are 7-bit, save where a local part in a header is not ASCII, or an attached message is not; `transfer` widens that
 * where the server allows. What is wrong is found here, before anything is sent; only a stream can still fail later.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compose } from "@stagecoach/smtp";
 *
 * const { content } = compose({
 *   from: "Ann <ann@example.com>",
 *   to: "bo@example.org",
 *   subject: "The figures",
 *   text: "Hello Bo, here they are.",
 *   html: '<img src="cid:logo"> <p>Hello Bo, here they are.',
 *   attachments: [
 *     { filename: "logo.svg", content: "<svg/>", contentId: "logo" },
 *     { filename: "figures.csv", content: "1,2,3\r\n" },
 *   ],
 * });
 * assert(content.size !== undefined && !content.eightBit);
 * ```
 *
 * @param message The message.
 * @returns The envelope and the content.
 * @throws {SyntaxError} If an address cannot be read; the error names the field.
 * @throws {TypeError} If another field is missing or wrong; the error names it.
 * @throws {RangeError} If a size is no number of octets.
 */
export function compose(message: Message): Composed {
  const { transfer = "7bit" } = message;
  if (!["7bit", "8bit", "binary"].includes(transfer)) {
    throw fault('field "transfer" is not "7bit", "8bit" or "binary"');
  }
  const { head, body, participants, messageId, utf8, utf8Addresses } = write(message);
  const contentIn = (form: Form): Content => {
    const written = body(form);
    const { size, once, octets } = assemble([head, ...ended(written)]);
    const eightBit = utf8 || written.transfer !== "7bit";
    return { messageId, size, eightBit, utf8, binary: written.transfer === "binary", once, octets };
  };
  const content = contentIn({ widest: "7bit" });
  const attached = readyMessages(message).filter((one) => one.fit);
  const fit = async (offers: Offers) => {
    const ready = new Map<Content, Content>();
    for (const one of attached) ready.set(one, await one.fit!(offers));
    return contentIn({ widest: narrower(transfer, offers), ready });
  };
  return {
    reversePath: participants.reversePath,
    forwardPaths: distinct(participants.recipients.map(({ address }) => address)),
    utf8Addresses,
    content: transfer === "7bit" && attached.length === 0 ? content : { ...content, fit },
  };
}

/** A message as it is written. */
interface WrittenMessage {
  /** The fields but those of the body, in pieces of text that is ASCII, or of octets. */
  readonly head: Piece;
  readonly body: Part;
  /** Who takes part in its envelope. */
  readonly participants: Participants;
  readonly messageId: string;
  readonly utf8: boolean;
  readonly utf8Addresses: boolean;
}

function write(message: Message, nested = false): WrittenMessage {
  const blocks = [message.resent ?? []].flat().map(formatResent);
  const people = readParticipants(message, { alone: nested || blocks.length > 0 });
  const replyTo = message.replyTo === undefined ? [] : readEntries(message.replyTo, ' in field "replyTo"');
  const messageId = message.messageId === undefined
    ? makeMessageId(domainOf(people.author))
    : checkMessageId(message.messageId);
  const { subject = "" } = message;
  checkText(subject, "subject");
  const fields = [
    ...blocks.flatMap((block) => block.fields),
    ...people.fields,
    ...replyTo.length > 0 ? [formatAddresses("Reply-To", replyTo)] : [],
    ...subject === "" ? [] : [formatText("Subject", subject)],
    `Date: ${formatDate(checkDate(message.date))}`,
    `Message-ID: ${messageId}`,
    ...furtherFields(message),
    "MIME-Version: 1.0\r\n",
  ];
  const utf8 = [...blocks, people].some((one) => one.utf8) || anyUtf8(replyTo);
  const text = fields.join("\r\n");
  return {
    head: utf8 ? memory(new TextEncoder().encode(text)) : text,
    body: makeBody(message, nest),
    // The latest passing on is the one to be carried out. RFC 5322 section 3.6.6.
    participants: blocks[0] ?? people,
    messageId,
    utf8,
    utf8Addresses: utf8 || [...blocks, people].some((one) => one.utf8Addresses),
  };
}

/** Ends the last line, unless it is ended, or there are no lines: octets in binary stay as they are. */
function ended({ pieces, transfer }: Written): readonly Piece[] {
  const last = pieces.at(-1)!;
  if (typeof last === "string") return last.endsWith("\r\n") ? pieces : [...pieces, "\r\n"];
  if (transfer === "binary") return pieces;
  const isEnded = last.inMemory && [...last.octets() as readonly Uint8Array[]].at(-1)?.at(-1) === LF;
  return isEnded ? pieces : [...pieces, "\r\n"];
}

const LF = 10;

/** A message that is attached to another: the same, without an envelope. */
function nest(message: Message): Part {
  const { head, body, utf8 } = write(message, true);
  return (form) => {
    const { pieces, transfer } = body(form);
    return { pieces: [head, ...pieces], transfer: utf8 && transfer === "7bit" ? "8bit" : transfer, utf8 };
  };
}

/** The attached messages that are ready, at any depth. */
function readyMessages({ attachments = [] }: Message): Content[] {
  return attachments.flatMap((one) =>
    !("message" in one) ? [] : "octets" in one.message ? [one.message] : readyMessages(one.message)
  );
}

/** The widest form that both the caller and the server allow. BINARYMIME works by BDAT alone. RFC 3030 section 3. */
function narrower(transfer: Transfer, offers: Offers): Transfer {
  const binary = offers.has("BINARYMIME") && offers.has("CHUNKING");
  const offered = !offers.has("8BITMIME") ? "7bit" : binary ? "binary" : "8bit";
  return fits(transfer, offered) ? transfer : offered;
}
