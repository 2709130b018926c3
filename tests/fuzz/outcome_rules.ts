import { PolicyError, type RecipientResult, SmtpError } from "../../mod.ts";
import type { Dialogue, Ending } from "./random_dialogue.ts";
import { type Record, takes, type Transaction } from "./record.ts";

/** A transaction, and the connection that it was on. */
interface Seen {
  readonly record: Record;
  readonly one: Transaction;
}

/**
 * Holds what the client says against what the servers remember.
 *
 * @param dialogue The dialogue.
 * @returns Where the two do not fit; nowhere, as a rule.
 */
export function violations(dialogue: Omit<Dialogue, "wrong" | "told">): string[] {
  const { endings, records } = dialogue;
  return [
    ...records.flatMap((record) => record.faults),
    ...records.flatMap((record, at) => record.closed ? [] : [`connection ${at + 1} was left open`]),
    ...endings.flatMap((ending) => ofEnding(ending, dialogue)),
  ];
}

function ofEnding(ending: Ending, dialogue: Pick<Dialogue, "records" | "stopped">): string[] {
  const { mail: { name, prepared }, receipt, error } = ending;
  const addresses = prepared.envelope.forwardPaths as readonly string[];
  if (!receipt && !(error instanceof SmtpError)) return [`${name} ended in ${error}`];
  const recipients = (receipt ?? error as SmtpError).recipients ?? [];
  if (recipients.map((one) => one.address).join() !== addresses.join()) {
    return [`${name} tells of ${recipients.length} recipients that are not its own`];
  }
  const deliveries = recipients.map((one) => one.delivery);
  const found: string[] = [];
  if (receipt) {
    if (!deliveries.includes("accepted")) found.push(`${name} has a receipt and was accepted for nobody`);
    if (deliveries.includes("unknown")) found.push(`${name} has a receipt and is unknown`);
  } else if (error instanceof SmtpError) {
    if (error.retryable && deliveries.some((one) => one === "accepted" || one === "unknown")) {
      found.push(`${name} may be sent again, and may have arrived`);
    }
    if (error.delivery !== undefined && deliveries.some((one) => one !== error.delivery)) {
      found.push(`${name} is said to be ${error.delivery} for all`);
    }
    if (!error.transcript && !(error instanceof PolicyError) && error.stage) {
      found.push(`${name} has no transcript: ${error}`);
    }
    if ((error.transcript?.length ?? 0) > 64) {
      found.push(`${name} has a transcript of ${error.transcript!.length} lines`);
    }
  }
  return [
    ...found,
    ...recipients.flatMap((one) =>
      ofRecipient(one, ending, dialogue).map((what) => `${one.address} of ${name} ${what}`)
    ),
  ];
}

function ofRecipient(
  { address, delivery, reply }: RecipientResult,
  { mail }: Ending,
  { records, stopped }: Pick<Dialogue, "records" | "stopped">,
): string[] {
  const all: Seen[] = records.flatMap((record) =>
    record.transactions.filter((one) => one.sender === `${mail.name}@example.com`).map((one) => ({
      record,
      one,
    }))
  );
  // BDAT has no 354 to wait for: nobody can see that a reply too many has taken the place of the next, and so on to the last.
  if (records.some((record) => record.lied || (record.outOfStep && record.byBdat))) return [];
  const inStep = records.every((record) => !record.outOfStep);
  const found: string[] = [];

  // What the server answers for, unless it has said no and was heard.
  const arrived = all.filter(({ one }) =>
    one.complete && takes(one.mail) && takes(one.recipients.get(address))
  );
  const maybe = arrived.filter(({ record, one }) => !(record.hasRead(one.final) && one.final.code >= 400));
  const yes = arrived.filter(({ record, one }) => record.hasRead(one.final) && one.final.code < 300);
  const no = all.filter(({ record, one }) => refusalsOf(one, address).some((said) => record.hasRead(said)));

  for (const { one } of arrived) {
    if (one.content !== mail.content) {
      found.push(`was sent ${one.content.length} octets that are not its message`);
    }
    if (mail.fails) found.push("was sent a message whose source had failed");
  }
  if (maybe.length > 1) found.push("may have it twice");
  if (maybe.length > 0 && all.at(-1)!.one !== maybe[0].one && all.at(-1)!.one.recipients.has(address)) {
    found.push("was named again although it may have the message");
  }
  if (delivery === "accepted" && inStep) {
    if (yes.length === 0) found.push("is accepted, and no server said so");
    else if (reply?.code !== yes[0].one.final!.code) found.push(`is accepted with ${reply?.code}`);
  }
  if (delivery === "refused" && inStep) {
    if (no.length === 0) found.push("is refused, and no server said so");
    if (reply === undefined) found.push("is refused without a reply");
  }
  if ((delivery === "refused" || delivery === "not sent") && inStep && maybe.length > 0) {
    found.push(`is ${delivery} and may have it`);
  }
  if (delivery === "not sent" && maybe.length > 0) found.push("is not sent and may have it");
  if (delivery === "unknown") {
    if (!records.some((record) => record.ended.has(mail.name))) {
      found.push("is unknown, and its content never left to its end");
    }
    const believed = inStep && !stopped && !records.some((record) => record.odd);
    if (believed && yes.length > 0) found.push("is unknown, and the server said yes");
    if (believed && all.length > 0 && no.at(-1) === all.at(-1)) {
      found.push("is unknown, and the server said no");
    }
  }
  return found;
}

/** What was said against this recipient. */
function refusalsOf(one: Transaction, address: string) {
  return [one.mail, one.recipients.get(address), ...one.refusals, one.final].filter((said) =>
    said !== undefined && said.code >= 400
  );
}
