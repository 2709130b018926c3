import { domainOf } from "./address.ts";
import { formatDate } from "./date.ts";
import { checkDate } from "./fault.ts";
import { checkMessageId, makeMessageId } from "./message_id.ts";
import { type Participants, type People, readParticipants } from "./participants.ts";

/** Who passes a message on, unchanged, and to whom. RFC 5322 section 3.6.6. */
export interface Resent extends People {
  /** When. @default The time of composing. */
  readonly date?: Date;
  /** The identifier of this passing on. @default A random one at the domain of `from`. */
  readonly messageId?: string;
}

/**
 * Writes the block of fields of one passing on.
 *
 * @param resent Who passes it on, and to whom.
 * @param at Its place among several.
 * @returns The fields, and who takes part.
 * @throws {TypeError | SyntaxError} If something of it is malformed; the error names the field.
 */
export function formatResent(resent: Resent, at: number): Participants {
  const path = `resent[${at}].`;
  const participants = readParticipants(resent, { prefix: "Resent-", path });
  const id = resent.messageId === undefined
    ? makeMessageId(domainOf(participants.author))
    : checkMessageId(resent.messageId, `${path}messageId`);
  const date = `Resent-Date: ${formatDate(checkDate(resent.date, `${path}date`))}`;
  // Date first, as every block must begin alike for readers to tell one from the next.
  return { ...participants, fields: [date, ...participants.fields, `Resent-Message-ID: ${id}`] };
}
