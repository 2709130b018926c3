import type { Reply, StageName } from "../errors.ts";
import type { Advice } from "./advice.ts";
import { findAdvice, type Rule } from "./rule.ts";
import { ACCESS_RULES } from "./rules_access.ts";
import { AUTH_RULES } from "./rules_auth.ts";
import { CONNECTION_RULES } from "./rules_connection.ts";
import { DATA_RULES } from "./rules_data.ts";
import { ENVELOPE_RULES } from "./rules_envelope.ts";
import { LAST_RULES } from "./rules_last.ts";
import { POLICY_RULES } from "./rules_policy.ts";
import { PROTOCOL_RULES } from "./rules_protocol.ts";

/**
 * All rules in the order in which they are asked: what holds at every command, what one command says in particular, what
 * is wrong with the dialogue, and last what is left of each command.
 */
export const RULES: readonly Rule[] = [
  ...ACCESS_RULES,
  ...POLICY_RULES,
  ...CONNECTION_RULES,
  ...AUTH_RULES,
  ...ENVELOPE_RULES,
  ...DATA_RULES,
  ...PROTOCOL_RULES,
  ...LAST_RULES,
];

/**
 * Says what a refusal by the server means.
 *
 * It goes by the command, the code, the enhanced status code (RFC 3463) and the texts that servers and providers are known
 * to write, since one code often stands for several causes.
 *
 * @param reply The reply. To tell a refused token, add what the mechanism was told inside the exchange to its lines.
 * @param at The stage, and the verb of the command: empty for the greeting, `content` for the reply after the final dot.
 * @returns The dotted code, its meaning and what to do.
 */
export function adviseReply(reply: Reply, at: { stage: StageName; command: string }): Advice {
  // The last rules take every code of 200 to 599; a reply has no other.
  return findAdvice(RULES, reply, at)!;
}
