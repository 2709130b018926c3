import type { Rule } from "./rule.ts";

const MESSAGE = ["envelope", "data"];

/** What the server holds against the sending address, the sending domain or the amount. */
export const POLICY_RULES: readonly Rule[] = [
  {
    // 7.20 to 7.24 and 7.26: RFC 7372; 7.29: RFC 8617; 7.509 and 7.515 are Microsoft's.
    at: MESSAGE,
    replies: [4, 5],
    enhanced: ["7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.29", "7.509", "7.515"],
    text: /\bunauthenticated\b|\bDMARC\b|\bSPF\b|\bDKIM\b/i,
    code: "policy.unauthenticated_sender",
    hint:
      "Look at SPF, DKIM and DMARC of the From domain (`stagecoach dns`), and send through a relay that they name.",
  },
  {
    // RFC 7372 section 3.3.
    at: ["", "EHLO", "HELO", ...MESSAGE],
    replies: [4, 5],
    enhanced: ["7.25"],
    text: /\bPTR\b|reverse (?:DNS|hostname|host name)|\brDNS\b/i,
    code: "policy.reverse_dns",
    hint:
      "Send through your provider's relay, or have whoever runs the address set a PTR record that leads back to it.",
  },
  {
    replies: [4, 5],
    text:
      /\bblocked (?:using|by|at)\b|\bblock-?list|\bblack-?list|\bDNS[BR]L\b|\bRBL\b|spamhaus|spamcop|barracudacentral/i,
    code: "policy.blocklisted",
    hint: blocklistHint,
  },
  {
    at: ["", ...MESSAGE],
    replies: [4, 5],
    enhanced: ["7.28"],
    text:
      /\b(?:daily|hourly)(?: user| email| message)? sending (?:limit|quota)|\b(?:daily|hourly|sending) (?:limit|quota)|\brate[ -]limit|\btoo many (?:messages|mails|emails)\b|\bunusual rate\b|submission quota/i,
    code: "policy.sending_limit",
    hint:
      "Wait, mostly up to a day, and send more slowly; for large amounts use a relay that is made for them.",
  },
];

/** Names the list, and its page where that is well known. */
function blocklistHint(text: string): string {
  const found = /\b(?:using|by|at|in|on|list|DNSBL|RBL):? ([a-z0-9-]{1,63}\.[a-z0-9.-]{1,190})/i.exec(text)
    ?.[1];
  const name = found?.replace(/[.-]+$/, "") ?? /spamhaus|spamcop|barracuda/i.exec(text)?.[0];
  const list = name ? `the list ${name}` : "a block list";
  const page = /spamhaus/i.test(text)
    ? "https://check.spamhaus.org/"
    : /spamcop/i.test(text)
    ? "https://www.spamcop.net/bl.shtml"
    : /barracuda/i.test(text)
    ? "https://www.barracudacentral.org/rbl/removal-request"
    : "the list's own page";
  return `The sending address is on ${list}: see ${page} for why, and how it comes off. Or send through your provider's relay.`;
}
