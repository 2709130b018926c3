import { type Delivery, PolicyError, type RecipientResult, SmtpError } from "../../mod.ts";
import type { Dialogue, Ending } from "./random_dialogue.ts";
import type { RandomMail } from "./random_mail.ts";
import { type ServerRecord, takes, type Transaction } from "./server_record.ts";

/** A transaction, and the connection that it was on. */
interface Seen {
  readonly record: ServerRecord;
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
  // BDAT has no 354 to wait for: nobody can see that a reply too many has taken the place of the next, and so on to the last.
  if (records.some((record) => record.lied || (record.outOfStep && record.byBdat))) return [];
  const all = seenOf(mail, records);
  // What a server answers for, unless it has said no and was heard.
  const arrived = all.filter(({ one }) =>
    one.complete && takes(one.mail) && takes(one.recipients.get(address))
  );
  const maybe = arrived.filter(({ record, one }) => !(record.hasRead(one.final) && one.final.code >= 400));
  const yes = arrived.filter(({ record, one }) => record.hasRead(one.final) && one.final.code < 300);
  const no = all.filter(({ record, one }) => refusalsOf(one, address).some((said) => record.hasRead(said)));
  const gone = records.some((record) => record.hasRead(record.farewell));
  const left = records.some((record) => record.ended.has(mail.name));
  // Replies that cannot be told apart, and what came behind one that had no place, prove nothing.
  const inStep = records.every((record) => !record.outOfStep);
  const believed = inStep && !stopped && !records.some((record) => record.odd);
  const begun = records.reduce((sum, record) => sum + (record.begun.get(mail.name) ?? 0), 0);
  // The last that was begun, if it was heard of at all.
  const last = begun === all.length ? all.at(-1) : undefined;

  const rules: readonly [broken: boolean, what: string][] = [
    [arrived.some(({ one }) => one.content !== mail.content), "was sent octets that are not its message"],
    [mail.fails && arrived.length > 0, "was sent a message whose source had failed"],
    [maybe.length > 1, "may have it twice"],
    [
      maybe.length > 0 && all.at(-1) !== maybe[0] && all.at(-1)!.one.recipients.has(address),
      "was named again although it may have the message",
    ],
  ];
  const byDelivery: Readonly<Record<Delivery, typeof rules>> = {
    accepted: [
      [inStep && yes.length === 0, "is accepted, and no server said so"],
      [inStep && reply?.code !== yes[0]?.one.final?.code, `is accepted with ${reply?.code}`],
    ],
    refused: [
      [inStep && no.length === 0 && !(gone && reply?.code === 421), "is refused, and no server said so"],
      [inStep && maybe.length > 0, "is refused and may have it"],
      [reply === undefined, "is refused without a reply"],
    ],
    "not sent": [[maybe.length > 0, "is not sent and may have it"]],
    unknown: [
      [!left, "is unknown, and its content never left to its end"],
      [believed && yes.length > 0, "is unknown, and the server said yes"],
      [believed && last !== undefined && no.includes(last), "is unknown, and the server said no"],
    ],
  };
  return [...rules, ...byDelivery[delivery]].flatMap(([broken, what]) => broken ? [what] : []);
}

/** The transactions of a message, on whatever connection. */
function seenOf({ name }: RandomMail, records: readonly ServerRecord[]): Seen[] {
  return records.flatMap((record) =>
    record.transactions.filter((one) => one.sender === `${name}@example.com`).map((one) => ({ record, one }))
  );
}

/** What was said against a recipient. */
function refusalsOf(one: Transaction, address: string) {
  const said = [one.mail, one.recipients.get(address), ...one.refusals, one.final];
  return said.filter((one) => one !== undefined && one.code >= 400);
}
