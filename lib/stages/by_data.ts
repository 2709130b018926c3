import type { Reply } from "../errors.ts";
import { chunksOf } from "../message/content.ts";
import type { Channel } from "../wire/channel.ts";
import { command } from "../wire/command.ts";
import { ContentGuard } from "../wire/dot_stuffing.ts";
import type { PendingReply } from "../wire/pending_reply.ts";
import { Interrupt, Interrupted } from "./interrupt.ts";
import { refusal } from "./refusal.ts";
import { acceptAll, finalReply, type Handover, mayArrive, refused } from "./handover.ts";
import type { Context } from "./stage.ts";

/**
 * Says DATA, waits for 354 and for the verdicts, sends the content and a dot; gives the reply to it. RFC 5321 section 4.1.1.4.
 */
export async function byData(handover: Handover): Promise<Reply> {
  const { addressed, cx } = handover;
  const { session: { channel } } = addressed.mail;
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
  if (reply.code !== 354) throw await refusal(channel, reply, { stage: "data", command: "DATA" });
  return await sendContent(handover);
}

/**
 * Sends the content and a dot, and listens meanwhile: a server may refuse in the middle of it, and stop reading. Nothing but
 * closing then says that what it got is not the whole.
 */
async function sendContent(handover: Handover): Promise<Reply> {
  const { addressed: { mail: { session: { channel }, content } }, cx } = handover;
  const final = channel.expect("content", cx);
  const heard = new Interrupt();
  const reply = final.reply(cx);
  reply.then(() => heard.trigger(), () => heard.trigger());
  const source = chunksOf(content);
  try {
    const guard = new ContentGuard({ stuff: true });
    for (;;) {
      const next = await heard.before(source.next());
      if (next.done) break;
      handover.octets += next.value.length;
      await heard.before(channel.write(guard.push(next.value), cx));
    }
    const rest = guard.end();
    handover.octets += rest.length;
    mayArrive(handover);
    await channel.write([rest], cx, { dot: true });
    await heard.before(channel.flush(cx)).catch(passOver);
  } catch (error) {
    // Not awaited: it may never be heard of again.
    source.return(undefined).catch(() => {});
    channel.close();
    // A write that fails may have been overtaken by the server's word why.
    const early = await (error instanceof Interrupted ? reply : reply.catch(() => undefined));
    if (!early) throw error;
    if (early.code < 400) throw await refusal(channel, early, { stage: "data", command: "content" });
    return early;
  }
  return await finalReply(handover, reply);
}

/** The reply came while the last octets left: it is the one to go by. */
function passOver(error: unknown): void {
  if (!(error instanceof Interrupted)) throw error;
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
