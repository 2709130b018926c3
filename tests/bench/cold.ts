/**
 * What a cold start costs: `stagecoach send` of a 1 KB message to a local server, beside a bare hand-written dialogue that
 * does the same with `Deno.connect` and nothing else, and beside a program that does nothing. It is measured twice: from its
 * modules, as `deno run` loads them, and bundled, as a binary has them. All run in turn, round by round, because the machine's
 * speed drifts; what counts is the median of the rounds' ratios.
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
const bundle = await Deno.makeTempDir();
await deno(["bundle", "--quiet", "--code-splitting", "--outdir", bundle, here("../../cli.ts")]);

const send = ["--server", `127.0.0.1:${port}`, "--from", "ann@example.com", "--to", "bo@example.org"];
const programs = {
  empty: ["run", empty],
  bare: ["run", ...allow, here("bare.ts"), String(port), body],
  modules: ["run", ...allow, here("../../cli.ts"), "send", ...send, "--subject", "Hello", "--text", body],
  bundled: ["run", ...allow, `${bundle}/cli.js`, "send", ...send, "--subject", "Hello", "--text", body],
};
type Name = keyof typeof programs;

/** Runs Deno; gives the milliseconds it took, seen from outside. */
async function deno(args: readonly string[]): Promise<number> {
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
for (const args of Object.values(programs)) await deno(args);

const times: Record<Name, number[]> = { empty: [], bare: [], modules: [], bundled: [] };
const names = Object.keys(programs) as Name[];
for (let round = 0; round < ROUNDS; round++) {
  for (const name of names) times[name].push(await deno(programs[name]));
}
await Deno.remove(empty);
await Deno.remove(bundle, { recursive: true });

console.log(`${"median of " + ROUNDS + " rounds".padEnd(16)}    ms   to bare`);
for (const name of names) {
  const ratio = median(times[name].map((ms, round) => ms / times.bare[round]));
  console.log(
    `${name.padEnd(18)}${median(times[name]).toFixed(1).padStart(10)}${ratio.toFixed(2).padStart(10)}`,
  );
}
