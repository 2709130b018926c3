import { ProtocolError, type RecipientResult, type Reply, ReplyError, type StageName } from "../errors.ts";
import type { Channel } from "../wire/channel.ts";
import { formatReply } from "../wire/reply.ts";

/** Where a refusal happened. */
export interface Refused {
  readonly stage: StageName;
  /** The verb of the refused command; empty for the greeting, `content` for the content. */
  readonly command: string;
  readonly recipient?: string;
  readonly recipients?: readonly RecipientResult[];
}

const FAILED: Readonly<Record<string, string>> = {
  "": "connect",
  EHLO: "greet",
  HELO: "greet",
  STARTTLS: "start TLS",
  AUTH: "authenticate",
  MAIL: "send",
  RCPT: "send",
  DATA: "send",
  BDAT: "send",
  content: "send",
};

/**
 * Makes the error for a reply that refuses, or has no place where it came, with what it means and what to do.
 *
 * The advice is loaded here, on the path of failure, so that a send that goes well does not pay for it.
 *
 * @param channel Where the reply came from.
 * @param reply The reply.
 * @param at What it refused.
 * @returns The error, to be thrown.
 */
export async function refusal(
  channel: Channel,
  reply: Reply,
  at: Refused,
): Promise<ReplyError | ProtocolError> {
  const { adviseReply } = await import("../advice/reply.ts");
  const { code, hint } = adviseReply(reply, at);
  const to = at.recipient === undefined ? "" : ` to ${at.recipient}`;
  const command = at.command || undefined;
  const said = at.command === "" ? "the greeting is" : `the server said to ${at.command}`;
  // Neither yes nor no: the two sides no longer talk about the same thing.
  if (reply.code < 400) channel.close();
  const Refusal = reply.code < 400 ? ProtocolError : ReplyError;
  return new Refusal(`Cannot ${FAILED[at.command] ?? at.command}${to}: ${said} "${formatReply(reply)}"`, {
    ...at,
    command,
    reply,
    code,
    hint,
    transcript: channel.transcript,
  });
}
