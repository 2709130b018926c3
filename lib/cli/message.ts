import { type Message, prepare, type Prepared } from "../../mod.ts";
import { readText } from "./connection.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { type Settings, unreadable } from "./settings.ts";

/** The message of `send`, and what is missing for it. */
export interface Draft {
  /** The message; to be used only when nothing is missing. */
  readonly message: Message;
  readonly envelopeFrom?: string;
  /** The options that are missing. */
  readonly missing: readonly string[];
}

/**
 * Reads the options of the group "Message", but for the bodies.
 *
 * @param settings The settings.
 * @param user Who logs in: the sender, when nobody else is named.
 * @returns The draft.
 * @throws {CliError} If an option is malformed.
 */
export function readDraft(settings: Settings, user: string | undefined): Draft {
  const { given } = settings;
  const from = settings.get("from")?.value ?? (user?.includes("@") ? user : undefined);
  const [to, cc, bcc] = ["to", "cc", "bcc"].map((name) => given.values(name));
  const missing: string[] = [];
  if (from === undefined) missing.push("--from");
  if (to.length + cc.length + bcc.length === 0) missing.push("--to");
  const message: Message = {
    from: from ?? "",
    to,
    cc,
    bcc,
    replyTo: given.value("reply-to"),
    subject: given.value("subject"),
    headers: readHeaders(given.values("header")),
  };
  return { message, envelopeFrom: given.value("envelope-from"), missing };
}

/**
 * Reads the bodies and composes the message.
 *
 * @param draft The draft.
 * @param settings The settings.
 * @param io The world.
 * @returns Envelope and content.
 * @throws {CliError} If a body cannot be read, or the message cannot be composed.
 */
export async function composeDraft(draft: Draft, settings: Settings, io: Io): Promise<Prepared> {
  const { given } = settings;
  const bodies = { text: given.value("text"), html: given.value("html") };
  const stdin = [
    ...Object.entries(bodies).filter(([, value]) => value === "-").map(([name]) => `--${name}`),
    ...(given.has("password-stdin") ? ["--password-stdin"] : []),
  ];
  if (stdin.length > 1) {
    throw new CliError(`Cannot read ${stdin[1]}: standard input is read by ${stdin[0]} already`);
  }
  if (bodies.text === undefined && bodies.html === undefined) {
    if (stdin.length > 0) {
      throw new CliError("Cannot read the text: standard input is read for the password; give --text");
    }
    bodies.text = "-";
  }
  const text = await readBody("--text", bodies.text, io);
  const html = await readBody("--html", bodies.html, io);
  try {
    const ready = prepare({ ...draft.message, text, html });
    if (draft.envelopeFrom === undefined) return ready;
    return { ...ready, envelope: { ...ready.envelope, reversePath: readReversePath(draft.envelopeFrom) } };
  } catch (error) {
    if (error instanceof CliError || !(error instanceof TypeError || error instanceof SyntaxError)) {
      throw error;
    }
    throw new CliError(nameOption(error.message), EXIT.DATAERR, { code: "cli.message", cause: error });
  }
}

async function readBody(option: string, value: string | undefined, io: Io): Promise<string | undefined> {
  if (value === undefined) return undefined;
  if (value.startsWith("@")) return await readText(io, option, value.slice(1));
  if (value !== "-") return value;
  if (io.stdinIsTerminal) io.err("Type the message; Ctrl-D sends, Ctrl-C cancels.\n");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await io.readStdin());
  } catch (error) {
    throw unreadable(option, "-", error);
  }
}

/** The null reverse-path may be written `<>` or left empty. */
function readReversePath(text: string): string {
  if (text === "" || text === "<>") return "";
  return prepare({ from: text, to: text }).envelope.reversePath;
}

function readHeaders(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+)\s*:[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined) {
      throw new CliError(`Cannot read --header: ${JSON.stringify(line)} is not 'Name: value'`);
    }
    (headers[name] ??= []).push(value);
  }
  return headers;
}

/** The library names its fields; a user knows the options. */
function nameOption(message: string): string {
  return message
    .replace(
      /\bfields? ((?:"\w+"(?:, | and )?)+)/g,
      (_, names) => names.replaceAll('"replyTo"', '"reply-to"').replaceAll(/"([\w-]+)"/g, "--$1"),
    );
}
