import { complete, PolicyError, type RecipientResult, type Reply, SmtpError } from "../errors.ts";
import type { PendingReply } from "../wire/pending_reply.ts";
import { addressOf, mailLine, needsUtf8, rcptLine } from "./envelope_lines.ts";
import { refusal } from "./refusal.ts";
import type { Addressed, Context, Mail, Stages, Verdicts } from "./stage.ts";

/** How to name sender and recipients. */
export interface EnvelopeOptions {
  /**
   * Whether the commands leave in one group when the server offers PIPELINING (RFC 2920); `false` for a server that
   * offers it and cannot do it.
   * @default {true}
   */
  readonly pipelining?: boolean;
}

/**
 * Says MAIL, and RCPT for each recipient (RFC 5321 sections 3.3 and 4.1.1).
 *
 * Everything that can be known beforehand is checked before anything is sent: the mailboxes, the size against the
 * server's limit, the extensions that the message needs. SIZE, BODY=8BITMIME, SMTPUTF8 and the parameters of DSN are
 * said only when needed and offered.
 *
 * With PIPELINING nothing is sent here: MAIL and RCPT leave with the stage `data`'s DATA, and the verdicts are read there.
 * One refused recipient does not stop the others.
 *
 * @param options How to name them.
 * @returns The `envelope` stage. It throws a {@linkcode TypeError} for a malformed mailbox, a {@linkcode PolicyError} for a
 * message that this server cannot take, a {@linkcode ReplyError} when it refuses the sender or every recipient.
 */
export function envelope(options: EnvelopeOptions = {}): Stages["envelope"] {
  return async (mail, cx) => {
    const { session: { channel, extensions }, envelope } = mail;
    check(mail);
    const paths = envelope.forwardPaths.map((path) => typeof path === "string" ? { address: path } : path);
    const lines = [mailLine(mail), ...paths.map((path) => rcptLine(path))];
    const addresses = paths.map((path) => path.address);
    if (options.pipelining !== false && extensions.has("PIPELINING")) {
      // The replies come while another stage waits for them: they are news there, and start its clock anew.
      let waiting = cx;
      const news: Context = { signal: cx.signal, trace: (event) => waiting.trace(event) };
      const pending = lines.map((line) => channel.send(line, news));
      return addressed(mail, (cx) => judge(mail, addresses, pending, waiting = cx));
    }
    const pending: PendingReply[] = [];
    for (const line of lines) {
      const one = channel.send(line, cx);
      pending.push(one);
      const reply = await one.reply(cx).catch(() => undefined);
      if (!reply || !goesOn(line.verb, reply)) break;
    }
    const verdicts = await judge(mail, addresses, pending, cx);
    return addressed(mail, () => Promise.resolve(verdicts));
  };
}

/** A refused recipient does not stop the others; a refused sender, 421 and a code that has no place here do. */
function goesOn(verb: string, reply: Reply): boolean {
  return isAccepted(reply) || (verb === "RCPT" && reply.code >= 400 && reply.code !== 421);
}

/** Remembers the verdicts, or the refusal, once they have been asked for. */
function addressed(mail: Mail, ask: (cx: Context) => Promise<Verdicts>): Addressed {
  let verdicts: Promise<Verdicts> | undefined;
  return { state: "addressed", mail, verdicts: (cx) => verdicts ??= ask(cx) };
}

/** All replies of the group are read before any is judged. RFC 2920 section 3.1. */
async function judge(
  mail: Mail,
  addresses: readonly string[],
  pending: readonly PendingReply[],
  cx: Context,
): Promise<Verdicts> {
  const { channel } = mail.session;
  const replies: Reply[] = [];
  try {
    for (const one of pending) {
      const reply = await one.reply(cx);
      // A code that has no place here: no later reply can be trusted to answer the command that it seems to.
      if (reply.code < 400 && !isAccepted(reply)) {
        throw await refusal(channel, reply, { stage: "envelope", command: one.verb });
      }
      replies.push(reply);
      // 421 ends the session: the rest of the group is not answered.
      if (reply.code === 421) break;
    }
  } catch (error) {
    // After too many errors 421 comes ahead of the command that it keeps from being answered.
    const over = replies.length > 0 && error instanceof SmtpError && error.reply?.code === 421;
    if (over) replies.push(error.reply);
    // A server that hangs up after it has refused the sender has said why.
    const refused = replies.length > 0 && !isAccepted(replies[0]);
    if (!over && !refused) {
      // Also when another stage waits for it. Of the others that stage knows more: BDAT may have left with the envelope.
      const recipients = refusedSoFar(addresses, replies);
      throw error instanceof SmtpError ? complete(error, { stage: "envelope", recipients }) : error;
    }
  }
  const [sender, ...answers] = replies;
  if (!isAccepted(sender)) {
    const recipients = addresses.map((address): RecipientResult => ({
      address,
      delivery: "refused",
      reply: sender,
    }));
    throw await refusal(channel, sender, { stage: "envelope", command: "MAIL", recipients });
  }
  const recipients = addresses.map((address, at): RecipientResult => {
    const reply = answers[at];
    if (!reply) return { address, delivery: "not sent" };
    return { address, delivery: isAccepted(reply) ? "accepted" : "refused", reply };
  });
  const over = answers.length < addresses.length || replies.at(-1)!.code === 421;
  if (!over && recipients.some((recipient) => recipient.delivery === "accepted")) return { recipients };
  const [address, reply] = worst(recipients);
  const results = recipients.map((one): RecipientResult =>
    one.delivery === "accepted" ? { ...one, delivery: "not sent" } : one
  );
  throw await refusal(channel, reply, {
    stage: "envelope",
    command: "RCPT",
    recipient: address,
    recipients: results,
  });
}

/** Those who were refused before the session ended; the others are not sent to. */
function refusedSoFar(addresses: readonly string[], [, ...answers]: readonly Reply[]): RecipientResult[] {
  return addresses.map((address, at) => {
    const reply = answers[at];
    return reply && !isAccepted(reply)
      ? { address, delivery: "refused", reply }
      : { address, delivery: "not sent" };
  });
}

/** The refusal to tell first: one that ended the session, else one that waiting may cure, else the first. */
function worst(recipients: readonly RecipientResult[]): readonly [string, Reply] {
  const refused = recipients.filter((one) => one.delivery === "refused");
  const found = refused.find((one) => one.reply?.code === 421) ??
    refused.find((one) => one.reply!.code < 500) ?? refused[0];
  return [found.address, found.reply!];
}

/** 250 and 251 (will forward) accept; so does 252, which says that the server will try. RFC 5321 section 4.3.2. */
function isAccepted(reply: Reply): boolean {
  return reply.code >= 250 && reply.code <= 252;
}

/** Refuses what this server cannot take, before anything is sent. */
function check(mail: Mail): void {
  const { session: { channel, extensions }, envelope, content } = mail;
  const decline = (found: string, code: string, hint: string) => {
    const recipients = envelope.forwardPaths.map((path): RecipientResult => ({
      address: addressOf(path),
      delivery: "not sent",
    }));
    return new PolicyError(`Cannot send: ${found}`, {
      code,
      hint,
      recipients,
      stage: "envelope",
      transcript: channel.transcript,
    });
  };
  if (envelope.forwardPaths.length === 0) {
    throw decline("the envelope names no recipient", "envelope.no_recipient", "Name at least one recipient.");
  }
  // A caller without types may give anything, and MAIL would carry it.
  if (content.size !== undefined && !(Number.isSafeInteger(content.size) && content.size >= 0)) {
    throw new RangeError("Cannot send: the size of the content is no number of octets");
  }
  const limit = Number(extensions.get("SIZE")?.[0] ?? 0);
  // A limit of 0, or none, means that there is none to tell. RFC 1870 section 4.
  if (limit > 0 && content.size !== undefined && content.size > limit) {
    throw decline(
      `the message has ${content.size} octets and the server takes ${limit}`,
      "data.too_big",
      "Make the message smaller, or send a link: base64 adds 37 % to an attachment.",
    );
  }
  if (content.binary && !(extensions.has("BINARYMIME") && extensions.has("CHUNKING"))) {
    throw decline(
      "the message has binary octets and the server does not offer BINARYMIME and CHUNKING",
      "envelope.binary_required",
      "Compose the message with base64.",
    );
  }
  if (content.eightBit && !content.binary && !extensions.has("8BITMIME")) {
    throw decline(
      "the message has 8-bit octets and the server does not offer 8BITMIME",
      "envelope.eight_bit_required",
      "Compose the message with quoted-printable or base64.",
    );
  }
  if (needsUtf8(mail) && !extensions.has("SMTPUTF8")) {
    throw decline(
      "an address is not ASCII and the server does not offer SMTPUTF8",
      "envelope.smtputf8_required",
      "Use an ASCII address, or a server that takes internationalized ones.",
    );
  }
  const asksDsn = envelope.ret !== undefined || envelope.envid !== undefined ||
    envelope.forwardPaths.some((path) => typeof path !== "string" && (path.notify || path.orcpt));
  if (asksDsn && !extensions.has("DSN")) {
    throw decline(
      "delivery status notifications are asked for and the server does not offer DSN",
      "envelope.dsn_not_offered",
      "Leave out ret, envid, notify and orcpt.",
    );
  }
}
