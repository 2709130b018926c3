import { readAddresses } from "../address.ts";
import { readDate } from "./date.ts";
import type { Findings } from "./finding.ts";
import { fieldOf, type MessagePart, type PartField } from "./parts.ts";
import { quoted } from "../text.ts";

/** Fields that stand at most once. RFC 5322 section 3.6, RFC 2045 sections 3 to 6. */
const ONCE = [
  "Date",
  "From",
  "Sender",
  "Reply-To",
  "To",
  "Cc",
  "Bcc",
  "Message-ID",
  "In-Reply-To",
  "References",
  "Subject",
  "MIME-Version",
  "Content-Type",
  "Content-Transfer-Encoding",
];

/** Fields that hold addresses; what stands in brackets may be empty. RFC 5322 sections 3.6.2, 3.6.3 and 3.6.6. */
const ADDRESSES = /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$/;

/** How far a date may be from now, in milliseconds: clocks go wrong, and files wait to be sent. */
const MAX_AHEAD = 86_400_000;
const MAX_BEHIND = 7 * MAX_AHEAD;

/**
 * Checks the header of a message (RFC 5322 section 3.6).
 *
 * @param message The message.
 * @param findings Receives what is found.
 * @param now The present time.
 */
export function lintHeader(message: MessagePart, findings: Findings, now: Date): void {
  const named = (name: string) => fieldOf(message, name);
  lintRepeated(message, findings);
  const utf8 = lintAddresses(message, findings);
  lintEightBit(message, findings, utf8);
  lintPeople(message, findings);
  lintDate(named("date"), findings, now);
  lintMessageId(named("message-id"), findings);
  if (!named("subject")?.text) {
    findings.warn(
      "subject.missing",
      "There is no Subject: readers show an empty line, and filters count it",
      "Write a Subject.",
    );
  }
  const bulk = named("list-id") ??
    (/^(?:bulk|list|junk)$/i.test(named("precedence")?.text ?? "") && named("precedence"));
  if (bulk && !named("list-unsubscribe")) {
    findings.warn(
      "bulk.no_unsubscribe",
      `${bulk.name} says that it goes to many, and there is no List-Unsubscribe: large providers ask for it`,
      "Add List-Unsubscribe, and List-Unsubscribe-Post where one POST is enough (RFC 2369, RFC 8058).",
      bulk.line,
    );
  }
  lintSignatures(message, findings);
}

function lintRepeated(message: MessagePart, findings: Findings): void {
  for (const name of ONCE) {
    const found = message.fields.filter((field) => field.name.toLowerCase() === name.toLowerCase());
    if (found.length < 2) continue;
    findings.error(
      "header.repeated",
      `${name} stands ${found.length} times: one program reads the first, another the last`,
      "Leave one of them.",
      found[1].line,
    );
  }
}

/** Gives whether an address needs SMTPUTF8. */
function lintAddresses(message: MessagePart, findings: Findings): boolean {
  let utf8 = false;
  for (const { name, text, line } of message.fields) {
    const key = name.toLowerCase();
    // Only Bcc may say nothing. RFC 5322 section 3.6.3.
    if (!ADDRESSES.test(key) || (text === "" && key.endsWith("bcc"))) continue;
    try {
      // deno-lint-ignore no-control-regex -- the range is ASCII
      utf8 ||= readAddresses(text).some(({ address }) => /[^\x00-\x7f]/.test(address));
    } catch (error) {
      const found = (error as Error).message.replace(/^Cannot read address /, "");
      findings.error(
        "address.malformed",
        `${name} cannot be read: ${found}`,
        'Write addresses as in "Lee, Ann" <ann@example.com>, with commas between them.',
        line,
      );
    }
  }
  return utf8;
}

/** RFC 5322 section 2.2 and RFC 6532. */
function lintEightBit({ fields }: MessagePart, findings: Findings, utf8: boolean): void {
  const found = fields.find(({ text }) => utf8 ? text.includes("\ufffd") : /[\u0080-\uffff]/.test(text));
  if (!found) return;
  findings.error(
    "header.eight_bit",
    `${
      found.name || "The header"
    } has octets above 127: servers without SMTPUTF8 refuse or spoil the message`,
    "Write the text as encoded words (RFC 2047).",
    found.line,
  );
}

function lintPeople(message: MessagePart, findings: Findings): void {
  const from = fieldOf(message, "from");
  if (!from) {
    findings.error(
      "from.missing",
      "There is no From: servers refuse the message, since nobody wrote it",
      "Add From with the author's address.",
    );
  } else if (!fieldOf(message, "sender") && countMailboxes(from) > 1) {
    findings.error(
      "sender.missing",
      "From names several authors, and there is no Sender: nobody knows who sent it",
      "Add Sender with one of them (RFC 5322 section 3.6.2).",
      from.line,
    );
  }
  if (!fieldOf(message, "to") && !fieldOf(message, "cc")) {
    findings.warn(
      "to.missing",
      "There is neither To nor Cc: filters count it, since much spam looks like that",
      "Add To; with undisclosed-recipients:; where nobody is to be named.",
    );
  }
  const bcc = message.fields.find((field) => /^(?:resent-)?bcc$/i.test(field.name) && field.text !== "");
  if (!bcc) return;
  findings.error(
    "bcc.present",
    `${bcc.name} is left in: every recipient can read who should not be seen`,
    "Take it out before sending; stagecoach send --eml does.",
    bcc.line,
  );
}

function countMailboxes({ text }: PartField): number {
  try {
    return readAddresses(text).length;
  } catch {
    return 0;
  }
}

function lintDate(field: PartField | undefined, findings: Findings, now: Date): void {
  if (!field) {
    findings.error(
      "date.missing",
      "There is no Date: servers refuse the message or write their own",
      "Add Date; stagecoach send --eml does.",
    );
    return;
  }
  const date = readDate(field.text);
  const hint = "Write the time of sending as in Tue, 24 Nov 2026 09:05:00 +0100.";
  if (!date) {
    findings.warn("date.malformed", `Date cannot be read: ${quoted(field.text)}`, hint, field.line);
    return;
  }
  const ahead = date.getTime() - now.getTime();
  if (ahead <= MAX_AHEAD && ahead >= -MAX_BEHIND) return;
  const days = Math.round(Math.abs(ahead) / MAX_AHEAD);
  findings.warn(
    "date.far",
    `Date is ${days} days ${
      ahead > 0 ? "ahead" : "past"
    }: readers sort it to the wrong place, and filters count it`,
    hint,
    field.line,
  );
}

function lintMessageId(field: PartField | undefined, findings: Findings): void {
  if (!field) {
    findings.warn(
      "message_id.missing",
      "There is no Message-ID: replies find no thread, and filters count it",
      "Add Message-ID; stagecoach send --eml does.",
    );
  } else if (field.text.length > 996 || !/^<[^<>@\s]+@[^<>@\s]+>$/.test(field.text)) {
    findings.warn(
      "message_id.malformed",
      `Message-ID is ${quoted(field.text)}, not of the form <left@right>`,
      "Write one identifier in angle brackets (RFC 5322 section 3.6.4).",
      field.line,
    );
  }
}

function lintSignatures({ fields }: MessagePart, findings: Findings): void {
  const signature = fields.find(({ name, text }) =>
    /^dkim-signature$/i.test(name) && /(?:^|;)\s*l\s*=/.test(text)
  );
  if (!signature) return;
  findings.warn(
    "signature.length",
    "DKIM-Signature limits what it signs by l=: anyone can add to the message, and it still counts as signed",
    "Sign without l= (RFC 6376 section 8.2).",
    signature.line,
  );
}
