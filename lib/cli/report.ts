import { escapeControls, formatReply, type Reply, SmtpError, type StageName } from "../../mod.ts";
import { CliError, EXIT, exitCodeOf } from "./exit_code.ts";

/** How long a stage took. */
export interface StageTime {
  readonly stage: StageName;
  readonly ms: number;
}

/**
 * Says an error in words: what failed with the server's own words, who was refused, what to do.
 *
 * @param error Anything caught.
 * @returns The text, several lines.
 */
export function describe(error: unknown): string {
  const lines = [`error: ${escapeControls(messageOf(error)).replaceAll("\\x0a", "\n       ")}`];
  if (error instanceof SmtpError && error.recipients && error.recipients.length > 0) {
    for (const { address, delivery, reply } of error.recipients) {
      lines.push(
        `  ${delivery.padEnd(9)} ${escapeControls(address)}${reply ? `  ${formatReply(reply)}` : ""}`,
      );
    }
  }
  if (exitCodeOf(error) === EXIT.IOERR) {
    lines.push("It is not known whether the message was delivered: look before you send it again.");
  }
  const hint = hintOf(error);
  if (hint !== undefined) lines.push(`hint: ${escapeControls(hint)}`);
  return lines.join("\n") + "\n";
}

/**
 * Says an error as data.
 *
 * @param error Anything caught.
 * @param stages The stages that ran.
 * @returns What `--json` prints.
 */
export function toJson(error: unknown, stages: readonly StageTime[]): Record<string, unknown> {
  const known = error instanceof SmtpError ? error : undefined;
  return {
    ok: false,
    stage: known?.stage,
    code: known?.code ?? (error instanceof CliError ? error.code : "cli.unexpected"),
    exit: exitCodeOf(error),
    retryable: known?.retryable ?? false,
    message: messageOf(error),
    reply: known?.reply && replyJson(known.reply),
    hint: hintOf(error),
    recipients: known?.recipients?.map((one) => ({ ...one, reply: one.reply && replyJson(one.reply) })),
    timing: timingJson(stages),
  };
}

/** A reply as data. */
export function replyJson({ code, enhanced, lines }: Reply): Record<string, unknown> {
  return { code, enhanced, text: lines.join("\n") };
}

/** The times as data, in milliseconds. */
export function timingJson(stages: readonly StageTime[]): Record<string, unknown> {
  const total = stages.reduce((sum, { ms }) => sum + ms, 0);
  return { totalMs: round(total), stages: stages.map(({ stage, ms }) => ({ stage, ms: round(ms) })) };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function messageOf(error: unknown): string {
  if (exitCodeOf(error) !== EXIT.SOFTWARE) return (error as Error).message;
  return `Cannot go on: ${error instanceof Error ? error.message : error}`;
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof CliError || error instanceof SmtpError) return error.hint;
  if (error instanceof Deno.errors.NotCapable) {
    const flag = /--allow-\w+/.exec(error.message)?.[0];
    const to = /(?:net|read|env|run) access to "([^"]+)"/.exec(error.message)?.[1];
    return flag && `Run it with ${to ? `${flag}=${to}` : flag}.`;
  }
  if (exitCodeOf(error) === EXIT.SOFTWARE) {
    return "This is a mistake of ours: please report it, with the output of --trace.";
  }
}
