import { formatReply, type Plugin, type Receipt, type StageName, timing, transcript } from "../../mod.ts";
import type { Io } from "./io.ts";
import type { Given } from "./parse.ts";
import { duration, size } from "./format.ts";

/** How long a stage took. */
export interface StageTime {
  readonly stage: StageName;
  /** In milliseconds. */
  readonly ms: number;
}

/** The plugin that `--trace` asks for. */
export function trace(given: Given, io: Io): Plugin[] {
  return given.has("trace") ? [transcript((line) => io.err(`${line}\n`))] : [];
}

/**
 * Makes the plugins that `--trace`, `--verbose`, `--timing` and `--json` ask for.
 *
 * @param given The command line.
 * @param io Where to write.
 * @param times Receives the time of every stage.
 * @returns The plugins.
 */
export async function watch(given: Given, io: Io, times: StageTime[]): Promise<Plugin[]> {
  const clock = timing(({ stage, elapsedMs }) => times.push({ stage, ms: elapsedMs }));
  if (!given.has("verbose")) return [...trace(given, io), clock];
  const { narrate } = await import("./narrate.ts");
  return [...trace(given, io), clock, narrate((line) => io.err(line))];
}

/** Writes what `--timing` asks for: every stage on one line. */
export function tellTimes(given: Given, io: Io, times: readonly StageTime[], totalMs: number): void {
  if (!given.has("timing")) return;
  const stages = times.map(({ stage, ms }) => `${stage} ${duration(ms)}`);
  io.err(`timing: ${stages.join(", ")}; total ${duration(totalMs)}\n`);
}

/** The line that tells of a success. */
export function acceptedLine({ recipients, reply, octets }: Receipt, host: string, ms: number): string {
  const accepted = recipients.filter((one) => one.delivery === "accepted").length;
  const of = accepted < recipients.length ? `${accepted} of ${recipients.length}` : `${accepted}`;
  const people = `${of} recipient${recipients.length === 1 ? "" : "s"}`;
  return `accepted by ${host}: ${formatReply(reply)} (${people}, ${size(octets)}, ${
    duration(Math.round(ms))
  })\n`;
}
