import { escapeControls, formatReply, type Receipt, sendMail } from "../../mod.ts";
import { malformed, readConnection, readDeadline } from "./connection.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { composeDraft, readDraft } from "./message.ts";
import { COMMANDS } from "./option_table.ts";
import type { Given } from "./parse.ts";
import type { StageTime } from "./report.ts";
import { readSettings, type Settings } from "./settings.ts";
import { watch } from "./show.ts";

/**
 * Sends one message.
 *
 * @param given The command line.
 * @param io The world.
 * @param stages Receives the time of every stage.
 * @returns The exit code.
 */
export async function send(given: Given, io: Io, stages: StageTime[]): Promise<number> {
  if (given.words.length > 0) {
    throw new CliError(`Cannot read ${JSON.stringify(given.words[0])}: a recipient is named by --to`);
  }
  const settings = await readSettings(given, COMMANDS.send, io);
  const connection = await readConnection(settings, io);
  const draft = readDraft(settings, settings.get("user")?.value ?? connection?.user);
  const dry = given.has("dry-run");
  const missing = [...connection || dry ? [] : ["--server"], ...draft.missing];
  if (missing.length > 0) {
    throw new CliError(`Cannot send: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`);
  }
  const partial = readPartial(settings);
  const deadlineMs = readDeadline(settings);
  const message = await composeDraft(draft, settings, io);
  if (dry) {
    for await (const octets of message.content.octets()) io.out(octets);
    return EXIT.OK;
  }
  const { options } = connection!;
  const login = await readLogin(settings, io, connection!);
  const start = performance.now();
  const receipt = await sendMail({
    ...options,
    ...login,
    partial,
    deadlineMs,
    plugins: watch(given, io, stages),
  }, message);
  return await tell(receipt, { given, io, stages, host: options.hostname, ms: performance.now() - start });
}

/** What says that somebody is to log in. */
const LOGIN_OPTIONS = ["password-env", "password-file", "password-command", "token-file", "token-command"];

/** The credentials, and what goes with them; the code for it is loaded only when somebody logs in. */
export async function readLogin(settings: Settings, io: Io, url: { user?: string; password?: string }) {
  const { given } = settings;
  const asked = settings.get("user") || url.user || given.has("password-stdin") ||
    LOGIN_OPTIONS.some((name) => given.value(name) !== undefined);
  if (!asked) return { credentials: undefined };
  const { readCredentials } = await import("./secret.ts");
  const credentials = await readCredentials(settings, io, url);
  const mechanisms = settings.get("auth")?.value;
  const allowCleartextAuth = settings.given.has("insecure-auth");
  if (allowCleartextAuth) {
    io.err("warning: --insecure-auth lets the password cross a connection that anyone can read\n");
  }
  const names = mechanisms === undefined || mechanisms === "none" ? undefined : mechanisms.split(",");
  return { credentials, mechanisms: names, allowCleartextAuth };
}

function readPartial(settings: Settings): "deliver" | "abort" | undefined {
  const setting = settings.get("partial");
  if (!setting || setting.value === "deliver" || setting.value === "abort") {
    return setting?.value as "deliver" | undefined;
  }
  throw malformed(setting, "is neither deliver nor abort");
}

/** What is told of a success. */
interface Told {
  readonly given: Given;
  readonly io: Io;
  readonly stages: readonly StageTime[];
  readonly host: string;
  readonly ms: number;
}

async function tell(receipt: Receipt, { given, io, stages, host, ms }: Told): Promise<number> {
  const accepted = receipt.recipients.filter((one) => one.delivery === "accepted");
  const refused = receipt.recipients.filter((one) => one.delivery !== "accepted");
  const exit = refused.length > 0 ? EXIT.PARTIAL : EXIT.OK;
  if (given.has("json")) {
    const { replyJson, timingJson } = await import("./report.ts");
    const recipients = receipt.recipients.map((one) => ({
      ...one,
      reply: one.reply && replyJson(one.reply),
    }));
    const { messageId, queueId, octets, reply } = receipt;
    const data = {
      ok: true,
      exit,
      messageId,
      queueId,
      octets,
      reply: replyJson(reply),
      recipients,
      timing: timingJson(stages),
    };
    io.out(JSON.stringify(data) + "\n");
  } else io.out(`${receipt.messageId}\n`);
  for (const { address, reply } of refused) {
    io.err(`refused   ${escapeControls(address)}${reply ? `  ${formatReply(reply)}` : ""}\n`);
  }
  if (!given.has("quiet") && !given.has("json")) {
    const people = `${accepted.length} recipient${accepted.length === 1 ? "" : "s"}`;
    const kilobytes = `${(receipt.octets / 1_000).toFixed(1)} KB`;
    io.err(
      `accepted by ${host}: ${formatReply(receipt.reply)} (${people}, ${kilobytes}, ${ms.toFixed()} ms)\n`,
    );
  }
  return exit;
}
