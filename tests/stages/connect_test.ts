import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  connect,
  ConnectionError,
  createTransport,
  openSession,
  ProtocolError,
  ReplyError,
} from "../../mod.ts";
import { context, dialogueTest, TARGET } from "../dialogue.ts";

dialogueTest(
  "connect() reads a greeting of several lines",
  "S: 220-mail.example.com\nS: 220 welcome",
  async (d) => {
    const { channel } = await d.stages().connect(TARGET, d.cx);
    assertEquals(channel.dead, undefined);
    channel.close();
  },
);

dialogueTest(
  "connect() says what the server said when the greeting refuses",
  "S: 554 No SMTP service here",
  async (d) => {
    const error = await assertRejects(() => d.open(), ReplyError, '"554 No SMTP service here"');
    assertEquals([error.stage, error.code, error.retryable], ["connect", "connect.greeting_refused", false]);
    assertEquals(d.stream.closed, true);
  },
);

dialogueTest("connect() calls a greeting of 421 transient", "S: 421 4.3.2 Busy", async (d) => {
  const error = await assertRejects(() => d.open(), ReplyError);
  assertEquals([error.reply.code, error.retryable], [421, true]);
});

dialogueTest(
  "connect() says that a server which greets otherwise is no SMTP server",
  "S: SSH-2.0-OpenSSH_9.2",
  async (d) => {
    const error = await assertRejects(() => d.open(), ProtocolError, "SSH-2.0-OpenSSH_9.2");
    assertEquals([error.stage, error.code], ["connect", "protocol.not_smtp"]);
  },
);

dialogueTest("connect() says that the server closed before it greeted", "-- close", async (d) => {
  const error = await assertRejects(
    () => d.open(),
    ConnectionError,
    "Cannot read greeting: the server closed",
  );
  assertEquals([error.stage, error.code, error.retryable], ["connect", "connect.lost", true]);
});

dialogueTest("connect() stops waiting for a silent server when it is aborted", "-- silence", async (d) => {
  const controller = new AbortController();
  const opening = openSession(d.stages(), TARGET, context(controller.signal));
  controller.abort();
  const error = await assertRejects(() => opening, ConnectionError, "aborted by the caller");
  assertEquals([error.stage, error.code], ["connect", "aborted"]);
  assertEquals(d.stream.closed, true);
});

Deno.test("connect() says that nothing listens on the port", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const dial = () => connect()({ hostname: "127.0.0.1", port }, context());
  const error = await assertRejects(dial, ConnectionError, `Cannot connect to 127.0.0.1:${port}`);
  assertEquals([error.stage, error.code, error.retryable], ["connect", "connect.refused", true]);
});

Deno.test("connect() says that a server speaks plain text where TLS was to come first", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using conn = await listener.accept();
    await conn.write(new TextEncoder().encode("220 mail.example.com\r\n"));
    await conn.read(new Uint8Array(1_000)).catch(() => null);
  })();
  const stage = connect({ tls: "implicit" });
  const dial = () => stage({ hostname: "127.0.0.1", port: listener.addr.port }, context());
  const error = await assertRejects(dial, ConnectionError);
  assertEquals([error.stage, error.code], ["connect", "tls.mode_mismatch"]);
  assertStringIncludes(error.hint ?? "", "starttls");
  await served;
  listener.close();
});

Deno.test("createTransport() refuses what can never connect", () => {
  const hostname = "mail.example.com";
  assertThrows(() => createTransport({ hostname: "" }), TypeError, "no host name");
  assertThrows(() => createTransport({ hostname: "mail.example.com\r\nRCPT" }), TypeError, "no host name");
  for (const port of [0, 65_536, 2.5, NaN]) {
    assertThrows(() => createTransport({ hostname, port }), RangeError, "port");
  }
  assertThrows(() => createTransport({ hostname, port: 587, tls: "implicit" }), TypeError, 'use "starttls"');
  assertThrows(() => createTransport({ hostname, port: 465, tls: "starttls" }), TypeError, 'use "implicit"');
  // @ts-expect-error: there is no such mode
  assertThrows(() => createTransport({ hostname, tls: "opportunistic" }), TypeError, "is not one of");
  assertThrows(() => createTransport({ hostname, name: "two words" }), TypeError, "Cannot say EHLO");
});
