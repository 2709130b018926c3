import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../lib/cli/option_table.ts";
import { VERSION } from "../../lib/cli/help.ts";
import { EXIT } from "../../lib/cli/exit_code.ts";
import { stagecoach } from "./fake_io.ts";

Deno.test("help, --help and no arguments show the commands", async () => {
  for (const args of [[], ["help"], ["--help"], ["-h"]]) {
    const { exit, out } = await stagecoach(args);
    assertEquals(exit, 0);
    for (const name of Object.keys(COMMANDS)) assertStringIncludes(out, ` ${name}`);
  }
});

for (const [name, table] of Object.entries(COMMANDS)) {
  Deno.test(`the help of ${name} has its examples first and every option`, async () => {
    const words = name.split(" ");
    const { exit, out } = await stagecoach([...words, "--help"]);
    assertEquals([exit, (await stagecoach(["help", ...words])).out], [0, out]);
    for (const example of table.examples) {
      assert(out.indexOf(example) > 0 && out.indexOf(example) < out.indexOf("Output\n"));
    }
    for (const { options } of table.groups) {
      for (const option of options) assertStringIncludes(out, `--${option.name}`);
    }
    assertMatch(out, /Deno permissions: /);
  });
}

for (
  const args of [["message"], ["message", "--help"], ["message", "help"], ["message", "-h"], [
    "help",
    "message",
  ]]
) {
  Deno.test(`${args.join(" ")} shows the commands of message`, async () => {
    const { exit, out } = await stagecoach(args);
    assertEquals(exit, 0);
    for (const name of ["build", "show", "lint"]) assertMatch(out, new RegExp(`\\n  message ${name} +[A-Z]`));
  });
}

Deno.test("help says which command was meant", async () => {
  for (
    const [args, meant] of [[["help", "mesage"], "message"], [
      ["help", "message", "shwo"],
      "message show",
    ]] as const
  ) {
    const { exit, err } = await stagecoach(args);
    assertEquals(exit, 64);
    assertStringIncludes(err, `did you mean ${meant}?`);
  }
});

Deno.test("the version is that of deno.json, everywhere", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(VERSION, version);
  for (const args of [["version"], ["--version"], ["-V"], ["send", "--version"]]) {
    assertEquals((await stagecoach(args)).out, `stagecoach ${version}\n`);
  }
});

Deno.test("help exit-codes lists every exit code", async () => {
  const { out } = await stagecoach(["help", "exit-codes"]);
  for (const code of Object.values(EXIT)) assertMatch(out, new RegExp(`^  ${code} +\\S`, "m"));
});

Deno.test("explain says what a reply means", async () => {
  for (const args of [["550", "5.1.1"], ["550-5.1.1 No such user"], ["550 5.1.1 The email account"]]) {
    const { exit, out } = await stagecoach(["explain", ...args]);
    assertEquals(exit, 0);
    assertMatch(out, /^550 +[^]*\(permanent: do not try the same again\)\n5\.1\.1 +[^]*\ndo +/);
  }
  assertEquals(JSON.parse((await stagecoach(["explain", "421", "--json"])).out).kind, "try later");
});
