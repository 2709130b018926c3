/**
 * Runs every snippet of the README as a reader would, with the catcher in place of the servers that it names.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Catcher, catchMail } from "../lib/catcher/mod.ts";

const ROOT = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", ROOT));

function snippets(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, name]) => name === language).map((
    [, , code],
  ) => code);
}

async function deno(args: readonly string[], env: Record<string, string> = {}) {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdin: "null",
    env: { ...env, NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

function refuseNobody(recipient: string): string | undefined {
  return recipient.startsWith("nobody@") ? "550 5.1.1 No such user" : undefined;
}

/** A private key in PEM. */
async function ed25519Key(): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toBase64()}\n-----END PRIVATE KEY-----\n`;
}

/** The snippet as a program: imports from here, servers replaced by the catcher. */
function program(code: string, catcher: Catcher): string {
  const server = `hostname: "localhost", port: ${catcher.port}, caCerts: [${
    JSON.stringify(catcher.certificateAuthority)
  }]`;
  return code
    .replaceAll(
      /"jsr:@stagecoach\/smtp(?:\/(\w+))?"/g,
      (_, part) => JSON.stringify(new URL(part === undefined ? "mod.ts" : `lib/${part}/mod.ts`, ROOT).href),
    )
    .replaceAll(/hostname: "smtp\.\w+\.com", port: 587/g, server);
}

/** All at once, since most of the time goes into what they import. */
Deno.test("README snippets have no type errors", async () => {
  const folder = await Deno.makeTempDir();
  await using catcher = await catchMail();
  const files = snippets("ts").map((code, at) => ({
    path: `${folder}/${at}.ts`,
    text: program(code, catcher),
  }));
  for (const { path, text } of files) await Deno.writeTextFile(path, text);
  const { code, err } = await deno(["check", "--config=deno.json", ...files.map(({ path }) => path)]);
  await Deno.remove(folder, { recursive: true });
  assertEquals(code, 0, err);
});

for (const [at, code] of snippets("ts").entries()) {
  const title = /\b(?:await )?(\w+)\(/.exec(code.replace(/^import.*$/gm, ""))?.[1];
  Deno.test(`README snippet ${at + 1} runs (${title})`, async () => {
    await using catcher = await catchMail({ refuse: refuseNobody });
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    const report = await Deno.makeTempFile({ suffix: ".pdf" });
    await Deno.writeTextFile(
      file,
      program(code, catcher).replace('"report.pdf";', `${JSON.stringify(report)};`),
    );
    const net = code.includes("catchMail")
      ? "--allow-net=127.0.0.1,localhost"
      : `--allow-net=localhost:${catcher.port}`;
    const args = [
      "run",
      "--no-prompt",
      "--config=deno.json",
      net,
      "--allow-env=SMTP_PASSWORD,DKIM_KEY",
      ...code.includes("report.pdf") ? [`--allow-read=${report}`] : [],
      file,
    ];
    const env = { SMTP_PASSWORD: "abcd efgh ijkl mnop", DKIM_KEY: await ed25519Key() };
    const { code: exit, out, err } = await deno(args, env);
    await Promise.all([file, report].map((path) => Deno.remove(path)));
    assertEquals(exit, 0, err);
    // What the snippet says it prints.
    for (const [, said] of code.matchAll(/console\.log\(.*?\); \/\/ ((?:Cannot|envelope|Hello).*)/g)) {
      assertStringIncludes(out, said);
    }
    if (!code.includes("catchMail") && !code.includes("nobody@")) assert(catcher.messages.length > 0);
  });
}

const LETTER = "From: me@gmail.com\nTo: bo@example.org\nSubject: A letter\n\nDear Bo.\n";

Deno.test("the README's commands run", async () => {
  await using catcher = await catchMail();
  const folder = await Deno.makeTempDir();
  const files = {
    "ca.pem": catcher.certificateAuthority,
    "news.md": "# News\n\n![](cid:logo.png)\n",
    "figures.csv": "1,2\n",
    "logo.png": "\x89PNG",
    "letter.eml": LETTER,
    "key.pem": await ed25519Key(),
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const lines = snippets("sh").join("").split("\n").filter((line) => line.startsWith("stagecoach "));
  assertEquals(lines.length, 7);
  for (const line of lines) {
    let stdin = "";
    for (const command of line.split(" | ")) {
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
      const server = ["-s", `localhost:${catcher.port}`, "--ca", "ca.pem"];
      const args = words.slice(1).flatMap((word, at, all) =>
        word === "-s" ? server : all[at - 1] === "-s" ? [] : [word]
      );
      const { code, out, err } = await stagecoach(args, folder, stdin);
      assertEquals(code, 0, `${command}\n${out}${err}`);
      stdin = out;
    }
  }
  assert((await Deno.readTextFile(`${folder}/sent.eml`)).startsWith("DKIM-Signature: "));
  await Deno.remove(folder, { recursive: true });
  assertEquals(catcher.messages.map(({ parsed }) => parsed.subject), ["Hello", "News", "A letter"]);
});

/** Runs the command line in a folder. */
async function stagecoach(args: readonly string[], cwd: string, input: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      `--config=${new URL("deno.json", ROOT).pathname}`,
      new URL("cli.ts", ROOT).pathname,
      ...args,
    ],
    cwd,
    env: { SMTP_PASSWORD: "abcd efgh ijkl mnop", NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // Whoever does not read it may have ended before.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("the README's two commands are tasks", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const named = [...readme.matchAll(/^npx -y deno@2 task (\w+)$/gm)].map(([, name]) => name);
  assertEquals(named, ["demo", "test"]);
  for (const name of [...named, ...["ok", "bench", "compile"]]) assert(name in tasks, name);
});
