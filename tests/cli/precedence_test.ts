import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { stagecoach, type World } from "./fake_io.ts";

const USER = "ann@example.com";
const PASSWORD = "right-Pa55";
const MAIL = ["-f", USER, "-t", "bo@example.org", "--text", "x"];

/** Runs `send` against a catcher that takes one login; `{port}` in arguments, variables and files is its port. */
async function send(args: readonly string[], world: World = {}) {
  const auth = { user: USER, password: PASSWORD };
  await using catcher = await catchMail({ tls: "off", auth, mechanisms: ["PLAIN", "XOAUTH2"] });
  const fill = (text: string) => text.replaceAll("{port}", String(catcher.port));
  const filled = (given: World["env"] = {}) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fill(value)]));
  const files = filled(world.files as World["env"]);
  const outcome = await stagecoach(["send", ...args.map(fill)], { ...world, env: filled(world.env), files });
  return { ...outcome, mechanism: catcher.messages[0]?.mechanism };
}

const url = (password: string) => `smtp://ann%40example.com:${password}@127.0.0.1:{port}`;

const good: Record<string, [string[], World?]> = {
  "the password of --url wins over SMTP_PASSWORD": [["--url", url(PASSWORD), ...MAIL], {
    env: { SMTP_PASSWORD: "wrong" },
  }],
  "the user of --url wins over SMTP_USER": [["--url", url(PASSWORD), ...MAIL], {
    env: { SMTP_USER: "other@example.com" },
  }],
  "SMTP_PASSWORD wins over the password of SMTP_URL": [MAIL, {
    env: { SMTP_URL: url("wrong"), SMTP_PASSWORD: PASSWORD },
  }],
  "--password-file wins over SMTP_TOKEN": [
    ["-s", "127.0.0.1:{port}", "-u", USER, "--password-file", "p", ...MAIL],
    { env: { SMTP_TOKEN: "stale" }, files: { p: PASSWORD } },
  ],
  "a password is taken where --auth has no use for a token": [
    ["-s", "127.0.0.1:{port}", "-u", USER, "--auth", "plain", ...MAIL],
    { env: { SMTP_TOKEN: "stale", SMTP_PASSWORD: PASSWORD } },
  ],
  "the environment wins over the env file": [["--env-file", "e", ...MAIL], {
    env: { SMTP_PASSWORD: PASSWORD },
    files: { e: `SMTP_HOST=127.0.0.1\nSMTP_PORT={port}\nSMTP_USER=${USER}\nSMTP_PASSWORD=wrong\n` },
  }],
  "an empty variable counts as unset": [["-s", "127.0.0.1:{port}", "-u", USER, ...MAIL], {
    env: { SMTP_PASSWORD: "", SMTP_PASS: PASSWORD },
  }],
};

for (const [rule, [args, world]] of Object.entries(good)) {
  Deno.test(`send: ${rule}`, async () => {
    const { exit, err, mechanism } = await send(args, world);
    assertEquals([exit, mechanism], [0, "PLAIN"], err);
  });
}

Deno.test("send: a token is taken before a password", async () => {
  const { exit, mechanism } = await send(["-s", "127.0.0.1:{port}", "-u", USER, ...MAIL], {
    env: { SMTP_TOKEN: PASSWORD, SMTP_PASSWORD: "other" },
  });
  assertEquals([exit, mechanism], [0, "XOAUTH2"]);
});

Deno.test("send: SMTP_PORT belongs to SMTP_HOST and not to --server", async () => {
  const { exit, err } = await send(["-s", "127.0.0.1", "--timeout", "1s", ...MAIL], {
    env: { SMTP_PORT: "{port}" },
  });
  assertEquals(exit, 75);
  assertStringIncludes(err, "127.0.0.1:587");
});

Deno.test("send: ./.env is left alone when any SMTP_ variable is set", async () => {
  const { exit, err } = await send(MAIL, {
    env: { SMTP_USER: "a" },
    files: { ".env": "SMTP_HOST=127.0.0.1" },
  });
  assertEquals(exit, 64);
  assertStringIncludes(err, "--server is missing");
  assertEquals(err.includes(".env"), false);
});

Deno.test("send: SMTP_SECURE=true with port 587 means STARTTLS, and a warning says so", async () => {
  const env = { SMTP_HOST: "127.0.0.1", SMTP_PORT: "587", SMTP_SECURE: "true" };
  const { exit, err } = await send([...MAIL, "--timeout", "1s"], { env });
  assertEquals(exit, 75);
  assertMatch(err, /^warning: SMTP_SECURE .* 587 .*starttls\n/);
  const odd = await send(MAIL, { env: { ...env, SMTP_SECURE: "perhaps" } });
  assertEquals(odd.exit, 64);
  assertStringIncludes(odd.err, "SMTP_SECURE");
});

const refused: Record<string, [string[], string, number?]> = {
  "a URL with a stray percent sign": [
    ["--url", "smtp://ann:100%pw-x@127.0.0.1", ...MAIL],
    "Cannot read --url",
  ],
  "a URL with a query": [["--url", "smtp://127.0.0.1?pw-x=1", ...MAIL], "Cannot read --url"],
  "a URL of which the password has a #": [
    ["--url", "smtp://ann:12#pw-x@127.0.0.1", ...MAIL],
    "Cannot read --url",
  ],
  "a server with a login": [["-s", "ann:pw-x@127.0.0.1", ...MAIL], "Cannot read --server"],
  "port 0 in a URL": [["--url", "smtp://127.0.0.1:0", ...MAIL], "Cannot read --url"],
  "a mode of TLS that cannot work": [["-s", "127.0.0.1:465", "--tls", "starttls", ...MAIL], "--tls starttls"],
  "an unknown mechanism": [["-s", "x", "-u", "a", "--auth", "PLIAN", ...MAIL], "did you mean PLAIN?"],
  "a user with a line end": [
    ["-s", "127.0.0.1:1", "-u", "a\r\nb", "--password-file", "p", ...MAIL],
    "--user",
  ],
  "an authority that is no certificate": [["-s", "x", "--ca", "p", ...MAIL], "Cannot read --ca", 65],
  "an address without a domain, before the text is read": [
    ["-s", "x", "-f", USER, "-t", "bo"],
    'Cannot read --to "bo"',
    65,
  ],
  "a malformed Reply-To": [["-s", "x", ...MAIL, "-r", "a b"], "Cannot read --reply-to", 65],
  "a header with a line end": [["-s", "x", ...MAIL, "-H", "X-A: b\r\nBcc: c@x"], 'the header "X-A"', 65],
  "a header that has its own option": [["-s", "x", ...MAIL, "-H", "Subject: b"], "use --subject", 65],
};

for (const [what, [args, message, code = 64]] of Object.entries(refused)) {
  Deno.test(`send refuses ${what}, names the option and shows no secret`, async () => {
    const files = { p: "secret" };
    const { exit, err, out } = await stagecoach(["send", ...args], { files, stdin: "typed in vain" });
    assertEquals([exit, out], [code, ""], err);
    assertStringIncludes(err, message);
    assertEquals(err.includes("pw-x"), false, err);
  });
}
