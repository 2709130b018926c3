import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { createAuthority } from "../../lib/catcher/certificate.ts";
import { asSent } from "./maildir.ts";
import { type MailServer, missingServers, startMailServer } from "./mail_server.ts";
import { processesIn } from "./daemon.ts";

const reason = await missingServers();
const ignore = reason !== undefined;
if (ignore) console.warn(`\n*** NOT TESTED against Postfix and Dovecot: ${reason} ***\n`);

const EXTENSIONS = ["8BITMIME", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES", "PIPELINING", "SMTPUTF8"];

const MESSAGE = [
  "Received: from earlier.example.test by relay.example.test;",
  "\tTue, 24 Nov 2026 00:00:00 +0000",
  "Subject: Grüße",
  "Message-ID: <1@example.test>",
  "",
  "..a line with a dot",
  "a line with a blank ",
  "",
].join("\r\n");

/** Sends lines as they are and gives the lines of the one reply that follows. */
async function say(conn: Deno.Conn, ...lines: string[]): Promise<string[]> {
  const octets = new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(""));
  for (let sent = 0; sent < octets.length;) sent += await conn.write(octets.subarray(sent));
  return await hear(conn);
}

async function hear(conn: Deno.Conn): Promise<string[]> {
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!/^\d{3}(?: .*)?\r\n$/m.test(text)) {
    const length = await conn.read(buffer);
    assert(length !== null, `The server hung up after "${text}"`);
    text += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return text.trimEnd().split("\r\n");
}

async function connectSecurely(server: MailServer): Promise<Deno.Conn> {
  const { hostname, implicitPort, certificateAuthority } = server;
  const conn = await Deno.connectTls({ hostname, port: implicitPort, caCerts: [certificateAuthority] });
  await hear(conn);
  await say(conn, "EHLO client.example.test");
  return conn;
}

function plain(user: string, password: string): string {
  return `AUTH PLAIN ${new TextEncoder().encode(`\0${user}\0${password}`).toBase64()}`;
}

function keywords(reply: string[]): string[] {
  return reply.slice(1).map((line) => line.slice(4)).sort();
}

/** Refuses a folder that is still there, and processes that are still in it or name it. */
async function assertNothingLeft(folder: string): Promise<void> {
  await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
  assertEquals(await processesIn(folder), []);
  for await (const { name } of Deno.readDir("/proc")) {
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    assertEquals(command.includes(folder), false, `Process ${name} is left`);
  }
}

Deno.test({
  name: "startMailServer() offers AUTH after STARTTLS only",
  ignore,
  async fn() {
    await using server = await startMailServer();
    using clear = await Deno.connect({ hostname: server.hostname, port: server.starttlsPort });
    assertMatch((await hear(clear))[0], /^220 mail\.example\.test ESMTP Postfix /);
    const before = keywords(await say(clear, "EHLO client.example.test"));
    assertEquals(before, [...EXTENSIONS, "ETRN", "SIZE 10240000", "STARTTLS", "VRFY"].sort());

    assertMatch((await say(clear, "STARTTLS"))[0], /^220 /);
    using secure = await Deno.startTls(clear, {
      hostname: server.name,
      caCerts: [server.certificateAuthority],
    });
    const after = keywords(await say(secure, "EHLO client.example.test"));
    const auth = "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
    assertEquals(after, [...EXTENSIONS, auth, "ETRN", "SIZE 10240000", "VRFY"].sort());
  },
});

Deno.test({
  name: "startMailServer() knows both users and delivers their message as it was sent",
  ignore,
  async fn() {
    await using server = await startMailServer();
    const { user, password, utf8User, utf8Password } = server;
    for (const [name, secret] of [[user, password], [utf8User, utf8Password]]) {
      using conn = await connectSecurely(server);
      assertMatch((await say(conn, plain(name, "wrong")))[0], /^535 /);
      assertMatch((await say(conn, plain(name, secret)))[0], /^235 /);
      assertMatch((await say(conn, `MAIL FROM:<${name}> SMTPUTF8`))[0], /^250 /);
      assertMatch((await say(conn, "RCPT TO:<jörg@bücher.test>"))[0], /^250 /);
      assertMatch((await say(conn, "RCPT TO:<bo+extension@example.test>"))[0], /^250 /);
      assertMatch((await say(conn, "RCPT TO:<somebody@elsewhere.test>"))[0], /^250 /);
      assertMatch((await say(conn, "DATA"))[0], /^354 /);
      assertMatch((await say(conn, MESSAGE.replace("\r\n..", "\r\n...") + "."))[0], /^250 /);
    }
    const messages = [
      ...await server.delivered("jörg@bücher.test", 2),
      ...await server.delivered("bo@example.test", 2),
    ];
    assertEquals(
      messages.map((message) => new TextDecoder().decode(asSent(message))),
      Array(4).fill(MESSAGE),
    );
  },
});

Deno.test({
  name: "startMailServer() refuses strangers to relay, and unknown recipients to all",
  ignore,
  async fn() {
    await using server = await startMailServer();
    using conn = await connectSecurely(server);
    assertMatch((await say(conn, "MAIL FROM:<stranger@elsewhere.test>"))[0], /^250 /);
    assertMatch((await say(conn, "RCPT TO:<somebody@elsewhere.test>"))[0], /^554 5\.7\.1 /);
    assertMatch((await say(conn, "RCPT TO:<nobody@example.test>"))[0], /^550 5\.1\.1 /);
    assertMatch((await say(conn, "RCPT TO:<ann@example.test>"))[0], /^250 /);
    assertEquals(await server.delivered("ann@example.test", 0), []);
    assertStringIncludes(await server.log(), "Relay access denied");
  },
});

Deno.test({
  name: "startMailServer() takes settings of Postfix, mechanisms and a leaf from the caller",
  ignore,
  async fn() {
    const authority = await createAuthority();
    const certificate = await authority.issue({
      hosts: ["localhost"],
      notAfter: new Date(Date.now() - 86_400_000),
    });
    const mainCf = { message_size_limit: "1000", smtpd_tls_auth_only: "no" };
    await using server = await startMailServer({ certificate, mainCf, mechanisms: "plain" });
    const { hostname, implicitPort, starttlsPort } = server;
    using clear = await Deno.connect({ hostname, port: starttlsPort });
    await hear(clear);
    const offered = keywords(await say(clear, "EHLO client.example.test"));
    assertEquals(offered.filter((line) => /^(?:AUTH|SIZE)/.test(line)), ["AUTH PLAIN", "SIZE 1000"]);
    using tls = await Deno.connectTls({ hostname, port: implicitPort, caCerts: [authority.certificate] });
    await assertRejects(() => tls.handshake(), Error, "expired");
  },
});

Deno.test({
  name: "startMailServer() runs several servers at once and leaves nothing of any",
  ignore,
  async fn() {
    const servers = await Promise.all(Array.from({ length: 3 }, () => startMailServer()));
    assertEquals(new Set(servers.flatMap((server) => [server.starttlsPort, server.implicitPort])).size, 6);
    const folders = servers.map((server) => server.folder);
    for (const folder of folders) assert((await processesIn(folder)).length >= 8);
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    await Promise.all(folders.map(assertNothingLeft));
  },
});

Deno.test({
  name: "startMailServer() shows the log and leaves nothing when Postfix cannot start",
  ignore,
  async fn() {
    const start = () => startMailServer({ mainCf: { message_size_limit: "$config_directory" } });
    const { message } = await assertRejects(start, Error, "Cannot start mail server: ");
    const [, folder] = message.match(/bad numerical configuration: message_size_limit = (\/.*)\/postfix/) ??
      [];
    assert(folder, message);
    await assertNothingLeft(folder);
  },
});

Deno.test({
  name: "startMailServer() gives up with the reason of the signal",
  ignore,
  async fn() {
    const reason = new Error("Enough");
    const error = await assertRejects(() => startMailServer({ signal: AbortSignal.abort(reason) }));
    assertEquals(error, reason);
  },
});
