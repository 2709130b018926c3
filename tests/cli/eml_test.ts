import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { stagecoach, type World } from "./fake_io.ts";

const EML = "From: Ann <ann@example.com>\nTo: Bo <bo@example.org>\nCc: cy@example.org\n" +
  "Bcc: di@example.org\nSubject: Ready\nDate: Tue, 24 Nov 2026 09:05:00 +0100\n" +
  "Message-ID: <1@example.com>\n\nHello\n.\nAnn\n";

/** Runs `send --eml` against a catcher. */
async function send(args: readonly string[], world: World = {}) {
  await using catcher = await catchMail({ tls: "off" });
  const server = ["-s", `127.0.0.1:${catcher.port}`];
  const outcome = await stagecoach(["send", ...server, ...args], { files: { "a.eml": EML }, ...world });
  const [caught] = catcher.messages;
  return { ...outcome, envelope: caught?.envelope, text: new TextDecoder().decode(caught?.octets) };
}

Deno.test("send --eml sends a message as it is to those whom the command names, without its Bcc", async () => {
  const { exit, err, out, envelope, text } = await send([
    "--eml",
    "a.eml",
    "-t",
    "X <x@example.net>",
    "-b",
    "y@example.net",
  ]);
  assertEquals([exit, out], [0, "<1@example.com>\n"], err);
  assertEquals(envelope, {
    reversePath: "ann@example.com",
    forwardPaths: ["x@example.net", "y@example.net"],
  });
  assertEquals(text, EML.replace("Bcc: di@example.org\n", "").replaceAll("\n", "\r\n"));
});

Deno.test("send --eml --read-recipients sends it to those in its header too", async () => {
  const { exit, envelope } = await send([
    "--eml",
    "a.eml",
    "--read-recipients",
    "-t",
    "x@example.net",
    "-c",
    "bo@example.org",
  ]);
  assertEquals(exit, 0);
  assertEquals(envelope.forwardPaths, [
    "x@example.net",
    "bo@example.org",
    "cy@example.org",
    "di@example.org",
  ]);
});

Deno.test("send --eml - reads standard input", async () => {
  const { exit, text } = await send(["--eml", "-", "--read-recipients"], {
    stdin: EML.replaceAll("\n", "\r\n"),
  });
  assertEquals(exit, 0);
  assertStringIncludes(text, "Subject: Ready\r\n");
});

const senders: [string[], World["env"], string][] = [
  [[], {}, "ann@example.com"],
  [["-f", "Me <me@example.com>"], {}, "me@example.com"],
  [["-f", "me@example.com", "--envelope-from", "bounce@example.com"], {}, "bounce@example.com"],
  [["--envelope-from", "<>"], {}, ""],
  [[], { SMTP_FROM: "me@example.com" }, "ann@example.com"],
];

for (const [args, env, reversePath] of senders) {
  Deno.test(`send --eml ${args.join(" ")} ${JSON.stringify(env)} sends from <${reversePath}>, and leaves From`, async () => {
    const { exit, err, envelope, text } = await send(["--eml", "a.eml", "--read-recipients", ...args], {
      env,
      files: { "a.eml": EML },
    });
    assertEquals([exit, envelope?.reversePath], [0, reversePath], err);
    assertStringIncludes(text, "From: Ann <ann@example.com>\r\n");
  });
}

Deno.test("send --eml adds Date and Message-ID where they are missing", async () => {
  const files = { "a.eml": "From: ann@example.com\nTo: bo@example.org\n\nHello\n" };
  const { exit, text } = await send(["--eml", "a.eml", "--read-recipients"], { files });
  assertEquals(exit, 0);
  assertMatch(text, /^From: .*\r\nTo: .*\r\nDate: .*\r\nMessage-ID: <.*@example\.com>\r\n\r\nHello/);
});

Deno.test("send --eml refuses all options that would change the message, at once", async () => {
  const changing = [
    "--subject",
    "x",
    "--text",
    "x",
    "--html",
    "x",
    "--markdown",
    "x",
    "--attach",
    "x",
    "--inline",
    "x",
  ];
  const more = [
    "--header",
    "X: y",
    "--reply-to",
    "x@y.z",
    "--list-unsubscribe",
    "https://x.y",
    "--one-click",
    "--priority",
    "high",
  ];
  const { exit, err } = await send(["--eml", "a.eml", "-t", "x@example.net", ...changing, ...more]);
  assertEquals(exit, 64);
  for (const option of [...changing, ...more].filter((one) => one.startsWith("--"))) {
    assertStringIncludes(err, option);
  }
});

const refused: [string, string[], number, string, World?][] = [
  ["nobody to send it to", ["--eml", "a.eml"], 64, "--to (or --read-recipients) is missing"],
  [
    "a file that is not there",
    ["--eml", "gone", "-t", "x@y.z"],
    66,
    'Cannot read --eml "gone": there is no such file',
  ],
  [
    "two readers of standard input",
    ["--eml", "-", "-t", "x@y.z", "--password-stdin"],
    64,
    "read by --password-stdin",
  ],
  ["no recipient in its header", ["--eml", "e", "--read-recipients"], 65, "no recipient in To, Cc or Bcc", {
    files: { e: "From: ann@example.com\n\nHello\n" },
  }],
  ["no author", ["--eml", "e", "-t", "x@y.z"], 65, 'Cannot read --eml "e": no mailbox in From', {
    files: { e: "Subject: x\n\nHello\n" },
  }],
  ["a malformed recipient", ["--eml", "e", "--read-recipients"], 65, "line 2", {
    files: { e: "From: ann@example.com\nTo: bo\n\nHello\n" },
  }],
  ["a text that is no message", ["--eml", "e", "-t", "x@y.z"], 65, "line 1 is no header field", {
    files: { e: "Hello Bo,\n\nhow are you?\n" },
  }],
  ["a bare CR", ["--eml", "e", "-t", "x@y.z"], 65, "bare CR", { files: { e: "From: a@b.c\n\nHel\rlo\n" } }],
  ["a recipient with CR LF", ["--eml", "a.eml", "-t", "x@y.z\r\nRCPT TO:<e@v.e>"], 65, "U+000D"],
];

for (const [what, args, exit, message, world] of refused) {
  Deno.test(`send --eml ends with ${exit} for ${what}, before it connects`, async () => {
    const outcome = await stagecoach(["send", "-s", "127.0.0.1:1", ...args], {
      files: { "a.eml": EML },
      ...world,
    });
    assertEquals([outcome.exit, outcome.out], [exit, ""], outcome.err);
    assertStringIncludes(outcome.err, message);
  });
}

Deno.test("send --eml lists what is missing at once", async () => {
  const { exit, err } = await stagecoach(["send", "--eml", "a.eml"], { files: { "a.eml": EML } });
  assertEquals(exit, 64);
  assertStringIncludes(err, "Cannot send: --server, --to (or --read-recipients) are missing");
});

Deno.test("send --eml --dry-run shows what would leave, and not the Bcc", async () => {
  const { exit, out, err } = await send(["--eml", "a.eml", "--read-recipients", "--dry-run"]);
  assertEquals(exit, 0);
  assert(!out.includes("di@example.org"));
  assertStringIncludes(err, "<di@example.org>");
});
