import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { CliError } from "../../lib/cli/exit_code.ts";
import type { InputFile } from "../../lib/cli/io.ts";
import { openFile } from "../../lib/cli/open_file.ts";
import { saveFile } from "../../lib/cli/save_file.ts";

/** A folder that is gone at the end. */
async function folder() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function opened({ content }: InputFile): AsyncIterable<Uint8Array> {
  return typeof content === "function"
    ? content() as AsyncIterable<Uint8Array>
    : content as AsyncIterable<Uint8Array>;
}

async function textOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  return await new Response(ReadableStream.from(octets)).text();
}

Deno.test("openFile() reads a file as often as it is asked, and tells its size and its first octets", async () => {
  await using dir = await folder();
  const path = `${dir.path}/a`;
  const text = "0123456789".repeat(60_000);
  await Deno.writeTextFile(path, text);
  const file = await openFile(path);
  assertEquals([file.size, file.head.length], [600_000, 4_096]);
  for (let pass = 0; pass < 2; pass++) assertEquals(await textOf(opened(file)), text);
  const lengths = await Array.fromAsync(opened(file), ({ length }) => length);
  assert(lengths.every((length) => length <= 262_144));
});

Deno.test("openFile() closes a file that nobody reads to its end", async () => {
  await using dir = await folder();
  await Deno.writeFile(`${dir.path}/a`, new Uint8Array(1_000_000));
  // What stays open fails the test.
  for await (const chunk of opened(await openFile(`${dir.path}/a`))) {
    assertEquals(chunk.length, 262_144);
    break;
  }
});

for (const [text, which] of [["123", "fewer"], ["1234567", "more"]]) {
  Deno.test(`openFile() fails when the file has ${which} octets than at first`, async () => {
    await using dir = await folder();
    const path = `${dir.path}/a`;
    await Deno.writeTextFile(path, "12345");
    const file = await openFile(path);
    await Deno.writeTextFile(path, text);
    await assertRejects(
      () => textOf(opened(file)),
      TypeError,
      `has ${which} than the 5 octets that it had at first`,
    );
  });
}

Deno.test(
  "openFile() reads a pipe once, and knows no size of it",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await using dir = await folder();
    const path = `${dir.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const file = await openFile(path);
    assertEquals([file.size, typeof file.content], [undefined, "object"]);
    const [text] = await Promise.all([textOf(opened(file)), Deno.writeTextFile(path, "through the pipe")]);
    assertEquals(text, "through the pipe");
  },
);

Deno.test("openFile() refuses a directory and what is not there", async () => {
  await using dir = await folder();
  await assertRejects(() => openFile(dir.path), Deno.errors.IsADirectory);
  await assertRejects(() => openFile(`${dir.path}/gone`), Deno.errors.NotFound);
});

async function* octets(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

Deno.test("saveFile() replaces a file", async () => {
  await using dir = await folder();
  await Deno.writeTextFile(`${dir.path}/a`, "a long text that was there");
  await saveFile(`${dir.path}/a`, octets("one ", "two"));
  assertEquals(await Deno.readTextFile(`${dir.path}/a`), "one two");
});

Deno.test("saveFile() leaves no half of a message behind", async () => {
  await using dir = await folder();
  async function* failing() {
    yield* octets("one");
    throw new RangeError("the source failed");
  }
  await assertRejects(() => saveFile(`${dir.path}/a`, failing()), RangeError, "the source failed");
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
});

Deno.test("saveFile() says why a file cannot be written", async () => {
  await using dir = await folder();
  for (const [path, found] of [[`${dir.path}/x/a`, "there is no such directory"], [dir.path, "directory"]]) {
    const error = await assertRejects(() => saveFile(path, octets("x")), CliError, found);
    assertEquals([error.exit, error.message.startsWith(`Cannot write --save "${path}"`)], [66, true]);
  }
});

/** Runs the command line as a user would. */
async function run(flags: readonly string[], args: readonly string[], cwd: string) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, new URL("../../cli.ts", import.meta.url).pathname, ...args],
    cwd,
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("send attaches, inlines and saves with a permission for each file and no other", async () => {
  await using dir = await folder();
  await Deno.writeTextFile(`${dir.path}/figures.csv`, "1;2\n");
  await Deno.writeTextFile(`${dir.path}/logo.svg`, "<svg/>");
  await Deno.writeTextFile(`${dir.path}/news.md`, "# News\n\n![](cid:logo.svg)\n");
  await using catcher = await catchMail({ tls: "off" });
  const server = `127.0.0.1:${catcher.port}`;
  const message = ["-f", "ann@example.com", "-t", "bo@example.org", "--markdown", "@news.md"];
  const files = ["-A", "figures.csv", "--inline", "logo.svg", "--save", "sent.eml"];
  const flags = [
    `--allow-net=${server}`,
    "--allow-read=news.md,figures.csv,logo.svg",
    "--allow-write=sent.eml",
  ];
  const { code, err } = await run(flags, ["send", "-s", server, ...message, ...files], dir.path);
  assertEquals(code, 0, err);
  const [{ octets, parsed }] = catcher.messages;
  assertEquals(parsed.attachments.map(({ filename }) => filename), ["logo.svg", "figures.csv"]);
  assertEquals(await Deno.readFile(`${dir.path}/sent.eml`), octets);
});

Deno.test("send names every file that it may not read, or not write, and the flag", async () => {
  await using dir = await folder();
  for (const name of ["a", "b"]) await Deno.writeTextFile(`${dir.path}/${name}`, "x");
  const args = ["send", "-s", "127.0.0.1:1", "-f", "ann@example.com", "-t", "bo@example.org", "--text", "x"];
  const read = await run([], [...args, "-A", "a", "-A", "b"], dir.path);
  assertEquals(read.code, 71, read.err);
  assertStringIncludes(
    read.err,
    'Cannot read --attach "a": Deno does not permit it; --attach "b": Deno does not permit it',
  );
  assertStringIncludes(read.err, "--allow-read=a,b");
  const directory = await run(["--allow-read=."], [...args, "-A", "."], dir.path);
  assertEquals(directory.code, 66, directory.err);
  assertStringIncludes(directory.err, 'Cannot read --attach ".": it is a directory');
  const write = await run(["--allow-net=127.0.0.1:1"], [...args, "--save", "sent.eml"], dir.path);
  assertEquals(write.code, 71, write.err);
  assertStringIncludes(write.err, "--allow-write=sent.eml");
});

Deno.test("message build, show and lint need no network, and read only what they are told", async () => {
  await using dir = await folder();
  const build = await run([], [
    "message",
    "build",
    "-f",
    "ann@example.com",
    "-t",
    "bo@example.org",
    "-S",
    "Hi",
    "--text",
    "Hello",
  ], dir.path);
  assertEquals([build.code, build.err], [0, ""]);
  await Deno.writeTextFile(`${dir.path}/hi.eml`, build.out);
  const lint = await run(["--allow-read=hi.eml"], ["message", "lint", "hi.eml"], dir.path);
  assertEquals([lint.code, lint.out], [0, "nothing to say against it\n"], lint.err);
  const show = await run(["--allow-read=hi.eml"], ["message", "show", "hi.eml"], dir.path);
  assertEquals(show.code, 0, show.err);
  assertStringIncludes(show.out, "Text\n  Hello\n");
});
