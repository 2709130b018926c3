import type { Reply } from "../errors.ts";
import type { Context } from "./trace.ts";

/** A reply that has been asked for. Nothing is sent before somebody waits for one. */
export interface PendingReply {
  /** The verb of the command that it answers. */
  readonly verb: string;
  /**
   * Sends all that is queued and waits for this reply.
   *
   * @throws {SmtpError} The reason of the channel's death, if it died before the reply came.
   */
  reply(cx: Context): Promise<Reply>;
}
