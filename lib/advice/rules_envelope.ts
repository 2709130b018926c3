import type { Rule } from "./rule.ts";

/** A server may say about a recipient only after the content what others say to RCPT. */
const RECIPIENT = ["RCPT", "DATA", "BDAT", "content"];

/** Often mistyped domains, each with the one that was meant. */
const MEANT: Readonly<Record<string, string>> = {
  "gmial.com": "gmail.com",
  "gmai.com": "gmail.com",
  "gmail.co": "gmail.com",
  "gmail.con": "gmail.com",
  "gamil.com": "gmail.com",
  "gnail.com": "gmail.com",
  "hotmial.com": "hotmail.com",
  "hotmail.con": "hotmail.com",
  "outlok.com": "outlook.com",
  "yaho.com": "yahoo.com",
  "yahoo.con": "yahoo.com",
  "iclod.com": "icloud.com",
};

/** What the server says of the sender (MAIL) and of one recipient (RCPT). */
export const ENVELOPE_RULES: readonly Rule[] = [
  {
    // 1.8: RFC 3463; 7.27: RFC 7505 section 4.2. Servers often wait for RCPT before they say so.
    at: ["MAIL", ...RECIPIENT],
    replies: [4, 5],
    enhanced: ["1.8", "7.27"],
    text: /sender (?:address rejected: )?domain (?:not found|does not exist|must resolve)|domain of sender/i,
    code: "envelope.sender_unknown_domain",
    hint:
      "Check the domain of the sender's address: it needs an MX or address record in the DNS, and must take mail itself.",
  },
  {
    at: ["MAIL"],
    replies: [501, 553],
    enhanced: ["1.7", "1.3"],
    text: /syntax|malformed/i,
    code: "envelope.sender_refused",
    meaning: "the server cannot read the sender's address",
    hint: "Check the sender's address for typing errors.",
  },
  {
    // To MAIL nearly always: not an address of this login.
    at: ["MAIL"],
    replies: [553],
    code: "envelope.sender_not_allowed",
    hint: "Send from the address of the login, or have the provider verify this one as an alias first.",
  },
  {
    at: RECIPIENT,
    replies: [4],
    text: /\bgr[ae]y-?list/i,
    code: "rcpt.greylisted",
    hint: (text) => `Send the same again ${delayIn(text)} (\`--retry N\`): a second attempt is let in.`,
  },
  {
    at: RECIPIENT,
    replies: [4, 5],
    enhanced: ["2.2"],
    text:
      /(?:mailbox|inbox|user) (?:is )?(?:full|over quota)|over ?quota|quota (?:is )?exceeded|exceeded (?:storage|quota)/i,
    code: "rcpt.mailbox_full",
    hint: "Tell the recipient in another way: mail comes in again once there is space.",
  },
  {
    at: ["RCPT"],
    replies: [552],
    code: "rcpt.mailbox_full",
    hint: "Tell the recipient in another way: mail comes in again once there is space.",
  },
  {
    at: RECIPIENT,
    replies: [4, 5],
    enhanced: ["5.3"],
    text: /too many recipients/i,
    code: "rcpt.too_many",
    hint: "Send the rest of the recipients in another message; RFC 5321 promises room for 100.",
  },
  {
    // Microsoft writes 5.1.10 and 5.4.1 for a recipient it does not know; in the registry these mean something else.
    at: RECIPIENT,
    replies: [5],
    enhanced: ["1.1"],
    text:
      /RecipientNotFound|recipient address rejected: access denied|user unknown|unknown (?:user|recipient|mailbox)|no such (?:user|recipient|mailbox|address|person)|(?:user|account|recipient|mailbox|address)(?: that you tried to reach)? (?:does not exist|doesn't exist|not found|unknown)|unrouteable address/i,
    code: "rcpt.unknown",
    hint: unknownHint,
  },
  {
    at: RECIPIENT,
    replies: [5],
    enhanced: ["1.2"],
    code: "rcpt.unknown",
    meaning: "the domain of the recipient's address does not exist, or takes no mail",
    hint: unknownHint,
  },
  {
    // Null MX (RFC 7505 section 4.1), and hosts that take no mail (RFC 7504).
    at: ["RCPT"],
    replies: [521, 556],
    code: "rcpt.no_mail_accepted",
    hint: unknownHint,
  },
  { at: RECIPIENT, replies: [5], enhanced: ["1.10"], code: "rcpt.no_mail_accepted", hint: unknownHint },
  {
    at: RECIPIENT,
    replies: [5],
    enhanced: ["2.1", "1.6"],
    text: /(?:mailbox|account|user|recipient) (?:is |has been )?(?:disabled|inactive|suspended)/i,
    code: "rcpt.disabled",
    hint: "The address existed once; ask the recipient for the present one.",
  },
  {
    at: ["RCPT"],
    replies: [551],
    code: "rcpt.not_local",
    hint: "Send to the address that the reply names, if it names one and you trust the server.",
  },
  {
    at: ["RCPT"],
    replies: [501],
    code: "rcpt.syntax",
    hint: "Check the recipient's address for typing errors; the server does not take it as an address.",
  },
  {
    at: ["RCPT"],
    replies: [5],
    enhanced: ["1.3"],
    text: /(?:bad|invalid|malformed) (?:recipient |mailbox )?address syntax|syntax error/i,
    code: "rcpt.syntax",
    hint: "Check the recipient's address for typing errors; the server does not take it as an address.",
  },
];

function unknownHint(text: string): string {
  const domain = /@([a-z0-9.-]{1,255})/i.exec(text)?.[1].toLowerCase() ?? "";
  const meant = Object.hasOwn(MEANT, domain) ? ` Did you mean ${MEANT[domain]}?` : "";
  return `Check the recipient's address for typing errors.${meant}`;
}

/** When to come back, where the text says so: `300 seconds`, `5 minutes`, `00:04:59`. */
function delayIn(text: string): string {
  const clock = /\b(\d{2}):(\d{2}):(\d{2})\b/.exec(text);
  if (clock) return `in ${Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])} s`;
  const found = /\b(\d{1,5}) ?(s|m)(?:ec|in|\b)/i.exec(text);
  if (!found) return "in 5 to 15 minutes";
  return `in ${Number(found[1]) * (found[2].toLowerCase() === "m" ? 60 : 1)} s`;
}
