import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../lib/cli/exit_code.ts";
import { systemIo } from "../../lib/cli/io.ts";
import { printed, splitWords } from "../../lib/cli/secret_command.ts";
import { stagecoach } from "./fake_io.ts";

const words: [string, string[] | undefined][] = [
  ["pass show mail", ["pass", "show", "mail"]],
  [`  pass  'my mail'  "a b"c `, ["pass", "my mail", "a bc"]],
  [`p --x="a \\"b\\"" ''`, ["p", `--x=a "b"`, ""]],
  [`p a\\ b $HOME * ; rm`, ["p", "a b", "$HOME", "*", ";", "rm"]],
  [`C:\\bin\\pass.exe x`, ["C:\\bin\\pass.exe", "x"]],
  [`p 'a\\'`, ["p", "a\\"]],
  [`p "a`, undefined],
  ["", []],
];

for (const [text, expected] of words) {
  Deno.test(`splitWords() splits ${text || "nothing"} without a shell`, () => {
    assertEquals(splitWords(text), expected);
  });
}

/** Runs a program of this text by Deno, without permissions. */
function program(code: string): string {
  return `'${Deno.execPath()}' eval --no-config "${code.replaceAll(/["\\]/g, "\\$&")}"`;
}

Deno.test("printed() gives what a program prints, with standard input empty", async () => {
  const read = "console.log(Deno.stdin.readSync(new Uint8Array(1)), 'secret')";
  assertEquals(await printed("--password-command", program(read), systemIo()), "null secret\n");
});

Deno.test("printed() says the last words of a program that fails, and never what it printed", async () => {
  const fail = "console.log('half-a-secret'); console.error('first'); console.error('gone'); Deno.exit(3)";
  const error = await assertRejects(
    () => printed("--password-command", program(fail), { ...systemIo(), run: systemIo().run }),
    CliError,
    "ended with exit code 3: gone",
  );
  assertEquals([error.exit, error.message.includes("half-a-secret")], [78, false]);
});

Deno.test("printed() ends a program that takes too long", async () => {
  const hang = program("setInterval(() => {}, 1000)");
  const error = await assertRejects(
    () => printed("--token-command", hang, systemIo(), 300),
    CliError,
    "did not end within 0.3 s",
  );
  assertEquals(error.exit, 78);
});

Deno.test("a program's failure is no refused login, and nothing is connected", async () => {
  const run = () =>
    Promise.resolve({ code: 1, stdout: "", stderr: "gpg: decryption failed: No secret key\n" });
  const args = ["send", "-s", "127.0.0.1:1", "-f", "a@x.org", "-t", "b@x.org", "--text", "x", "-u", "a"];
  const { exit, err } = await stagecoach([...args, "--password-command", "pass mail"], { run });
  assertEquals(exit, 78);
  assertStringIncludes(err, "gpg: decryption failed: No secret key");
  assertMatch(err, /hint: +Set GPG_TTY/);
});
