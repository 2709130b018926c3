/**
 * Ready-made messages: from the octets of an .eml file to what can be sent.
 *
 * @module
 */

import { domainOf } from "../address.ts";
import type { Content } from "../content.ts";
import { formatDate } from "../date.ts";
import { makeMessageId } from "../message_id.ts";
import { cannotPrepare, RawForms } from "./content.ts";
import { type RawEnvelope, readAuthor, readEnvelope } from "./envelope.ts";
import { type Field, findField, isNamed, makeField, textOf } from "./header.ts";
import type { BareCr } from "./lines.ts";
import { readRaw } from "./source.ts";
import { openSource, type Source } from "../source.ts";

/**
 * A message that was written elsewhere, as in an .eml file.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sendMail } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 *
 * await using catcher = await catchMail();
 * const server = { hostname: "localhost", port: catcher.port, caCerts: [catcher.certificateAuthority] };
 * const raw = "From: Ann <ann@example.com>\nTo: bo@example.org\nBcc: cy@example.net\nSubject: Hello\n\nHello, Bo.\n";
 * await sendMail(server, { raw });
 * const [{ envelope, parsed }] = catcher.messages;
 * assertEquals(envelope.forwardPaths, ["bo@example.org", "cy@example.net"]);
 * assertEquals(parsed.headers.some(({ key }) => key === "bcc"), false);
 * ```
 */
export interface RawMessage {
  /**
   * Its octets, or where they come from. From a function they are read once before anything is sent, so that their size is
   * known; from a stream, only the header section is.
   */
  readonly raw: Source;
  /** Who sends and who receives; what is left out is taken from the header. */
  readonly envelope?: {
    /** The mailbox that word of failures goes to; the empty string for none. @default Sender, else the first author. */
    readonly reversePath?: string;
    /** The recipients. @default Those in the header. */
    readonly forwardPaths?: readonly string[];
  };
  /**
   * Whether the mailboxes in To, Cc and Bcc are recipients beside those of the envelope.
   * @default {true} if the envelope has no `forwardPaths`.
   */
  readonly readRecipients?: boolean;
  /**
   * Whether a CR without LF is refused or ends a line; CR CR LF then ends one line, not two.
   * @default {"refuse"}
   */
  readonly bareCr?: "refuse" | "mend";
  /**
   * Whether Date and Message-ID are added where they are missing (RFC 6409 section 8), and From must be there.
   * @default {true}
   */
  readonly addMissing?: boolean;
  /** How many octets the source has: a stream that ends before, as that of a file cut short, then fails. */
  readonly size?: number;
}

/** A ready-made message as it is sent. */
export interface PreparedRaw {
  /** Who sends and who receives. */
  readonly envelope: RawEnvelope;
  /** The octets. */
  readonly content: Content;
}

/** Fields that do not go out: they name who is not to be seen, or belong to a delivery that is over (RFC 5321 section 4.4). */
const DROPPED = ["Bcc", "Resent-Bcc", "Return-Path"];

/**
 * Prepares a message that was written elsewhere.
 *
 * The envelope comes from the header, as with `sendmail -t`: from the topmost block of Resent- fields when there is one. Bcc,
 * Resent-Bcc and Return-Path are then removed, and so is the From_ line of a mailbox file. Every line ends with CRLF when it leaves.
 *
 * Everything else goes out as it came, where the server allows. Where it does not offer 8BITMIME, text becomes quoted-printable and
 * other parts base64; where it does not offer SMTPUTF8, raw UTF-8 in the header becomes encoded words. Lines of more than 998
 * octets are encoded, or folded if they are in the header, for any server. What is signed is never changed, but refused.
 * A stream is converted by what its parts declare; what it does not declare fails while it is sent.
 *
 * @param message The message and what to do with it.
 * @returns Envelope and content; not to be used if the octets are changed meanwhile.
 * @throws {SyntaxError} If the header section, an address or a line cannot be taken; the error tells where it stands.
 * @throws {TypeError} If an argument is wrong, or nobody is found who sends or receives.
 */
export async function prepareRaw(message: RawMessage): Promise<PreparedRaw> {
  const { bareCr = "refuse" } = message;
  if (bareCr !== "refuse" && bareCr !== "mend") {
    throw new TypeError('Cannot prepare message: bareCr is neither "refuse" nor "mend"');
  }
  const { fields, body } = await read(message, bareCr);
  try {
    const envelope = readEnvelope(fields, message);
    const sent = fields.filter((field) => !isNamed(field, ...DROPPED));
    if (message.addMissing !== false) sent.push(...missingFields(sent, envelope));
    const content = await new RawForms(messageIdOf(sent), sent, body).content();
    return { envelope, content };
  } catch (error) {
    await body.close();
    throw error;
  }
}

async function read({ raw, size }: RawMessage, bareCr: BareCr): ReturnType<typeof readRaw> {
  const source = openSource(raw, size, 'field "raw"');
  try {
    return await readRaw(source, bareCr);
  } catch (error) {
    throw error instanceof SyntaxError ? cannotPrepare(error.message, error) : error;
  }
}

/** The fields that a message must or should have. RFC 5322 section 3.6; RFC 6409 sections 8.2 and 8.3. */
function missingFields(fields: readonly Field[], { reversePath }: RawEnvelope): Field[] {
  if (!findField(fields, "From")) throw new TypeError("Cannot prepare message: it has no From field");
  const missing: Field[] = [];
  if (!findField(fields, "Date")) missing.push(makeField(`Date: ${formatDate(new Date())}`));
  if (!findField(fields, "Message-ID")) {
    const domain = domainOf(reversePath || readAuthor(fields));
    missing.push(makeField(`Message-ID: ${makeMessageId(domain)}`));
  }
  return missing;
}

/** The Message-ID in its angle brackets, if it has them. */
function messageIdOf(fields: readonly Field[]): string {
  const field = findField(fields, "Message-ID");
  return field ? /<[^<>\s]+>/.exec(textOf(field))?.[0] ?? "" : "";
}
