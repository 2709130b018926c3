import { type RecipientResult, SmtpError, withOutcome } from "../errors.ts";
import { sendOn } from "../stages/session.ts";
import type { Context, Mail, Receipt, Stages } from "../stages/stage.ts";
import { notSent } from "./outcome.ts";

/**
 * Sends a message on a session, in as many transactions as it takes.
 *
 * A server that takes a hundred recipients at a time says 452 to the next ones (RFC 5321 section 4.5.3.1.10): they get the
 * message in the next transaction, as long as each reaches somebody.
 *
 * @param stages The stages.
 * @param mail The session, the envelope and the content.
 * @param cx How to stop, and where news goes.
 * @returns One receipt for all recipients, in the order of the envelope.
 * @throws {SmtpError} If nobody was accepted, or for somebody the outcome is not known.
 */
export async function deliver(stages: Stages, mail: Mail, cx: Context): Promise<Receipt> {
  const first = await sendOn(stages, mail, cx);
  const recipients = [...first.recipients];
  // What can be read only once is gone.
  for (let left = mail.content.once ? [] : tooMany(recipients); left.length > 0;) {
    const envelope = { ...mail.envelope, forwardPaths: left.map((at) => mail.envelope.forwardPaths[at]) };
    const results = await sendRest(stages, { ...mail, envelope }, cx, (rest) => {
      const all = [...recipients];
      left.forEach((at, i) => all[at] = rest[i]);
      return all;
    });
    left.forEach((at, i) => recipients[at] = results[i]);
    const accepted = results.some((one) => one.delivery === "accepted");
    left = accepted ? left.filter((at) => isTooMany(recipients[at])) : [];
  }
  return { ...first, recipients };
}

/** One more transaction. Only an outcome that is not known is an error now: others were accepted before. */
async function sendRest(
  stages: Stages,
  mail: Mail,
  cx: Context,
  inPlace: (rest: readonly RecipientResult[]) => RecipientResult[],
): Promise<readonly RecipientResult[]> {
  try {
    return (await sendOn(stages, mail, cx)).recipients;
  } catch (error) {
    // Who has the message already must be told, whatever it was.
    if (!(error instanceof SmtpError)) throw withOutcome(broken(error), inPlace(notSent(mail.envelope)));
    const results = error.recipients ?? notSent(mail.envelope);
    if (cx.signal.aborted || results.some((one) => one.delivery === "unknown")) {
      throw withOutcome(error, inPlace(results));
    }
    return results;
  }
}

/** Something that is not the server's, such as a plugin, failed. */
function broken(error: unknown): SmtpError {
  return new SmtpError(`Cannot send to everybody: ${error instanceof Error ? error.message : error}`, {
    code: "transport.failed",
    retryable: false,
    cause: error,
  });
}

/** The places of those who were one too many; none of them if nobody was accepted. */
function tooMany(recipients: readonly RecipientResult[]): number[] {
  return recipients.flatMap((one, at) => isTooMany(one) ? [at] : []);
}

function isTooMany({ delivery, reply }: RecipientResult): boolean {
  if (delivery !== "refused" || reply?.code !== 452) return false;
  // The code alone also stands for a full disk.
  return reply.enhanced === "4.5.3" ||
    /too many (?:recipients|rcpt)/i.test(reply.lines.join(" ").slice(0, 512));
}
