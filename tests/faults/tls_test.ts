import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  connectOver,
  type Duplex,
  sendMail,
  SmtpError,
  type Stages,
  swap,
  timeLimits,
  type TransportOptions,
} from "../../mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { describe } from "../../lib/cli/report.ts";
import { script } from "../../lib/testing/mod.ts";
import { content, dialogueTest, ENVELOPE, GOODBYE, greeting, outcomes, TARGET } from "../dialogue.ts";

const MESSAGE = { envelope: ENVELOPE, content: content("Hello\r\n") };
const NOT_SENT = ["bo@example.org not sent"];
/** Given in every case, so that each shows that it goes nowhere. */
const CREDENTIALS = { user: "ann", password: "s3cret-x" };
const SECRETS = ["s3cret-x", btoa("s3cret-x"), btoa("\0ann\0s3cret-x")];
const REMOTE = { loopback: false };

const ASKED = `${greeting("STARTTLS", "AUTH PLAIN LOGIN")}\nC: STARTTLS`;
const UPGRADED = `${ASKED}\nS: 220 go\n-- tls\nC: EHLO client.test`;

/** How a server keeps the session from being secured, and what a send must end in. */
const CASES: readonly (readonly [
  what: string,
  dialogue: string,
  error: string,
  at: string,
  exit: number,
  says: string,
])[] = [
  [
    "does not offer STARTTLS",
    `${greeting("AUTH PLAIN LOGIN")}\n${GOODBYE}`,
    "PolicyError tls.not_offered",
    "tls STARTTLS",
    69,
    "Cannot start TLS: the server does not offer STARTTLS",
  ],
  [
    "knows no EHLO",
    `S: 220 mail\nC: EHLO client.test\nS: 502 What?\nC: HELO client.test\nS: 250 mail\n${GOODBYE}`,
    "PolicyError tls.not_offered",
    "tls STARTTLS",
    69,
    "the server does not offer STARTTLS",
  ],
  [
    "answers STARTTLS with 454",
    `${ASKED}\nS: 454 4.7.0 TLS not available\n${GOODBYE}`,
    "ReplyError tls.refused",
    "tls STARTTLS",
    75,
    'the server said to STARTTLS "454 4.7.0 TLS not available"',
  ],
  [
    "answers STARTTLS with 501",
    `${ASKED}\nS: 501 5.5.4 No parameters, please\n${GOODBYE}`,
    "ReplyError tls.refused",
    "tls STARTTLS",
    69,
    "501 5.5.4",
  ],
  [
    "answers STARTTLS with 502",
    `${ASKED}\nS: 502 5.5.1 Unrecognized\n${GOODBYE}`,
    "ReplyError tls.refused",
    "tls STARTTLS",
    69,
    "502 5.5.1 Unrecognized",
  ],
  [
    "answers STARTTLS with 421",
    `${ASKED}\nS: 421 4.3.2 Closing`,
    "ReplyError tls.refused",
    "tls STARTTLS",
    75,
    "421 4.3.2 Closing",
  ],
  [
    "answers STARTTLS with 250",
    `${ASKED}\nS: 250 ok`,
    "ProtocolError protocol.unexpected_reply",
    "tls STARTTLS",
    76,
    'the server said to STARTTLS "250 ok"',
  ],
  [
    "answers STARTTLS with garbage",
    `${ASKED}\nS: \x16\x03\x01`,
    "ProtocolError protocol.malformed_reply",
    "tls STARTTLS",
    76,
    "a record of TLS",
  ],
  [
    "closes in place of answering STARTTLS",
    `${ASKED}\n-- close`,
    "ConnectionError connect.lost",
    "tls STARTTLS",
    75,
    "Cannot read reply to STARTTLS: the server closed the connection",
  ],
  [
    "is silent after STARTTLS",
    `${ASKED}\n-- silence`,
    "StageTimeoutError timeout.tls",
    "tls STARTTLS",
    75,
    "Cannot finish tls: nothing was heard for 5 ms",
  ],
  [
    "refuses EHLO once the session is secured",
    `${UPGRADED}\nS: 550 5.7.1 Invalid name\n${GOODBYE}`,
    "ReplyError ehlo.name_refused",
    "ehlo EHLO",
    69,
    "550 5.7.1 Invalid name",
  ],
  [
    "closes once the session is secured",
    `${UPGRADED}\n-- close`,
    "ConnectionError connect.lost",
    "ehlo EHLO",
    75,
    "Cannot read reply to EHLO: the server closed the connection",
  ],
  [
    "offers no AUTH once the session is secured",
    `${UPGRADED}\nS: 250-mail.example.com\nS: 250 SIZE 1000\n${GOODBYE}`,
    "PolicyError auth.not_offered",
    "auth AUTH",
    77,
    "Cannot authenticate: the server does not offer AUTH",
  ],
];

for (const [what, dialogue, kind, at, exit, says] of CASES) {
  dialogueTest(`sendMail() sends no secret and no message to a server that ${what}`, dialogue, async (d) => {
    const plugins = dialogue.endsWith("-- silence") ? [timeLimits({ tls: 5 })] : [];
    const error = await assertRejects(() => send(d.stages(), { plugins }), SmtpError, says);
    assertEquals([`${error.name} ${error.code}`, `${error.stage} ${error.command}`], [kind, at]);
    assertEquals([exitCodeOf(error), error.retryable], [exit, exit === 75]);
    assertEquals(outcomes(error.recipients), NOT_SENT);
    assert(error.hint, "there is no hint");
    assert(error.transcript?.length, "there is no transcript");
    assertEquals(d.stream.closed, true);
    await assertHidden(error);
  }, REMOTE);
}

function send(stages: Pick<Stages, "connect">, options: Partial<TransportOptions> = {}) {
  const plugins = [swap({ connect: stages.connect }), ...options.plugins ?? []];
  const server = { ...TARGET, name: "client.test", deadlineMs: 5_000, credentials: CREDENTIALS };
  return sendMail({ ...server, ...options, plugins }, MESSAGE);
}

/** Nothing that is told of an error shows a secret. */
async function assertHidden(error: SmtpError): Promise<void> {
  const inspected = Deno.inspect(error, { depth: Infinity, strAbbreviateSize: Infinity });
  const shown = [inspected, error.stack, JSON.stringify(error), await describe(error)].join("\n");
  assertEquals(SECRETS.filter((secret) => shown.includes(secret)), []);
}

/** What stands between the reply to STARTTLS and the handshake: an attack, or a server that did not mean its 220. */
const AHEAD: Readonly<Record<string, string>> = {
  "a reply": "S: 250-mail.example.com\nS: 250 AUTH PLAIN",
  "the answer to a command that was not said": "S: 235 2.7.0 Accepted",
  "the beginning of a reply": "S: 250-mail.example.com",
  "garbage": "S: \x00\x01garbage",
};

for (const [what, ahead] of Object.entries(AHEAD)) {
  for (const by of ["whole", "line", "byte"] as const) {
    Deno.test(`sendMail() says nothing after ${what} ahead of the handshake (${by})`, async () => {
      const stream = script(`${ASKED}\nS: 220 go\n${ahead}\n-- tls\nC: EHLO client.test\nS: 250 mail`, {
        by,
      });
      const connect = connectOver(() => Promise.resolve({ stream }));
      const error = await assertRejects(() => send({ connect }), SmtpError, "Cannot start TLS");
      // What has not arrived when the handshake begins breaks it.
      const expected = by === "whole"
        ? ["ProtocolError tls.injected", "tls STARTTLS", 76]
        : ["ConnectionError tls.mode_mismatch", "tls STARTTLS", 76];
      assertEquals(
        [`${error.name} ${error.code}`, `${error.stage} ${error.command}`, exitCodeOf(error)],
        expected,
      );
      assertEquals([error.retryable, outcomes(error.recipients)], [false, NOT_SENT]);
      assert(error.hint && error.transcript);
      // EHLO and STARTTLS, and nothing else.
      assertEquals([stream.writes, stream.closed], [2, true]);
      await assertHidden(error);
    });
  }
}

/** What rustls throws when the server ends the handshake with an alert, and what is made of it. */
const ALERTS: readonly (readonly [description: number, name: string, code: string, says: string])[] = [
  [40, "handshake_failure", "tls.handshake", "HandshakeFailure"],
  [70, "protocol_version", "tls.protocol_version", "no version of TLS in common"],
  [116, "certificate_required", "tls.handshake", "the server wants a certificate from the client"],
  [80, "internal_error", "tls.handshake", "InternalError"],
];

for (const [description, name, code, says] of ALERTS) {
  Deno.test(`sendMail() says what the alert ${name} means`, async () => {
    await using server = alerting(description);
    const at = {
      hostname: "127.0.0.1",
      port: server.port,
      tls: "starttls",
      credentials: CREDENTIALS,
    } as const;
    const error = await assertRejects(() => sendMail(at, MESSAGE), SmtpError, says);
    assertEquals([`${error.name} ${error.code}`, error.stage, error.command], [
      `ConnectionError ${code}`,
      "tls",
      "STARTTLS",
    ]);
    assertEquals([error.retryable, exitCodeOf(error), outcomes(error.recipients)], [false, 69, NOT_SENT]);
    assert(error.hint && error.cause instanceof Error);
    await assertHidden(error);
  });
}

/** A server that agrees to STARTTLS, and ends the handshake with an alert. RFC 8446 section 6. */
function alerting(description: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using conn = await listener.accept();
    const heard = new Uint8Array(4_096);
    for (const reply of ["220 mail\r\n", "250-mail\r\n250 STARTTLS\r\n", "220 go\r\n"]) {
      await conn.write(new TextEncoder().encode(reply));
      await conn.read(heard);
    }
    await conn.write(new Uint8Array([21, 3, 3, 0, 2, 2, description]));
    // Until the client closes: what it says then is for nobody.
    while (await conn.read(heard).catch(() => null) !== null);
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

/** Ends as a TLS connection does whose peer sends no close_notify. */
function truncated(stream: Duplex): Duplex {
  return {
    async read(into) {
      const count = await stream.read(into);
      if (count !== null) return count;
      throw new Deno.errors.UnexpectedEof("peer closed connection without sending TLS close_notify");
    },
    write: (octets) => stream.write(octets),
    close: () => stream.close(),
  };
}

const DELIVERED = `${greeting()}
  C: MAIL FROM:<ann@example.com>
  S: 250 ok
  C: RCPT TO:<bo@example.org>
  S: 250 ok
  C: DATA
  S: 354 go
  C: Hello
  C: .`;

for (const end of ["S: 221 bye\n-- close", "-- close"]) {
  dialogueTest(
    `sendMail() gives the receipt when close_notify is missing after QUIT (${end.slice(0, 6)})`,
    `${DELIVERED}\nS: 250 ok\nC: QUIT\n${end}`,
    async (d) => {
      const connect = connectOver(() =>
        Promise.resolve({ stream: truncated(d.stream), peer: { secure: true } })
      );
      const { recipients } = await send({ connect }, { credentials: undefined });
      assertEquals(outcomes(recipients), ["bo@example.org accepted 250"]);
      assertEquals(d.stream.closed, true);
    },
  );
}

const CUT: readonly (readonly [where: string, dialogue: string, outcome: string, exit: number])[] = [
  ["EHLO", "S: 220 mail\nC: EHLO client.test", "not sent", 75],
  ["MAIL", `${greeting()}\nC: MAIL FROM:<ann@example.com>`, "not sent", 75],
  ["content", DELIVERED, "unknown", 74],
];

for (const [where, dialogue, outcome, exit] of CUT) {
  dialogueTest(
    `sendMail() takes the end without close_notify for a lost connection (${where})`,
    `${dialogue}\n-- close`,
    async (d) => {
      const connect = connectOver(() =>
        Promise.resolve({ stream: truncated(d.stream), peer: { secure: true } })
      );
      const error = await assertRejects(() => send({ connect }, { credentials: undefined }), SmtpError);
      assertStringIncludes(error.message, `Cannot read reply to ${where}: the server closed the connection`);
      assertEquals([error.name, error.code, exitCodeOf(error)], ["ConnectionError", "connect.lost", exit]);
      assertEquals([error.retryable, outcomes(error.recipients)], [exit === 75, [
        `bo@example.org ${outcome}`,
      ]]);
      assert(error.hint && error.transcript);
      assertEquals(d.stream.closed, true);
    },
  );
}
