import { ProtocolError, type Reply, SmtpError } from "../../mod.ts";

/** The exit codes: those of sysexits.h, as mutt, cron and git know them, and 1 for a success in part. */
export const EXIT = {
  OK: 0,
  PARTIAL: 1,
  USAGE: 64,
  DATAERR: 65,
  NOINPUT: 66,
  NOUSER: 67,
  NOHOST: 68,
  UNAVAILABLE: 69,
  SOFTWARE: 70,
  OSERR: 71,
  IOERR: 74,
  TEMPFAIL: 75,
  PROTOCOL: 76,
  NOPERM: 77,
  CONFIG: 78,
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const;

/** What a user did wrong, or what the command line could not do: said in words, with its exit code. */
export class CliError extends Error {
  override name = "CliError";
  readonly exit: number;
  readonly code: string;
  readonly hint?: string;

  /**
   * @param message `Cannot <what failed>: <what was found>`; several lines when several things are wrong.
   * @param exit The exit code.
   * @param more The dotted code and what to do.
   */
  constructor(
    message: string,
    exit: number = EXIT.USAGE,
    more: { code?: string; hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.exit = exit;
    this.code = more.code ?? "cli.usage";
    this.hint = more.hint;
  }
}

/** Somebody ended the program: 128 and the number of the signal, as shells have it. */
export class Interruption extends Error {
  override name = "Interruption";
  readonly exit: number;

  constructor(exit: number) {
    super("interrupted");
    this.exit = exit;
  }
}

/** One side speaks TLS and the other does not. */
const MISMATCH: readonly string[] = ["tls.mode_mismatch", "tls.injected"];

/**
 * Gives the exit code for an error.
 *
 * @param error Anything caught.
 * @returns One of {@linkcode EXIT}.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exit;
  if (error instanceof Deno.errors.NotCapable) return EXIT.OSERR;
  if (!(error instanceof SmtpError)) return EXIT.SOFTWARE;
  const { code, recipients = [], reply } = error;
  if (code === "aborted") return error.cause instanceof Interruption ? error.cause.exit : EXIT.INTERRUPTED;
  if (error.delivery === "unknown" || recipients.some((one) => one.delivery === "unknown")) return EXIT.IOERR;
  // Not 75, by which a script would send it to those again who have it.
  if (recipients.some((one) => one.delivery === "accepted")) return EXIT.PARTIAL;
  if (error.retryable) return EXIT.TEMPFAIL;
  if (code === "connect.no_such_host") return EXIT.NOHOST;
  // A file that was there when it was looked at.
  if (code === "data.source_failed") return EXIT.NOINPUT;
  if (MISMATCH.includes(code) || code.startsWith("protocol.")) return EXIT.PROTOCOL;
  if (error.stage === "tls" || code.startsWith("tls.")) return EXIT.UNAVAILABLE;
  // The exchange broke down, or the server did not prove itself; nobody refused the password.
  if (error instanceof ProtocolError) return EXIT.PROTOCOL;
  if (error.stage === "auth") return EXIT.NOPERM;
  if (error.command === "MAIL") return isForbidden(code, reply) ? EXIT.NOPERM : EXIT.DATAERR;
  if (error.command === "RCPT") return EXIT.NOUSER;
  if (error.stage === "envelope" || error.stage === "data" || code.startsWith("dkim.")) return EXIT.DATAERR;
  return EXIT.UNAVAILABLE;
}

/** The login is good, and this sender is not for it; or there was no login. */
function isForbidden(code: string, reply?: Reply): boolean {
  return code === "envelope.sender_not_allowed" || code === "auth.required" ||
    reply?.enhanced?.startsWith("5.7.") === true;
}
