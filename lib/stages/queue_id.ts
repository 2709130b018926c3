import type { Reply } from "../errors.ts";

/**
 * The forms in which servers name the queued message: Postfix "queued as ID", Exim "OK id=ID", Sendmail "ID Message
 * accepted for delivery", Google "OK 1700000000 ID - gsmtp", Exchange "<…> [InternalId=ID, …]".
 */
const FORMS: readonly RegExp[] = [
  /\bqueued as ([\w.-]+)/i,
  /\bid=([\w.-]+)/i,
  /\bInternalId=(\w+)/i,
  /^(?:\d\.\d+\.\d+ )?([\w.-]+) Message accepted for delivery/i,
  /\bOK +(\d+ [\w.-]+) - gsmtp/i,
];

/**
 * Reads the name under which the server queued a message.
 *
 * @param reply The reply to the content.
 * @returns The name, for a search in the server's log; `undefined` when the reply holds none that is known.
 */
export function readQueueId(reply: Reply): string | undefined {
  const text = reply.lines.join(" ");
  for (const form of FORMS) {
    const found = form.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
