import { CliError } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Given } from "./parse.ts";
import type { CommandTable } from "./option_table.ts";
import { unreadable } from "./unreadable.ts";

/** A value and where it came from, for the error that it may end in. */
export interface Setting {
  readonly value: string;
  /** `--tls`, `SMTP_TLS`, or `SMTP_TLS in .env`. */
  readonly source: string;
}

/** Options, environment and env file as one: the first that has a value wins. */
export interface Settings {
  /** The value of an option, wherever it comes from; an empty variable counts as unset. */
  get(name: string): Setting | undefined;
  /** A variable of the environment or the env file. */
  variable(name: string): Setting | undefined;
  readonly given: Given;
}

const DEFAULT_FILE = ".env";

/**
 * Puts the settings of a command together: option, else environment, else env file.
 *
 * `./.env` is read only when it is asked for, or when a server is needed, none is given, and no variable of ours is set; it
 * says so then.
 *
 * @param given The command line.
 * @param table The command.
 * @param io The world.
 * @returns The settings.
 * @throws {CliError} If the env file cannot be read.
 */
export async function readSettings(given: Given, table: CommandTable, io: Io): Promise<Settings> {
  const options = new Map(
    table.groups.flatMap((group) => group.options).map((option) => [option.name, option]),
  );
  const named = !options.has("server") ||
    ["server", "url"].some((name) => given.value(name) !== undefined) ||
    [...options.values()].some((option) => option.env?.some((name) => io.env(name)));
  const asked = given.value("env-file");
  const file = asked ?? (named ? undefined : DEFAULT_FILE);
  const values = file === undefined ? {} : await readEnvFile(file, asked !== undefined, io);
  const variable = (name: string): Setting | undefined => {
    const value = io.env(name);
    if (value) return { value, source: name };
    return values[name] ? { value: values[name], source: `${name} in ${file}` } : undefined;
  };
  return {
    given,
    variable,
    get(name) {
      const value = given.value(name);
      if (value !== undefined) return { value, source: `--${name}` };
      for (const env of options.get(name)?.env ?? []) {
        const found = variable(env);
        if (found) return found;
      }
    },
  };
}

async function readEnvFile(path: string, asked: boolean, io: Io): Promise<Record<string, string>> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await io.readFile(path));
    // Deno's own --env-file expands $ in double quotes and so corrupts passwords; this parser does not.
    const { parse } = await import("@std/dotenv/parse");
    if (!asked) io.err(`reading ${path}, since no server is named and no SMTP_… variable is set\n`);
    return parse(text);
  } catch (error) {
    const absent = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable;
    if (!asked && absent) return {};
    throw unreadable("--env-file", path, error);
  }
}

/** The error for a setting that cannot be read. */
export function malformed({ source, value }: Setting, why: string): CliError {
  return new CliError(`Cannot read ${source}: ${JSON.stringify(value)} ${why}`);
}
