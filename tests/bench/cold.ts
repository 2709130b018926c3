/**
 * What a cold start costs: `stagecoach send` of a 1 KB message to a local server, beside a bare hand-written dialogue that
 * does the same with `Deno.connect` and nothing else, and beside a program that does nothing. They run in turn, round by
 * round, because the machine's speed drifts; what counts is the median of the rounds' ratios.
 *
 * @module
 */

import { sink } from "./sink.ts";

const ROUNDS = 21;
const here = (path: string) => new URL(path, import.meta.url).pathname;

using listener = sink();
const { port } = listener.addr as Deno.NetAddr;
const body = "x".repeat(76).concat("\r\n").repeat(13).trimEnd();

const allow = ["--no-prompt", `--allow-net=127.0.0.1:${port}`];
const empty = await Deno.makeTempFile({ suffix: ".ts" });
await Deno.writeTextFile(empty, "export {};\n");
const send = ["--server", `127.0.0.1:${port}`, "--from", "ann@example.com", "--to", "bo@example.org"];
const programs = {
  empty: ["run", empty],
  bare: ["run", ...allow, here("bare.ts"), String(port), body],
  stagecoach: ["run", ...allow, here("../../cli.ts"), "send", ...send, "--subject", "Hello", "--text", body],
};

/** Milliseconds of one run, from outside. */
async function time(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], stdin: "null" })
    .output();
  if (!success) throw new Error(`Cannot measure ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

// Once unmeasured: types are stripped and code is cached.
for (const args of Object.values(programs)) await time(args);

const times = { empty: [] as number[], bare: [] as number[], stagecoach: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, args] of Object.entries(programs)) {
    times[name as keyof typeof times].push(await time(args));
  }
}
await Deno.remove(empty);

const ratio = median(times.stagecoach.map((ms, round) => ms / times.bare[round]));
for (const [name, values] of Object.entries(times)) {
  console.log(`${name.padEnd(12)}${median(values).toFixed(1).padStart(7)} ms`);
}
console.log(`stagecoach / bare, median of ${ROUNDS} rounds: ${ratio.toFixed(2)}`);
