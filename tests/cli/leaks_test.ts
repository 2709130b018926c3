import { assert } from "@std/assert";
import { answers, scriptedServer, stagecoach } from "./fake_io.ts";

const PASSWORD = "s3cret-Pa55word";
const TOKEN = "t0ken-0f-acce55";
/** A key to sign with, and the part of it that is one. */
const KEY = "MC4CAQAwBQYDK2VwBCIEIGq1N0ZC8n0Zk6b5F0lXx4pQb1mBvK6o9s3uT2yR7wEd";
const PEM = `-----BEGIN PRIVATE KEY-----\n${KEY}\n-----END PRIVATE KEY-----\n`;
const MAIL = ["-f", "ann@example.com", "-t", "bo@example.org"];

/** Each secret as it is, and in every form that goes over the wire. */
const FORMS = [
  PASSWORD,
  TOKEN,
  KEY,
  KEY.slice(22),
  btoa(PASSWORD),
  btoa(`\0ann\0${PASSWORD}`),
  btoa(TOKEN),
  btoa(`user=ann\x01auth=Bearer ${TOKEN}\x01\x01`),
];

/** Servers that fail in each stage, and one that repeats all that it hears. */
const echo = (line: string) =>
  line.startsWith("EHLO") ? undefined : `535 you said ${line} and ${PASSWORD} and ${TOKEN}`;
const failures: Record<string, { other: Record<string, string | undefined>; greeting?: string }> = {
  connect: { other: {}, greeting: "554 no" },
  ehlo: { other: { EHLO: "550 no" } },
  tls: { other: { EHLO: "250-mail\r\n250 STARTTLS", STARTTLS: "454 no" } },
  auth: { other: { AUTH: "535 no" } },
  "auth, closed": { other: { AUTH: undefined } },
  envelope: { other: { MAIL: "550 no" } },
  data: { other: { content: "554 no" } },
  none: { other: {} },
};

for (const [where, { other, greeting }] of Object.entries(failures)) {
  for (const verbosity of [[], ["-v"], ["--trace"], ["--json"], ["--trace", "--timing", "-v"]]) {
    Deno.test(`no secret is shown when a server fails in ${where} (${verbosity.join(" ") || "plain"})`, async () => {
      for (const mechanism of ["PLAIN", "LOGIN", "XOAUTH2"]) {
        const usual = answers({ EHLO: `250-mail\r\n250 AUTH ${mechanism}`, ...other });
        const server = (line: string) =>
          mechanism === "LOGIN" && line === "AUTH LOGIN" ? "334 VXNlcm5hbWU6" : usual(line);
        await using fake = scriptedServer(server, greeting);
        const secret = mechanism === "XOAUTH2" ? ["--token-file", "t"] : ["--password-file", "p"];
        const files = { p: PASSWORD, t: TOKEN, k: PEM };
        for (
          const command of [["send", "--text", "x", "--sign", "dkim:k,s"], [
            "check",
            "--stop-after",
            "data",
            "--yes",
          ]]
        ) {
          const args = [
            ...command,
            "-s",
            `127.0.0.1:${fake.port}`,
            ...MAIL,
            "-u",
            "ann",
            ...secret,
            ...verbosity,
          ];
          const { out, err } = await stagecoach(args, { files });
          for (const form of FORMS) {
            assert(!(out + err).includes(form), `${form} is shown by ${args.join(" ")}:\n${out}${err}`);
          }
        }
      }
    });
  }
}

Deno.test("no secret is shown when a server repeats what it hears", async () => {
  let greeted = false;
  await using fake = scriptedServer((line) => {
    if (line.startsWith("EHLO")) return (greeted = true, "250-mail\r\n250 AUTH PLAIN");
    return greeted ? echo(line) : undefined;
  });
  for (const verbosity of [[], ["--trace"], ["--json"]]) {
    const args = [
      "send",
      "-s",
      `127.0.0.1:${fake.port}`,
      ...MAIL,
      "--text",
      "x",
      "-u",
      "ann",
      "--password-file",
      "p",
      ...verbosity,
    ];
    const { out, err } = await stagecoach(args, { files: { p: PASSWORD } });
    for (const form of [PASSWORD, btoa(PASSWORD), btoa(`\0ann\0${PASSWORD}`)]) {
      assert(!(out + err).includes(form), out + err);
    }
  }
});
