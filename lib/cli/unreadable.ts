import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";

/** A file that cannot be read. */
interface Fault {
  readonly option: string;
  readonly path: string;
  readonly found: string;
  /** The flag that is missing, when it is a matter of permission. */
  readonly flag?: string;
}

/** Files that cannot be read: the user's matter (66), or that of the permissions (71). */
export class Unreadable extends CliError {
  readonly faults: readonly Fault[];

  /** @param faults The files, at least one. */
  constructor(faults: readonly Fault[], cause?: unknown) {
    const list = faults.map(({ option, path, found }) => `${option} "${path}": ${found}`);
    const flags = faults.flatMap(({ flag }) => flag ?? []);
    const denied = flags.length === faults.length;
    super(`Cannot read ${list.join("; ")}`, denied ? EXIT.OSERR : EXIT.NOINPUT, {
      code: denied ? "cli.permission" : "cli.unreadable",
      hint: flags.length > 0 ? `Run it with ${joinFlags(flags)}.` : undefined,
      cause,
    });
    this.faults = faults;
  }
}

/** One flag for all paths: `--allow-read=a,b`. */
function joinFlags(flags: readonly string[]): string {
  if (flags.includes("--allow-all")) return "--allow-all";
  return `--allow-read=${flags.map((flag) => flag.slice("--allow-read=".length)).join(",")}`;
}

/**
 * Makes the error for a file that could not be read.
 *
 * @param option The option that named it.
 * @param path The file.
 * @param error What was caught.
 * @returns The error: one that is not text is the data's matter (65).
 */
export function unreadable(option: string, path: string, error: unknown): CliError {
  if (error instanceof TypeError) {
    return new CliError(`Cannot read ${option} "${path}": it is not UTF-8`, EXIT.DATAERR, {
      code: "cli.not_utf8",
      cause: error,
    });
  }
  const isDenied = error instanceof Deno.errors.NotCapable;
  // What the system makes up, such as /dev and /proc, Deno opens only to those who may do all.
  const flag = isDenied && error.message.includes("--allow-all") ? "--allow-all" : `--allow-read=${path}`;
  return new Unreadable([{ option, path, found: describe(error), flag: isDenied ? flag : undefined }], error);
}

function describe(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (error instanceof Deno.errors.PermissionDenied) return "this user may not read it";
  if (error instanceof Deno.errors.NotCapable) return "Deno does not permit it";
  return error instanceof Error ? error.message : String(error);
}

/** Reads a text file named by an option. */
export async function readText(io: Io, option: string, path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await io.readFile(path));
  } catch (error) {
    throw unreadable(option, path, error);
  }
}

/**
 * Waits for all, so that every file that cannot be read is named at once.
 *
 * @param tasks What is under way.
 * @returns What came of it.
 * @throws {CliError} The files that cannot be read, else the first error.
 */
export async function together<T extends readonly unknown[]>(
  tasks: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const ended = await Promise.allSettled(tasks);
  const errors = ended.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  const faults = errors.flatMap((error) => error instanceof Unreadable ? error.faults : []);
  if (faults.length > 0) throw new Unreadable(faults, errors[0]);
  if (errors.length > 0) throw errors[0];
  return ended.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
