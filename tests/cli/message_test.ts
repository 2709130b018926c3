import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { stagecoach, type World } from "./fake_io.ts";

const ADDRESSES = ["-f", "Ann <ann@example.com>", "-t", "bo@example.org"];

function message(args: readonly string[], world: World = {}) {
  return stagecoach(["message", ...args], world);
}

Deno.test("message build prints the message and says nothing", async () => {
  const { exit, out, err } = await message(["build", ...ADDRESSES, "-b", "cy@example.org", "-S", "Hi"], {
    stdin: "Hello\n",
  });
  assertEquals([exit, err], [0, ""]);
  assertMatch(
    out,
    /^From: Ann <ann@example\.com>\r\nTo: bo@example\.org\r\nSubject: Hi\r\n[^]*\r\n\r\nHello\r\n$/,
  );
  assert(!out.includes("cy@example.org"));
});

Deno.test("message build --save writes the message to a file and prints none", async () => {
  const args = ["build", ...ADDRESSES, "--text", "Hello", "--save", "hi.eml"];
  const { exit, out, err, saved } = await message(args);
  assertEquals([exit, out, err], [0, "", "saved to hi.eml\n"]);
  assertStringIncludes(new TextDecoder().decode(saved["hi.eml"]), "\r\n\r\nHello\r\n");
});

Deno.test("message build --json prints one object, with the message or with where it is", async () => {
  const args = ["build", ...ADDRESSES, "-b", "cy@example.org", "--text", "Hello", "--json"];
  const { messageId, message: text, ...rest } = JSON.parse((await message(args)).out);
  assertEquals(rest, {
    ok: true,
    exit: 0,
    from: "ann@example.com",
    to: ["bo@example.org", "cy@example.org"],
  });
  assertStringIncludes(text, `Message-ID: ${messageId}\r\n`);
  const saved = JSON.parse((await message([...args, "--save", "hi.eml"])).out);
  assertEquals([saved.saved, saved.message], ["hi.eml", undefined]);
});

Deno.test("message build takes the sender from SMTP_FROM, and leaves ./.env alone", async () => {
  const args = ["build", "-t", "bo@example.org", "--text", "x"];
  assertStringIncludes(
    (await message(args, { env: { SMTP_FROM: "me@example.com" } })).out,
    "From: me@example.com",
  );
  const { exit, err } = await message(args, { files: { ".env": "SMTP_FROM=me@example.com" } });
  assertEquals([exit, err.includes("--from is missing")], [64, true]);
});

/** What a reader sees of a message with one of everything. */
const SAMPLE = `From: =?UTF-8?Q?J=C3=B6_Lee?= <jo@example.com>
To: "Team, B" <b@example.org>, cy@example.org
Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=
Date: Tue, 24 Nov 2026 09:05:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hello=20B=C3=B6,\tdear
--b
Content-Type: application/pdf; name="=?UTF-8?Q?=C3=9Cber.pdf?="
Content-Transfer-Encoding: base64
Content-Disposition: attachment

JVBERi0xLjcK
--b
Content-Type: message/rfc822

Subject: Inner

In it
--b--
`;

Deno.test("message show shows the header decoded, the parts and the text", async () => {
  const { exit, out, err } = await message(["show", "a.eml"], { files: { "a.eml": SAMPLE } });
  assertEquals([exit, err], [0, ""]);
  assertMatch(
    out,
    /^From +Jö Lee <jo@example\.com>\nTo +"Team, B" <b@example\.org>, cy@example\.org\nSubject +Grüße\n/,
  );
  const [, parts] = /\nParts\n([^]*?)\n\n/.exec(out) ?? [];
  assertEquals(parts?.split("\n"), [
    "     multipart/mixed",
    "  1    text/plain       quoted-printable  15 B",
    '  2    application/pdf  base64             9 B  attachment "Über.pdf"',
    "       message/rfc822",
    "  3      text/plain     7bit               5 B",
  ]);
  assertStringIncludes(out, "\nText\n  Hello Bö,    dear\n");
});

Deno.test("message show reads standard input, and makes a text of HTML alone", async () => {
  const stdin = "From: a@b.c\nContent-Type: text/html\n\n<p>Hello <b>Bo</b></p>\n";
  assertStringIncludes(
    (await message(["show", "-"], { stdin })).out,
    "\nText, made of the HTML\n  Hello Bo\n",
  );
});

Deno.test("message show --json prints one object", async () => {
  const { exit, out } = await message(["show", "a.eml", "--json"], { files: { "a.eml": SAMPLE } });
  const data = JSON.parse(out);
  assertEquals([exit, data.ok, data.exit], [0, true, 0]);
  assertEquals(data.headers[2], { name: "Subject", value: "Grüße" });
  assertEquals(data.parts[2], {
    part: 2,
    depth: 1,
    type: "application/pdf",
    encoding: "base64",
    disposition: "attachment",
    filename: "Über.pdf",
    size: 9,
  });
  assertStringIncludes(data.text, "Hello Bö,");
});

Deno.test("message show --part writes what is in a part, to a file or where it is told", async () => {
  const world = { files: { "a.eml": SAMPLE } };
  const { exit, out, saved } = await message(["show", "a.eml", "--part", "2", "--save", "x.pdf"], world);
  assertEquals([exit, out, new TextDecoder().decode(saved["x.pdf"])], [0, "", "%PDF-1.7\n"]);
  for (const [part, text] of [["1", "Hello Bö,\tdear"], ["3", "In it"]]) {
    assertEquals((await message(["show", "a.eml", "--part", part, "--save", "-"], world)).out, text);
  }
});

Deno.test("message show --part undoes encodings as far as they go", async () => {
  const cases = [
    ["base64", "SGVs\r\nbG8=\r\n", "Hello"],
    ["base64", "SGVs!bG8", "Hello"],
    ["base64", "SGVsbG8=A", "Hello"],
    ["quoted-printable", "a=3d=\r\nb= \t\r\nc\r\n=zz =", "a=bc\r\n=zz "],
    ["x-unknown", "as it is", "as it is"],
  ];
  for (const [encoding, body, text] of cases) {
    const stdin = `From: a@b.c\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
    const { out } = await message(["show", "-", "--part", "1", "--save", "-"], { stdin });
    assertEquals(out, text, `${encoding} ${body}`);
  }
});

Deno.test("nothing in a message steers the terminal that it is shown on", async () => {
  const evil = "\x1b[2J\u009b2J\u202e\x07\rx";
  const octets = new TextEncoder().encode(evil).toBase64();
  const word = `=?UTF-8?B?${octets}?=`;
  const stdin =
    `From: ${word} <a@b.c>\r\nSubject: ${word}\r\nX-A: ${evil.replace("\r", "")}\r\n${evil}: x\r\n` +
    `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${evil}\r\n` +
    `--b\r\nContent-Type: a\x1b/b; name="${word}"\r\nContent-Transfer-Encoding: x\x1b[2J\r\n` +
    `Content-Disposition: c\x1b[2J; filename*=UTF-8''%1B%5B2J%E2%80%AE\r\n\r\nx\r\n--b--\r\n`;
  for (const command of ["show", "lint"]) {
    for (const more of [[], ["--json"]]) {
      const { out, err } = await message([command, "-", ...more], { stdin });
      // deno-lint-ignore no-control-regex -- control characters are what is looked for
      assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(out + err), JSON.stringify(out + err));
    }
  }
  const shown = JSON.parse((await message(["show", "-", "--json"], { stdin })).out);
  assertEquals(shown.headers[1].value, evil);
});

Deno.test("message lint says what is wrong, where, and what to do; errors end with 65", async () => {
  const stdin =
    "From: ann@example.com\r\nTo: bo\r\nSubject: x\r\nMessage-ID: <1@b.c>\r\nBcc: cy@example.org\r\n\r\nHello\r\n";
  const { exit, out, err } = await message(["lint", "-"], { stdin });
  assertEquals([exit, err], [65, ""]);
  assertMatch(out, /^error +There is no Date: [^\n]*\n +Add Date[^\n]*\n/);
  assertMatch(
    out,
    /\nerror +line 2 +To cannot be read: "bo": [^]*\nerror +line 5 +Bcc is left in: [^]*\n3 errors, 0 warnings\n$/,
  );
});

Deno.test("message lint ends with 0 when there are only warnings, or nothing", async () => {
  const { out } = await message(["build", ...ADDRESSES, "--text", "Hello"]);
  const warned = await message(["lint", "a"], { files: { a: out } });
  assertEquals([warned.exit, warned.out.split("\n").at(-2)], [0, "0 errors, 1 warning"]);
  const clean = await message(["lint", "a"], { files: { a: out.replace("Date:", "Subject: Hi\r\nDate:") } });
  assertEquals([clean.exit, clean.out], [0, "nothing to say against it\n"]);
});

Deno.test("message lint --json prints one object", async () => {
  const { exit, out } = await message(["lint", "-", "--json"], {
    stdin: "Subject: x\nDate: never\n\nHello\n",
  });
  const data = JSON.parse(out);
  assertEquals([exit, data.ok, data.exit, data.findings[0].code], [65, false, 65, "from.missing"]);
  const date = data.findings.find(({ code }: { code: string }) => code === "date.malformed");
  assertEquals([date.level, date.line, typeof date.message, typeof date.hint], [
    "warning",
    2,
    "string",
    "string",
  ]);
});

const refused: [string, string[], number, string, World?][] = [
  ["an unknown second word", ["bulid"], 64, "did you mean message build?"],
  ["an option in place of a second word", ["--quiet"], 64, 'Cannot run "message --quiet"'],
  ["nobody to build for", ["build", "--text", "x"], 64, "Cannot build: --from, --to are missing"],
  ["a recipient without an option", ["build", "bo@example.org"], 64, "a recipient is named by --to"],
  [
    "an option of the server",
    ["build", "--server", "x"],
    64,
    "Cannot read --server: there is no such option",
  ],
  ["no message to show", ["show"], 64, "name a file, or - for standard input"],
  ["two messages to show", ["show", "a", "b"], 64, "one message at a time"],
  ["a file that is not there", ["show", "gone"], 66, 'Cannot read message "gone": there is no such file'],
  ["a text that is no message", ["show", "-"], 65, "there is no header", {
    stdin: "Hello Bo,\n\nhow are you?\n",
  }],
  ["a part without a place", ["show", "a", "--part", "1"], 64, "--save (a file, or -) is missing"],
  ["a place without a part", ["show", "a", "--save", "x"], 64, "--part is missing"],
  ["a part that is not there", ["show", "a", "--part", "4", "--save", "x"], 64, '"4" is not one of 1 to 3'],
  [
    "a part that is no number",
    ["show", "a", "--part", "0x1", "--save", "x"],
    64,
    '"0x1" is not one of 1 to 3',
  ],
  ["no message to look over", ["lint"], 64, "name a file"],
  ["a file to look over that is not there", ["lint", "gone"], 66, "there is no such file"],
];

for (const [what, args, exit, text, world] of refused) {
  Deno.test(`message ends with ${exit} for ${what}`, async () => {
    const outcome = await message(args, { files: { a: SAMPLE }, ...world });
    assertEquals([outcome.exit, outcome.out], [exit, ""], outcome.err);
    assertStringIncludes(outcome.err, text);
  });
}
