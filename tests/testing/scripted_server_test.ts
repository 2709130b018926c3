import { assertEquals, assertRejects } from "@std/assert";
import nodemailer from "nodemailer";
import { createTransport, sendMail, type TransportOptions } from "../../mod.ts";
import { createAuthority } from "../../lib/catcher/mod.ts";
import { type ScriptedServer, scriptedServer } from "../../lib/testing/mod.ts";
import { ENVELOPE, GOODBYE, greeting } from "../dialogue.ts";
import { content } from "../dialogue.ts";
import { RawClient } from "./raw_client.ts";

const authority = await createAuthority();
const tls = await authority.issue({ hosts: ["127.0.0.1"] });
const MESSAGE = { envelope: ENVELOPE, content: content("Hello\r\n.\r\n") };

const TRANSACTION = `
  C: MAIL FROM:<ann@example.com>
  S: 250 ok
  C: RCPT TO:<bo@example.org>
  S: 250 ok
  C: DATA
  S: 354 go
  -- content
  S: 250 ok`;
const END = "\nC: QUIT\nS: 221 bye";
const HEARD = [
  "MAIL FROM:<ann@example.com>",
  "RCPT TO:<bo@example.org>",
  "DATA",
  // The dot of the message is doubled; the lone one is not counted.
  "(11 octets of content)",
  "QUIT",
];

function to({ hostname, port }: ScriptedServer, more: Partial<TransportOptions> = {}): TransportOptions {
  return { hostname, port, name: "client.test", caCerts: [authority.certificate], ...more };
}

Deno.test("scriptedServer() plays a transcript to a client", async () => {
  await using server = await scriptedServer(`${greeting()}${TRANSACTION}${END}`);
  const receipt = await sendMail(to(server), MESSAGE);
  assertEquals(receipt.recipients[0].delivery, "accepted");
  await server.done();
  assertEquals(server.hostname, "127.0.0.1");
  assertEquals(server.sessions.map(({ lines, secure }) => [secure, ...lines]), [
    [false, "EHLO client.test", ...HEARD],
  ]);
});

Deno.test("scriptedServer() upgrades to TLS at -- tls", async () => {
  await using server = await scriptedServer(
    `${greeting("STARTTLS")}
     C: STARTTLS
     S: 220 go
     -- tls
     C: EHLO client.test
     S: 250 mail.example.com
     ${TRANSACTION}${END}`,
    { tls },
  );
  await sendMail(to(server, { tls: "starttls" }), MESSAGE);
  await server.done();
  assertEquals(server.sessions.map(({ lines, secure }) => [secure, ...lines]), [
    [true, "EHLO client.test", "STARTTLS", "EHLO client.test", ...HEARD],
  ]);
});

Deno.test("scriptedServer() speaks TLS at once when -- tls comes first", async () => {
  await using server = await scriptedServer(`-- tls\n${greeting()}${TRANSACTION}${END}`, { tls });
  await sendMail(to(server, { tls: "implicit" }), MESSAGE);
  await server.done();
  assertEquals(server.sessions[0].secure, true);
});

for (const secure of [false, true]) {
  Deno.test(`scriptedServer() plays to nodemailer, with ${secure ? "implicit TLS" : "STARTTLS"}`, async () => {
    const ehlo = "C: EHLO client.test\nS: 250-mail.example.com\nS: 250 STARTTLS";
    const opening = secure ? "-- tls\nS: 220 mail" : `S: 220 mail\n${ehlo}\nC: STARTTLS\nS: 220 go\n-- tls`;
    await using server = await scriptedServer(`${opening}\n${ehlo}${TRANSACTION}\n-- silence`, { tls });
    const { hostname: host, port } = server;
    const options = {
      host,
      port,
      secure,
      requireTLS: !secure,
      name: "client.test",
      tls: { ca: authority.certificate },
    };
    const transport = nodemailer.createTransport(options);
    const info = await transport.sendMail({ from: "ann@example.com", to: "bo@example.org", text: "Hello" });
    assertEquals([info.accepted, info.response], [["bo@example.org"], "250 ok"]);
    await server.done();
    transport.close();
    assertEquals(server.sessions[0].secure, true);
  });
}

Deno.test("scriptedServer() plays a transcript to each client", async () => {
  await using server = await scriptedServer([
    `${greeting()}${TRANSACTION}\n-- close`,
    `${greeting()}${TRANSACTION}${END}`,
  ]);
  {
    await using transport = createTransport(to(server));
    await transport.send(MESSAGE);
    await transport.send(MESSAGE);
  }
  await server.done();
  assertEquals(server.sessions.map(({ lines }) => lines.length), [5, 6]);
});

Deno.test("scriptedServer() asks a function for the transcript of each client", async () => {
  await using server = await scriptedServer((session) => `S: 554 ${session}`);
  for (const session of [0, 1, 2]) {
    await assertRejects(() => sendMail(to(server), MESSAGE), Error, `554 ${session}`);
  }
  await server.done();
});

Deno.test("scriptedServer() plays to several clients at the same time", async () => {
  await using server = await scriptedServer(() => `${greeting()}${TRANSACTION}${END}`);
  const receipts = await Promise.all(Array.from({ length: 20 }, () => sendMail(to(server), MESSAGE)));
  assertEquals(receipts.length, 20);
  await server.done();
});

Deno.test("done() throws what the client did not play, in the words of the transcript", async () => {
  const cases: readonly (readonly [transcript: string | string[], message: string])[] = [
    [
      `${greeting()}\nC: NOOP`,
      'The client said "MAIL FROM:<ann@example.com>\\r\\n", and the script has "C: NOOP"',
    ],
    [`S: 554 no\nC: EHLO client.test`, "The transcript goes on: C: EHLO client.test"],
    [`${greeting()}${TRANSACTION}`, 'The client said "QUIT\\r\\n", and the script has ended'],
    ["-- tls", "The client left the TLS handshake"],
    ["S: 220 mail\n-- tls", "The TLS handshake failed"],
    [["S: 554 no", "S: 554 no", "S: 554 no"], "The client did not connect for the last 2 of the transcripts"],
  ];
  for (const [transcript, message] of cases) {
    await using server = await scriptedServer(transcript, { tls });
    const timeLimits = transcript === "-- tls" ? { connect: 5 } : {};
    await sendMail(to(server, { timeLimits }), MESSAGE).catch(() => {});
    await assertRejects(() => server.done(), Error, message);
  }
});

Deno.test("done() throws when a client does not trust the certificate", async () => {
  await using server = await scriptedServer("-- tls", { tls });
  await assertRejects(() => sendMail(to(server, { tls: "implicit", caCerts: [] }), MESSAGE));
  await assertRejects(() => server.done(), Error, "The TLS handshake failed");
});

Deno.test("done() throws when a client connects once more than there are transcripts", async () => {
  await using server = await scriptedServer("S: 554 no");
  await assertRejects(() => sendMail(to(server), MESSAGE), Error, "554 no");
  await assertRejects(() => sendMail(to(server), MESSAGE));
  await assertRejects(() => server.done(), Error, "once more than there are transcripts");
});

Deno.test("scriptedServer() refuses a certificate that is missing or cannot be used", async () => {
  const other = await authority.issue({ hosts: ["127.0.0.1"] });
  const cases = [
    [undefined, 'Cannot play transcript: "-- tls" needs a certificate and its key, in the option tls'],
    [{ ...tls, certificate: "" }, "Cannot play transcript: the certificate or its key cannot be used"],
    [{ ...tls, key: "secret" }, "the certificate or its key cannot be used"],
    [{ ...tls, key: other.key }, "the certificate or its key cannot be used"],
  ] as const;
  for (const [tls, message] of cases) {
    await assertRejects(() => scriptedServer(`${GOODBYE}\n-- tls`, { tls }), TypeError, message);
  }
});

Deno.test("done() throws what is wrong with the transcript that a function gives", async () => {
  const cases = [["-- tls", "needs a certificate"], ["-- nonsense", "Cannot read transcript"]];
  for (const [transcript, message] of cases) {
    await using server = await scriptedServer(() => transcript);
    await assertRejects(() => sendMail(to(server), MESSAGE));
    await assertRejects(() => server.done(), Error, message);
  }
});

Deno.test({
  name: "scriptedServer() tells that it has no permission to listen",
  permissions: { net: ["127.0.0.2"] },
  fn: async () => {
    await assertRejects(() => scriptedServer("S: 220 mail"), Deno.errors.NotCapable, "127.0.0.1");
  },
});

Deno.test("close() hangs up on everybody and may be called again", async () => {
  const server = await scriptedServer(() => "S: 220 mail\nC: NOOP");
  using client = await RawClient.to(server);
  assertEquals(await client.hear(), "220 mail\r\n");
  await Promise.all([server.close(), server.close()]);
  assertEquals(await client.hear(), null);
  await assertRejects(() => RawClient.to(server), Deno.errors.ConnectionRefused);
});
