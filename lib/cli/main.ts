import { CliError, EXIT, exitCodeOf } from "./exit_code.ts";
import { type Io, systemIo } from "./io.ts";
import { COMMAND_GROUPS, COMMANDS } from "./option_table.ts";
import { type Given, parse } from "./parse.ts";
import type { StageTime } from "./show.ts";

type Run = (given: Given, io: Io, times: StageTime[]) => Promise<number>;

/** Each command is loaded when it is called. */
const RUN: Readonly<Record<string, () => Promise<Run>>> = {
  send: async () => (await import("./send.ts")).send,
  check: async () => (await import("./check.ts")).check,
  explain: async () => (await import("./explain.ts")).explainReply,
  "message build": async () => (await import("./message_build.ts")).buildMessage,
  "message show": async () => (await import("./message_show.ts")).showMessage,
  "message lint": async () => (await import("./message_lint.ts")).lintFile,
};

/**
 * Runs the command line.
 *
 * @param args The arguments: a command and its options.
 * @param io The world.
 * @returns The exit code.
 */
export async function main(args: readonly string[], io: Io = systemIo()): Promise<number> {
  const { name, rest } = splitName(args);
  const times: StageTime[] = [];
  let talk = io;
  try {
    if (name === undefined || isHelp(name)) return await help(rest.join(" "), io);
    if (name === "version" || name === "--version" || name === "-V") return await version(io);
    if (Object.hasOwn(COMMAND_GROUPS, name)) {
      const [second] = rest;
      if (second === undefined || isHelp(second)) return await help(name, io);
      throw await unknownCommand(`${name} ${second}`);
    }
    if (!Object.hasOwn(RUN, name)) throw await unknownCommand(name);
    if (name === "send" && rest.length === 0) await help(name, { out: (text) => io.err(`${text}\n`) });
    const given = parse(rest, COMMANDS[name]);
    if (given.has("help")) return await help(name, io);
    if (given.has("version")) return await version(io);
    const color = given.value("color");
    if (color !== undefined || io.stderrIsTerminal || io.env("FORCE_COLOR")) {
      const { withColor } = await import("./color.ts");
      talk = withColor(io, color);
    }
    const run = await RUN[name]();
    return await run(given, talk, times);
  } catch (error) {
    const { describe, toJson } = await import("./report.ts");
    if (rest.includes("--json")) io.out(JSON.stringify(toJson(error, times)) + "\n");
    else talk.err(await describe(error));
    return exitCodeOf(error);
  }
}

/** The name of the command, of one word or two, and what follows it. */
function splitName(args: readonly string[]): { name?: string; rest: readonly string[] } {
  const both = args.slice(0, 2).join(" ");
  return Object.hasOwn(RUN, both)
    ? { name: both, rest: args.slice(2) }
    : { name: args[0], rest: args.slice(1) };
}

function isHelp(word: string): boolean {
  return word === "help" || word === "--help" || word === "-h";
}

async function help(name: string, io: { out(text: string): void }): Promise<number> {
  const { commandHelp, exitCodeHelp, groupHelp, overview } = await import("./help.ts");
  if (name === "" || name === "help") io.out(overview());
  else if (name === "exit-codes") io.out(exitCodeHelp());
  else if (Object.hasOwn(COMMAND_GROUPS, name)) io.out(groupHelp(name));
  else if (Object.hasOwn(COMMANDS, name)) io.out(commandHelp(COMMANDS[name]));
  else throw await unknownCommand(name);
  return EXIT.OK;
}

async function version(io: Io): Promise<number> {
  const { VERSION } = await import("./help.ts");
  io.out(`stagecoach ${VERSION}\n`);
  return EXIT.OK;
}

async function unknownCommand(name: string): Promise<CliError> {
  const { nearest } = await import("./nearest.ts");
  const close = nearest(name, [...Object.keys(RUN), ...Object.keys(COMMAND_GROUPS), "help", "version"]);
  return new CliError(
    `Cannot run ${JSON.stringify(name)}: there is no such command${close ? `; did you mean ${close}?` : ""}`,
    EXIT.USAGE,
    { hint: "stagecoach help lists the commands." },
  );
}
