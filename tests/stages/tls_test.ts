import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConnectionError, openSession, PolicyError, ProtocolError, ReplyError } from "../../mod.ts";
import { context, dialogueTest, GOODBYE, greeting, TARGET } from "../dialogue.ts";

const REMOTE = { loopback: false };

dialogueTest(
  "tls() refuses a server that does not offer STARTTLS, unless it is on this machine",
  `${greeting()}\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(() => d.open(), PolicyError, "does not offer STARTTLS");
    assertEquals([error.stage, error.code, error.retryable], ["tls", "tls.not_offered", false]);
  },
  REMOTE,
);

dialogueTest("tls() goes on in clear to this machine when STARTTLS is not offered", greeting(), async (d) => {
  const { channel } = await d.open();
  assertEquals(channel.peer.secure, false);
  channel.close();
});

dialogueTest(
  'tls() refuses a server on this machine too when the mode is "starttls"',
  `${greeting()}\n${GOODBYE}`,
  async (d) => {
    await assertRejects(() => d.open({ tls: "starttls" }), PolicyError, "does not offer STARTTLS");
  },
);

dialogueTest('tls() does nothing when the mode is "off"', greeting("STARTTLS"), async (d) => {
  const { channel } = await d.open({ tls: "off" }, REMOTE);
  channel.close();
});

dialogueTest(
  "tls() says EHLO again after the upgrade and forgets what was said before",
  `${greeting("STARTTLS", "AUTH PLAIN", "SIZE 1")}
   C: STARTTLS
   S: 220 go
   -- tls
   C: EHLO client.test
   S: 250-mail.example.com
   S: 250 SIZE 1000`,
  async (d) => {
    const { channel, extensions } = await d.open();
    assertEquals([...extensions], [["SIZE", ["1000"]]]);
    assertEquals(channel.peer.secure, true);
    assertStringIncludes(d.cx.lines.join("\n"), "-- TLS, certificate verified for mail.example.com");
    channel.close();
  },
  REMOTE,
);

dialogueTest(
  "tls() says what the server said when it refuses STARTTLS",
  `${greeting("STARTTLS")}\nC: STARTTLS\nS: 454 4.7.0 TLS not available\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(() => d.open(), ReplyError, "454 4.7.0 TLS not available");
    assertEquals([error.stage, error.code, error.retryable], ["tls", "tls.refused", true]);
  },
  REMOTE,
);

Deno.test("tls() refuses data that came ahead of the handshake", async (t) => {
  // Octet by octet the injected line is not read before the handshake begins, and breaks it instead.
  for (const by of ["whole", "byte"] as const) {
    await t.step(by, async () => {
      const { script } = await import("../../lib/testing/mod.ts");
      const { connectOver, defaultStages, extend, swap } = await import("../../mod.ts");
      const stream = script(
        `${greeting("STARTTLS")}\nC: STARTTLS\nS: 220 go\nS: 250-AUTH PLAIN\n-- tls`,
        { by },
      );
      const connect = connectOver(() => Promise.resolve({ stream }));
      const stages = extend(defaultStages({ name: "client.test" }), swap({ connect }));
      const kind = by === "whole" ? ProtocolError : ConnectionError;
      const error = await assertRejects(() => openSession(stages, TARGET, context()), kind);
      assertEquals(error.code, by === "whole" ? "tls.injected" : "tls.mode_mismatch");
      assertEquals(error.stage, "tls");
      assertEquals(stream.closed, true);
    });
  }
});

dialogueTest(
  "tls() says that the server hung up",
  `${greeting("STARTTLS")}\nC: STARTTLS\n-- close`,
  async (d) => {
    const error = await assertRejects(() => d.open(), ConnectionError, "Cannot read reply to STARTTLS");
    assertEquals([error.stage, error.command], ["tls", "STARTTLS"]);
  },
);

dialogueTest(
  "tls() stops waiting when it is aborted",
  `${greeting("STARTTLS")}\nC: STARTTLS\n-- silence`,
  async (d) => {
    const controller = new AbortController();
    const cx = context(controller.signal);
    const stages = d.stages({}, (s) => ({
      ...s,
      tls: (greeted, cx) => {
        queueMicrotask(() => controller.abort());
        return s.tls(greeted, cx);
      },
    }));
    const error = await assertRejects(() => openSession(stages, TARGET, cx), ConnectionError, "aborted");
    assertEquals([error.stage, error.code], ["tls", "aborted"]);
  },
);
