import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ConnectionError,
  connectOver,
  createTransport,
  prepare,
  ReplyError,
  sendMail,
  StageTimeoutError,
  swap,
  type TransportOptions,
} from "../../mod.ts";
import { script } from "../../lib/testing/mod.ts";
import { catchMail } from "../../lib/catcher/mod.ts";
import { greeting } from "../dialogue.ts";

const MESSAGE = {
  from: "ann@example.com",
  to: "bo@example.org",
  text: "Hello",
  messageId: "<1@example.com>",
};
/** A transport over scripts, one for each session. */
function over(...transcripts: string[]) {
  const streams = transcripts.map((transcript) => script(transcript, { by: "line" }));
  const left = [...streams];
  const connect = connectOver(() => Promise.resolve({ stream: left.shift()!, peer: { loopback: true } }));
  const options: TransportOptions = {
    hostname: "mail.example.com",
    name: "client.test",
    plugins: [swap({ connect })],
  };
  return { streams, options };
}

/** How many lines the message has on the wire, its dot included. */
const LINES =
  new TextDecoder().decode([...prepare(MESSAGE).content.octets() as Iterable<Uint8Array>][0]).split("\r\n")
    .length;

/** The dialogue of the message. */
function sent(): string {
  return `
    C: MAIL FROM:<ann@example.com>
    S: 250 ok
    C: RCPT TO:<bo@example.org>
    S: 250 ok
    C: DATA
    S: 354 go
    ${"C: *\n".repeat(LINES)}
    S: 250 ok`;
}

Deno.test("SmtpTransport sends several messages on one session and says QUIT at the end", async () => {
  const { streams, options } = over(`${greeting()}${sent()}${sent()}\nC: QUIT\nS: 221 bye`);
  {
    await using transport = createTransport(options);
    const receipts = await Promise.all([transport.send(MESSAGE), transport.send(MESSAGE)]);
    assertEquals(receipts.map((receipt) => receipt.messageId), ["<1@example.com>", "<1@example.com>"]);
  }
  streams[0].done();
  assert(streams[0].closed);
});

Deno.test("SmtpTransport goes on after a refused message", async () => {
  const refused = "C: MAIL FROM:<ann@example.com>\nS: 550 5.7.1 no\nC: RSET\nS: 250 ok";
  const { streams, options } = over(`${greeting()}\n${refused}${sent()}\nC: QUIT\nS: 221 bye`);
  {
    await using transport = createTransport(options);
    const [first, second] = [transport.send(MESSAGE), transport.send(MESSAGE)];
    await assertRejects(() => first, ReplyError, "550 5.7.1 no");
    assertEquals((await second).recipients[0].delivery, "accepted");
  }
  streams[0].done();
});

Deno.test("SmtpTransport opens a new session when the server had closed the idle one", async () => {
  const { streams, options } = over(
    `${greeting()}${sent()}\n-- close`,
    `${greeting()}${sent()}\nC: QUIT\nS: 221 bye`,
  );
  {
    await using transport = createTransport(options);
    await transport.send(MESSAGE);
    assertEquals((await transport.send(MESSAGE)).recipients[0].delivery, "accepted");
  }
  for (const stream of streams) stream.done();
});

Deno.test("SmtpTransport does not send again what may have been delivered", async () => {
  const lost = sent().replace(/S: 250 ok$/, "-- close");
  const { streams, options } = over(`${greeting()}${sent()}${lost}`, greeting());
  await using transport = createTransport(options);
  await transport.send(MESSAGE);
  const error = await assertRejects(() => transport.send(MESSAGE), ConnectionError);
  assertEquals([error.delivery, error.retryable], ["unknown", false]);
  streams[0].done();
});

Deno.test("SmtpTransport gives up its place in the queue when it is aborted", async () => {
  const { options } = over("-- silence");
  const transport = createTransport(options);
  const controller = new AbortController();
  const first = transport.send(MESSAGE, { signal: controller.signal });
  const queued = await assertRejects(
    () => transport.send(MESSAGE, { signal: AbortSignal.abort() }),
    ConnectionError,
    "aborted",
  );
  assertEquals([queued.code, queued.delivery, queued.recipients?.length], ["aborted", "not sent", 1]);
  controller.abort();
  const error = await assertRejects(() => first, ConnectionError, "aborted");
  assertEquals([error.code, error.stage], ["aborted", "connect"]);
  await transport.close();
});

Deno.test("SmtpTransport refuses to send when it is closed", async () => {
  const transport = createTransport({ hostname: "mail.example.com" });
  await transport.close();
  await transport.close();
  await assertRejects(() => transport.send(MESSAGE), TypeError, "the transport is closed");
});

Deno.test("sendMail() gives the receipt when the server is silent after QUIT", async () => {
  const { options } = over(
    `${greeting()}${sent()}\nC: QUIT\n-- silence`,
    `${greeting()}${sent()}\nC: QUIT\n-- silence`,
  );
  const impatient = { ...options, timeLimits: { quit: 5 } };
  assertEquals((await sendMail(impatient, MESSAGE)).recipients[0].delivery, "accepted");
  await using transport = createTransport(impatient);
  assertEquals((await transport.send(MESSAGE)).recipients[0].delivery, "accepted");
});

Deno.test("sendMail() ends at its deadline and names the stage", async () => {
  const { options } = over(`${greeting()}\nC: MAIL FROM:<ann@example.com>\n-- silence`);
  const error = await assertRejects(
    () => sendMail({ ...options, deadlineMs: 20 }, MESSAGE),
    StageTimeoutError,
  );
  assertEquals([error.code, error.stage, error.command], ["timeout.envelope", "envelope", "MAIL"]);
  assertEquals(error.recipients?.map((one) => one.delivery), ["not sent"]);
  await assertRejects(() => sendMail({ ...options, deadlineMs: 0 }, MESSAGE), RangeError, "deadlineMs");
});

Deno.test("sendMail() sends to the catcher through all seven stages", async () => {
  await using catcher = await catchMail({ auth: { user: "ann", password: "secret-1" } });
  const receipt = await sendMail({
    hostname: "localhost",
    port: catcher.port,
    caCerts: [catcher.certificateAuthority],
    credentials: { user: "ann", password: "secret-1" },
  }, {
    from: "Ann <ann@example.com>",
    to: "bo@example.org",
    bcc: "cy@example.org",
    subject: "Grüße",
    text: ".\nHello",
  });
  const [caught] = catcher.messages;
  assertEquals([caught.secure, caught.user, caught.parsed.subject], [true, "ann", "Grüße"]);
  assertEquals(caught.envelope.forwardPaths, ["bo@example.org", "cy@example.org"]);
  assertEquals(caught.parsed.text?.trim(), ".\nHello");
  assertEquals(receipt.octets, caught.octets.length);
});

Deno.test("sendMail() refuses a malformed message before it connects", async () => {
  const options = {
    hostname: "mail.example.com",
    plugins: [swap({ connect: () => Promise.reject(new Error("dialed")) })],
  };
  await assertRejects(() => sendMail(options, { from: "ann", to: "bo@example.org" }), SyntaxError);
  await assertRejects(() => sendMail(options, { from: "ann@example.com" }), TypeError);
  await assertRejects(() => sendMail(options, { ...MESSAGE, subject: "a\r\nBcc: x@y.z" }), TypeError);
});

Deno.test("prepare() gives back what is ready", () => {
  const ready = prepare(MESSAGE);
  assertEquals(prepare(ready), ready);
  assertThrows(() => prepare({ from: "ann@example.com", to: "" }), Error);
});
