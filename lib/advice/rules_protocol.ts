import type { Rule } from "./rule.ts";

/** Replies about the dialogue and not about what it carries. RFC 5321 section 4.2.2. */
export const PROTOCOL_RULES: readonly Rule[] = [
  { replies: [421], code: "server.busy", hint: "Try again later, with fewer connections at the same time." },
  {
    at: ["envelope", "data"],
    replies: [452, 431],
    code: "server.storage",
    hint: "Try again later; if it stays so, tell whoever runs the server.",
  },
  {
    replies: [4, 5],
    enhanced: ["3.1"],
    code: "server.storage",
    hint: "Try again later; if it stays so, tell whoever runs the server.",
  },
  {
    replies: [503],
    code: "server.out_of_order",
    hint:
      "A plugin may have left out a step, or the server wants AUTH or STARTTLS first; the transcript shows the order " +
      "(`--trace`).",
  },
  {
    replies: [500, 501],
    code: "server.syntax",
    hint: "Look at the line that was refused (`--trace`); a firewall that rewrites SMTP can be the cause.",
  },
  {
    replies: [502, 504, 555],
    code: "server.not_implemented",
    hint: "Leave out the option that asks for it, or use another server.",
  },
];
