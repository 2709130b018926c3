import type { Reply, StageName } from "../errors.ts";
import type { Advice } from "./advice.ts";
import { DOTTED_CODES } from "./dotted_codes.ts";

/** Where a reply came. */
export interface Place {
  readonly stage: StageName;
  /** The verb; empty for the greeting, `content` for the reply after the final dot. */
  readonly command: string;
}

/** One line of the tables: which replies it is about, and what they mean. The first rule that fits counts. */
export interface Rule {
  /** Commands (`RCPT`) and stages (`auth`) whose replies it is about; all, when absent. */
  readonly at?: readonly string[];
  /** Reply codes; a single digit stands for its whole class. */
  readonly replies: readonly number[];
  /** Enhanced status codes without their class, such as `7.26`. One of these or `text` must fit, when either is given. */
  readonly enhanced?: readonly string[];
  /** What the text says. Servers write it: no pattern may nest repetitions, so that each takes linear time. */
  readonly text?: RegExp;
  /** The dotted code. */
  readonly code: string;
  /** What it means, where that is more than {@linkcode DOTTED_CODES} says. */
  readonly meaning?: string;
  /** What to do; made from the reply's text where that names something of use. */
  readonly hint: string | ((text: string) => string);
}

/** Most characters of a reply that are looked at; what a reply means stands at its beginning. */
const MAX_TEXT = 4_096;

/**
 * Finds what a reply means.
 *
 * @param rules The rules, first one first.
 * @param reply The reply.
 * @param at Where it came.
 * @returns The advice of the first rule that fits; `undefined` when none does.
 */
export function findAdvice(rules: readonly Rule[], reply: Reply, at: Place): Advice | undefined {
  const text = readText(reply);
  const rule = rules.find((rule) => fits(rule, reply, at, text));
  if (!rule) return undefined;
  const { code, hint } = rule;
  const meaning = rule.meaning ?? DOTTED_CODES[code];
  return { code, meaning, hint: typeof hint === "string" ? hint : hint(text) };
}

function fits(rule: Rule, reply: Reply, { stage, command }: Place, text: string): boolean {
  if (rule.at && !rule.at.includes(command) && !rule.at.includes(stage)) return false;
  if (!rule.replies.includes(reply.code) && !rule.replies.includes(Math.trunc(reply.code / 100))) {
    return false;
  }
  if (!rule.enhanced && !rule.text) return true;
  return (reply.enhanced !== undefined && rule.enhanced?.includes(reply.enhanced.slice(2))) ||
    !!rule.text?.test(text);
}

/** The lines as one text. A sentence may run over several, and each repeats the enhanced code (RFC 2034 section 4). */
function readText({ lines }: Reply): string {
  let text = "";
  for (const line of lines) {
    if (text.length > MAX_TEXT) break;
    text += `${line.replace(/^[245]\.\d{1,3}\.\d{1,3} ?/, "")} `;
  }
  return text.slice(0, MAX_TEXT).trim();
}
