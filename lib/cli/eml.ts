import {
  parseAddress,
  parseAddressList,
  type Prepared,
  prepareRaw,
  type RawMessage,
  SmtpError,
} from "../../mod.ts";
import { named, readAddresses, readReversePath } from "./addresses.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Draft } from "./message.ts";
import { CHANGING } from "./message_options.ts";
import type { Settings } from "./settings.ts";
import { unreadable } from "./unreadable.ts";

/**
 * Reads the options of a message that is there already.
 *
 * @param settings The settings.
 * @param io The world.
 * @returns The draft.
 * @throws {CliError} If an option is malformed, or would change the message.
 */
export function readEml(settings: Settings, io: Io): Draft {
  const { given } = settings;
  const path = given.value("eml") ?? "";
  const changing = CHANGING.filter((name) =>
    given.value(name) !== undefined || given.values(name).length > 0 || given.has(name)
  );
  if (changing.length > 0) {
    throw new CliError(
      `Cannot send --eml with ${changing.map((name) => `--${name}`).join(", ")}: it is written already`,
    );
  }
  if (path === "-" && given.has("password-stdin")) {
    throw new CliError("Cannot read --eml: standard input is read by --password-stdin already");
  }
  const forwardPaths = ["to", "cc", "bcc"].flatMap((name) => readAddresses(settings, name))
    .flatMap((value) => parseAddressList(value)).map(({ address }) => address);
  const readRecipients = given.has("read-recipients");
  const from = given.value("from");
  const author = from === undefined
    ? undefined
    : named({ value: from, source: "--from" }, parseAddress).address;
  const reversePath = readReversePath(settings) ?? author;
  const missing = forwardPaths.length > 0 || readRecipients ? [] : ["--to (or --read-recipients)"];
  let prepared: Prepared | undefined;
  return {
    missing,
    async check() {
      const source = await open(path, io);
      prepared = await prepare(path, { ...source, envelope: { reversePath, forwardPaths }, readRecipients });
    },
    finish: () => Promise.resolve(prepared!),
  };
}

async function open(path: string, io: Io): Promise<Pick<RawMessage, "raw" | "size">> {
  try {
    if (path === "-") return { raw: await io.readStdin() };
    const { content, size } = await io.open(path);
    return { raw: content, size };
  } catch (error) {
    throw unreadable("--eml", path, error);
  }
}

async function prepare(path: string, message: RawMessage): Promise<Prepared> {
  try {
    return await prepareRaw(message);
  } catch (error) {
    if (error instanceof SmtpError) throw error;
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw unreadable("--eml", path, error);
    const found = error.message.replace(/^Cannot (?:prepare message: |read )/, "");
    throw new CliError(`Cannot read --eml ${JSON.stringify(path)}: ${found}`, EXIT.DATAERR, {
      code: "cli.message",
      cause: error,
    });
  }
}
