import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Plugin,
  sendMail,
  SmtpError,
  type Stages,
  swap,
  timeLimits,
  type TransportOptions,
} from "../../mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { content, dialogueTest, ENVELOPE, GOODBYE, greeting, outcomes, TARGET } from "../dialogue.ts";

const MESSAGE = { envelope: ENVELOPE, content: content("Hello\r\n") };
const ACCEPTED = ["bo@example.org accepted 250"];
const NOT_SENT = ["bo@example.org not sent"];
const EHLO = "S: 220 mail.example.com\nC: EHLO client.test";

/** What EHLO is answered with, and what a send must end in. */
interface Case {
  readonly replies: string;
  readonly error: string;
  readonly exit: number;
  readonly says: string;
  /** @default "EHLO" */
  readonly command?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "421": {
    replies: "S: 421 4.3.2 Closing",
    error: "ReplyError server.busy",
    exit: 75,
    says: 'the server said to EHLO "421 4.3.2 Closing"',
  },
  "450": {
    replies: `S: 450 4.7.1 Come back when your name is known\n${GOODBYE}`,
    error: "ReplyError ehlo.name_refused",
    exit: 75,
    says: "450 4.7.1 Come back",
  },
  "550": {
    replies: `S: 550 5.7.1 Invalid name\n${GOODBYE}`,
    error: "ReplyError ehlo.name_refused",
    exit: 69,
    says: 'Cannot greet: the server said to EHLO "550 5.7.1 Invalid name"',
  },
  "554": {
    replies: `S: 554-5.7.1 No\nS: 554 5.7.1 access\n${GOODBYE}`,
    error: "ReplyError ehlo.name_refused",
    exit: 69,
    says: "554 5.7.1 No / 5.7.1 access",
  },
  "500, and HELO with 550": {
    replies: `S: 500 What?\nC: HELO client.test\nS: 550 5.7.1 Invalid name\n${GOODBYE}`,
    error: "ReplyError ehlo.name_refused",
    exit: 69,
    says: 'the server said to HELO "550 5.7.1 Invalid name"',
    command: "HELO",
  },
  "502, and HELO with 421": {
    replies: "S: 502 What?\nC: HELO client.test\nS: 421 4.3.2 Closing",
    error: "ReplyError server.busy",
    exit: 75,
    says: 'the server said to HELO "421 4.3.2 Closing"',
    command: "HELO",
  },
  "500, and HELO with the end": {
    replies: "S: 500 What?\nC: HELO client.test\n-- close",
    error: "ConnectionError connect.lost",
    exit: 75,
    says: "Cannot read reply to HELO: the server closed the connection",
    command: "HELO",
  },
  "a code that has no place there": {
    replies: "S: 354 go",
    error: "ProtocolError protocol.unexpected_reply",
    exit: 76,
    says: 'the server said to EHLO "354 go"',
  },
  "an empty line": {
    replies: "S:",
    error: "ProtocolError protocol.malformed_reply",
    exit: 76,
    says: 'line "" has no code',
  },
  "no space behind the code": {
    replies: "S: 250mail.example.com",
    error: "ProtocolError protocol.malformed_reply",
    exit: 76,
    says: 'line "250mail.example.com"',
  },
  "a tab behind the code": {
    replies: "S: 250\tmail.example.com",
    error: "ProtocolError protocol.malformed_reply",
    exit: 76,
    says: String.raw`line "250\x09mail.example.com"`,
  },
  "codes that differ": {
    replies: "S: 250-mail.example.com\nS: 550 no",
    error: "ProtocolError protocol.malformed_reply",
    exit: 76,
    says: "code 250 is continued by 550",
  },
  "a reply that is broken off": {
    replies: "S: 250-mail.example.com\nS: 250-PIPELINING\n-- close",
    error: "ConnectionError connect.lost",
    exit: 75,
    says: "Cannot read reply to EHLO: the server closed the connection",
  },
  "a reply that does not go on": {
    replies: "S: 250-mail.example.com\nS: 250-PIPELINING\n-- silence",
    error: "StageTimeoutError timeout.ehlo",
    exit: 75,
    says: "Cannot finish ehlo: nothing was heard for 5 ms",
  },
  "silence": {
    replies: "-- silence",
    error: "StageTimeoutError timeout.ehlo",
    exit: 75,
    says: "Cannot finish ehlo: nothing was heard for 5 ms",
  },
};

for (const [what, { replies, error: kind, exit, says, command = "EHLO" }] of Object.entries(CASES)) {
  dialogueTest(
    `sendMail() sends nothing when EHLO is answered with ${what}`,
    `${EHLO}\n${replies}`,
    async (d) => {
      const plugins = replies.endsWith("-- silence") ? [timeLimits({ ehlo: 5 })] : [];
      const error = await assertRejects(() => send(d.stages(), { plugins }), SmtpError, says);
      assertEquals([`${error.name} ${error.code}`, error.stage, error.command], [kind, "ehlo", command]);
      assertEquals([exitCodeOf(error), error.retryable], [exit, exit === 75]);
      assertEquals(outcomes(error.recipients), NOT_SENT);
      assert(error.hint, "there is no hint");
      assert(error.transcript?.includes("C: EHLO client.test"), "the transcript does not say EHLO");
      assertEquals(d.stream.closed, true);
    },
  );
}

function send(stages: Pick<Stages, "connect">, options: Partial<TransportOptions> = {}) {
  const plugins: Plugin[] = [swap({ connect: stages.connect }), ...options.plugins ?? []];
  return sendMail({ ...TARGET, name: "client.test", deadlineMs: 5_000, ...options, plugins }, MESSAGE);
}

/** The rest of a session, one command after the other; the parameters are those of MAIL. */
function sent(parameters = ""): string {
  return `
    C: MAIL FROM:<ann@example.com>${parameters}
    S: 250 ok
    C: RCPT TO:<bo@example.org>
    S: 250 ok
    C: DATA
    S: 354 go
    C: Hello
    C: .
    S: 250 ok
    C: QUIT
    S: 221 bye`;
}

const PIPELINED = `
  C: MAIL FROM:<ann@example.com>
  C: RCPT TO:<bo@example.org>
  C: DATA
  S: 250 ok
  S: 250 ok
  S: 354 go
  C: Hello
  C: .
  S: 250 ok
  C: QUIT
  S: 221 bye`;

const KEYWORDS = Array.from({ length: 299 }, (_, at) => `X-${at} some parameters`);

/** Replies that are odd and no fault; with what is said afterwards. */
const ODD: Readonly<Record<string, string>> = {
  "EHLO is answered with 500 and HELO with 250": `${EHLO}
    S: 500 5.5.1 Unrecognized command
    C: HELO client.test
    S: 250 mail.example.com${sent()}`,
  "EHLO is answered with 502 and HELO with 250": `${EHLO}
    S: 502 5.5.1 Not implemented
    C: HELO client.test
    S: 250-mail.example.com
    S: 250 SIZE 1000${sent()}`,
  "EHLO is answered with a code and nothing behind it": `${EHLO}\nS: 250${sent()}`,
  "EHLO is answered with empty lines": `${EHLO}\nS: 250-\nS: 250-\nS: 250${sent()}`,
  "EHLO lists its keywords in lower case": greeting("pipelining", "size 1000") +
    PIPELINED.replace("example.com>", "example.com> SIZE=7"),
  "EHLO lists 300 keywords": greeting(...KEYWORDS, "PIPELINING") + PIPELINED,
  "EHLO lists what no standard knows": greeting("__proto__ x", "constructor", "= =", "SIZE", "250 ok") +
    sent(" SIZE=7"),
};

for (const [when, dialogue] of Object.entries(ODD)) {
  dialogueTest(`sendMail() delivers when ${when}`, dialogue, async (d) => {
    const { recipients } = await send(d.stages());
    assertEquals(outcomes(recipients), ACCEPTED);
    assertEquals(d.stream.closed, true);
  });
}

dialogueTest(
  "sendMail() reads AUTH in its old form",
  `${greeting("AUTH=LOGIN PLAIN")}\nC: AUTH PLAIN AGFubgBzM2NyZXQteA==\nS: 235 ok${sent()}`,
  async (d) => {
    const credentials = { user: "ann", password: "s3cret-x" };
    assertEquals(outcomes((await send(d.stages(), { credentials })).recipients), ACCEPTED);
  },
);

/** HELO has no extensions, so there is nothing to secure the connection with, nor to log in with. */
const BARE: readonly (readonly [options: Partial<TransportOptions>, code: string, exit: number])[] = [
  [{ tls: "starttls" }, "tls.not_offered", 69],
  [{ credentials: { user: "ann", password: "s3cret-x" } }, "auth.not_offered", 77],
];

for (const [options, code, exit] of BARE) {
  dialogueTest(
    `sendMail() ends with ${code} when EHLO is answered with 500 and HELO with 250`,
    `${EHLO}\nS: 500 What?\nC: HELO client.test\nS: 250 mail.example.com\n${GOODBYE}`,
    async (d) => {
      const error = await assertRejects(() => send(d.stages(), options), SmtpError);
      assertEquals([error.code, error.retryable, exitCodeOf(error)], [code, false, exit]);
      assertEquals([outcomes(error.recipients), d.stream.closed], [NOT_SENT, true]);
    },
  );
}
