import { parseArgs, type ParseOptions } from "@std/cli/parse-args";
import { CliError, EXIT } from "./exit_code.ts";
import { nearest } from "./nearest.ts";
import type { Option } from "./option_groups.ts";
import type { CommandTable } from "./option_table.ts";

/** What was given on the command line. */
export interface Given {
  /** The value of an option, the last of a repeated one. */
  value(name: string): string | undefined;
  /** All values of a repeated option. */
  values(name: string): readonly string[];
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** What is no option. */
  readonly words: readonly string[];
}

/**
 * Reads the arguments of a command: `-fa@x`, `-f a@x`, `--from a@x` and `--from=a@x` are the same, and a value may be
 * empty, `-`, or begin with a dash.
 *
 * @param argv The arguments behind the command's name.
 * @param table The command's options.
 * @returns What was given.
 * @throws {CliError} If an option is unknown, lacks its value, or is given too often.
 */
export function parse(argv: readonly string[], table: CommandTable): Given {
  const options = table.groups.flatMap((group) => group.options);
  const named = (kind: (option: Option) => unknown) => options.filter(kind).map((option) => option.name);
  const layout: ParseOptions = {
    string: named((option) => option.value !== undefined),
    boolean: named((option) => option.value === undefined),
    collect: named((option) => option.repeat),
  };
  const parsed = parseArgs(normalize(argv, options), layout) as Record<string, unknown> & { _: unknown[] };
  return {
    value: (name) => typeof parsed[name] === "string" ? parsed[name] : undefined,
    values: (name) => Array.isArray(parsed[name]) ? parsed[name].map(String) : [],
    has: (name) => parsed[name] === true,
    words: parsed._.map(String),
  };
}

/** Writes every option as `--name` or `--name=value`, which leaves no room for two readings. */
function normalize(argv: readonly string[], options: readonly Option[]): string[] {
  const written: string[] = [];
  const words: string[] = [];
  const seen = new Set<string>();
  const left = [...argv];
  const add = (option: Option, value?: string) => {
    // A switch given twice says no more than once.
    if (option.value !== undefined && !option.repeat && seen.has(option.name)) {
      throw new CliError(`Cannot read --${option.name}: it is given twice`);
    }
    seen.add(option.name);
    if (option.value === undefined) return void written.push(`--${option.name}`);
    const found = value ?? left.shift();
    if (found === undefined) {
      throw new CliError(`Cannot read --${option.name}: its value (${option.value}) is missing`);
    }
    // `parseArgs` takes the equal sign for a part of the name when nothing follows it.
    written.push(found === "" ? `--${option.name}` : `--${option.name}=${found}`);
  };
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    if (arg === "--") words.push(...left.splice(0));
    else if (arg.startsWith("--")) readLong(arg, options, add);
    else if (arg.startsWith("-") && arg.length > 1) readShort(arg, options, add);
    else words.push(arg);
  }
  return [...written, "--", ...words];
}

type Add = (option: Option, value?: string) => void;

function readLong(arg: string, options: readonly Option[], add: Add): void {
  const end = arg.indexOf("=");
  const name = arg.slice(2, end < 0 ? undefined : end);
  const option = options.find((one) => one.name === name);
  if (name === "password" || name === "pass") {
    throw new CliError(
      "Cannot read --password: a password among the arguments is seen by every user of this machine",
      EXIT.USAGE,
      {
        hint: "Set SMTP_PASSWORD, use --password-file, --password-command or --password-stdin, or be asked.",
      },
    );
  }
  if (!option) throw unknown(`--${name}`, options.map((one) => `--${one.name}`));
  if (end >= 0 && option.value === undefined) throw new CliError(`Cannot read --${name}: it takes no value`);
  add(option, end < 0 ? undefined : arg.slice(end + 1));
}

/** `-vq`, `-fa@x`, `-f a@x`, `-f=a@x`, `-vfa@x`. */
function readShort(arg: string, options: readonly Option[], add: Add): void {
  for (let at = 1; at < arg.length; at++) {
    const option = options.find((one) => one.short === arg[at]);
    if (!option) throw unknown(`-${arg[at]}`, options.flatMap((one) => one.short ? [`-${one.short}`] : []));
    if (option.value === undefined) {
      add(option);
      continue;
    }
    return add(option, at + 1 < arg.length ? arg.slice(at + 1).replace(/^=/, "") : undefined);
  }
}

function unknown(given: string, known: readonly string[]): CliError {
  const close = given.length > 2 ? nearest(given, known) : undefined;
  return new CliError(
    `Cannot read ${given}: there is no such option${close ? `; did you mean ${close}?` : ""}`,
  );
}
