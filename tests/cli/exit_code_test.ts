import { assertEquals, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { answers, scriptedServer, stagecoach } from "./fake_io.ts";

const MAIL = ["-f", "ann@example.com", "-t", "bo@example.org", "--text", "x"];
const LOGIN = ["-u", "ann", "--password-env", "P"];

/** Runs `send` against a server that answers otherwise to some verbs. */
async function against(other: Record<string, string | undefined>, more: string[] = [], greeting?: string) {
  await using server = scriptedServer(answers(other), greeting);
  return await stagecoach(["send", "-s", `127.0.0.1:${server.port}`, ...MAIL, ...more], {
    env: { P: "s3cret-x" },
  });
}

const cases: [number, string, Record<string, string | undefined>, string[]?, string?][] = [
  [0, "accepted", {}],
  [65, "the content is refused", { content: "554 5.7.1 spam" }],
  [65, "the sender is refused", { MAIL: "550 5.1.8 no such domain" }],
  [67, "every recipient is refused", { RCPT: "550 5.1.1 no such user" }],
  [69, "TLS is not offered", {}, ["--tls", "starttls"]],
  [69, "the greeting refuses for good", {}, [], "554 no service"],
  [74, "the connection is lost after the dot", { content: undefined }],
  [75, "the recipient is refused for now", { RCPT: "450 4.7.1 greylisted" }],
  [75, "the server is busy", {}, [], "421 4.3.2 busy"],
  [75, "the connection is lost before the content", { MAIL: undefined }],
  [75, "the content is refused for now", { content: "452 4.3.1 no space" }],
  [75, "the deadline passes", { MAIL: "" }, ["--timeout", "50ms"]],
  [76, "it is no SMTP server", {}, [], "SSH-2.0-OpenSSH"],
  [76, "DATA is answered as nothing should be", { DATA: "250 ok" }],
  [77, "the login is refused", { AUTH: "535 5.7.8 no" }, LOGIN],
  [77, "no mechanism is shared", {}, [...LOGIN, "--auth", "SCRAM-SHA-256"]],
  [77, "the sender is not allowed", { MAIL: "553 5.7.1 not yours" }],
];

for (const [exit, when, other, more, greeting] of cases) {
  Deno.test(`send ends with ${exit} when ${when}`, async () => {
    const outcome = await against(other, more, greeting);
    assertEquals(outcome.exit, exit, outcome.err);
  });
}

Deno.test("send ends with 75 when nothing listens, and 68 when there is no such host", async () => {
  const refused = await stagecoach(["send", "-s", "127.0.0.1:1", ...MAIL]);
  assertEquals(refused.exit, 75, refused.err);
  const nowhere = await stagecoach(["send", "-s", "mail.invalid", ...MAIL]);
  // Where there is no resolver at all the answer is "cannot look up", which may pass.
  assertEquals([68, 75].includes(nowhere.exit), true, nowhere.err);
});

Deno.test("send says that the outcome is not known, and to look before sending again", async () => {
  const { err } = await against({ content: undefined });
  assertStringIncludes(err, "unknown   bo@example.org");
  assertStringIncludes(err, "look before you send it again");
});

Deno.test("send names the flag of a missing permission and ends with 71", async () => {
  await using server = scriptedServer(answers({}));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "cli.ts", "send", "-s", `127.0.0.1:${server.port}`, ...MAIL],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
  });
  const { code, stderr } = await command.output();
  const err = new TextDecoder().decode(stderr);
  assertEquals(code, 71, err);
  assertStringIncludes(err, `--allow-net=127.0.0.1:${server.port}`);
});

Deno.test("send runs with --allow-net=host:port and nothing else", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--allow-net=127.0.0.1:${catcher.port}`,
      "cli.ts",
      "send",
      "-s",
      `127.0.0.1:${catcher.port}`,
      ...MAIL,
    ],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(catcher.messages.length, 1);
});
