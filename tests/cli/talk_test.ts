import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { answers, scriptedServer, stagecoach } from "./fake_io.ts";

const MAIL = ["-f", "ann@example.com", "-t", "bo@example.org", "--text", "x"];
const EHLO = "250-mail\r\n250 PIPELINING";

const colors: [string[], Record<string, string>, boolean][] = [
  [[], {}, false],
  [["--color", "always"], { NO_COLOR: "1" }, true],
  [["--color=never"], { FORCE_COLOR: "1" }, false],
  [[], { FORCE_COLOR: "1" }, true],
  [[], { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
];

for (const [args, env, colored] of colors) {
  Deno.test(`an error is ${colored ? "" : "not "}colored with ${args.join()} and ${JSON.stringify(env)}`, async () => {
    const { err } = await stagecoach(["send", "-s", "127.0.0.1:1", ...MAIL, ...args], { env });
    assertEquals(err.includes("\x1b["), colored, err);
  });
}

Deno.test("a terminal has colors, unless it is dumb", async () => {
  for (const [TERM, colored] of [["xterm", true], ["dumb", false]] as const) {
    const { err } = await stagecoach(["send", "-s", "127.0.0.1:1", ...MAIL], { env: { TERM }, secret: "x" });
    assertEquals(err.includes("\x1b["), colored);
  }
});

Deno.test("--color takes three words", async () => {
  const { exit, err } = await stagecoach(["explain", "550", "--color", "blue"]);
  assertEquals([exit, err.split("\n")[0]], [
    64,
    'error: Cannot read --color: "blue" is not auto, always or never',
  ]);
});

Deno.test("an error says what failed, what it means, what to do and the code", async () => {
  await using server = scriptedServer(answers({ AUTH: "535 5.7.8 BadCredentials - gsmtp" }));
  const login = ["-u", "ann", "--password-file", "p"];
  const args = ["send", "-s", `127.0.0.1:${server.port}`, ...MAIL, ...login];
  const { err } = await stagecoach(args, { files: { p: "s3cret-x" } });
  assertMatch(
    err,
    /^error: Cannot authenticate: the server said to AUTH "535 5\.7\.8 BadCredentials - gsmtp"\n/,
  );
  assertMatch(
    err,
    /\nmeans: the provider wants an app password[^]*\nhint: {2}[^]*apppasswords[^]*\ncode: {2}auth\.app_password_required, exit 77\n$/,
  );
});

Deno.test("what would steer a terminal is escaped in words and in JSON", async () => {
  const evil = "550 5.1.1 \x1b[2J\u009b2J\u202ebo";
  await using server = scriptedServer(answers({ EHLO, RCPT: evil }));
  for (const more of [[], ["--json"], ["-v"], ["--trace"]]) {
    const { out, err } = await stagecoach(["send", "-s", `127.0.0.1:${server.port}`, ...MAIL, ...more]);
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(out + err), JSON.stringify(out + err));
    if (more[0] === "--json") assertStringIncludes(JSON.parse(out).reply.text, "\\x1b[2J\\x9b2J\\u{202e}bo");
  }
});

Deno.test("a server that is silent after QUIT does not make a success a failure", async () => {
  await using server = scriptedServer(answers({ EHLO, QUIT: "" }));
  const { exit, err, out } = await stagecoach(["send", "-s", `127.0.0.1:${server.port}`, ...MAIL]);
  assertEquals(exit, 0, err);
  assertMatch(out, /^<.+@example\.com>\n$/);
});

Deno.test("send -v tells of the stages, --timing of their times", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const { err } = await stagecoach(["send", "-s", `127.0.0.1:${catcher.port}`, ...MAIL, "-v", "--timing"]);
  const names = err.trim().split("\n").map((line) => line.split(/[ :]/, 1)[0]).filter((name) => name !== "");
  const stages = ["connect", "ehlo", "tls", "auth", "envelope", "data", "quit"];
  assertEquals(names, [...stages, "timing", "accepted"]);
  assertMatch(err, /\ntiming: connect [\d.]+ ms, ehlo .*; total \d/);
});

Deno.test("a fault of ours ends with 70, asks for a report and shows no stack", async () => {
  const files = { a: "x" };
  const broken = {
    files,
    run: () => Promise.reject(new Error("x")),
    get env(): never {
      throw new TypeError("Cannot read properties of undefined (reading 'x')");
    },
  };
  const { exit, err } = await stagecoach(["send", "-s", "127.0.0.1:1", ...MAIL], broken);
  assertEquals([exit, err.includes("    at ")], [70, false]);
  assertStringIncludes(err, "please report it");
});

Deno.test("send alone prints its help and what is missing, and ends with 64", async () => {
  const { exit, out, err } = await stagecoach(["send"]);
  assertEquals([exit, out], [64, ""]);
  assertStringIncludes(err, "Usage: stagecoach send");
  assertStringIncludes(err, "--server, --from, --to are missing");
});

Deno.test("check closes what it opened when it stops after connect", async () => {
  const heard: string[] = [];
  {
    await using server = scriptedServer((line) => (heard.push(line), "221 bye"));
    const { exit } = await stagecoach(["check", "-s", `127.0.0.1:${server.port}`, "--stop-after", "connect"]);
    assertEquals(exit, 0);
  }
  assertEquals(heard, ["QUIT"]);
});

Deno.test("explain goes by the words of a pasted reply", async () => {
  for (const start of ["", "S: ", '"', "< "]) {
    const reply =
      `${start}535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant`;
    assertStringIncludes((await stagecoach(["explain", reply])).out, "auth.disabled_by_admin");
  }
  const pasted = "550-5.1.1 The email account that you tried to reach does not exist. Try\n550 5.1.1 again";
  assertStringIncludes((await stagecoach(["explain", pasted])).out, "rcpt.unknown");
});
