import { SmtpError } from "../../mod.ts";

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

/**
 * Gives the exit code for an error.
 *
 * @param error Anything caught.
 * @returns One of {@linkcode EXIT}.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exit;
  if (error instanceof Deno.errors.NotCapable) return EXIT.OSERR;
  if (!(error instanceof SmtpError)) return isRefused(error) ? EXIT.USAGE : EXIT.SOFTWARE;
  const { code, recipients = [], reply } = error;
  if (error.delivery === "unknown" || recipients.some((one) => one.delivery === "unknown")) return EXIT.IOERR;
  if (code === "aborted") return EXIT.INTERRUPTED;
  if (error.retryable) return EXIT.TEMPFAIL;
  if (code === "connect.no_such_host") return EXIT.NOHOST;
  if (code === "tls.mode_mismatch" || code === "tls.injected" || code.startsWith("protocol.")) {
    return EXIT.PROTOCOL;
  }
  if (error.stage === "tls" || code.startsWith("tls.")) return EXIT.UNAVAILABLE;
  if (error.stage === "auth") return code === "auth.bad_challenge" ? EXIT.PROTOCOL : EXIT.NOPERM;
  if (error.command === "MAIL") return reply?.enhanced?.startsWith("5.7.") ? EXIT.NOPERM : EXIT.DATAERR;
  if (error.command === "RCPT") return EXIT.NOUSER;
  if (error.stage === "envelope" || error.stage === "data") return EXIT.DATAERR;
  return EXIT.UNAVAILABLE;
}

/** The library refused an argument, in words of its own: what was given on the command line cannot work. */
function isRefused(error: unknown): boolean {
  return (error instanceof TypeError || error instanceof RangeError) && error.message.startsWith("Cannot ");
}
