import type { Reply } from "../errors.ts";
import { chunksOf, type Content } from "../message/content.ts";
import { command } from "../wire/command.ts";
import { ContentGuard } from "../wire/dot_stuffing.ts";
import type { PendingReply } from "../wire/pending_reply.ts";
import { Interrupt, Interrupted } from "./interrupt.ts";
import { refusal } from "./refusal.ts";
import { acceptAll, finalReply, type Handover, mayArrive, refused } from "./handover.ts";

/** Smaller chunks of a stream share a BDAT, since each costs a command and a reply. */
const BLOCK = 65_536;

/** Says BDAT with its octets for each chunk, the last one with LAST; gives the reply to that. RFC 3030 section 2. */
export async function byBdat(handover: Handover): Promise<Reply> {
  const { addressed, cx } = handover;
  const { session: { channel }, content } = addressed.mail;
  if (handover.partial === "abort") await acceptAll(handover);
  // Octets that are no lines of text pass as they are. RFC 3030 section 3.
  const guard = content.binary ? undefined : new ContentGuard({ stuff: false });
  const pending: PendingReply[] = [];
  const say = (pieces: readonly Uint8Array[], ...last: string[]) => {
    const octets = pieces.reduce((sum, piece) => sum + piece.length, 0);
    pending.push(channel.send(command("BDAT", String(octets), ...last), cx));
    handover.octets += octets;
    return channel.write(pieces, cx);
  };
  const stop = new Interrupt();
  const abort = () => stop.trigger();
  if (cx.signal.aborted) abort();
  cx.signal.addEventListener("abort", abort);
  const source = blocks(content);
  try {
    for (;;) {
      const next = await stop.before(source.next());
      if (next.done) break;
      const { octets, last } = next.value;
      const pieces = guard ? guard.push(octets) : [octets];
      if (!last) await say(pieces);
      else {
        if (guard) pieces.push(guard.end());
        mayArrive(handover);
        await say(pieces, "LAST");
      }
      // Two chunks in flight, or one: a refusal of the envelope or of a chunk is seen before the rest leaves.
      const ahead = handover.pipelining ? 1 : 0;
      if (!last && pending.length > ahead) await goOn(handover, pending.shift()!);
    }
    handover.verdicts = await addressed.verdicts(cx);
    while (pending.length > 1) await goOn(handover, pending.shift()!);
    return await finalReply(handover, pending.shift()!.reply(cx));
  } catch (error) {
    source.return(undefined).catch(() => {});
    // A write that failed is told ahead of what the server had said: that is the reason, and tells who was refused.
    if (channel.dead) handover.verdicts ??= await addressed.verdicts(cx);
    // The channel makes the error of an abort, and dies of it.
    if (error instanceof Interrupted) await channel.flush(cx);
    // What was said is answered before RSET is said; a chunk without LAST is dropped by it. RFC 3030 section 2.
    for (const one of pending) await one.reply(cx).catch(() => {});
    throw error;
  } finally {
    cx.signal.removeEventListener("abort", abort);
  }
}

/** What one BDAT carries. */
interface Block {
  readonly octets: Uint8Array;
  readonly last: boolean;
}

/** The chunks of an array as they are; those of a stream gathered, with an empty one at its end, which only then is known. */
async function* blocks(content: Content): AsyncGenerator<Block> {
  const all = content.octets();
  if (Array.isArray(all) && all.length > 0) {
    let at = 0;
    for await (const octets of chunksOf({ ...content, octets: () => all })) {
      yield { octets, last: ++at === all.length };
    }
    return;
  }
  const buffer = new Uint8Array(BLOCK);
  let length = 0;
  for await (const chunk of chunksOf({ ...content, octets: () => all })) {
    if (length + chunk.length > BLOCK) {
      if (length > 0) yield { octets: buffer.subarray(0, length), last: false };
      length = 0;
    }
    if (chunk.length > BLOCK) yield { octets: chunk, last: false };
    else {
      buffer.set(chunk, length);
      length += chunk.length;
    }
  }
  yield { octets: buffer.subarray(0, length), last: true };
}

/** A chunk that is not the last was taken; or the envelope's refusal, which comes before it, or its own. */
async function goOn(handover: Handover, pending: PendingReply): Promise<void> {
  handover.verdicts = await handover.addressed.verdicts(handover.cx);
  const reply = await pending.reply(handover.cx);
  if (reply.code >= 400) throw await refused(handover, "BDAT", reply);
  if (reply.code >= 300) {
    const { channel } = handover.addressed.mail.session;
    throw await refusal(channel, reply, { stage: "data", command: "BDAT" });
  }
}
