import {
  closeSession,
  defaultStages,
  extend,
  openSession,
  type Plugin,
  prepare,
  type Prepared,
  sendOn,
  STAGE_NAMES,
  type StageName,
  timeLimits,
} from "../../mod.ts";
import { readAddresses, readFrom } from "./addresses.ts";
import { type Connection, readConnection, readDeadline } from "./connection.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { checkNet, type Login, readLogin } from "./login.ts";
import { narrate, summary, type Told } from "./narrate.ts";
import { COMMANDS } from "./option_table.ts";
import type { Given } from "./parse.ts";
import { timingJson } from "./report.ts";
import { malformed, readSettings, type Settings } from "./settings.ts";
import { type StageTime, tellTimes, trace } from "./show.ts";
import { stopAfter, Stopped } from "./stop_after.ts";

/**
 * Talks to a server up to a stage and shows each: the stages are the library's own, and both the show and the stop are
 * plugins around them.
 *
 * @param given The command line.
 * @param io The world.
 * @param times Receives the time of every stage.
 * @returns The exit code.
 */
export async function check(given: Given, io: Io, times: StageTime[]): Promise<number> {
  if (given.words.length > 0) {
    throw new CliError(`Cannot read ${JSON.stringify(given.words[0])}: check takes options only`);
  }
  const settings = await readSettings(given, COMMANDS.check, io);
  const connection = await readConnection(settings, io);
  const user = settings.get("user")?.value ?? connection?.login?.user;
  const last = readStage(settings, user !== undefined && settings.get("auth")?.value !== "none");
  const draft = readEnvelope(settings, last, user);
  const missing = [...connection ? [] : ["--server"], ...draft.missing];
  if (!connection || missing.length > 0) {
    const are = missing.length > 1 ? "are" : "is";
    throw new CliError(`Cannot check up to ${last}: ${missing.join(", ")} ${are} missing`);
  }
  const deadlineMs = readDeadline(settings);
  checkNet(connection.options, io);
  // Nobody is asked for a password that is not going to be used.
  const needed = STAGE_NAMES.indexOf(last) >= STAGE_NAMES.indexOf("auth");
  const login = needed ? await readLogin(settings, io, connection) : {};

  const told: Told[] = [];
  const loud = !given.has("json") && !given.has("quiet");
  const show = narrate((text) => loud && io.out(text), (one) => {
    told.push(one);
    times.push(one);
  });
  const start = performance.now();
  await runUpTo(last, {
    connection,
    login,
    mail: draft.mail,
    deadlineMs,
    plugins: [...trace(given, io), last === "quit" ? show : hideQuit(show), stopAfter(last)],
  });
  const ms = performance.now() - start;
  if (given.has("json")) {
    const stages = told.map(({ stage, ms, rows }) => ({ stage, ms: Math.round(ms * 10) / 10, rows }));
    const data = {
      ok: true,
      stage: last,
      exit: EXIT.OK,
      retryable: false,
      stages,
      timing: timingJson(times, ms),
    };
    io.out(JSON.stringify(data) + "\n");
  } else if (loud) io.out(summary(`stopped after ${last}, as asked`, ms));
  tellTimes(given, io, times, ms);
  return EXIT.OK;
}

/** What one run of the stages needs. */
interface Course {
  readonly connection: Connection;
  readonly login: Login;
  readonly mail?: Prepared;
  readonly deadlineMs?: number;
  readonly plugins: readonly Plugin[];
}

async function runUpTo(last: StageName, course: Course): Promise<void> {
  const { connection: { options }, login, mail, deadlineMs, plugins } = course;
  // One round trip for each command, so that each shows its own answer.
  const stages = extend(
    defaultStages({ ...options, ...login, pipelining: false }),
    timeLimits(),
    ...plugins,
  );
  const signal = deadlineMs === undefined ? new AbortController().signal : AbortSignal.timeout(deadlineMs);
  const cx = { signal, trace: () => {} };
  try {
    const session = await openSession(stages, options, cx);
    try {
      if (mail) await sendOn(stages, { session, ...mail }, cx);
    } finally {
      // What goodbye says matters only to those who asked for it.
      await closeSession(stages, session, cx).catch((error) => {
        if (last === "quit") throw error;
      });
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
}

/** A session ends with QUIT in any case; it is shown when it was asked for. */
function hideQuit(show: Plugin): Plugin {
  return (stages) => ({ ...show(stages), quit: stages.quit });
}

function readStage(settings: Settings, withUser: boolean): StageName {
  const setting = settings.get("stop-after");
  if (!setting) return withUser ? "auth" : "tls";
  const found = STAGE_NAMES.find((name) => name === setting.value);
  if (found) return found;
  throw malformed(setting, `is not one of ${STAGE_NAMES.join(", ")}`);
}

/** The message of the stages envelope and data; the others need none. */
function readEnvelope(
  settings: Settings,
  last: StageName,
  user?: string,
): { mail?: Prepared; missing: string[] } {
  const { given } = settings;
  if (last !== "envelope" && last !== "data") return { missing: [] };
  const to = readAddresses(settings, "to");
  const from = readFrom(settings, user);
  const missing: string[] = [];
  if (from === undefined) missing.push("--from");
  if (to.length === 0) missing.push("--to");
  if (last === "data" && !given.has("yes")) missing.push("--yes (a test message is really sent)");
  if (missing.length > 0 || from === undefined) return { missing };
  const mail = prepare({
    from,
    to,
    subject: "Test message",
    text: "This is a test message of `stagecoach check`. Nobody needs to answer it.\n",
    // RFC 3834 section 5: keeps vacation notices from answering.
    headers: { "Auto-Submitted": "auto-generated" },
  });
  return { mail, missing };
}
