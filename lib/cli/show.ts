import { type Plugin, timing, transcript } from "../../mod.ts";
import type { Io } from "./io.ts";
import type { Given } from "./parse.ts";
import type { StageTime } from "./report.ts";

/** The plugin that `--trace` asks for. */
export function trace(given: Given, io: Io): Plugin[] {
  return given.has("trace") ? [transcript((line) => io.err(`${line}\n`))] : [];
}

/**
 * Makes the plugins that `--trace`, `--verbose` and `--timing` ask for.
 *
 * @param given The command line.
 * @param io Where to write.
 * @param stages Receives the time of every stage.
 * @returns The plugins.
 */
export function watch(given: Given, io: Io, stages: StageTime[]): Plugin[] {
  const shown = given.has("verbose") || given.has("timing");
  const clock = timing(({ stage, elapsedMs, ok }) => {
    stages.push({ stage, ms: elapsedMs });
    if (shown) {
      io.err(`${stage.padEnd(10)} ${`${elapsedMs.toFixed(1)} ms`.padStart(10)}${ok ? "" : "  failed"}\n`);
    }
  });
  return [...trace(given, io), clock];
}
