import { assertEquals, assertStringIncludes } from "@std/assert";
import { stagecoach, type World } from "./fake_io.ts";

/** A server nobody answers at: a case that dialed would end with 75, not with the code that is asked for. */
const SERVER = ["-s", "127.0.0.1:1"];
const MAIL = ["-f", "ann@example.com", "-t", "bo@example.org", "--text", "x"];
const SEND = ["send", ...SERVER, ...MAIL.slice(0, 4)];
const FILE = { f: "x" };
const NOT_UTF8 = new Uint8Array([0x48, 0xff]);

const cases: [string, string[], number, string, World?][] = [
  ["everything missing", ["send"], 64, "--server, --from, --to are missing"],
  ["no server", ["send", ...MAIL], 64, "--server is missing"],
  ["no recipient", ["send", ...SERVER, "-f", "ann@example.com", "--text", "x"], 64, "--to is missing"],
  ["a word too many", ["send", ...SERVER, ...MAIL, "bo@example.org"], 64, "a recipient is named by --to"],
  ["an unknown option", ["send", "--sevrer", "x"], 64, "did you mean --server?"],
  ["an unknown command", ["sedn"], 64, "did you mean send?"],
  [
    "a malformed sender",
    ["send", ...SERVER, "-f", "ann", "-t", "bo@example.org", "--text", "x"],
    65,
    "--from",
  ],
  ["a malformed recipient", ["send", ...SERVER, ...MAIL, "-t", "a b@c"], 65, "--to"],
  ["an empty recipient", ["send", ...SERVER, ...MAIL, "-t", ""], 65, "--to"],
  ["CR LF in a recipient", ["send", ...SERVER, ...MAIL, "-c", "a@b.c\r\nRCPT TO:<x@y.z>"], 65, "--cc"],
  ["CR LF in the subject", ["send", ...SERVER, ...MAIL, "-S", "a\r\nBcc: x@y.z"], 65, "--subject"],
  ["NUL in the subject", ["send", ...SERVER, ...MAIL, "-S", "a\0"], 65, "--subject"],
  ["a malformed header", ["send", ...SERVER, ...MAIL, "-H", "nonsense"], 64, "--header"],
  ["CR LF in a header", ["send", ...SERVER, ...MAIL, "-H", "X-A: b\r\nBcc: x@y.z"], 65, "U+000D"],
  ["a header of ours", ["send", ...SERVER, ...MAIL, "-H", "Bcc: x@y.z"], 65, "Bcc"],
  ["CR LF in --envelope-from", ["send", ...SERVER, ...MAIL, "--envelope-from", "a@b.c\r\n"], 65, "U+000D"],
  [
    "a file that is not there",
    ["send", ...SERVER, ...MAIL.slice(0, 4), "--html", "@gone"],
    66,
    '--html "gone"',
  ],
  ["a text that is not UTF-8", ["send", ...SERVER, ...MAIL.slice(0, 4), "--text", "@f"], 65, "--text", {
    files: { f: NOT_UTF8 },
  }],
  ["input that is not UTF-8", ["send", ...SERVER, ...MAIL.slice(0, 4)], 65, "--text", { stdin: NOT_UTF8 }],
  [
    "two readers of standard input",
    ["send", ...SERVER, ...MAIL.slice(0, 4), "--text", "-", "--html", "-"],
    64,
    "--html",
  ],
  ["a CA that is not there", ["send", ...SERVER, ...MAIL, "--ca", "gone"], 66, '--ca "gone"'],
  ["a port out of range", ["send", "-s", "127.0.0.1:65536", ...MAIL], 64, "--server"],
  ["a port that is none", ["send", "-s", "mail.example.com", "--port", "smtp", ...MAIL], 64, "--port"],
  ["an empty host", ["send", "-s", ":25", ...MAIL], 64, "--server"],
  ["a host with CR LF", ["send", "-s", "mail\r\nx", ...MAIL], 64, "is not HOST or HOST:PORT"],
  ["a URL that is none", ["send", "--url", "http://x", ...MAIL], 64, "--url"],
  ["an unknown TLS mode", ["send", ...SERVER, ...MAIL, "--tls", "maybe"], 64, "--tls"],
  [
    "TLS at once where it cannot be",
    ["send", "-s", "127.0.0.1:587", "--tls", "implicit", ...MAIL],
    64,
    'use "starttls"',
  ],
  [
    "STARTTLS where it cannot be",
    ["send", "-s", "127.0.0.1:465", "--tls", "starttls", ...MAIL],
    64,
    'use "implicit"',
  ],
  ["a time that is none", ["send", ...SERVER, ...MAIL, "--timeout", "soon"], 64, "--timeout"],
  ["a --retry that is no number", ["send", ...SERVER, ...MAIL, "--retry", "often"], 64, "--retry"],
  ["an unknown --partial", ["send", ...SERVER, ...MAIL, "--partial", "some"], 64, "--partial"],
  [
    "an EHLO name of two words",
    ["send", ...SERVER, ...MAIL, "--ehlo", "a b"],
    64,
    "is not one word of printable ASCII",
  ],
  ["an unknown value of a variable", ["send", ...SERVER, ...MAIL], 64, "SMTP_TLS", {
    env: { SMTP_TLS: "maybe" },
  }],
  ["an unknown SMTP_SECURE", ["send", ...SERVER, ...MAIL], 64, "SMTP_SECURE", { env: { SMTP_SECURE: "1" } }],
  ["a malformed SMTP_PORT", ["send", ...MAIL], 64, "SMTP_PORT", {
    env: { SMTP_HOST: "127.0.0.1", SMTP_PORT: "0" },
  }],
  ["no password", ["send", ...SERVER, ...MAIL, "-u", "ann"], 78, "there is no password"],
  [
    "no password, and nobody to ask",
    ["send", ...SERVER, ...MAIL, "-u", "ann", "--no-input"],
    78,
    "SMTP_PASSWORD",
    { secret: "x" },
  ],
  ["an empty password", ["send", ...SERVER, ...MAIL, "-u", "ann", "--password-file", "p"], 78, "empty", {
    files: { p: "\n" },
  }],
  [
    "a program that is not there",
    ["send", ...SERVER, ...MAIL, "-u", "ann", "--password-command", "nope"],
    78,
    '"nope" is not found',
  ],
  [
    "a program that fails",
    ["send", ...SERVER, ...MAIL, "-u", "ann", "--password-command", "pass"],
    78,
    "ended with exit code 3",
    { run: () => Promise.resolve({ code: 3, stdout: "", stderr: "" }) },
  ],
  ["a password without a user", ["send", ...SERVER, ...MAIL, "--password-stdin"], 64, "--user is missing"],
  [
    "two ways to the password",
    ["send", ...SERVER, ...MAIL, "-u", "a", "--password-stdin", "--password-file", "p"],
    64,
    "given too",
  ],
  [
    "an env file that is not there",
    ["send", ...SERVER, ...MAIL, "--env-file", "gone"],
    66,
    '--env-file "gone"',
  ],
  [
    "files that are not there, all of them",
    [...SEND, "--html", "@a", "-A", "b", "--inline", "c", "--sign", "dkim:d,s"],
    66,
    '--html "a": there is no such file; --attach "b": there is no such file; --inline "c": there is no such file; --sign "d"',
  ],
  ["HTML and Markdown", [...SEND, "--html", "x", "--markdown", "y"], 64, "--html is given too"],
  ["an image without HTML", [...SEND, "--text", "x", "--inline", "a"], 64, "there is no HTML to show it in"],
  [
    "text and an attachment from standard input",
    [...SEND, "--text", "-", "-A", "-"],
    64,
    "read by --text already",
  ],
  [
    "two attachments from standard input",
    [...SEND, "--text", "x", "-A", "-", "-A", "-;name=b"],
    64,
    "Cannot read --attach",
  ],
  ["a type that is none", [...SEND, "--text", "x", "-A", "f;type=x"], 65, '--attach "f": "x" is no type', {
    files: FILE,
  }],
  [
    "a type of no file",
    [...SEND, "--text", "x", "-A", "f;type=multipart/mixed"],
    64,
    "is no type of a file",
    { files: FILE },
  ],
  ["CR LF in the name of a file", [...SEND, "--text", "x", "-A", "f;name=a\r\nBcc: x"], 65, "U+000D", {
    files: FILE,
  }],
  ["a data: URI that is none", [...SEND, "--text", "x", "-A", "data:text/plain"], 65, "Cannot read --attach"],
  [
    "a data: URI of broken base64",
    [...SEND, "--text", "x", "-A", "data:a/b;base64,!"],
    65,
    "its data is not base64",
  ],
  ["a message that is none", [...SEND, "--text", "x", "-A", "m.eml"], 65, ";type=application/octet-stream", {
    files: { "m.eml": "Hello\n\nBo\n" },
  }],
  [
    "an unknown priority",
    [...SEND, "--text", "x", "--priority", "urgent"],
    64,
    "is not one of high, normal, low",
  ],
  ["a click without a link", [...SEND, "--text", "x", "--one-click"], 64, "--list-unsubscribe is missing"],
  [
    "a click without a link on the web",
    [...SEND, "--text", "x", "--one-click", "--list-unsubscribe", "mailto:x@y.z"],
    65,
    "--one-click needs an https: URL in --list-unsubscribe",
  ],
  [
    "a link that is none",
    [...SEND, "--text", "x", "--list-unsubscribe", "example.com"],
    65,
    "--list-unsubscribe is",
  ],
  ["--save without a file", [...SEND, "--text", "x", "--save", "-"], 64, "Cannot read --save"],
  [
    "--save over a file that is attached",
    [...SEND, "--text", "x", "-A", "./f;name=g", "--save", "f"],
    64,
    "a part of this message",
  ],
  [
    "--save over the message itself",
    ["send", ...SERVER, "--eml", "f", "-t", "x@y.z", "--save", "./f"],
    64,
    "a part of this",
  ],
  ["recipients of no message", [...SEND, "--text", "x", "--read-recipients"], 64, "(--eml)"],
  ["no server to check", ["check"], 64, "--server is missing"],
  ["an unknown stage", ["check", ...SERVER, "--stop-after", "lunch"], 64, "--stop-after"],
  [
    "data without a word of consent",
    ["check", ...SERVER, "--stop-after", "data", "-f", "a@x", "-t", "b@x"],
    64,
    "--yes",
  ],
  [
    "an envelope without addresses",
    ["check", ...SERVER, "--stop-after", "envelope"],
    64,
    "--from, --to are missing",
  ],
  ["nothing to explain", ["explain"], 64, "give a code"],
  ["a code that is none", ["explain", "999"], 64, "200 to 599"],
  ["an enhanced code of another class", ["explain", "550", "4.1.1"], 64, "first digits differ"],
];

for (const [what, args, exit, message, world] of cases) {
  Deno.test(`bad input ends with ${exit} and says why: ${what}`, async () => {
    const outcome = await stagecoach(args, world);
    assertEquals([outcome.exit, outcome.out], [exit, ""], outcome.err);
    assertStringIncludes(outcome.err, message);
    assertEquals(outcome.err.includes("    at "), false);
  });
}

Deno.test("a secret in a URL is accepted with a warning, and never shown", async () => {
  const { err, exit } = await stagecoach([
    "send",
    "--url",
    "smtp://ann:s3cret-x@127.0.0.1:1",
    ...MAIL,
    "--tls",
    "off",
  ]);
  assertEquals(exit, 75);
  assertStringIncludes(err, "warning: --url holds a password");
  assertEquals(err.includes("s3cret-x"), false);
});

Deno.test("SMTP_SECURE=true on port 587 is taken for STARTTLS, with a warning", async () => {
  const env = { SMTP_HOST: "127.0.0.1", SMTP_PORT: "587", SMTP_SECURE: "true" };
  const { err } = await stagecoach(["send", ...MAIL, "--timeout", "1s"], { env });
  assertStringIncludes(err, "which port 587 does not speak; using starttls");
});
