import {
  escapeControls,
  formatReply,
  type RecipientResult,
  type Reply,
  SmtpError,
  type StageName,
} from "../../mod.ts";
import { CliError, exitCodeOf } from "./exit_code.ts";
import { wrap } from "./format.ts";
import type { StageTime } from "./show.ts";

/** The longest line of words of ours; the server's are not broken. */
const WIDTH = 88;

/**
 * Says an error in words: what failed with the server's own words, whom it concerns, what it means, what to do.
 *
 * @param error Anything caught.
 * @returns The text, several lines.
 */
export async function describe(error: unknown): Promise<string> {
  let text = `error: ${escapeControls(messageOf(error))}\n`;
  const known = error instanceof SmtpError ? error : undefined;
  const doubtful = known?.recipients?.some((one) => one.delivery === "unknown");
  const several = known?.recipients && (known.recipients.length > 1 || doubtful || known.code === "aborted");
  if (several) { for (const one of known.recipients) text += recipientLine(one); }
  if (doubtful) {
    text += labelled(
      "means",
      "the message was complete and its reply was not heard: it may have been delivered",
    );
  } else if (known) {
    const { DOTTED_CODES } = await import("../advice/mod.ts");
    const meaning = DOTTED_CODES[known.code];
    if (meaning && !known.message.includes(meaning)) text += labelled("means", meaning);
  }
  const hint = doubtful ? "look before you send it again, or it may come twice" : hintOf(error);
  if (hint) text += labelled("hint", hint);
  if (known) text += labelled("code", `${known.code}, exit ${exitCodeOf(error)}`);
  return text;
}

/**
 * Says who was refused although the message was accepted for others, and what to do about it.
 *
 * @param refused The recipients.
 * @returns The text, several lines.
 */
export async function describeRefused(refused: readonly RecipientResult[]): Promise<string> {
  const { adviseReply } = await import("../advice/mod.ts");
  let text = "";
  for (const one of refused) {
    text += recipientLine(one);
    if (!one.reply) continue;
    const { meaning, hint } = adviseReply(one.reply, { stage: "envelope", command: "RCPT" });
    text += labelled("means", meaning) + labelled("hint", hint);
  }
  return text;
}

/**
 * Says an error as data.
 *
 * @param error Anything caught.
 * @param times The stages that ran.
 * @returns What `--json` prints.
 */
export function toJson(error: unknown, times: readonly StageTime[]): Record<string, unknown> {
  const known = error instanceof SmtpError ? error : undefined;
  return {
    ok: false,
    stage: known?.stage satisfies StageName | undefined,
    code: known?.code ?? codeOf(error),
    exit: exitCodeOf(error),
    retryable: known?.retryable ?? false,
    message: messageOf(error),
    reply: known?.reply && replyJson(known.reply),
    hint: hintOf(error),
    recipients: known?.recipients && recipientsJson(known.recipients),
    timing: times.length > 0 ? timingJson(times) : undefined,
  };
}

/** A reply as data; what steers a terminal is escaped, since data is looked at too. */
export function replyJson({ code, enhanced, lines }: Reply): Record<string, unknown> {
  return { code, enhanced, text: lines.map(escapeControls).join("\n") };
}

/** The outcome for each recipient as data. */
export function recipientsJson(recipients: readonly RecipientResult[]): Record<string, unknown>[] {
  return recipients.map(({ address, delivery, reply }) => ({
    address,
    delivery,
    reply: reply && replyJson(reply),
  }));
}

/** The times as data, in milliseconds. */
export function timingJson(times: readonly StageTime[], totalMs?: number): Record<string, unknown> {
  const round = (ms: number) => Math.round(ms * 10) / 10;
  const total = totalMs ?? times.reduce((sum, { ms }) => sum + ms, 0);
  return { totalMs: round(total), stages: times.map(({ stage, ms }) => ({ stage, ms: round(ms) })) };
}

function recipientLine({ address, delivery, reply }: RecipientResult): string {
  return `  ${delivery.padEnd(9)} ${escapeControls(address)}${reply ? `  ${formatReply(reply)}` : ""}\n`;
}

function labelled(label: string, text: string): string {
  const [first, ...rest] = wrap(escapeControls(text), WIDTH - 7);
  return [`${`${label}:`.padEnd(6)} ${first}`, ...rest.map((line) => `       ${line}`)].join("\n") + "\n";
}

function codeOf(error: unknown): string {
  if (error instanceof CliError) return error.code;
  return error instanceof Deno.errors.NotCapable ? "cli.permission" : "cli.bug";
}

function messageOf(error: unknown): string {
  if (error instanceof CliError || error instanceof SmtpError) return error.message;
  if (error instanceof Deno.errors.NotCapable) {
    return error.message.replace(/[;,] (?:run again .*|--allow-\w+)$/s, "");
  }
  return `Cannot go on: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`;
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof CliError || error instanceof SmtpError) return error.hint;
  if (error instanceof Deno.errors.NotCapable) {
    const [, flag] = /(--allow-\w+)/.exec(error.message) ?? [];
    const [, what] = /access to "([^"]+)"/.exec(error.message) ?? [];
    return flag && `Run it with ${what ? `${flag}=${what}` : flag}.`;
  }
  return "This is a fault of ours: please report it, with what --trace shows.";
}
