import type { Rule } from "./rule.ts";

const AT = ["DATA", "BDAT", "content"];
const SIZE_HINT =
  "Send fewer or smaller attachments: base64 adds 37 percent to them, and EHLO names the limit as SIZE.";

/** What the server says of the message itself. */
export const DATA_RULES: readonly Rule[] = [
  {
    // RFC 1870 section 6.2; Google writes 5.2.3.
    at: ["MAIL", ...AT],
    replies: [4, 5],
    enhanced: ["3.4", "2.3"],
    text:
      /(?:message|size|mail|attachment) (?:is )?too (?:big|large|long)|exceeds? .{0,40}\bsize|size (?:limit|exceeds)|too much mail data/i,
    code: "data.too_big",
    hint: SIZE_HINT,
  },
  {
    at: ["DATA"],
    replies: [5],
    text: /no valid recipients/i,
    code: "envelope.no_recipient",
    hint: "See what the server said to each RCPT.",
  },
  {
    at: AT,
    replies: [5],
    text: /\bbare <?(?:LF|CR|newline|line ?feed)\b/i,
    code: "content.bare_line_end",
    hint: "End every line of the message with CR and LF, and use neither alone.",
  },
  {
    at: AT,
    replies: [5],
    text: /line (?:is )?too long|line length/i,
    code: "data.line_too_long",
    hint:
      "Encode the text as quoted-printable, so that no line has more than 998 octets (RFC 5321 section 4.5.3.1.6).",
  },
  {
    at: AT,
    replies: [5],
    text: /\bspam|unsolicited|\bjunk\b|\bvirus|malware|phishing|potential security issue/i,
    code: "data.spam",
    hint:
      "Look at links, attachments and wording, and at SPF, DKIM and DMARC of the From domain (`stagecoach dns`).",
  },
  // After the texts, because Google refuses dangerous attachments with 552 too.
  { at: ["MAIL", ...AT], replies: [552], code: "data.too_big", hint: SIZE_HINT },
];
