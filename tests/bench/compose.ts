/**
 * What composing costs beside npm nodemailer's MailComposer, on Node and on Deno: a message as people send them, again and
 * again, and large attachments that go from a file through the message to nowhere. Each runs in a process of its own, in
 * turn, round by round, because the machine's speed drifts; what counts is the median of the rounds' ratios.
 *
 * @module
 */

// So that it is there: Node runs the same files as Deno.
import "nodemailer/lib/mail-composer";

const ROUNDS = 7;

/** How long small messages are counted, in milliseconds. */
const COUNTED_MS = 1_000;

/** The attachments, in MB. */
const SIZES = [25, 100, 500];

const here = (path: string) => new URL(path, import.meta.url).pathname;
const deno = [Deno.execPath(), "run", "-A"];
const nodemailer = [here("compose_nodemailer.mjs"), import.meta.resolve("nodemailer/lib/mail-composer")];
const contestants = {
  ours: [...deno, here("compose_ours.ts")],
  node: ["node", ...nodemailer],
  deno: [...deno, ...nodemailer],
};
type Name = keyof typeof contestants;
const names = Object.keys(contestants) as Name[];

/** What was measured, by its title: a figure of each contestant in each round. */
const figures = new Map<string, Record<Name, number[]>>();

function note(title: string, name: Name, figure: number): void {
  if (!figures.has(title)) figures.set(title, { ours: [], node: [], deno: [] });
  figures.get(title)![name].push(figure);
}

/** What our figure has to be. */
const targets: Readonly<Record<string, string>> = {
  "small messages/s": "8 x Node",
  "100 MB, MB/s": "6.5 x Node",
  "100 MB, peak MiB": "50",
  "500 MB over 25 MB, MiB": "4",
};

/** Runs a program; gives the numbers that it prints. */
async function run([program, ...args]: readonly string[]): Promise<number[]> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) throw new Error(`Cannot measure ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).split(" ").map(Number);
}

async function measure(name: Name, folder: string): Promise<void> {
  const [rate] = await run([...contestants[name], "small", String(COUNTED_MS)]);
  note("small messages/s", name, rate);
  const peaks: number[] = [];
  for (const size of SIZES) {
    const [rate, peak] = await run([...contestants[name], "large", `${folder}/${size}`]);
    note(`${size} MB, MB/s`, name, rate);
    note(`${size} MB, peak MiB`, name, peak);
    peaks.push(peak);
  }
  note("500 MB over 25 MB, MiB", name, peaks.at(-1)! - peaks[0]);
}

async function writeRandomFile(path: string, megabytes: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const octets = new Uint8Array(1_000_000);
  for (let at = 0; at < octets.length; at += 50_000) crypto.getRandomValues(octets.subarray(at, at + 50_000));
  for (let i = 0; i < megabytes; i++) {
    for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
  }
  // Else the system does it while somebody is measured.
  await file.sync();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function line(title: string, ...cells: readonly string[]): string {
  return title.padEnd(24) + cells.map((cell) => cell.padStart(12)).join("");
}

const folder = await Deno.makeTempDir();
try {
  for (const size of SIZES) await writeRandomFile(`${folder}/${size}`, size);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) await measure(name, folder);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

console.log(line(`median of ${ROUNDS} rounds`, "ours", "on Node", "ratio", "on Deno", "ratio", "target"));
for (const [title, { ours, node, deno }] of figures) {
  const ratio = (theirs: readonly number[]) => median(ours.map((figure, i) => figure / theirs[i])).toFixed(2);
  const cell = (values: readonly number[]) => median(values).toFixed(title.endsWith("MiB") ? 1 : 0);
  console.log(
    line(title, cell(ours), cell(node), ratio(node), cell(deno), ratio(deno), targets[title] ?? ""),
  );
}
const [empty] = await run([...deno, here("compose_ours.ts"), "nothing"]);
console.log(line("nothing, peak MiB", empty.toFixed(1)));
