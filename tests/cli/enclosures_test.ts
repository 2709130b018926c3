import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { type Enclosure, readEnclosure } from "../../lib/cli/enclosures.ts";
import { CliError } from "../../lib/cli/exit_code.ts";
import { stagecoach, type World } from "./fake_io.ts";

const ADDRESSES = ["-f", "ann@example.com", "-t", "bo@example.org"];
const PNG = "\x89PNG\r\n\x1a\n1234";

/** Octets of text; each character is one octet. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Runs `send` against a catcher, and gives what it caught. */
async function send(args: readonly string[], world: World = {}) {
  await using catcher = await catchMail({ tls: "off" });
  const outcome = await stagecoach(["send", "-s", `127.0.0.1:${catcher.port}`, ...ADDRESSES, ...args], world);
  const parsed = catcher.messages[0]?.parsed;
  const attachments = parsed?.attachments.map(({ filename, mimeType, disposition, content }) => ({
    filename,
    mimeType,
    disposition,
    text: new TextDecoder().decode(content as ArrayBuffer),
  }));
  return { ...outcome, parsed, attachments: attachments ?? [], octets: catcher.messages[0]?.octets };
}

const values: [Enclosure["option"], string, Partial<Enclosure>][] = [
  ["--attach", "a.pdf", { path: "a.pdf", name: "a.pdf" }],
  ["--attach", "dir/a b.pdf", { path: "dir/a b.pdf", name: "a b.pdf" }],
  ["--attach", "a;b.txt", { path: "a;b.txt", name: "a;b.txt" }],
  ["--attach", "a.txt;size=1", { path: "a.txt;size=1", name: "a.txt;size=1" }],
  ["--attach", "a.txt;cid=x", { path: "a.txt;cid=x" }],
  ["--attach", "a;type=text/csv; charset=utf-8", { path: "a", type: "text/csv; charset=utf-8" }],
  ["--attach", "/x/a;name=b;c;description=d=e", { path: "/x/a", name: "b;c", description: "d=e" }],
  ["--attach", "-", { path: "-", stdin: true, name: undefined }],
  ["--attach", "-;name=log.txt", { path: "-", stdin: true, name: "log.txt" }],
  ["--attach", "data:text/plain;name=x,a;b", { path: "data:text/plain;name=x,a;b", name: undefined }],
  ["--attach", "data:,a;b;name=c", { path: "data:,a;b", name: "c" }],
  ["--inline", "img/logo.png", { path: "img/logo.png", name: "logo.png", cid: "logo.png" }],
  ["--inline", "logo.png;cid=x@y;type=image/png", { path: "logo.png", cid: "x@y", type: "image/png" }],
  ["--inline", "-;cid=x", { path: "-", stdin: true, cid: "x", name: "x" }],
];

for (const [option, value, expected] of values) {
  Deno.test(`readEnclosure() reads ${option} ${value}`, () => {
    const enclosure = readEnclosure(option, value);
    const picked = Object.keys(expected).map((key) => [key, enclosure[key as keyof Enclosure]]);
    assertEquals(Object.fromEntries(picked), expected);
  });
}

const refused: [Enclosure["option"], string, string][] = [
  ["--attach", "", "it names no file"],
  ["--attach", ";type=text/plain", "it names no file"],
  ["--attach", "a;name=b;name=c", "it says name= twice"],
  ["--attach", "a;type=", "type= says nothing"],
  ["--inline", "-", "it has no name to be shown by (;cid=NAME)"],
  ["--inline", "my logo.png", "is no name that HTML can show it by"],
  ["--inline", "lögö.png", "is no name that HTML can show it by"],
  ["--inline", "a;cid=a<b>", "is no name that HTML can show it by"],
];

for (const [option, value, message] of refused) {
  Deno.test(`readEnclosure() refuses ${option} ${JSON.stringify(value)}`, () => {
    const error = assertThrows(() => readEnclosure(option, value), CliError, message);
    assertEquals([error.exit, error.message.startsWith(`Cannot read ${option} "`)], [64, true]);
  });
}

Deno.test("send --attach sends files, typed by their names, else by what is in them", async () => {
  const files = {
    "dir/figures.csv": "1;2\n",
    report: "%PDF-1.7",
    picture: latin1(PNG),
    packed: latin1("PK\x03\x04"),
    note: "Grüße",
    data: latin1("\x00\x01"),
    strange: latin1("\xff\xfe\xfd"),
    empty: "",
    "page.mht": "x",
  };
  const { exit, err, attachments } = await send(
    ["--text", "x", ...Object.keys(files).flatMap((file) => ["-A", file])],
    { files },
  );
  assertEquals(exit, 0, err);
  assertEquals(attachments.map(({ filename, mimeType }) => `${filename} ${mimeType}`), [
    "figures.csv text/csv",
    "report application/pdf",
    "picture image/png",
    "packed application/zip",
    "note text/plain",
    "data application/octet-stream",
    "strange application/octet-stream",
    "empty application/octet-stream",
    "page.mht application/octet-stream",
  ]);
  assertEquals(attachments.map(({ text }) => text).slice(0, 2), ["1;2\n", "%PDF-1.7"]);
});

Deno.test("send --attach takes the type, the name and the description that it is told", async () => {
  const value = "a.bin;type=text/csv; charset=iso-8859-1;name=Übersicht.csv;description=Für Bo";
  const { attachments, parsed, octets } = await send(["--text", "x", "--attach", value], {
    files: { "a.bin": "1" },
  });
  assertEquals(attachments.map(({ filename, mimeType }) => [filename, mimeType]), [[
    "Übersicht.csv",
    "text/csv",
  ]]);
  assertEquals((parsed.attachments[0] as { description?: string }).description, "Für Bo");
  assertStringIncludes(new TextDecoder().decode(octets), "Content-Type: text/csv;\r\n charset=iso-8859-1;");
});

Deno.test("send --attach - attaches standard input, and then needs no text", async () => {
  const { exit, attachments } = await send(["--attach", "-;name=log.txt"], { stdin: "one\ntwo\n" });
  assertEquals([exit, attachments.map(({ filename, text }) => [filename, text])], [0, [[
    "log.txt",
    "one\ntwo\n",
  ]]]);
  const nameless = await send(["--attach", "-"], { stdin: "one\ntwo\n" });
  assertEquals(nameless.attachments.map(({ filename, mimeType }) => [filename, mimeType]), [
    ["attachment.txt", "text/plain"],
  ]);
});

Deno.test("send --attach takes a data: URI", async () => {
  const { attachments } = await send([
    "--text",
    "x",
    "-A",
    "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
    "-A",
    "data:,a%20b;name=b.txt",
  ]);
  assertEquals(attachments.map(({ filename, mimeType }) => [filename, mimeType]), [
    ["attachment.gif", "image/gif"],
    ["b.txt", "text/plain"],
  ]);
  assertEquals(attachments[1].text, "a b");
});

Deno.test("send --attach passes a message on as one, without its Bcc", async () => {
  const files = { "mail.eml": "From: cy@example.com\nBcc: secret@example.com\nSubject: Inner\n\nHello\n" };
  const { exit, err, octets } = await send(["--text", "x", "-A", "mail.eml"], { files });
  assertEquals(exit, 0, err);
  const text = new TextDecoder().decode(octets);
  assertMatch(
    text,
    /Content-Type: message\/rfc822\r\n[^]*filename=mail\.eml\r\n[^]*\r\n\r\nFrom: cy@example\.com\r\nSubject: Inner\r\n\r\nHello/,
  );
  assertEquals(text.includes("secret@example.com"), false);
});

Deno.test("send --attach passes on a message from standard input", async () => {
  const { exit, err, octets } = await send(["--attach", "-;name=x.eml"], {
    stdin: "Subject: Inner\n\nHello\n",
  });
  assertEquals(exit, 0, err);
  assertStringIncludes(new TextDecoder().decode(octets), "\r\n\r\nSubject: Inner\r\n\r\nHello");
});

Deno.test("send --attach and --eml end with 66 when a file cannot be read to its end", async () => {
  async function* broken() {
    yield new TextEncoder().encode("Subject: x\n\n");
    throw new Error("the disk is gone");
  }
  const open = () => Promise.resolve({ size: 20, head: new Uint8Array(), content: broken });
  for (const args of [["--text", "x", "-A", "a"], ["--text", "x", "-A", "a.eml"], ["--eml", "a"]]) {
    const { exit, err, parsed } = await send(args, { open });
    assertEquals([exit, parsed], [66, undefined], err);
    assertStringIncludes(err, "the disk is gone");
  }
});

Deno.test("send --inline shows an image in the HTML", async () => {
  const args = [
    "--html",
    '<img src="cid:logo.png"><img src="cid:x">',
    "--inline",
    "img/logo.png",
    "--inline",
    "b;cid=x;type=image/gif",
  ];
  const { exit, err, parsed } = await send(args, { files: { "img/logo.png": latin1(PNG), b: "GIF89a" } });
  assertEquals([exit, err.includes("warning")], [0, false], err);
  const shown = parsed.attachments.map((one) => [one.contentId, one.mimeType, one.disposition, one.filename]);
  assertEquals(shown, [["<logo.png>", "image/png", "inline", "logo.png"], [
    "<x>",
    "image/gif",
    "inline",
    "b",
  ]]);
});

Deno.test("send --inline warns of what the HTML does not show", async () => {
  const args = ["--markdown", "![Logo](cid:logo.png)", "--inline", "logo.png", "--inline", "b.png"];
  const { exit, err } = await send(args, { files: { "logo.png": latin1(PNG), "b.png": latin1(PNG) } });
  assertEquals(exit, 0);
  assertMatch(err, /^warning: --inline "b\.png": the HTML does not show it, as cid:b\.png would\naccepted /);
});

Deno.test("send waits for no text that nobody can type when something is attached", async () => {
  const files = { a: "x", p: "s3cret-x" };
  const cases: [string[], World][] = [
    [["--no-input"], { files, secret: "" }],
    [["-u", "ann", "--password-stdin", "--auth", "none"], { files, stdin: "s3cret-x" }],
  ];
  for (const [args, world] of cases) {
    const { exit, err, attachments } = await send(["-A", "a", ...args], world);
    assertEquals([exit, attachments.length], [0, 1], err);
  }
});

Deno.test("send fails, and nothing is delivered, when a file has changed since it was looked at", async () => {
  for (const [found, what] of [["1234", "fewer"], ["123456", "more"]]) {
    const content = () => ReadableStream.from([new TextEncoder().encode(found)]);
    const open = () => Promise.resolve({ size: 5, head: new Uint8Array(), content });
    const { exit, err, out, attachments } = await send(["--text", "x", "-A", "a"], { open });
    assertEquals([exit, out, attachments], [66, "", []], err);
    assertStringIncludes(
      err,
      what === "more" ? "has more than the 5 octets" : "ended after 4 of the 5 octets",
    );
  }
});
