/**
 * The whole client against a real server: Debian's Postfix, with Dovecot to check passwords.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type AuthOptions,
  ConnectionError,
  createTransport,
  type Credentials,
  isTransient,
  type Message,
  prepare,
  type Prepared,
  ReplyError,
  sendMail,
  type TransportOptions,
} from "../../mod.ts";
import { createAuthority } from "../../lib/catcher/mod.ts";
import { type MailServer, missingServers, startMailServer } from "./mail_server.ts";
import { asSent } from "./maildir.ts";

const reason = await missingServers();
if (reason !== undefined) console.error(`SKIPPED, every test against Postfix and Dovecot: ${reason}`);

/** The server's own offer: each of these must have been used once the tests are through. */
const MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"] as const;

function test(name: string, fn: (server: MailServer, options: TransportOptions) => Promise<void>): void {
  Deno.test({
    name,
    ignore: reason !== undefined,
    async fn() {
      await using server = await startMailServer();
      const caCerts = [server.certificateAuthority];
      await fn(server, { hostname: server.name, port: server.starttlsPort, caCerts });
    },
  });
}

function login(server: MailServer): Credentials {
  return { user: server.user, password: server.password };
}

async function octetsOf(message: Message | Prepared): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of prepare(message).content.octets()) chunks.push(chunk);
  return await new Blob(chunks as BlobPart[]).bytes();
}

const LETTER = {
  from: "Ann <ann@example.test>",
  to: "bo@example.test",
  subject: "Grüße, with an emoji: 📮",
  text: `.\n..\n.a dot\nFrom the start\n${"long ".repeat(400)}\nÄ trailing space \nпривет\n\n.\n`,
  html: "<p>Grüße</p>",
};

test("Postfix delivers what was sent, octet for octet, by DATA and by BDAT", async (server, options) => {
  for (const chunking of [false, true]) {
    const message = prepare({ ...LETTER, to: chunking ? "bo@example.test" : "ann@example.test" });
    const receipt = await sendMail({ ...options, chunking, credentials: login(server) }, message);
    assert(receipt.queueId, receipt.reply.lines.join());
    const [delivered] = await server.delivered(message.envelope.forwardPaths[0] as string, 1);
    assertEquals(asSent(delivered), await octetsOf(message));
    assertStringIncludes(await server.log(), receipt.queueId);
  }
});

test("Postfix takes raw 8-bit content and long lines when it offers 8BITMIME", async (server, options) => {
  const text = `From: ann@example.test\r\nSubject: raw\r\n\r\n.Grüße\r\n${"x".repeat(998)}\r\n..\r\n`;
  const octets = new TextEncoder().encode(text);
  const content = {
    messageId: "<raw@example.test>",
    size: octets.length,
    eightBit: true,
    utf8: false,
    octets: () =>
      Array.from({ length: Math.ceil(octets.length / 7) }, (_, at) => octets.subarray(at * 7, at * 7 + 7)),
  };
  const envelope = { reversePath: "ann@example.test", forwardPaths: ["bo@example.test"] };
  await sendMail(options, { envelope, content });
  const [delivered] = await server.delivered("bo@example.test", 1);
  assertEquals(asSent(delivered), octets);
});

test(
  "Dovecot takes every mechanism that it offers, for ASCII and UTF-8 passwords",
  async (server, options) => {
    for (const mechanism of MECHANISMS) {
      for (
        const [user, password] of [[server.user, server.password], [server.utf8User, server.utf8Password]]
      ) {
        const auth: AuthOptions = { credentials: { user, password }, mechanisms: [mechanism] };
        const receipt = await sendMail({ ...options, ...auth }, { ...LETTER, from: "ann@example.test" });
        assertEquals(receipt.recipients[0].delivery, "accepted");
      }
    }
    const log = await server.log();
    for (const mechanism of MECHANISMS) assertStringIncludes(log, `sasl_method=${mechanism},`);
  },
);

test("the strongest mechanism that Dovecot offers is used unasked", async (server, options) => {
  await sendMail({ ...options, credentials: login(server) }, LETTER);
  assertStringIncludes(await server.log(), "sasl_method=SCRAM-SHA-256,");
});

test("implicit TLS delivers too, and several messages go over one session", async (server, options) => {
  const to = { ...options, port: server.implicitPort, tls: "implicit" as const, credentials: login(server) };
  {
    await using transport = createTransport(to);
    for (let count = 0; count < 3; count++) await transport.send(LETTER);
  }
  assertEquals((await server.delivered("bo@example.test", 3)).length, 3);
  assertStringIncludes(await server.log(), " ehlo=1 auth=1 mail=3 rcpt=3 data=3 quit=1 ");
});

test("a wrong password is refused, said so, and not tried again", async (server, options) => {
  for (const mechanism of MECHANISMS) {
    const credentials = { user: server.user, password: "not the password" };
    const sending = () => sendMail({ ...options, credentials, mechanisms: [mechanism] }, LETTER);
    const error = await assertRejects(sending, ReplyError, "535 5.7.8");
    assertEquals([error.stage, error.code, error.retryable], ["auth", "auth.failed", false]);
    assert(!JSON.stringify([error, error.transcript]).includes("not the password"));
  }
  assertEquals((await server.log()).match(/authentication failed/g)?.length, MECHANISMS.length);
});

test("an unknown recipient does not stop the good one beside it", async (server, options) => {
  const receipt = await sendMail(options, { ...LETTER, to: ["nobody@example.test", "bo@example.test"] });
  assertEquals(receipt.recipients.map((one) => [one.address, one.delivery, one.reply?.enhanced]), [
    ["nobody@example.test", "refused", "5.1.1"],
    ["bo@example.test", "accepted", "2.0.0"],
  ]);
  assertEquals((await server.delivered("bo@example.test", 1)).length, 1);
});

test('an unknown recipient stops the whole when partial is "abort"', async (server, options) => {
  const message = { ...LETTER, to: ["bo@example.test", "nobody@example.test"] };
  const error = await assertRejects(() => sendMail({ ...options, partial: "abort" }, message), ReplyError);
  assertEquals([error.code, error.recipient], ["rcpt.unknown", "nobody@example.test"]);
  assertEquals(await server.delivered("bo@example.test", 0), []);
});

test("only unknown recipients end in an error that names them", async (_server, options) => {
  const sending = () => sendMail(options, { ...LETTER, to: ["nobody@example.test", "nemo@example.test"] });
  const error = await assertRejects(sending, ReplyError, "550 5.1.1");
  assertEquals([error.stage, error.code, isTransient(error)], ["envelope", "rcpt.unknown", false]);
  assertEquals(error.recipients?.map((one) => one.delivery), ["refused", "refused"]);
});

test("relaying without a login is refused, and the session goes on", async (server, options) => {
  await using transport = createTransport(options);
  const sending = () => transport.send({ ...LETTER, to: "somebody@elsewhere.test" });
  const error = await assertRejects(sending, ReplyError, "Relay access denied");
  assertEquals(error.code, "rcpt.relay_denied");
  await transport.send(LETTER);
  assertEquals((await server.delivered("bo@example.test", 1)).length, 1);
});

test("internationalized addresses go through SMTPUTF8", async (server, options) => {
  await sendMail(options, { ...LETTER, from: "jörg@example.test", to: "Jörg <jörg@bücher.test>" });
  assertEquals((await server.delivered("jörg@bücher.test", 1)).length, 1);
});

test("a certificate of an unknown issuer is refused", async (server, options) => {
  for (const port of [server.starttlsPort, server.implicitPort]) {
    const tls = port === server.implicitPort ? "implicit" as const : "starttls" as const;
    const sending = () => sendMail({ ...options, port, tls, caCerts: [] }, LETTER);
    const error = await assertRejects(sending, ConnectionError);
    assertEquals([error.code, error.stage], ["tls.issuer", tls === "implicit" ? "connect" : "tls"]);
    assertEquals(error.recipients?.map((one) => one.delivery), ["not sent"]);
  }
});

test("implicit TLS to a port that speaks plain text first is said to be that", async (_server, options) => {
  const error = await assertRejects(() => sendMail({ ...options, tls: "implicit" }, LETTER), ConnectionError);
  assertEquals([error.code, error.stage], ["tls.mode_mismatch", "connect"]);
});

const DAY = 86_400_000;
const leaves = {
  "tls.name": { hosts: ["elsewhere.example.test"] },
  "tls.expired": {
    hosts: ["localhost"],
    notBefore: new Date(Date.now() - 9 * DAY),
    notAfter: new Date(Date.now() - DAY),
  },
  "tls.not_yet_valid": {
    hosts: ["localhost"],
    notBefore: new Date(Date.now() + DAY),
    notAfter: new Date(Date.now() + 9 * DAY),
  },
};

for (const [code, leaf] of Object.entries(leaves)) {
  Deno.test({
    name: `a certificate that is wrong is refused with ${code}, on both ports`,
    ignore: reason !== undefined,
    async fn() {
      const authority = await createAuthority();
      await using server = await startMailServer({ certificate: await authority.issue(leaf) });
      for (const port of [server.starttlsPort, server.implicitPort]) {
        const tls = port === server.implicitPort ? "implicit" as const : "starttls" as const;
        const options = { hostname: "localhost", port, tls, caCerts: [authority.certificate] };
        const error = await assertRejects(() => sendMail(options, LETTER), ConnectionError);
        assertEquals(error.code, code);
        assert(error.hint);
      }
    },
  });
}

Deno.test({
  name: "a message over the server's limit is refused before it is sent",
  ignore: reason !== undefined,
  async fn() {
    await using server = await startMailServer({ mainCf: { message_size_limit: "1000" } });
    const options = {
      hostname: server.name,
      port: server.starttlsPort,
      caCerts: [server.certificateAuthority],
    };
    const sending = () => sendMail(options, { ...LETTER, text: "x".repeat(2_000) });
    const error = await assertRejects(sending, Error, "the server takes 1000");
    assertEquals((error as ReplyError).code, "data.too_big");
  },
});
