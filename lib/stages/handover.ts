/**
 * The two ways in which content goes over the wire: DATA with a dot at the end, and BDAT with a count.
 *
 * @module
 */

import {
  type Delivery,
  PolicyError,
  ProtocolError,
  type RecipientResult,
  type Reply,
  type SmtpError,
} from "../errors.ts";
import type { Content } from "../message/content.ts";
import type { Channel } from "../wire/channel.ts";
import type { PendingReply } from "../wire/pending_reply.ts";
import { command } from "../wire/command.ts";
import { ContentGuard } from "../wire/dot_stuffing.ts";
import { formatReply } from "../wire/reply.ts";
import { refusal } from "./refusal.ts";
import type { Addressed, Context, Verdicts } from "./stage.ts";

/** A message being handed over, and what is known of it so far. */
export interface Handover {
  readonly addressed: Addressed;
  readonly cx: Context;
  readonly partial: "deliver" | "abort";
  /** What the server said to the envelope, once it is known. */
  verdicts?: Verdicts;
  /** What holds for the accepted recipients if the session ends now. */
  delivery: Delivery;
  /** How many octets of content have left. */
  octets: number;
}

/** Says DATA, waits for 354 and for the verdicts, sends the content and a dot; gives the reply to it. */
export async function byData(handover: Handover): Promise<Reply> {
  const { addressed, cx } = handover;
  const { session: { channel }, content } = addressed.mail;
  // After 354 there is no way back but to close: with "abort" the verdicts come first.
  if (handover.partial === "abort") await acceptAll(handover);
  const go = channel.send(command("DATA"), cx);
  try {
    handover.verdicts = await addressed.verdicts(cx);
  } catch (error) {
    await withdraw(channel, go, cx);
    throw error;
  }
  const reply = await go.reply(cx);
  if (reply.code >= 400) throw await refused(handover, "DATA", reply);
  if (reply.code !== 354) throw unexpected(channel, "DATA", reply);
  // Asked for before the content leaves, so that a refusal in the middle of it finds its place.
  const final = channel.expect("content", cx);
  try {
    const guard = new ContentGuard({ stuff: true });
    for await (const chunk of chunks(content)) {
      handover.octets += chunk.length;
      await channel.write(guard.push(chunk), cx);
    }
    const rest = guard.end();
    handover.octets += rest.length;
    mayArrive(handover);
    await channel.write([rest], cx, { dot: true });
  } catch (error) {
    const early = channel.dead && await final.reply(cx).catch(() => undefined);
    // Without the dot the server has to drop what it got; nothing but closing says so.
    channel.close();
    if (early && early.code >= 400) return early;
    throw error;
  }
  return await finalReply(handover, final);
}

/** Says BDAT with its octets for each chunk, the last one with LAST; gives the reply to that. RFC 3030 section 2. */
export async function byBdat(handover: Handover): Promise<Reply> {
  const { addressed, cx } = handover;
  const { session: { channel }, content } = addressed.mail;
  if (handover.partial === "abort") await acceptAll(handover);
  const guard = new ContentGuard({ stuff: false });
  const pending: PendingReply[] = [];
  const say = (pieces: readonly Uint8Array[], ...last: string[]) => {
    const octets = pieces.reduce((sum, piece) => sum + piece.length, 0);
    pending.push(channel.send(command("BDAT", String(octets), ...last), cx));
    handover.octets += octets;
    return channel.write(pieces, cx);
  };
  // One chunk is held back, because the last one must say that it is.
  let held: readonly Uint8Array[] = [];
  try {
    for await (const chunk of chunks(content)) {
      const pieces = guard.push(chunk);
      if (held.length > 0) await say(held);
      held = pieces;
      // Two chunks in flight: a refusal of the envelope or of a chunk is seen before the rest leaves.
      if (pending.length > 1) await goOn(handover, pending.shift()!);
    }
    mayArrive(handover);
    await say([...held, guard.end()], "LAST");
    handover.verdicts = await addressed.verdicts(cx);
    while (pending.length > 1) await goOn(handover, pending.shift()!);
    return await finalReply(handover, pending.shift()!);
  } catch (error) {
    // What was said is answered before RSET is said; a chunk without LAST is dropped by it. RFC 3030 section 2.
    for (const one of pending) await one.reply(cx).catch(() => {});
    throw error;
  }
}

/** From here on the message is complete at the server if the connection is lost. RFC 1047. */
function mayArrive(handover: Handover): void {
  const { addressed: { mail: { session: { channel } } }, cx } = handover;
  if (!channel.dead && !cx.signal.aborted) handover.delivery = "unknown";
}

async function finalReply({ addressed, cx }: Handover, final: PendingReply): Promise<Reply> {
  const reply = await final.reply(cx);
  if (reply.code >= 300 && reply.code < 400) {
    throw unexpected(addressed.mail.session.channel, "content", reply);
  }
  return reply;
}

/** Waits for the verdicts and goes on only if every recipient was accepted. */
async function acceptAll(handover: Handover): Promise<void> {
  handover.verdicts = await handover.addressed.verdicts(handover.cx);
  const { recipients } = handover.verdicts;
  const first = recipients.find((one) => one.delivery !== "accepted");
  if (!first?.reply) return;
  const { channel } = handover.addressed.mail.session;
  throw await refusal(channel, first.reply, {
    stage: "envelope",
    command: "RCPT",
    recipient: first.address,
    recipients: recipients.map((one) => one.delivery === "accepted" ? { ...one, delivery: "not sent" } : one),
  });
}

/**
 * Takes DATA back after every recipient was refused. A server that has already said 354 gets a lone dot: it has nobody to
 * deliver to (RFC 2920 section 3.1).
 */
async function withdraw(channel: Channel, go: PendingReply, cx: Context): Promise<void> {
  try {
    if ((await go.reply(cx)).code !== 354) return;
    const final = channel.expect("content", cx);
    await channel.write([], cx, { dot: true });
    await final.reply(cx);
  } catch {
    // The refusal is what the caller is told; a dead channel tells its own reason to the next who uses it.
  }
}

/** A chunk that is not the last was taken; or the envelope's refusal, which comes before it, or its own. */
async function goOn(handover: Handover, pending: PendingReply): Promise<void> {
  handover.verdicts = await handover.addressed.verdicts(handover.cx);
  const reply = await pending.reply(handover.cx);
  if (reply.code >= 400) throw await refused(handover, "BDAT", reply);
  if (reply.code >= 300) throw unexpected(handover.addressed.mail.session.channel, "BDAT", reply);
}

function refused({ addressed, verdicts }: Handover, command: string, reply: Reply): Promise<SmtpError> {
  const recipients = verdicts?.recipients.map((one): RecipientResult =>
    one.delivery === "accepted" ? { address: one.address, delivery: "refused", reply } : one
  );
  return refusal(addressed.mail.session.channel, reply, { stage: "data", command, recipients });
}

/** A code that has no place here: the two sides no longer talk about the same thing. */
function unexpected(channel: Channel, command: string, reply: Reply): ProtocolError {
  channel.close();
  return new ProtocolError(`Cannot send: the server said "${formatReply(reply)}" to ${command}`, {
    code: "protocol.unexpected_reply",
    stage: "data",
    command,
    reply,
    transcript: channel.transcript,
  });
}

/** The chunks of a content; an error of its source gets a name of ours. */
async function* chunks(content: Content): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of content.octets()) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError("a chunk is not a Uint8Array");
      yield chunk;
    }
  } catch (error) {
    throw new PolicyError(`Cannot read content: ${error instanceof Error ? error.message : error}`, {
      code: "data.source_failed",
      stage: "data",
      command: "content",
      retryable: false,
      cause: error,
    });
  }
}
