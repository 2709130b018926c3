/**
 * What the two ways of handing over content share.
 *
 * @module
 */

import type { Delivery, RecipientResult, Reply, SmtpError } from "../errors.ts";
import { refusal } from "./refusal.ts";
import type { Addressed, Context, Verdicts } from "./stage.ts";

/** A message being handed over, and what is known of it so far. */
export interface Handover {
  readonly addressed: Addressed;
  readonly cx: Context;
  readonly partial: "deliver" | "abort";
  /** Whether a command may leave before the one ahead of it is answered. RFC 2920. */
  readonly pipelining: boolean;
  /** What the server said to the envelope, once it is known. */
  verdicts?: Verdicts;
  /** What holds for the accepted recipients if the session ends now. */
  delivery: Delivery;
  /** How many octets of content have left. */
  octets: number;
}

/** From here on the message is complete at the server if the connection is lost. RFC 1047. */
export function mayArrive(handover: Handover): void {
  const { addressed: { mail: { session: { channel } } }, cx } = handover;
  if (!channel.dead && !cx.signal.aborted) handover.delivery = "unknown";
}

export async function finalReply({ addressed }: Handover, final: Promise<Reply>): Promise<Reply> {
  const reply = await final;
  if (reply.code >= 300 && reply.code < 400) {
    throw await refusal(addressed.mail.session.channel, reply, { stage: "data", command: "content" });
  }
  return reply;
}

/** Waits for the verdicts and goes on only if every recipient was accepted. */
export async function acceptAll(handover: Handover): Promise<void> {
  handover.verdicts = await handover.addressed.verdicts(handover.cx);
  const { recipients } = handover.verdicts;
  const refused = recipients.filter((one) => one.delivery !== "accepted");
  // One who is refused for good makes waiting for the others pointless.
  const first = refused.find((one) => one.reply!.code >= 500) ?? refused[0];
  if (!first?.reply) return;
  const { channel } = handover.addressed.mail.session;
  throw await refusal(channel, first.reply, {
    stage: "envelope",
    command: "RCPT",
    recipient: first.address,
    recipients: recipients.map((one) => one.delivery === "accepted" ? { ...one, delivery: "not sent" } : one),
  });
}

export function refused(
  { addressed, verdicts }: Handover,
  command: string,
  reply: Reply,
): Promise<SmtpError> {
  const recipients = verdicts?.recipients.map((one): RecipientResult =>
    one.delivery === "accepted" ? { address: one.address, delivery: "refused", reply } : one
  );
  return refusal(addressed.mail.session.channel, reply, { stage: "data", command, recipients });
}
