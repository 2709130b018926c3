import { type Receipt, sendMail } from "../../mod.ts";
import { readConnection, readDeadline } from "./connection.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { checkNet, readLogin } from "./login.ts";
import { readDraft } from "./message.ts";
import { COMMANDS } from "./option_table.ts";
import type { Given } from "./parse.ts";
import { malformed, readSettings, type Settings } from "./settings.ts";
import { acceptedLine, type StageTime, tellTimes, watch } from "./show.ts";

/** How long goodbye may take, in milliseconds: the message is accepted, and the user waits. */
const QUIT_MS = 3_000;

/**
 * Sends one message.
 *
 * @param given The command line.
 * @param io The world.
 * @param times Receives the time of every stage.
 * @returns The exit code.
 */
export async function send(given: Given, io: Io, times: StageTime[]): Promise<number> {
  if (given.words.length > 0) {
    throw new CliError(`Cannot read ${JSON.stringify(given.words[0])}: a recipient is named by --to`);
  }
  const settings = await readSettings(given, COMMANDS.send, io);
  const connection = await readConnection(settings, io);
  const draft = await readDraft(settings, io, settings.get("user")?.value ?? connection?.login?.user);
  const dry = given.has("dry-run");
  const missing = [...connection || dry ? [] : ["--server"], ...draft.missing];
  if (missing.length > 0) {
    throw new CliError(`Cannot send: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`);
  }
  const partial = readPartial(settings);
  const retries = readRetries(settings);
  const deadlineMs = readDeadline(settings);
  await draft.check();
  if (dry) {
    const { printMessage } = await import("./print_message.ts");
    return await printMessage(await draft.finish(), given, { io, dryRun: true });
  }
  const { options } = connection!;
  checkNet(options, io);
  const login = await readLogin(settings, io, connection!);
  const message = await draft.finish();
  const start = performance.now();
  using interrupts = io.interrupts();
  const receipt = await sendMail({
    ...options,
    ...login,
    partial,
    deadlineMs,
    signal: interrupts.signal,
    retry: { attempts: retries + 1 },
    timeLimits: { quit: QUIT_MS },
    plugins: await watch(given, io, times),
  }, message);
  const ms = performance.now() - start;
  tellTimes(given, io, times, ms);
  return await tell(receipt, { given, io, times, host: options.hostname, ms });
}

function readPartial(settings: Settings): "deliver" | "abort" | undefined {
  const setting = settings.get("partial");
  if (!setting || setting.value === "deliver" || setting.value === "abort") {
    return setting?.value as "deliver" | undefined;
  }
  throw malformed(setting, "is neither deliver nor abort");
}

/** How often to try again. */
function readRetries(settings: Settings): number {
  const setting = settings.get("retry");
  if (!setting) return 0;
  if (/^\d{1,2}$/.test(setting.value)) return Number(setting.value);
  throw malformed(setting, "is no number from 0 to 99");
}

/** What is told of a success. */
interface Told {
  readonly given: Given;
  readonly io: Io;
  readonly times: readonly StageTime[];
  readonly host: string;
  readonly ms: number;
}

async function tell(receipt: Receipt, { given, io, times, host, ms }: Told): Promise<number> {
  const refused = receipt.recipients.filter((one) => one.delivery !== "accepted");
  const exit = refused.length > 0 ? EXIT.PARTIAL : EXIT.OK;
  if (given.has("json")) {
    const { recipientsJson, replyJson, timingJson } = await import("./report.ts");
    const { messageId, queueId, octets } = receipt;
    const data = {
      ...{ ok: true, stage: "data", exit, retryable: false, messageId, queueId, octets },
      reply: replyJson(receipt.reply),
      recipients: recipientsJson(receipt.recipients),
      timing: timingJson(times, ms),
    };
    io.out(JSON.stringify(data) + "\n");
    return exit;
  }
  io.out(`${receipt.messageId}\n`);
  if (!given.has("quiet")) io.err(acceptedLine(receipt, host, ms));
  if (refused.length > 0) {
    const { describeRefused } = await import("./report.ts");
    io.err(await describeRefused(refused));
  }
  return exit;
}
