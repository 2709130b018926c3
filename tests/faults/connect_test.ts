import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ConnectionError,
  connectOver,
  type Duplex,
  isTransient,
  type Plugin,
  sendMail,
  type SendOptions,
  SmtpError,
  type Stages,
  StageTimeoutError,
  swap,
  timeLimits,
} from "../../mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { content, dialogueTest, ENVELOPE, outcomes, TARGET } from "../dialogue.ts";

const MESSAGE = { envelope: ENVELOPE, content: content("Hello\r\n") };
const NOT_SENT = ["bo@example.org not sent"];

/** What a server begins with in place of a greeting, and what a send to it must end in. */
const CASES:
  readonly (readonly [what: string, dialogue: string, error: string, exit: number, says: string])[] = [
    [
      "554",
      "S: 554 5.7.1 No SMTP service here",
      "ReplyError connect.greeting_refused",
      69,
      'Cannot connect: the greeting is "554 5.7.1 No SMTP service here"',
    ],
    [
      "554 in several lines",
      "S: 554-5.7.1 You are\nS: 554 5.7.1 not welcome",
      "ReplyError connect.greeting_refused",
      69,
      "554 5.7.1 You are / 5.7.1 not welcome",
    ],
    ["421", "S: 421 4.3.2 Too busy", "ReplyError connect.busy", 75, '"421 4.3.2 Too busy"'],
    ["421 and the end", "S: 421 4.3.2 Bye\n-- close", "ReplyError connect.busy", 75, '"421 4.3.2 Bye"'],
    [
      "521, as a host that takes no mail",
      "S: 521 5.3.2 mail.example.com does not accept mail",
      "ReplyError rcpt.no_mail_accepted",
      69,
      "does not accept mail",
    ],
    [
      "a code that is no greeting",
      "S: 250 mail.example.com at your service",
      "ProtocolError protocol.unexpected_reply",
      76,
      '"250 mail.example.com at your service"',
    ],
    [
      "another protocol",
      "S: SSH-2.0-OpenSSH_9.2",
      "ProtocolError protocol.not_smtp",
      76,
      'Cannot read greeting: line "SSH-2.0-OpenSSH_9.2"',
    ],
    [
      "garbage",
      "S: \x00\x1b]0;owned\x07 \xff\u202e",
      "ProtocolError protocol.not_smtp",
      76,
      String.raw`"\x00\x1b]0;owned\x07 ÿ\u{202e}"`,
    ],
    [
      "a TLS record",
      "S: \x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03",
      "ProtocolError protocol.not_smtp",
      76,
      "a record of TLS",
    ],
    ["a blank line", "S:", "ProtocolError protocol.not_smtp", 76, 'line "" has no code'],
    ["no space behind the code", "S: 220mail", "ProtocolError protocol.not_smtp", 76, 'line "220mail"'],
    [
      "a code that changes",
      "S: 220-mail\nS: 554 no",
      "ProtocolError protocol.not_smtp",
      76,
      "continued by 554",
    ],
    ["the end", "-- close", "ConnectionError connect.lost", 75, "the server closed the connection"],
    [
      "the end in the middle of a banner",
      "S: 220-mail.example.com\nS: 220-wait\n-- close",
      "ConnectionError connect.lost",
      75,
      "Cannot read greeting: the server closed the connection",
    ],
    ["silence", "-- silence", "StageTimeoutError timeout.connect", 75, "nothing was heard for 5 ms"],
    [
      "a banner that does not go on",
      "S: 220-mail.example.com\n-- silence",
      "StageTimeoutError timeout.connect",
      75,
      "Cannot finish connect",
    ],
  ];

for (const [what, dialogue, kind, exit, says] of CASES) {
  dialogueTest(`sendMail() says nothing to a server that begins with ${what}`, dialogue, async (d) => {
    const limits = dialogue.endsWith("-- silence") ? [timeLimits({ connect: 5 })] : [];
    const error = await assertRejects(() => send(d.stages(), {}, ...limits), SmtpError, says);
    assertEquals([`${error.name} ${error.code}`, error.stage, error.command], [kind, "connect", undefined]);
    assertEquals([exitCodeOf(error), error.retryable], [exit, exit === 75]);
    assertEquals(outcomes(error.recipients), NOT_SENT);
    assert(error.hint, "there is no hint");
    assert(error.transcript, "there is no transcript");
    assertEquals([d.stream.writes, d.stream.closed], [0, true]);
  });
}

function send(stages: Pick<Stages, "connect">, options: SendOptions = {}, ...plugins: Plugin[]) {
  const { connect } = stages;
  return sendMail(
    { ...TARGET, name: "client.test", ...options, plugins: [swap({ connect }), ...plugins] },
    MESSAGE,
  );
}

dialogueTest("sendMail() names implicit TLS when a TLS record comes first", CASES[8][1], async (d) => {
  const error = await assertRejects(() => send(d.stages()), SmtpError);
  assertStringIncludes(error.hint!, 'use tls "implicit"');
});

dialogueTest(
  "sendMail() goes on after a banner of several lines",
  `S: 220-mail.example.com ESMTP
   S: 220-
   S: 220 No unsolicited mail
   C: EHLO client.test
   S: 250 mail.example.com
   C: MAIL FROM:<ann@example.com>
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: DATA
   S: 354 go
   C: Hello
   C: .
   S: 250 ok
   C: QUIT
   S: 221 bye`,
  async (d) => {
    const { recipients } = await send(d.stages());
    assertEquals(outcomes(recipients), ["bo@example.org accepted 250"]);
    assertEquals(d.stream.closed, true);
  },
);

dialogueTest("sendMail() waits for a banner no longer than its deadline", "-- silence", async (d) => {
  const error = await assertRejects(() => send(d.stages(), { deadlineMs: 5 }), StageTimeoutError, "deadline");
  assertEquals([error.code, error.stage, error.retryable], ["timeout.connect", "connect", true]);
  assertEquals([exitCodeOf(error), outcomes(error.recipients)], [75, NOT_SENT]);
  assertEquals([d.stream.writes, d.stream.closed], [0, true]);
});

dialogueTest("sendMail() stops waiting for a banner when it is aborted", "-- silence", async (d) => {
  const controller = new AbortController();
  const sending = send(d.stages(), { signal: controller.signal });
  queueMicrotask(() => controller.abort());
  const error = await assertRejects(() => sending, ConnectionError, "aborted by the caller");
  assertEquals([error.code, error.stage, error.retryable], ["aborted", "connect", false]);
  assertEquals([exitCodeOf(error), outcomes(error.recipients)], [130, NOT_SENT]);
  assertEquals([d.stream.writes, d.stream.closed], [0, true]);
});

/** A server that says an octet a millisecond, and never comes to the end of a line. */
function dripping(): Duplex & { readonly said: number } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = (_: Error) => {};
  return {
    said: 0,
    read(this: { said: number }, into) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      stop = reject;
      timer = setTimeout(() => {
        into[0] = "220-".charCodeAt(this.said++) || 120;
        resolve(1);
      }, 1);
      return promise;
    },
    write: () => Promise.reject(new Error("nothing is to be said")),
    close() {
      clearTimeout(timer);
      stop(new Deno.errors.Interrupted("operation canceled"));
    },
  };
}

Deno.test("sendMail() is not kept waiting by a banner that drips without end", async () => {
  const stream = dripping();
  const connect = connectOver(() => Promise.resolve({ stream }));
  // An octet is no sign of life; only a reply is.
  const error = await assertRejects(
    () => send({ connect }, {}, timeLimits({ connect: 25 })),
    StageTimeoutError,
  );
  assertEquals([error.code, error.stage, exitCodeOf(error)], ["timeout.connect", "connect", 75]);
  assertEquals(outcomes(error.recipients), NOT_SENT);
  assert(stream.said > 0, "nothing was said");
});

const LOOKUP = "failed to lookup address information: ";
const LOOKUPS: readonly (readonly [found: string, code: string, exit: number, retryable: boolean])[] = [
  ["Name or service not known", "connect.no_such_host", 68, false],
  ["No address associated with hostname", "connect.no_such_host", 68, false],
  ["Temporary failure in name resolution", "connect.dns_failed", 75, true],
];

for (const [found, code, exit, retryable] of LOOKUPS) {
  Deno.test(`sendMail() ends with ${code} and ${exit} when the resolver says "${found}"`, async () => {
    const dial = Deno.connect;
    // There is no resolver that every machine has, and the loopback interface has none.
    Deno.connect = (): Promise<never> => Promise.reject(new Error(LOOKUP + found));
    try {
      const error = await assertRejects(() => sendMail(TARGET, MESSAGE), ConnectionError, TARGET.hostname);
      assertEquals([error.code, error.stage, isTransient(error)], [code, "connect", retryable]);
      assertEquals([exitCodeOf(error), outcomes(error.recipients)], [exit, NOT_SENT]);
      assert(error.hint && error.cause instanceof Error);
    } finally {
      Deno.connect = dial;
    }
  });
}
