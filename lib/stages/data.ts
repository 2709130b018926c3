import { complete, type RecipientResult, type Reply, ReplyError, SmtpError, withOutcome } from "../errors.ts";
import { addressOf } from "./envelope_lines.ts";
import { byBdat } from "./by_bdat.ts";
import { byData } from "./by_data.ts";
import type { Handover } from "./handover.ts";
import { readQueueId } from "./queue_id.ts";
import { refusal } from "./refusal.ts";
import type { Stages } from "./stage.ts";

/** How to hand over the content. */
export interface DataOptions {
  /**
   * What to do when some recipients are refused: deliver to the others, or abort before any content.
   * @default {"deliver"}
   */
  readonly partial?: "deliver" | "abort";
  /**
   * Whether BDAT is used where the server offers CHUNKING (RFC 3030). A small message then leaves with its envelope, before
   * the server's verdict on it: one round trip less.
   * @default {false}
   */
  readonly chunking?: boolean;
  /**
   * Whether a BDAT leaves before the one ahead of it is answered, where the server offers PIPELINING.
   * @default {true}
   */
  readonly pipelining?: boolean;
}

/**
 * Hands over the content and reads what became of it (RFC 5321 section 4.1.1.4).
 *
 * A connection lost after the last octet left makes the outcome `"unknown"`; before that it is `"not sent"`. A content whose
 * source fails closes the session before the final dot, so that no half of it is delivered.
 *
 * @param options How to hand it over.
 * @returns The `data` stage. Its errors tell the outcome for every recipient: {@linkcode ReplyError} when the server refuses,
 * {@linkcode ConnectionError} when the connection is lost, {@linkcode PolicyError} when the content cannot be read.
 */
export function data(options: DataOptions = {}): Stages["data"] {
  return async (addressed, cx) => {
    const { session, content } = addressed.mail;
    const partial = options.partial ?? "deliver";
    const pipelining = options.pipelining !== false && session.extensions.has("PIPELINING");
    const handover: Handover = { addressed, cx, partial, pipelining, delivery: "not sent", octets: 0 };
    try {
      // Octets that are no lines of text can only be counted.
      const wanted = options.chunking === true || content.binary === true;
      const chunking = wanted && session.extensions.has("CHUNKING");
      const reply = await (chunking ? byBdat(handover) : byData(handover));
      if (reply.code >= 400) {
        const recipients = outcome(handover, "refused", reply);
        throw await refusal(session.channel, reply, { stage: "data", command: "content", recipients });
      }
      const recipients = outcome(handover, "accepted", reply);
      const { messageId } = content;
      return { messageId, recipients, reply, queueId: readQueueId(reply), octets: handover.octets };
    } catch (error) {
      if (!(error instanceof SmtpError)) throw error;
      if (error instanceof ReplyError && error.recipients) throw complete(error, { stage: "data" });
      // The end of the content was still waiting to be written: nothing complete can have arrived.
      const delivery = session.channel.unsent() ? "not sent" : handover.delivery;
      // The session may have ended before everybody was answered: for those who were not, what holds for the content.
      const recipients = error.recipients?.map((one): RecipientResult =>
        one.delivery === "not sent" ? { address: one.address, delivery } : one
      ) ?? outcome(handover, delivery);
      throw withOutcome(complete(error, { stage: "data" }), recipients);
    }
  };
}

/** The outcome for every recipient, given that of those whose RCPT was accepted. */
function outcome(
  { addressed, verdicts }: Handover,
  delivery: RecipientResult["delivery"],
  reply?: Reply,
): RecipientResult[] {
  const recipients = verdicts?.recipients ??
    addressed.mail.envelope.forwardPaths.map((path): RecipientResult => ({
      address: addressOf(path),
      delivery: "accepted",
    }));
  return recipients.map((one) => {
    if (one.delivery !== "accepted") return one;
    return reply ? { address: one.address, delivery, reply } : { address: one.address, delivery };
  });
}
