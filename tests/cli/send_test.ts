import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { stagecoach, type World } from "./fake_io.ts";

const USER = "ann@example.com";
const PASSWORD = "abcd efgh ijkl mnop";

/** Runs `send` against a catcher that wants a login. */
async function send(args: readonly string[], world: World = {}) {
  const auth = { user: USER, password: PASSWORD.replaceAll(" ", "") };
  const refuse = (to: string) => to.startsWith("nobody@") ? "550 5.1.1 No such user" : undefined;
  await using catcher = await catchMail({ auth, refuse });
  const files = { "ca.pem": catcher.certificateAuthority, ...world.files };
  const server = ["-s", `localhost:${catcher.port}`, "--ca", "ca.pem"];
  const outcome = await stagecoach(["send", ...server, "-u", USER, "-t", "bo@example.org", ...args], {
    env: { SMTP_PASSWORD: PASSWORD },
    ...world,
    files,
  });
  return { ...outcome, messages: [...catcher.messages] };
}

Deno.test("send says who accepted on standard error and the Message-ID on standard output", async () => {
  const { exit, out, err, messages } = await send(["-S", "-5 degrees", "--text", "Hello"]);
  assertEquals(exit, 0, err);
  assertEquals(out, `${messages[0].parsed.messageId}\n`);
  assertMatch(err, /^accepted by localhost: 250 .* \(1 recipient, 0\.\d KB, \d+ ms\)\n$/);
  assertEquals(messages[0].parsed.subject, "-5 degrees");
  assertEquals(messages[0].mechanism, "PLAIN");
});

Deno.test("send reads the text from standard input when no body is given", async () => {
  const { exit, messages } = await send([], { stdin: "Grüße\n" });
  assertEquals([exit, messages[0].parsed.text?.trim()], [0, "Grüße"]);
});

Deno.test("send reads bodies from files", async () => {
  const files = { "a.txt": "text", "a.html": "<p>html</p>" };
  const { messages } = await send(["--text", "@a.txt", "--html=@a.html"], { files });
  assertEquals([messages[0].parsed.text?.trim(), messages[0].parsed.html?.trim()], ["text", "<p>html</p>"]);
});

Deno.test("send writes every header that it is told, and keeps Bcc out of them", async () => {
  const args = [
    "-c",
    "Cy <cy@example.org>",
    "-b",
    "di@example.org",
    "-r",
    "re@example.org",
    "-H",
    "X-Tag: 1",
    "-H",
    "X-Tag: 2",
  ];
  const { messages: [caught] } = await send([
    ...args,
    "--text",
    "x",
    "--envelope-from",
    "bounce@example.com",
  ]);
  assertEquals(caught.envelope.forwardPaths, ["bo@example.org", "cy@example.org", "di@example.org"]);
  assertEquals(caught.envelope.reversePath, "bounce@example.com");
  const text = new TextDecoder().decode(caught.octets);
  assertStringIncludes(text, "X-Tag: 1\r\nX-Tag: 2\r\n");
  assert(!text.includes("di@example.org"));
});

const passwords: Record<string, [string[], World]> = {
  "--password-file": [["--password-file", "p"], { files: { p: `${PASSWORD}\n` }, env: {} }],
  "--password-stdin": [["--password-stdin"], { stdin: `${PASSWORD}\r\n`, env: {} }],
  "--password-env": [["--password-env", "MY_SECRET"], {
    env: { MY_SECRET: PASSWORD, SMTP_PASSWORD: "other" },
  }],
  "--password-command": [
    ["--password-command", "pass show 'my mail'"],
    {
      env: {},
      run: (argv) =>
        Promise.resolve({
          code: 0,
          stdout: argv.join("|") === "pass|show|my mail" ? PASSWORD : "",
          stderr: "",
        }),
    },
  ],
  "a question": [[], { secret: PASSWORD, env: {} }],
  ".env": [["--env-file", "dot.env"], { files: { "dot.env": `SMTP_PASSWORD='${PASSWORD}'\n` }, env: {} }],
  "SMTP_PASS": [[], { env: { SMTP_PASS: PASSWORD } }],
};

for (const [way, [args, world]] of Object.entries(passwords)) {
  Deno.test(`send takes the password from ${way}`, async () => {
    const { exit, err } = await send([...args, "--text", "x"], world);
    assertEquals(exit, 0, err);
  });
}

Deno.test("send takes everything from the environment, and options win", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const env = { SMTP_HOST: "127.0.0.1", SMTP_PORT: String(catcher.port), SMTP_FROM: USER, SMTP_TLS: "off" };
  const { exit, err } = await stagecoach([
    "send",
    "-t",
    "bo@example.org",
    "--text",
    "x",
    "-f",
    "cy@example.com",
  ], { env });
  assertEquals(exit, 0, err);
  assertEquals(catcher.messages[0].envelope.reversePath, "cy@example.com");
});

Deno.test("send reads ./.env when no server is named, and says so", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const files = { ".env": `SMTP_URL=smtp://127.0.0.1:${catcher.port}\nSMTP_FROM=${USER}\n` };
  const { exit, err } = await stagecoach(["send", "-t", "bo@example.org", "--text", "x"], { files });
  assertEquals(exit, 0, err);
  assertStringIncludes(err, "reading .env, since no server is named");
});

Deno.test("send delivers in part with exit code 1, and lists the refused", async () => {
  const { exit, err, messages } = await send(["-t", "nobody@example.org", "--text", "x"]);
  assertEquals([exit, messages.length], [1, 1]);
  assertStringIncludes(err, "refused   nobody@example.org  550 5.1.1 No such user");
});

Deno.test("send --json prints one object, for a success", async () => {
  const { exit, out, err } = await send(["--json", "--text", "x"]);
  const data = JSON.parse(out);
  assertEquals([exit, err, data.ok, data.exit, data.recipients[0].delivery], [0, "", true, 0, "accepted"]);
  assertEquals(
    data.timing.stages.map(({ stage }: { stage: string }) => stage).join(),
    "connect,ehlo,tls,ehlo,auth,envelope,data,quit",
  );
});

Deno.test("send --json prints one object, for a failure, with the library's dotted code", async () => {
  const { exit, out, err } = await send([
    "--json",
    "--text",
    "x",
    "--partial",
    "abort",
    "-t",
    "nobody@example.org",
  ]);
  const { ok, stage, code, reply, hint, recipients } = JSON.parse(out);
  assertEquals([exit, err, ok, stage, code], [67, "", false, "envelope", "rcpt.unknown"]);
  assertEquals(reply, { code: 550, enhanced: "5.1.1", text: "5.1.1 No such user" });
  assertEquals(recipients.map((one: { delivery: string }) => one.delivery), ["not sent", "refused"]);
  assert(hint.length > 0);
});

Deno.test("send --dry-run prints the message and connects to nobody", async () => {
  const { exit, out, messages } = await send(["--dry-run", "-S", "Hi", "--text", "x"]);
  assertEquals([exit, messages.length], [0, 0]);
  assertMatch(out, /^From: ann@example\.com\r\nTo: bo@example\.org\r\nSubject: Hi\r\n/);
});

Deno.test("send --trace shows the dialogue and no secret; --quiet says nothing", async () => {
  const traced = await send(["--trace", "--text", "x"]);
  assertStringIncludes(traced.err, "C: AUTH PLAIN [hidden]\nS: 235 ");
  const quiet = await send(["-q", "--text", "x"]);
  assertEquals([quiet.exit, quiet.err], [0, ""]);
});
