import { CliError } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";
import { readText, together, unreadable } from "./unreadable.ts";

/** The texts of a message; `null` where standard input is one that has not been read yet. */
export interface Bodies {
  readonly text?: string | null;
  readonly html?: string | null;
  readonly markdown?: string | null;
}

/** The same when all are read. */
export interface ReadBodies {
  readonly text?: string;
  readonly html?: string;
  readonly markdown?: string;
}

/** What is attached, as far as it matters here. */
export interface Reader {
  /** The option that names it. */
  readonly option: string;
  /** Whether it is standard input. */
  readonly stdin: boolean;
}

const NAMES = ["text", "html", "markdown"] as const;

/**
 * Says which bodies there are, and where: as they were given, `@FILE` or `-`. Standard input is the text when there is none.
 *
 * @param settings The settings.
 * @param io The world.
 * @param attached What is attached: a file may come without a word, where nobody can say one.
 * @returns The bodies.
 * @throws {CliError} If two options want standard input, or it may not be waited for, or two say the same.
 */
export function chooseBodies({ given }: Settings, io: Io, attached: readonly Reader[]): ReadBodies {
  const [text, html, markdown] = NAMES.map((name) => given.value(name));
  if (html !== undefined && markdown !== undefined) {
    throw new CliError("Cannot read --markdown: --html is given too, and they say the same");
  }
  const bodies = { text, html, markdown };
  const readers = [
    ...given.has("password-stdin") ? ["--password-stdin"] : [],
    ...NAMES.filter((name) => bodies[name] === "-").map((name) => `--${name}`),
    ...attached.filter(({ stdin }) => stdin).map(({ option }) => option),
  ];
  if (NAMES.every((name) => bodies[name] === undefined)) {
    const silent = io.stdinIsTerminal && (given.has("no-input") || Boolean(io.env("CI")));
    if (attached.length > 0 && (silent || readers.length > 0)) return bodies;
    if (silent) throw new CliError("Cannot send: --text is missing (or --html), and nobody may be asked");
    bodies.text = "-";
    readers.push("--text");
  }
  if (readers.length > 1) {
    throw new CliError(`Cannot read ${readers[1]}: standard input is read by ${readers[0]} already`);
  }
  return bodies;
}

/** Reads the bodies that are files. */
export async function readBodyFiles(bodies: ReadBodies, io: Io): Promise<Bodies> {
  const read = async (name: typeof NAMES[number]) => {
    const value = bodies[name];
    if (value === "-") return null;
    return value?.startsWith("@") ? await readText(io, `--${name}`, value.slice(1)) : value;
  };
  const [text, html, markdown] = await together(NAMES.map(read));
  return { text, html, markdown };
}

/** Reads the body that is standard input. */
export async function readBodyInput(bodies: Bodies, io: Io): Promise<ReadBodies> {
  const name = NAMES.find((name) => bodies[name] === null);
  if (name === undefined) return bodies as ReadBodies;
  if (io.stdinIsTerminal) io.err("Type the message, Ctrl-D sends, Ctrl-C cancels\n");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await io.readStdin());
    return { ...bodies, [name]: text } as ReadBodies;
  } catch (error) {
    throw unreadable(`--${name}`, "-", error);
  }
}
