import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ConnectionError,
  type Credentials,
  type Mechanism,
  openSession,
  PolicyError,
  ProtocolError,
  ReplyError,
} from "../../mod.ts";
import { context, dialogueTest, GOODBYE, greeting, TARGET } from "../dialogue.ts";

const SECURE = { secure: true };
const credentials: Credentials = { user: "tim", password: "tanstaaftanstaaf" };
const PLAIN = "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm";

dialogueTest(
  "auth() sends the initial response with AUTH and hides it",
  `${greeting("AUTH LOGIN PLAIN")}\nC: ${PLAIN}\nS: 235 2.7.0 Accepted`,
  async (d) => {
    const cx = context();
    const { identity, channel } = await openSession(d.stages({ credentials }), TARGET, cx);
    assertEquals(identity, "tim");
    assert(cx.lines.includes("C: AUTH PLAIN [hidden]"));
    channel.close();
  },
  SECURE,
);

dialogueTest(
  "auth() answers the challenges of LOGIN and hides challenges and responses",
  `${greeting("AUTH LOGIN")}
   C: AUTH LOGIN
   S: 334 VXNlcm5hbWU6
   C: dGlt
   S: 334 UGFzc3dvcmQ6
   C: dGFuc3RhYWZ0YW5zdGFhZg==
   S: 235 ok`,
  async (d) => {
    const { channel } = await d.open({ credentials });
    assertEquals(channel.transcript.slice(-6), [
      "C: AUTH LOGIN",
      "S: 334 [hidden]",
      "C: [hidden]",
      "S: 334 [hidden]",
      "C: [hidden]",
      "S: 235 ok",
    ]);
    channel.close();
  },
  SECURE,
);

dialogueTest(
  "auth() says nothing when there are no credentials",
  greeting("AUTH PLAIN"),
  async (d) => {
    const { identity, channel } = await d.open();
    assertEquals(identity, undefined);
    channel.close();
  },
  SECURE,
);

dialogueTest(
  "auth() never sends a secret over a clear connection",
  `${greeting("AUTH PLAIN CRAM-MD5 SCRAM-SHA-256")}\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(() => d.open({ credentials, tls: "off" }), PolicyError, "not secured");
    assertEquals([error.stage, error.code], ["auth", "auth.cleartext"]);
  },
  { loopback: false },
);

dialogueTest(
  "auth() sends a secret over a clear connection when that is allowed in so many words",
  `${greeting("AUTH PLAIN")}\nC: ${PLAIN}\nS: 235 ok`,
  async (d) => {
    (await d.open({ credentials, tls: "off", allowCleartextAuth: true })).channel.close();
  },
  { loopback: false },
);

dialogueTest(
  "auth() refuses to go on without AUTH when there are credentials",
  `${greeting("SIZE")}\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(() => d.open({ credentials }), PolicyError, "does not offer AUTH");
    assertEquals(error.code, "auth.not_offered");
  },
  SECURE,
);

dialogueTest(
  "auth() names both lists when they share no mechanism",
  `${greeting("AUTH GSSAPI XOAUTH2")}\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(() => d.open({ credentials }), PolicyError, "offers GSSAPI, XOAUTH2");
    assertStringIncludes(error.message, "PLAIN");
    assertEquals(error.code, "auth.no_mechanism");
  },
  SECURE,
);

dialogueTest(
  "auth() takes the next mechanism when the first is refused as such",
  `${greeting("AUTH PLAIN LOGIN")}
   C: ${PLAIN}
   S: 504 5.5.4 Unrecognized authentication type
   C: AUTH LOGIN
   S: 334 VXNlcm5hbWU6
   C: dGlt
   S: 334 UGFzc3dvcmQ6
   C: dGFuc3RhYWZ0YW5zdGFhZg==
   S: 235 ok`,
  async (d) => (await d.open({ credentials })).channel.close(),
  SECURE,
);

dialogueTest(
  "auth() does not try a refused password again with another mechanism",
  `${greeting("AUTH PLAIN LOGIN")}\nC: ${PLAIN}\nS: 535 5.7.8 Bad credentials\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(() => d.open({ credentials }), ReplyError, "535 5.7.8 Bad credentials");
    assertEquals([error.stage, error.command, error.retryable], ["auth", "AUTH", false]);
    assert(error.hint);
  },
  SECURE,
);

dialogueTest(
  "auth() shows no secret that the server repeats",
  `${greeting("AUTH PLAIN")}
   C: ${PLAIN}
   S: 535 No: AHRpbQB0YW5zdGFhZnRhbnN0YWFm is tim, tanstaaftanstaaf
   ${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(
      () => d.open({ credentials }),
      ReplyError,
      "No: [hidden] is tim, [hidden]",
    );
    const everything = [
      JSON.stringify(error),
      error.stack,
      error.hint,
      ...error.transcript ?? [],
      ...d.cx.lines,
    ].join();
    assert(!everything.includes("tanstaaf") && !everything.includes("AHRpbQB0"));
  },
  SECURE,
);

dialogueTest(
  "auth() sends a long initial response only when it is asked for",
  `${greeting("AUTH XOAUTH2")}
   C: AUTH XOAUTH2
   S: 334
   C: ${btoa(`user=tim\x01auth=Bearer ${"x".repeat(400)}\x01\x01`)}
   S: 235 ok`,
  async (d) => (await d.open({ credentials: { user: "tim", accessToken: "x".repeat(400) } })).channel.close(),
  SECURE,
);

dialogueTest(
  "auth() tells what the server's JSON says about a refused token",
  `${greeting("AUTH XOAUTH2")}
   C: AUTH XOAUTH2 ${btoa("user=tim\x01auth=Bearer stale\x01\x01")}
   S: 334 ${btoa('{"status":"401","schemes":"Bearer","scope":"https://mail.google.com/"}')}
   C:
   S: 535 5.7.8 Username and Password not accepted
   ${GOODBYE}`,
  async (d) => {
    const opening = () => d.open({ credentials: { user: "tim", accessToken: "stale" } });
    const error = await assertRejects(opening, ReplyError, "401");
    assertEquals([error.code, error.reply.code], ["auth.token_rejected", 535]);
  },
  SECURE,
);

dialogueTest(
  "auth() cancels an exchange whose challenge is not base64",
  `${greeting("AUTH LOGIN")}\nC: AUTH LOGIN\nS: 334 Who are you?\nC: *\nS: 501 cancelled\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(
      () => d.open({ credentials }),
      ProtocolError,
      "a challenge is not base64",
    );
    assertEquals([error.stage, error.code], ["auth", "auth.bad_challenge"]);
  },
  SECURE,
);

const stubborn: Mechanism = {
  name: "X-ECHO",
  secrets: [],
  identity: "tim",
  start: () => ({ next: (challenge) => challenge }),
};

dialogueTest(
  "auth() uses a mechanism of the caller's own",
  `${greeting("AUTH X-ECHO PLAIN")}\nC: AUTH X-ECHO\nS: 334 YQ==\nC: YQ==\nS: 235 ok`,
  async (d) => (await d.open({ credentials: { mechanisms: [stubborn] } })).channel.close(),
  SECURE,
);

dialogueTest(
  "auth() cancels an exchange that does not end",
  `${greeting("AUTH X-ECHO")}\nC: AUTH X-ECHO\n${
    "S: 334 YQ==\nC: YQ==\n".repeat(8)
  }S: 334 YQ==\nC: *\nS: 501 no\n${GOODBYE}`,
  async (d) => {
    const opening = () => d.open({ credentials: { mechanisms: [stubborn] } });
    await assertRejects(opening, ProtocolError, "more than 8 challenges");
  },
  SECURE,
);

dialogueTest(
  "auth() closes at once when the server says 235 without having proved itself",
  `${greeting("AUTH SCRAM-SHA-256")}\nC: *\nS: 235 come in`,
  async (d) => {
    const error = await assertRejects(() => d.open({ credentials }), ProtocolError);
    assertEquals([error.stage, error.code], ["auth", "auth.server_signature"]);
    assertEquals(d.stream.closed, true);
  },
  SECURE,
);

dialogueTest(
  "auth() uses only the mechanisms it is told to",
  `${greeting("AUTH SCRAM-SHA-256 LOGIN PLAIN")}\nC: ${PLAIN}\nS: 235 ok`,
  async (d) => (await d.open({ credentials, mechanisms: ["plain"] })).channel.close(),
  SECURE,
);

dialogueTest(
  "auth() sends an empty initial response as =",
  `${greeting("AUTH EXTERNAL")}\nC: AUTH EXTERNAL =\nS: 235 ok`,
  async (d) => (await d.open({ credentials: { external: true } })).channel.close(),
  SECURE,
);

dialogueTest(
  "auth() says that the server hung up after the password",
  `${greeting("AUTH PLAIN")}\nC: ${PLAIN}\n-- close`,
  async (d) => {
    const error = await assertRejects(
      () => d.open({ credentials }),
      ConnectionError,
      "Cannot read reply to AUTH",
    );
    assertEquals([error.stage, error.command, error.code], ["auth", "AUTH", "connect.lost"]);
  },
  SECURE,
);
