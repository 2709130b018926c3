import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { generateRsa, KEYS, toPem, verify } from "../dkim/verify.ts";
import { stagecoach, type World } from "./fake_io.ts";

const files = { "rsa.pem": KEYS.rsa.pem, "ed.pem": KEYS.ed.pem, report: "1;2\n" };
const MAIL = ["-f", "Ann <ann@example.com>", "-t", "bo@example.org", "-S", "Hi", "--text", "Grüße"];

/** Runs `send` against a catcher, and gives what it caught. */
async function send(args: readonly string[], world: World = {}) {
  await using catcher = await catchMail({ tls: "off" });
  const outcome = await stagecoach(["send", "-s", `127.0.0.1:${catcher.port}`, ...args], {
    ...world,
    files: { ...files, ...world.files },
  });
  return { ...outcome, octets: catcher.messages[0]?.octets, count: catcher.messages.length };
}

Deno.test("send --sign signs with every key, for the author's domain", async () => {
  const signs = ["--sign", "dkim:rsa.pem,rsa", "--sign", "dkim:ed.pem,ed"];
  const { exit, err, octets } = await send([...MAIL, ...signs, "-A", "report", "-b", "cy@example.org"]);
  assertEquals(exit, 0, err);
  assertEquals(await verify(octets), ["rsa pass", "ed pass"]);
  assertStringIncludes(new TextDecoder().decode(octets), "d=example.com;");
});

Deno.test("send --sign signs for the domain that it is told", async () => {
  const { octets } = await send([...MAIL, "--sign", "dkim:ed.pem,ed,mail.example.net"]);
  assertStringIncludes(new TextDecoder().decode(octets), "d=mail.example.net;");
});

Deno.test("send --sign signs a ready-made message, 8-bit text encoded before", async () => {
  const eml = "From: =?UTF-8?Q?A=2C_B?=\n <ann@example.com>\nTo: bo@example.org\nMIME-Version: 1.0\n" +
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße\n";
  const { exit, err, octets } = await send(
    ["--eml", "e", "--read-recipients", "--sign", "dkim:rsa.pem,rsa"],
    {
      files: { e: eml },
    },
  );
  assertEquals(exit, 0, err);
  assertEquals(await verify(octets), ["rsa pass"]);
  assertStringIncludes(new TextDecoder().decode(octets), "quoted-printable");
});

Deno.test("send --sign signs what comes through a pipe", async () => {
  const content = ReadableStream.from([new TextEncoder().encode("through the pipe")]);
  const open = () => Promise.resolve({ head: new Uint8Array(), content });
  const { exit, err, octets } = await send([...MAIL, "--sign", "dkim:ed.pem,ed", "-A", "pipe"], { open });
  assertEquals(exit, 0, err);
  assertEquals(await verify(octets), ["ed pass"]);
});

Deno.test("send --sign signs a ready-made message of 8-bit text that comes through a pipe", async () => {
  const eml = "From: ann@example.com\r\nTo: bo@example.org\r\nMIME-Version: 1.0\r\n" +
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n";
  const content = ReadableStream.from([new TextEncoder().encode(eml)]);
  const open = () => Promise.resolve({ head: new Uint8Array(), content });
  const args = ["--eml", "pipe", "--read-recipients", "--sign", "dkim:ed.pem,ed"];
  const { exit, err, octets } = await send(args, { open });
  assertEquals(exit, 0, err);
  assertEquals(await verify(octets), ["ed pass"]);
  assert(octets.every((octet) => octet < 128));
});

Deno.test("send --sign needs a domain where there is no author to take it from", async () => {
  const files = { e: "From: Team:;\nTo: bo@example.org\n\nHello\n" };
  const args = ["--eml", "e", "--read-recipients", "--envelope-from", "a@example.com"];
  const without = await send([...args, "--sign", "dkim:ed.pem,ed"], { files });
  assertEquals([without.exit, without.count], [65, 0]);
  assertStringIncludes(without.err, "Cannot read --sign: it names no DOMAIN");
  const named = await send([...args, "--sign", "dkim:ed.pem,ed,example.com"], { files });
  assertEquals(named.exit, 0, named.err);
});

Deno.test("send --save writes the message as it is sent", async () => {
  const { exit, saved, octets } = await send([
    ...MAIL,
    "-b",
    "cy@example.org",
    "--sign",
    "dkim:ed.pem,ed",
    "--save",
    "sent.eml",
  ]);
  assertEquals(exit, 0);
  assertEquals(saved["sent.eml"], new Uint8Array(octets));
  assert(!new TextDecoder().decode(saved["sent.eml"]).includes("cy@example.org"));
});

Deno.test("send --save writes what comes through a pipe, and sends it", async () => {
  const content = ReadableStream.from([new TextEncoder().encode("through the pipe")]);
  const open = () => Promise.resolve({ head: new Uint8Array(), content });
  const { exit, saved, octets } = await send([...MAIL, "--save", "sent.eml", "-A", "pipe"], { open });
  assertEquals([exit, saved["sent.eml"]], [0, new Uint8Array(octets)]);
});

const weak = toPem(
  "PRIVATE KEY",
  new Uint8Array(await crypto.subtle.exportKey("pkcs8", (await generateRsa(512)).privateKey)),
);
const broken = KEYS.rsa.pem.replace(/M/, "!");

const refused: [string, string, number, string][] = [
  ["a value of another form", "key.pem", 64, "it is not dkim:KEYFILE,SELECTOR"],
  ["no selector", "dkim:rsa.pem", 64, "it is not dkim:KEYFILE,SELECTOR"],
  ["an empty selector", "dkim:rsa.pem,", 64, "it is not dkim:KEYFILE,SELECTOR"],
  ["another kind of signature", "smime:rsa.pem,s", 64, "it is not dkim:KEYFILE,SELECTOR"],
  ["a key in place of a file", `dkim:${KEYS.ed.pem},s`, 64, "it is not dkim:KEYFILE,SELECTOR"],
  ["a malformed selector", "dkim:rsa.pem,s 1", 64, "selector"],
  ["a malformed domain", "dkim:rsa.pem,s,example", 64, "domain"],
  ["a file that is not there", "dkim:gone.pem,s", 66, 'Cannot read --sign "gone.pem": there is no such file'],
  [
    "a file that is no PEM",
    "dkim:report,s",
    78,
    'Cannot read --sign "report": it has no line BEGIN PRIVATE KEY',
  ],
  ["a certificate", "dkim:cert.pem,s", 78, "CERTIFICATE"],
  ["a broken key", "dkim:broken.pem,s", 78, "base64"],
  ["an encrypted key", "dkim:locked.pem,s", 78, "it is encrypted"],
  ["a weak key", "dkim:weak.pem,s", 78, "512 bits"],
];

for (const [what, value, exit, message] of refused) {
  Deno.test(`send --sign ends with ${exit} for ${what}, sends nothing and shows no key`, async () => {
    const more = {
      "cert.pem": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
      "broken.pem": broken,
      "locked.pem": KEYS.rsa.pem.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
      "weak.pem": weak,
    };
    for (const json of [[], ["--json"]]) {
      const { exit: code, err, out, count } = await send([...MAIL, "--sign", value, ...json], {
        files: more,
      });
      assertEquals([code, count], [exit, 0], err + out);
      if (json.length === 0) assertStringIncludes(err, message);
      for (const pem of [KEYS.rsa.pem, KEYS.ed.pem, weak, broken]) {
        for (const line of pem.split("\n").filter((one) => /^[A-Za-z0-9+/=!]{8,}$/.test(one))) {
          assert(!(out + err).includes(line), out + err);
        }
      }
    }
  });
}
