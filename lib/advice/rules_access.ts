import type { Rule } from "./rule.ts";

const MESSAGE = ["envelope", "data"];
const STARTTLS_HINT = 'Secure the connection before anything else: use tls: "starttls" (`--tls starttls`).';
const LOGIN_HINT = "Give credentials: user name and password, or a token (`-u NAME`, `--token-command CMD`).";

/** What the server wants before it takes a command: TLS, a login, a sender or recipient of its own. */
export const ACCESS_RULES: readonly Rule[] = [
  // 538 and 530 to AUTH: RFC 4954 section 6. 523: the registry's code for X.7.10.
  { replies: [523, 538], code: "tls.required_first", hint: STARTTLS_HINT },
  { at: ["auth"], replies: [530], code: "tls.required_first", hint: STARTTLS_HINT },
  {
    at: ["ehlo", "auth", "MAIL", "RCPT", "DATA", "BDAT"],
    replies: [4, 5],
    enhanced: ["7.10", "7.11"],
    text:
      /\bSTARTTLS\b|\bTLS (?:is )?required|\b(?:must|please) use TLS|requires? (?:TLS|encryption)|encryption (?:is )?(?:required|needed)/i,
    code: "tls.required_first",
    hint: STARTTLS_HINT,
  },
  {
    at: MESSAGE,
    replies: [5],
    enhanced: ["7.60"],
    text:
      /not owned by|permissions? to send as|not allowed to send as|SendAsDenied|must (?:equal|be (?:the )?same as) auth|sender address is not allowed|not one of your addresses|(?:email address|identity) is not verified|verified sender|relaying disallowed as/i,
    code: "envelope.sender_not_allowed",
    hint: "Send from the address of the login, or have the provider verify this one as an alias first.",
  },
  {
    at: MESSAGE,
    replies: [4, 5],
    text:
      /\brelay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:allowed|permitted)|prohibited|disallowed)|\bto relay\b|unauthenticated relay|\b(?:do not|don't) relay|\brcpthosts\b/i,
    code: "rcpt.relay_denied",
    hint: "Give credentials (`-u NAME`), or use the relay of your own provider. " +
      "A server passes mail on to other domains only for those it knows.",
  },
  {
    at: ["ehlo", ...MESSAGE],
    replies: [530],
    code: "auth.required",
    hint: LOGIN_HINT,
  },
  {
    at: ["ehlo", ...MESSAGE],
    replies: [4, 5],
    enhanced: ["7.57"],
    text:
      /authentication (?:is )?required|client (?:is |was )?not authenticated|please (?:log ?in|authenticate)|must (?:log ?in|authenticate)|(?:EHLO and AUTH|AUTH) first/i,
    code: "auth.required",
    hint: LOGIN_HINT,
  },
  {
    // Microsoft's own use of the number. In the registry 5.7.30 is REQUIRETLS, so the text must say it.
    at: MESSAGE,
    replies: [5],
    text: /basic auth/i,
    code: "auth.basic_retired",
    hint: "Use an OAuth token (`--token-command CMD`), or another relay; an app password does not help.",
  },
];
