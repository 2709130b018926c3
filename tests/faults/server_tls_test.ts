/**
 * TLS that goes wrong on a real connection: before, in and after the handshake.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { sendMail, type SendOptions, transcript, type TransportOptions } from "../../mod.ts";
import { createAuthority } from "../../lib/catcher/mod.ts";
import { scriptedServer } from "../../lib/testing/mod.ts";
import { greeting } from "../dialogue.ts";
import { type Ending, endingOf, mail } from "../testing/ending.ts";

type Options = Partial<TransportOptions & SendOptions>;

const authority = await createAuthority();
const tls = await authority.issue({ hosts: ["127.0.0.1"] });

/** A password that must not be said to whoever spoils the handshake. */
const credentials = { user: "ann", password: "secret-1" };
const NOT_SENT = ["bo@example.org not sent"];
const ASKED = `${greeting("STARTTLS", "AUTH PLAIN")}\nC: STARTTLS\nS: 220 go\n`;
const SECURED = `${greeting()}
  C: MAIL FROM:<ann@example.com>
  S: 250 ok
  C: RCPT TO:<bo@example.org>
  S: 250 ok
  C: DATA
  S: 354 go
  -- content
`;

function send(port: number, options: Options = {}): Promise<Ending> {
  const caCerts = [authority.certificate];
  const server = { hostname: "127.0.0.1", port, name: "client.test", caCerts, deadlineMs: 5_000, ...options };
  return endingOf(() => sendMail(server, mail()));
}

const HANDSHAKE = { error: "ConnectionError tls.handshake", exit: 69, retry: false };
const MISMATCH = { error: "ConnectionError tls.mode_mismatch", exit: 76, retry: false };

/** What becomes of the handshake, and what a send must end in. */
const HANDSHAKES: Readonly<Record<string, readonly [steps: string, ending: Omit<Ending, "recipients">]>> = {
  "a fatal alert": ["-- hello\n-- octets 15 03 03 00 02 02 28", HANDSHAKE],
  "the end": ["-- hello\n-- close", HANDSHAKE],
  "a reset": ["-- hello\n-- reset", HANDSHAKE],
  "half a record and the end": ["-- hello\n-- octets 16 03 03 00 7a 02\n-- close", HANDSHAKE],
  "plain text": ["-- hello\nS: 500 5.5.1 what?", MISMATCH],
  "garbage": ["-- hello\n-- octets 00 01 02 03 04 05 06 07 08 09", MISMATCH],
};

for (const [what, [steps, ending]] of Object.entries(HANDSHAKES)) {
  Deno.test(`sendMail() says nothing to a server that answers STARTTLS with 220 and ${what}`, async () => {
    await using server = await scriptedServer(`${ASKED}${steps}`);
    assertEquals(await send(server.port, { credentials }), {
      recipients: NOT_SENT,
      at: "tls STARTTLS",
      ...ending,
    });
    assertEquals(server.sessions[0].lines, ["EHLO client.test", "STARTTLS"]);
  });

  Deno.test(`sendMail() says nothing to a server that begins TLS with ${what}`, async () => {
    await using server = await scriptedServer(steps);
    assertEquals(await send(server.port, { credentials, tls: "implicit" }), {
      recipients: NOT_SENT,
      at: "connect",
      ...ending,
    });
    assertEquals(server.sessions[0].lines, []);
  });
}

Deno.test("sendMail() does not wait without end for a handshake that stalls", async () => {
  await using server = await scriptedServer([`${ASKED}-- hello\n-- silence`, "-- hello\n-- silence"]);
  assertEquals(await send(server.port, { credentials, timeLimits: { tls: 10 } }), {
    recipients: NOT_SENT,
    exit: 75,
    error: "StageTimeoutError timeout.tls",
    at: "tls",
    retry: true,
  });
  assertEquals(await send(server.port, { credentials, tls: "implicit", timeLimits: { connect: 10 } }), {
    recipients: NOT_SENT,
    exit: 75,
    error: "StageTimeoutError timeout.connect",
    at: "connect",
    retry: true,
  });
  await server.done();
  assertEquals(server.sessions.map(({ lines }) => lines), [["EHLO client.test", "STARTTLS"], []]);
});

Deno.test("sendMail() stops a handshake when it is aborted", async () => {
  await using server = await scriptedServer(`${ASKED}-- hello\n-- silence`);
  const controller = new AbortController();
  const plugins = [transcript((line) => line === "S: 220 go" && setTimeout(() => controller.abort(), 5))];
  assertEquals(await send(server.port, { credentials, plugins, signal: controller.signal }), {
    recipients: NOT_SENT,
    exit: 130,
    error: "ConnectionError aborted",
    at: "tls",
    retry: false,
  });
});

for (const injected of ["S: 250-AUTH PLAIN\nS: 250 SIZE", "-- octets 32", "S: 220 go"]) {
  Deno.test(`sendMail() takes no plaintext behind 220 to STARTTLS for TLS: ${injected}`, async () => {
    await using server = await scriptedServer(`${ASKED}${injected}\n-- silence`);
    assertEquals(await send(server.port, { credentials }), {
      recipients: NOT_SENT,
      exit: 76,
      error: "ProtocolError tls.injected",
      at: "tls STARTTLS",
      retry: false,
    });
    assertEquals(server.sessions[0].lines, ["EHLO client.test", "STARTTLS"]);
  });
}

for (const step of ["-- no close_notify", "-- close", "-- reset"]) {
  const lost = { error: "ConnectionError connect.lost" };

  Deno.test(`sendMail() has the receipt when TLS ends with ${step} in place of 221`, async () => {
    await using server = await scriptedServer(`-- tls\n${SECURED}S: 250 ok\nC: QUIT\n${step}`, { tls });
    const ending = await send(server.port, { tls: "implicit" });
    assertEquals(ending, { recipients: ["bo@example.org accepted 250"], exit: 0, reply: "250 ok" });
    await server.done();
  });

  Deno.test(`sendMail() takes ${step} after the dot for an outcome that nobody knows, with TLS too`, async () => {
    await using server = await scriptedServer(`-- tls\n${SECURED}${step}`, { tls });
    assertEquals(await send(server.port, { tls: "implicit" }), {
      recipients: ["bo@example.org unknown"],
      exit: 74,
      at: "data content",
      retry: false,
      ...lost,
    });
    await server.done();
  });

  Deno.test(`sendMail() takes ${step} after the handshake for a lost connection`, async () => {
    await using server = await scriptedServer(`${ASKED}-- tls\nC: EHLO client.test\n${step}`, { tls });
    assertEquals(await send(server.port, { credentials }), {
      recipients: NOT_SENT,
      exit: 75,
      at: "ehlo EHLO",
      retry: true,
      ...lost,
    });
    await server.done();
  });
}
