/**
 * How faults are counted, combined and shared, and that nothing else changes on the way.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  ConnectionError,
  connectOver,
  createTransport,
  sendMail,
  SmtpError,
  swap,
  transcript,
  type TransportOptions,
} from "../../mod.ts";
import { type Catcher, type CatcherOptions, catchMail } from "../../lib/catcher/mod.ts";
import { type FaultOptions, faults, script, scriptedServer } from "../../lib/testing/mod.ts";
import { content, ENVELOPE, GOODBYE, greeting, outcomes } from "../dialogue.ts";
import { endingOf, mail } from "./ending.ts";

const RETRY = { attempts: 3, initialDelayMs: 1, random: () => 0 };

function to(catcher: Catcher, more: Partial<TransportOptions> = {}): TransportOptions {
  const caCerts = [catcher.certificateAuthority];
  return { hostname: "localhost", port: catcher.port, name: "client.test", caCerts, ...more };
}

const TWICE: Readonly<Record<string, FaultOptions>> = {
  "a connection lost before connect": { drop: { before: "connect" } },
  "a connection lost before data": { drop: { before: "data" } },
  "421 in the greeting": { refuse: { greeting: "421 4.3.2 busy" } },
  "450 to RCPT": { refuse: { RCPT: "450 4.2.0 greylisted" } },
  "451 to the content": { refuse: { content: "451 4.3.0 later" } },
};

for (const [what, fault] of Object.entries(TWICE)) {
  Deno.test(`faults() lets the third attempt succeed after ${what}`, async () => {
    await using catcher = await catchMail({ tls: "off" });
    const plugins = [faults({ ...fault, times: 2 })];
    const receipt = await sendMail(to(catcher, { plugins, retry: RETRY }), mail());
    assertEquals([outcomes(receipt.recipients), catcher.messages.length], [
      ["bo@example.org accepted 250"],
      1,
    ]);
    // The plugin has done its worst: the next message is sent at once.
    await sendMail(to(catcher, { plugins }), mail());
    assertEquals(catcher.messages.length, 2);
  });
}

Deno.test("faults() never has a message sent again whose final reply was lost", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const plugins = [faults({ loseFinalReply: true })];
  const error = await assertRejects(
    () => sendMail(to(catcher, { plugins, retry: RETRY }), mail()),
    SmtpError,
  );
  assertEquals([error.delivery, error.retryable, catcher.messages.length], ["unknown", false, 1]);
});

Deno.test("faults() skips as many occasions as it is told", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const fault = faults({ refuse: { RCPT: "550 5.1.1 no" }, skip: 2, times: 2 });
  const { recipients } = await sendMail(to(catcher, { plugins: [fault] }), mail(["a", "b", "c", "d", "e"]));
  assertEquals(recipients.map(({ delivery }) => delivery), [
    "accepted",
    "accepted",
    "refused",
    "refused",
    "accepted",
  ]);
});

Deno.test("faults() has the transport open a new session when a message is answered 421", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const lines: string[] = [];
  const plugins = [
    faults({ refuse: { MAIL: "421 4.3.2 closing" }, skip: 1, times: 1 }),
    transcript((line) => lines.push(line)),
  ];
  {
    await using transport = createTransport(to(catcher, { plugins }));
    for (let count = 0; count < 3; count++) await transport.send(mail());
  }
  assertEquals(catcher.messages.length, 3);
  assertEquals(lines.filter((line) => line.startsWith("C: EHLO")).length, 2);
});

Deno.test("faults() of several plugins hold on the same session, each with its own count", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const plugins = [
    faults({ refuse: { RCPT: "550 5.1.1 first" }, times: 1 }),
    faults({ refuse: { RCPT: "551 5.1.6 second" }, skip: 1, times: 1 }),
    faults({ drop: { after: "data" } }),
    faults({ offer: ["X-A"] }),
    faults({ hide: ["PIPELINING"], offer: ["X-B 1"] }),
  ];
  const lines: string[] = [];
  const trace = transcript((line) => lines.push(line));
  const receipt = await sendMail(to(catcher, { plugins: [...plugins, trace] }), mail(["a", "b", "c"]));
  assertEquals(outcomes(receipt.recipients), [
    "a@example.org refused 550",
    "b@example.org refused 551",
    "c@example.org accepted 250",
  ]);
  assert(lines.includes("S: 250-X-A") && lines.includes("S: 250 X-B 1"));
  assert(!lines.some((line) => line.includes("PIPELINING")));
});

Deno.test("faults() counts for itself, and not for another plugin with the same options", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const options = { drop: { before: "data" }, times: 1 } as const;
  for (const plugin of [faults(options), faults(options)]) {
    await assertRejects(() => sendMail(to(catcher, { plugins: [plugin] }), mail()), ConnectionError);
    await sendMail(to(catcher, { plugins: [plugin] }), mail());
  }
});

const STARTTLS: readonly (readonly [fault: FaultOptions, recipients: string, error: string, at: string])[] = [
  [{ refuse: { STARTTLS: "454 4.7.0 no" } }, "not sent", "ReplyError tls.refused", "tls STARTTLS"],
  [{ drop: { before: "tls" } }, "not sent", "ConnectionError connect.lost", "tls STARTTLS"],
  [{ drop: { after: "tls" } }, "not sent", "ConnectionError connect.lost", "ehlo EHLO"],
  [{ drop: { before: "auth" } }, "not sent", "ConnectionError connect.lost", "auth AUTH"],
  [{ refuse: { content: "554 5.7.1 no" } }, "refused 554", "ReplyError data.refused", "data content"],
  [{ loseFinalReply: true }, "unknown", "ConnectionError connect.lost", "data content"],
];

for (const tls of ["starttls", "implicit"] as const) {
  for (const [fault, delivery, error, at] of STARTTLS) {
    // Where TLS comes first the stage has nothing to say.
    if (tls === "implicit" && at.startsWith("tls")) continue;
    Deno.test(`faults() makes ${JSON.stringify(fault)} happen with ${tls} TLS`, async () => {
      const options: CatcherOptions = { tls, auth: { user: "ann", password: "secret-1" } };
      await using catcher = await catchMail(options);
      const credentials = { user: "ann", password: "secret-1" };
      const sending = () => sendMail(to(catcher, { tls, credentials, plugins: [faults(fault)] }), mail());
      const ending = await endingOf(sending);
      const dropsAfterTls = tls === "implicit" && at === "ehlo EHLO";
      assertEquals([ending.recipients, ending.error, ending.at], [
        [`bo@example.org ${delivery}`],
        error,
        dropsAfterTls ? "auth AUTH" : at,
      ]);
    });
  }
}

for (const mechanism of ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"] as const) {
  Deno.test(`faults() changes nothing else on the way: ${mechanism}, secrets, content`, async () => {
    const user = "ann@example.com";
    const password = "secret-of-ann";
    await using catcher = await catchMail({ auth: { user, password }, mechanisms: [mechanism] });
    const credentials = mechanism === "XOAUTH2" ? { user, accessToken: password } : { user, password };
    const lines: string[] = [];
    const plugins = [faults({ drop: { after: "data" } }), transcript((line) => lines.push(line))];
    const block = new TextEncoder().encode(`\r\n..\r\n.\r\n.${"\xff".repeat(400)}\r\n`.repeat(10));
    const body = content("", { size: undefined, eightBit: true, octets: () => Array(30).fill(block) });
    const options = to(catcher, { credentials, mechanisms: [mechanism], plugins });
    await sendMail(options, { envelope: ENVELOPE, content: body });
    const [caught] = catcher.messages;
    assertEquals([caught.secure, caught.mechanism, caught.octets.length], [
      true,
      mechanism,
      30 * block.length,
    ]);
    assertEquals(caught.octets.subarray(-block.length).toHex() === block.toHex(), true);
    // The greeting is told once, and the connection below says nothing.
    assertEquals(lines.filter((line) => line.startsWith("S: 220")).length, 2);
    assertStringIncludes(lines.join("\n"), "-- TLS, certificate verified for localhost");

    // Neither does the error of a session that the relay has broken tell a secret.
    const broken = { ...options, plugins: [faults({ drop: { after: "auth" } })] };
    const error = await assertRejects(
      () => sendMail(broken, { envelope: ENVELOPE, content: body }),
      SmtpError,
    );
    const told = [error.message, ...error.transcript ?? []].join("\n");
    assertStringIncludes(told, "S: 220 localhost");
    for (const secret of [password, btoa(password), btoa(`\0${user}\0${password}`)]) {
      assert(!told.includes(secret));
    }
  });
}

Deno.test("faults() passes on a refusal in the middle of the content", async () => {
  await using server = await scriptedServer(`
    ${greeting()}
    C: MAIL FROM:<ann@example.com>
    S: 250 ok
    C: RCPT TO:<bo@example.org>
    S: 250 ok
    C: DATA
    S: 354 go
    C: *
    S: 552 5.3.4 too big
    -- silence`);
  const endless = () => ({
    async *[Symbol.asyncIterator]() {
      const block = new TextEncoder().encode(`${"x".repeat(998)}\r\n`.repeat(100));
      for (;;) yield await new Promise<Uint8Array>((resolve) => setTimeout(resolve, 0, block));
    },
  });
  const body = content("", { size: undefined, octets: endless });
  const { hostname, port } = server;
  const options = { hostname, port, name: "client.test", plugins: [faults({})] };
  const ending = await endingOf(() => sendMail(options, mail(["bo"], body)));
  assertEquals([ending.recipients, ending.error], [
    ["bo@example.org refused 552"],
    "ReplyError data.too_big",
  ]);
});

Deno.test("faults() ends a delay when the send is aborted", async () => {
  await using catcher = await catchMail({ tls: "off" });
  for (const stage of ["connect", "ehlo", "envelope", "data"] as const) {
    const controller = new AbortController();
    const plugins = [faults({ delayMs: { [stage]: 60_000 } })];
    const sending = sendMail({ ...to(catcher, { plugins }), signal: controller.signal }, mail());
    setTimeout(() => controller.abort(), 5);
    const error = await assertRejects(() => sending, ConnectionError, "aborted by the caller");
    assertEquals(outcomes(error.recipients), ["bo@example.org not sent"]);
  }
  assertEquals(catcher.messages, []);
});

Deno.test("faults() delays and then lets the message through", async () => {
  await using catcher = await catchMail({ tls: "off" });
  const plugins = [faults({ delayMs: { connect: 1, ehlo: 1, envelope: 1, data: 1, quit: 1 } })];
  await sendMail(to(catcher, { plugins }), mail());
  assertEquals(catcher.messages.length, 1);
});

Deno.test("faults() refuses to do nothing because another plugin makes the connection", async () => {
  const stream = script(`${greeting()}\n${GOODBYE}`);
  const connect = connectOver(() => Promise.resolve({ stream, peer: { loopback: true } }));
  const plugins = [faults({ drop: { before: "data" } }), swap({ connect })];
  const options = { hostname: "mail.example.com", name: "client.test", plugins };
  await assertRejects(() => sendMail(options, mail()), TypeError, "listed after faults()");
});

Deno.test("faults() refuses options that mean nothing", () => {
  const cases: readonly (readonly [FaultOptions, typeof Error, string])[] = [
    [
      { drop: { before: "rcpt" as "data" } },
      TypeError,
      'Cannot make faults: "rcpt" is not one of connect, ehlo',
    ],
    [{ delayMs: { mail: 1 } as FaultOptions["delayMs"] }, TypeError, '"mail" is not one of'],
    [{ delayMs: { data: -1 } }, RangeError, "Cannot make faults: data cannot be delayed by -1 ms"],
    [{ delayMs: { data: NaN } }, RangeError, "by NaN ms"],
    [{ delayMs: { data: Infinity } }, RangeError, "by Infinity ms"],
    [
      { refuse: { NOOP: "550 no" } as FaultOptions["refuse"] },
      TypeError,
      '"NOOP" is not one of greeting, EHLO',
    ],
    [{ refuse: { MAIL: "250 ok" } }, SyntaxError, 'Cannot make faults: "250 ok" is no reply of 4yz or 5yz'],
    [{ refuse: { MAIL: "no" } }, SyntaxError, '"no" is no reply'],
    [{ refuse: { MAIL: "550 no\r\n250 ok" } }, SyntaxError, "is no reply"],
    [{ offer: ["SIZE\r\n250 X"] }, SyntaxError, "is no extension"],
    [{ offer: [""] }, SyntaxError, '"" is no extension'],
    [{ skip: -1 }, RangeError, "Cannot make faults: skip is -1, not a whole number from 0"],
    [{ skip: 0.5 }, RangeError, "skip is 0.5"],
    [{ times: 0 }, RangeError, "Cannot make faults: times is 0, not a whole number from 1"],
    [{ times: NaN }, RangeError, "times is NaN"],
  ];
  for (const [options, kind, message] of cases) assertThrows(() => faults(options), kind, message);
});
