import {
  closeSession,
  defaultStages,
  each,
  extend,
  type Middleware,
  openSession,
  type Plugin,
  prepare,
  type Prepared,
  sendOn,
  STAGE_NAMES,
  type StageName,
  timeLimits,
  type TraceEvent,
} from "../../mod.ts";
import { malformed, readConnection, readDeadline } from "./connection.ts";
import { describeStage } from "./describe_stage.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { COMMANDS } from "./option_table.ts";
import type { Given } from "./parse.ts";
import { type StageTime, timingJson } from "./report.ts";
import { readLogin } from "./send.ts";
import { readSettings, type Settings } from "./settings.ts";
import { trace } from "./show.ts";

/** Thrown by a stage that was to be the last. */
class Stopped extends Error {}

/** What is told of a stage. */
interface Line {
  readonly stage: StageName;
  readonly ms: number;
  readonly what: string;
}

/**
 * Talks to a server up to a stage and shows each: the stages are the library's own, and stopping is a wrapper around them.
 *
 * @param given The command line.
 * @param io The world.
 * @param stages Receives the time of every stage.
 * @returns The exit code.
 */
export async function check(given: Given, io: Io, stages: StageTime[]): Promise<number> {
  if (given.words.length > 0) {
    throw new CliError(`Cannot read ${JSON.stringify(given.words[0])}: check takes options only`);
  }
  const settings = await readSettings(given, COMMANDS.check, io);
  const connection = await readConnection(settings, io);
  if (!connection) throw new CliError("Cannot check: --server is missing");
  const last = readStage(settings);
  const mail = readMail(settings, last, settings.get("user")?.value ?? connection.user);
  const deadlineMs = readDeadline(settings);
  const login = await readLogin(settings, io, connection);

  const lines: Line[] = [];
  const tell = (line: Line) => {
    lines.push(line);
    stages.push(line);
    if (!given.has("json") && !given.has("quiet")) {
      io.out(row(line.stage, line.ms, line.what));
    }
  };
  const start = performance.now();
  await runUpTo({
    ...connection,
    mail,
    deadlineMs,
    login,
    plugins: [...trace(given, io), show(last, tell)],
  });
  const ms = Math.round((performance.now() - start) * 10) / 10;
  if (given.has("json")) {
    const timing = { ...timingJson(stages), totalMs: ms };
    io.out(JSON.stringify({ ok: true, exit: EXIT.OK, stoppedAfter: last, stages: lines, timing }) + "\n");
  } else if (!given.has("quiet")) io.out(row("", ms, `stopped after ${last}, as asked`));
  return EXIT.OK;
}

function row(stage: string, ms: number, what: string): string {
  return `${stage.padEnd(10)}${`${ms.toFixed(1)} ms`.padStart(10)}  ${what}\n`;
}

interface Course {
  readonly options: Parameters<typeof defaultStages>[0] & {
    readonly hostname: string;
    readonly port?: number;
  };
  readonly login: Awaited<ReturnType<typeof readLogin>>;
  readonly mail?: Prepared;
  readonly deadlineMs?: number;
  readonly plugins: readonly Plugin[];
}

/** Runs the stages in their order until the last one asked for says that it is. */
async function runUpTo(
  { options, login, mail, deadlineMs, plugins }: Course,
): Promise<void> {
  // One round trip for each command, so that each stage shows its own answers.
  const stages = extend(defaultStages({ ...options, ...login, pipelining: false }), timeLimits(), ...plugins);
  const port = options.port ?? (options.tls === "implicit" ? 465 : 587);
  const signal = deadlineMs === undefined ? new AbortController().signal : AbortSignal.timeout(deadlineMs);
  const cx = { signal, trace: () => {} };
  try {
    const session = await openSession(stages, { hostname: options.hostname, port }, cx);
    try {
      if (mail) await sendOn(stages, { session, ...mail }, cx);
      await closeSession(stages, session, cx);
    } finally {
      session.channel.close();
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
}

/** Tells of every stage when it is through, and ends the session after the last. */
function show(last: StageName, tell: (line: Line) => void): Plugin {
  const wrap: Middleware = (next, stage) => async (input, cx) => {
    const seen: TraceEvent[] = [];
    const start = performance.now();
    const output = await next(input, {
      ...cx,
      trace(event) {
        seen.push(event);
        cx.trace(event);
      },
    });
    const ms = Math.round((performance.now() - start) * 10) / 10;
    tell({ stage, ms, what: describeStage(stage, output, seen) });
    // Goodbye is said in any case, and after it there is nothing to stop.
    if (stage === last && stage !== "quit") throw new Stopped();
    return output;
  };
  return each(wrap);
}

function readStage(settings: Settings): StageName {
  const setting = settings.get("stop-after");
  if (!setting) return "auth";
  const found = STAGE_NAMES.find((name) => name === setting.value);
  if (found) return found;
  throw malformed(setting, `is not one of ${STAGE_NAMES.join(", ")}`);
}

/** The message of the stages envelope and data; none is needed for the stages before them, and for quit. */
function readMail(settings: Settings, last: StageName, user: string | undefined): Prepared | undefined {
  const { given } = settings;
  const to = given.values("to");
  if (last !== "envelope" && last !== "data") return undefined;
  const from = settings.get("from")?.value ?? (user?.includes("@") ? user : undefined);
  const missing = [...from === undefined ? ["--from"] : [], ...to.length === 0 ? ["--to"] : []];
  if (last === "data" && !given.has("yes")) missing.push("--yes (a test message is really sent)");
  if (missing.length > 0 || from === undefined) {
    throw new CliError(
      `Cannot check up to ${last}: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`,
    );
  }
  const text = "This is a test message of stagecoach check. Nobody needs to answer it.\n";
  try {
    return prepare({
      from,
      to,
      subject: "Test message",
      text,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    throw new CliError((error as Error).message, EXIT.DATAERR, { code: "cli.message", cause: error });
  }
}
