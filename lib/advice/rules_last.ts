import type { Rule } from "./rule.ts";

const CONTENT = ["DATA", "BDAT", "content"];
const WORDS = "The server's own words say more";

/** What is left of each command, by the class of the reply: the last rules, of which one always fits. */
export const LAST_RULES: readonly Rule[] = [
  {
    at: [""],
    replies: [4],
    code: "connect.busy",
    hint: "Try again later, with fewer connections at the same time.",
  },
  {
    at: [""],
    replies: [5],
    code: "connect.greeting_refused",
    hint:
      `${WORDS}; it may not like the address that you come from. Use your provider's relay on port 587 or 465.`,
  },
  { at: ["auth"], replies: [4], code: "auth.unavailable", hint: "Try again in some minutes." },
  {
    at: ["auth"],
    replies: [5],
    code: "auth.failed",
    hint:
      "Check user name (often the whole address) and password. Google, Yahoo, iCloud and Fastmail want an app password " +
      "here, not that of the account.",
  },
  { at: ["MAIL"], replies: [4], code: "envelope.try_later", hint: "Try again later (`--retry N`)." },
  {
    at: ["MAIL"],
    replies: [5],
    code: "envelope.sender_refused",
    hint: `${WORDS}; try with the address of the login as sender.`,
  },
  { at: ["RCPT"], replies: [4], code: "rcpt.try_later", hint: "Try again later (`--retry N`)." },
  {
    at: ["RCPT"],
    replies: [5],
    code: "rcpt.refused",
    hint: `${WORDS}; check the recipient's address, and whether the server wants a login.`,
  },
  { at: CONTENT, replies: [4], code: "data.try_later", hint: "Try again later (`--retry N`)." },
  {
    at: CONTENT,
    replies: [5],
    code: "data.refused",
    hint: `${WORDS}; sending the same message again will not help.`,
  },
  { replies: [4], code: "server.try_later", hint: "Try again later (`--retry N`)." },
  { replies: [5], code: "server.refused", hint: `${WORDS}; the same will be refused again.` },
  {
    replies: [2, 3],
    code: "protocol.unexpected_reply",
    hint: "Look at the transcript (`--trace`): client and server no longer talk about the same command.",
  },
];
