import { CliError, EXIT } from "./exit_code.ts";
import type { Ended, Io } from "./io.ts";

/** How long a program may take to print a secret, in milliseconds. */
const COMMAND_MS = 30_000;

/**
 * Runs a program for the secret that it prints; no shell reads the words.
 *
 * @param option The option that named it.
 * @param text The program and its arguments.
 * @param io The world.
 * @param limitMs How long it may take, in milliseconds.
 * @returns What it printed.
 * @throws {CliError} If it cannot be run, fails, or takes too long; with its own last words.
 */
export async function printed(option: string, text: string, io: Io, limitMs = COMMAND_MS): Promise<string> {
  const argv = splitWords(text);
  if (argv === undefined) throw new CliError(`Cannot read ${option}: a quotation mark is not closed`);
  if (argv.length === 0) throw new CliError(`Cannot read ${option}: it names no program`);
  const fail = (found: string, hint?: string) =>
    new CliError(`Cannot read ${option}: "${argv[0]}" ${found}`, EXIT.CONFIG, {
      code: "cli.password_command",
      hint,
    });
  const signal = AbortSignal.timeout(limitMs);
  let ended: Ended;
  try {
    ended = await io.run(argv, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw fail(
      error instanceof Deno.errors.NotFound ? "is not found" : `cannot be run: ${(error as Error).message}`,
    );
  }
  if (signal.aborted) throw fail(`did not end within ${limitMs / 1_000} s`);
  if (ended.code !== 0) {
    const last = ended.stderr.trimEnd().split(/\r?\n/).at(-1) || "it said nothing";
    // Under cron and the like gpg cannot ask for its passphrase unless it knows the terminal.
    const gpg = /gpg|pinentry/i.test(ended.stderr) && !io.env("GPG_TTY");
    throw fail(
      `ended with exit code ${ended.code}: ${last}`,
      gpg ? 'Set GPG_TTY (export GPG_TTY="$(tty)").' : undefined,
    );
  }
  return ended.stdout;
}

/**
 * Splits a command into words as a shell would, and does nothing else that a shell does.
 *
 * @param text The command; quotation marks of both kinds hold words together, a backslash takes a quotation mark, a blank
 * or a backslash as it is.
 * @returns The words; `undefined` when a quotation mark is not closed.
 */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    const next = text[at + 1] ?? "";
    if (c === "\\" && quote !== "'" && (quote ? /["\\]/ : /[\s"'\\]/).test(next)) {
      word = (word ?? "") + next;
      at++;
    } else if (quote ? c === quote : c === '"' || c === "'") {
      quote = quote ? "" : c;
      word ??= "";
    } else if (!quote && /\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + c;
  }
  if (word !== undefined) words.push(word);
  return quote ? undefined : words;
}
