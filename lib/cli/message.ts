import { type Message, parseAddress, parseAddressList, prepare, type Prepared } from "../../mod.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { readText, type Setting, type Settings, unreadable } from "./settings.ts";

/** The message of `send` without its bodies, and what is missing for it. */
export interface Draft {
  /** The message; to be used only when nothing is missing. */
  readonly message: Message;
  /** Where bounces go, when not to the sender. */
  readonly reversePath?: string;
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
  const from = readFrom(settings, user);
  const [to, cc, bcc] = ["to", "cc", "bcc"].map((name) => readAddresses(settings, name));
  const missing: string[] = [];
  if (from === undefined) missing.push("--from");
  if (to.length + cc.length + bcc.length === 0) missing.push("--to");
  const replyTo = given.value("reply-to");
  if (replyTo !== undefined) named({ value: replyTo, source: "--reply-to" }, parseAddressList);
  const message: Message = {
    from: from ?? "",
    to,
    cc,
    bcc,
    replyTo,
    subject: given.value("subject"),
    headers: readHeaders(given.values("header")),
  };
  return { message, reversePath: readReversePath(given.value("envelope-from")), missing };
}

/**
 * Reads the sender's address: `--from`, `SMTP_FROM`, or the user, when it is an address.
 *
 * @param settings The settings.
 * @param user Who logs in.
 * @returns The address as it was written; `undefined` when there is none.
 * @throws {CliError} If it is not one address.
 */
export function readFrom(settings: Settings, user: string | undefined): string | undefined {
  const login = user?.includes("@") ? { value: user, source: "--user" } : undefined;
  const setting = settings.get("from") ?? login;
  if (setting) named(setting, parseAddress);
  return setting?.value;
}

/** Reads an option of addresses that may be given several times; the addresses as they were written. */
export function readAddresses({ given }: Settings, name: string): readonly string[] {
  const values = given.values(name);
  for (const value of values) named({ value, source: `--${name}` }, parseAddressList);
  return values;
}

/**
 * Composes the message: once for a look at everything but the bodies, before these are read, and once with them.
 *
 * @param draft The draft, with nothing missing.
 * @param bodies The text, the HTML or both.
 * @returns Envelope and content.
 * @throws {CliError} If the message cannot be composed; it names the option.
 */
export function composeDraft(draft: Draft, bodies: Pick<Message, "text" | "html">): Prepared {
  try {
    const ready = prepare({ ...draft.message, ...bodies });
    const { reversePath = ready.envelope.reversePath } = draft;
    return { ...ready, envelope: { ...ready.envelope, reversePath } };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    throw new CliError(nameOption(error.message), EXIT.DATAERR, { code: "cli.message", cause: error });
  }
}

/**
 * Says which bodies there are; standard input is the text when there is none.
 *
 * @throws {CliError} If two options want standard input, or it may not be waited for.
 */
export function chooseBodies({ given }: Settings, io: Io): Pick<Message, "text" | "html"> {
  const bodies = { text: given.value("text"), html: given.value("html") };
  const none = bodies.text === undefined && bodies.html === undefined;
  if (none) bodies.text = "-";
  const readers = [
    ...(given.has("password-stdin") ? ["--password-stdin"] : []),
    ...Object.entries(bodies).filter(([, value]) => value === "-").map(([name]) => `--${name}`),
  ];
  if (readers.length > 1) {
    throw new CliError(`Cannot read ${readers[1]}: standard input is read by ${readers[0]} already`);
  }
  if (none && io.stdinIsTerminal && (given.has("no-input") || io.env("CI"))) {
    throw new CliError("Cannot send: --text is missing (or --html), and nobody may be asked");
  }
  return bodies;
}

/** Reads the bodies from where they are. */
export async function readBodies(bodies: Pick<Message, "text" | "html">, io: Io) {
  return {
    text: await readBody("--text", bodies.text, io),
    html: await readBody("--html", bodies.html, io),
  };
}

async function readBody(option: string, value: string | undefined, io: Io): Promise<string | undefined> {
  if (value?.startsWith("@")) return await readText(io, option, value.slice(1));
  if (value !== "-") return value;
  if (io.stdinIsTerminal) io.err("Type the message, Ctrl-D sends, Ctrl-C cancels\n");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await io.readStdin());
  } catch (error) {
    throw unreadable(option, "-", error);
  }
}

/** The null reverse-path may be written `<>` or left empty. */
function readReversePath(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === "" || value === "<>") return "";
  return named({ value, source: "--envelope-from" }, parseAddress).address;
}

function readHeaders(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+):[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined) {
      throw new CliError(`Cannot read --header: ${JSON.stringify(line)} is not 'Name: value'`);
    }
    (headers[name] ??= []).push(value);
  }
  return headers;
}

/** Has an address read, and says where it stood when it cannot be. */
function named<T>({ value, source }: Setting, read: (value: string) => T): T {
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = error.message.replace(/^Cannot read address/, `Cannot read ${source}`);
    throw new CliError(message, EXIT.DATAERR, { code: "cli.address", cause: error });
  }
}

/** The library names its fields; a user knows the options. */
function nameOption(message: string): string {
  return message
    .replace(/^Cannot compose message: /, "Cannot send: ")
    .replace(/ in field "headers"/, " in --header")
    .replace(/field "headers\["([^"]*)"\]"/, 'the header "$1"')
    .replace(/field "(\w+)"/g, "--$1")
    .replace(/\(use "(\w+)"( or "\w+")?\)/, (_, name) => `(use --${name === "replyTo" ? "reply-to" : name})`);
}
