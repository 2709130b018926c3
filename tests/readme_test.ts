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

for (const [at, code] of snippets("ts").entries()) {
  const title = /\b(?:await )?(\w+)\(/.exec(code.replace(/^import.*$/gm, ""))?.[1];
  Deno.test(`README snippet ${at + 1} runs (${title})`, async () => {
    await using catcher = await catchMail({ refuse: refuseNobody });
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, program(code, catcher));
    const net = code.includes("catchMail")
      ? "--allow-net=127.0.0.1,localhost"
      : `--allow-net=localhost:${catcher.port}`;
    const args = [
      "run",
      "--check",
      "--no-prompt",
      "--config=deno.json",
      net,
      "--allow-env=SMTP_PASSWORD",
      file,
    ];
    const { code: exit, out, err } = await deno(args, { SMTP_PASSWORD: "abcd efgh ijkl mnop" });
    await Deno.remove(file);
    assertEquals(exit, 0, err);
    // What the snippet says it prints.
    for (const [, said] of code.matchAll(/console\.log\(.*?\); \/\/ ((?:Cannot|envelope|Hello).*)/g)) {
      assertStringIncludes(out, said);
    }
    if (!code.includes("catchMail") && !code.includes("nobody@")) assert(catcher.messages.length > 0);
  });
}

Deno.test("the README's commands run", async () => {
  await using catcher = await catchMail();
  const ca = await Deno.makeTempFile();
  await Deno.writeTextFile(ca, catcher.certificateAuthority);
  const commands = snippets("sh").join("").split("\n").filter((line) => line.startsWith("stagecoach "));
  assertEquals(commands.length, 3);
  for (const command of commands) {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain).slice(
      1,
    );
    const server = ["-s", `localhost:${catcher.port}`, "--ca", ca];
    const args = words.flatMap((word, index) =>
      word === "-s" && words[index + 1] === "gmail" ? server : word === "gmail" ? [] : [word]
    );
    const { code, err } = await deno(["run", "-A", "cli.ts", ...args], {
      SMTP_PASSWORD: "abcd efgh ijkl mnop",
    });
    assertEquals(code, 0, `${command}\n${err}`);
  }
  await Deno.remove(ca);
  assertEquals(catcher.messages.map(({ parsed }) => parsed.subject), ["Hello"]);
});

Deno.test("the README's two commands are tasks", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const named = [...readme.matchAll(/^npx -y deno@2 task (\w+)$/gm)].map(([, name]) => name);
  assertEquals(named, ["demo", "test"]);
  for (const name of [...named, ...["ok", "bench", "compile"]]) assert(name in tasks, name);
});
