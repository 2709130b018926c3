import type { Rule } from "./rule.ts";

/** Greeting, EHLO and STARTTLS. */
export const CONNECTION_RULES: readonly Rule[] = [
  {
    at: [""],
    replies: [421],
    code: "connect.busy",
    hint: "Try again later, with fewer connections at the same time.",
  },
  {
    // RFC 7504 section 3: a host that never takes mail says so, mostly in its greeting.
    at: ["", "EHLO", "HELO"],
    replies: [521, 556],
    code: "rcpt.no_mail_accepted",
    hint:
      "This host takes no mail at all: check the server's name, and for an address the domain behind the @.",
  },
  {
    at: ["EHLO", "HELO"],
    replies: [450, 501, 504, 550, 554],
    code: "ehlo.name_refused",
    hint: "Give a full domain name that stands in the DNS (`--ehlo NAME`).",
  },
  {
    // Postfix delays the refusal of the name until RCPT (smtpd_delay_reject).
    replies: [4, 5],
    text: /\b(?:helo|ehlo)(?: command| host)? (?:rejected|refused|invalid)|invalid (?:helo|ehlo)/i,
    code: "ehlo.name_refused",
    hint: "Give a full domain name that stands in the DNS (`--ehlo NAME`).",
  },
  {
    at: ["STARTTLS"],
    replies: [4],
    code: "tls.refused",
    meaning: "the server cannot start TLS at the moment",
    hint: 'Try again later, or use port 465 if the server has it, with tls: "implicit" (`--tls implicit`).',
  },
  {
    at: ["STARTTLS"],
    replies: [5],
    code: "tls.refused",
    hint:
      'Use port 465 if the server has it, with tls: "implicit" (`--tls implicit`), and tell whoever runs the server.',
  },
];
