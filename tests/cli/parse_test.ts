import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../lib/cli/exit_code.ts";
import { COMMANDS } from "../../lib/cli/option_table.ts";
import { parse } from "../../lib/cli/parse.ts";

const send = (...argv: string[]) => parse(argv, COMMANDS.send);

for (const argv of [["-fa@x"], ["-f", "a@x"], ["--from", "a@x"], ["--from=a@x"], ["-vqfa@x"]]) {
  Deno.test(`parse() reads ${argv.join(" ")}`, () => assertEquals(send(...argv).value("from"), "a@x"));
}

Deno.test("parse() takes any value: empty, a dash, one that looks like an option", () => {
  assertEquals(send("--subject", "-5 degrees").value("subject"), "-5 degrees");
  assertEquals(send("--subject", "").value("subject"), "");
  assertEquals(send("--subject=").value("subject"), "");
  assertEquals(send("--text", "-").value("text"), "-");
  assertEquals(send("--text=a=b\nc").value("text"), "a=b\nc");
  assertEquals(send("-S", "--to").value("subject"), "--to");
  assertEquals(send("--subject", "true").value("subject"), "true");
  assertEquals(send("--port", "25").value("port"), "25");
});

Deno.test("parse() collects what may be repeated, and takes switches", () => {
  const given = send("-t", "a@x", "--to=b@x", "-v", "-v", "--json", "--", "--to", "word");
  assertEquals(given.values("to"), ["a@x", "b@x"]);
  assertEquals([given.has("verbose"), given.has("json"), given.has("trace")], [true, true, false]);
  assertEquals(given.words, ["--to", "word"]);
});

const refused: [string[], string][] = [
  [["--form", "a@x"], "Cannot read --form: there is no such option; did you mean --from?"],
  [["-x"], "Cannot read -x: there is no such option"],
  [["--from"], "Cannot read --from: its value (ADDRESS) is missing"],
  [["-f", "a@x", "--from=b@x"], "Cannot read --from: it is given twice"],
  [["--json=yes"], "Cannot read --json: it takes no value"],
  [["--password", "secret"], "Cannot read --password: a password among the arguments is seen by every user"],
  [["--password=secret"], "Cannot read --password"],
];

for (const [argv, message] of refused) {
  Deno.test(`parse() refuses ${argv.join(" ")}`, () => {
    const error = assertThrows(() => send(...argv), CliError, message);
    assertEquals([error.exit, error.message.includes("secret")], [64, false]);
  });
}
