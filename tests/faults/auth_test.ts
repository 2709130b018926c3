import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Credentials,
  type Mechanism,
  sendMail,
  SmtpError,
  type Stages,
  swap,
  timeLimits,
  type TransportOptions,
} from "../../mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { describe } from "../../lib/cli/report.ts";
import { scram } from "../../lib/sasl/scram.ts";
import { content, dialogueTest, ENVELOPE, GOODBYE, greeting, outcomes, TARGET } from "../dialogue.ts";

const MESSAGE = { envelope: ENVELOPE, content: content("Hello\r\n") };
const NOT_SENT = ["bo@example.org not sent"];
const SECURE = { secure: true };

/** The user, password and nonce of RFC 7677 section 3, so that each script of SCRAM can be written down. */
const PASSWORD = "pencil";
const PENCIL = { user: "user", password: PASSWORD };
const NONCE = "rOprNGfwEbeRWgbNEkqO";
const SCRAM: Credentials = { mechanisms: [scram("SHA-256", PENCIL, { nonce: NONCE })] };
const TOKEN: Credentials = { user: "user", accessToken: "t0ken-0f-acce55" };
/** Asks back whatever it is asked. */
const ECHO: Mechanism = { name: "X-ECHO", secrets: [], start: () => ({ next: (challenge) => challenge }) };

const SERVER_NONCE = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
const PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

const ASK_PLAIN = `C: AUTH PLAIN ${btoa("\0user\0pencil")}`;
const ASK_TOKEN = `C: AUTH XOAUTH2 ${btoa("user=user\x01auth=Bearer t0ken-0f-acce55\x01\x01")}`;
const ASK_SCRAM = `C: AUTH SCRAM-SHA-256 ${btoa(`n,,n=user,r=${NONCE}`)}`;
const GIVE_UP = `C: *\nS: 501 5.7.0 cancelled\n${GOODBYE}`;

/** All that may not be shown, as it is and as it goes over the wire. */
const SECRETS = [
  PASSWORD,
  "t0ken",
  PROOF,
  ...[ASK_PLAIN, ASK_TOKEN, ASK_SCRAM].map((line) => line.split(" ")[3]),
];

/** A server's fault after EHLO, and what a send must end in. */
interface Case {
  readonly offers: string;
  readonly credentials?: Credentials;
  readonly dialogue: string;
  readonly error: string;
  readonly exit: number;
  readonly says: string;
}

/** What AUTH PLAIN is answered with, followed by our QUIT. */
function refusedBy(reply: string, code: string, exit: number): Case {
  const says = `the server said to AUTH "${reply}"`;
  const dialogue = `${ASK_PLAIN}\nS: ${reply}\n${GOODBYE}`;
  return { offers: "PLAIN LOGIN", dialogue, error: `ReplyError ${code}`, exit, says };
}

/** What the server's messages of SCRAM are; the exchange is given up after the last. */
function scramEnds(messages: readonly string[], error: string, says: string): Case {
  const final = `C: ${btoa(`c=biws,r=${SERVER_NONCE},p=${PROOF}`)}`;
  const dialogue = [ASK_SCRAM, `S: 334 ${btoa(messages[0])}`];
  if (messages[1]) dialogue.push(final, `S: 334 ${btoa(messages[1])}`);
  return {
    offers: "SCRAM-SHA-256 PLAIN",
    credentials: SCRAM,
    dialogue: [...dialogue, GIVE_UP].join("\n"),
    error: `ProtocolError ${error}`,
    exit: 76,
    says: `Cannot authenticate with SCRAM-SHA-256: ${says}`,
  };
}

const FIRST = `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==`;

const CASES: Readonly<Record<string, Case>> = {
  "535": refusedBy("535 5.7.8 Authentication credentials invalid", "auth.failed", 77),
  "534 for an app password": refusedBy(
    "534 5.7.9 Application-specific password required",
    "auth.app_password_required",
    77,
  ),
  "534 for a mechanism too weak": refusedBy("534 5.7.9 Too weak", "auth.mechanism_weak", 77),
  "530": refusedBy("530 5.7.0 Must issue a STARTTLS command first", "tls.required_first", 69),
  "538": refusedBy("538 5.7.11 Encryption required", "tls.required_first", 69),
  "454": refusedBy("454 4.7.0 Temporary authentication failure", "auth.unavailable", 75),
  "454 for too many logins": refusedBy("454 4.7.0 Too many login attempts", "auth.throttled", 75),
  "503": refusedBy("503 5.5.1 Already authenticated", "server.out_of_order", 77),
  "421": {
    ...refusedBy("421 4.3.2 Closing", "server.busy", 75),
    dialogue: `${ASK_PLAIN}\nS: 421 4.3.2 Closing`,
  },
  "504 from a server with one mechanism": {
    ...refusedBy("504 5.5.4 Unrecognized authentication type", "auth.mechanism", 77),
    offers: "PLAIN",
  },
  "504 for every mechanism": {
    ...refusedBy("504 5.5.4 Unrecognized authentication type", "auth.mechanism", 77),
    dialogue: `${ASK_PLAIN}
      S: 504 5.5.4 Unrecognized authentication type
      C: AUTH LOGIN
      S: 504 5.5.4 Unrecognized authentication type
      ${GOODBYE}`,
  },
  "a code that has no place there": {
    ...refusedBy("250 ok", "", 76),
    dialogue: `${ASK_PLAIN}\nS: 250 ok`,
    error: "ProtocolError protocol.unexpected_reply",
  },
  "what it has heard": {
    ...refusedBy("535 5.7.8 [hidden] is [hidden]", "auth.failed", 77),
    dialogue: `${ASK_PLAIN}\nS: 535 5.7.8 ${btoa("\0user\0pencil")} is pencil\n${GOODBYE}`,
  },
  "a line that is no reply": {
    offers: "PLAIN",
    dialogue: `${ASK_PLAIN}\nS: come in`,
    error: "ProtocolError protocol.malformed_reply",
    exit: 76,
    says: 'Cannot read reply: line "come in"',
  },
  "the end, once the password was said": {
    offers: "PLAIN",
    dialogue: `${ASK_PLAIN}\n-- close`,
    error: "ConnectionError connect.lost",
    exit: 75,
    says: "Cannot read reply to AUTH: the server closed the connection",
  },
  "silence, once the password was said": {
    offers: "PLAIN",
    dialogue: `${ASK_PLAIN}\n-- silence`,
    error: "StageTimeoutError timeout.auth",
    exit: 75,
    says: "Cannot finish auth: nothing was heard for 5 ms",
  },
  "one more challenge than PLAIN has": {
    offers: "PLAIN",
    dialogue: `${ASK_PLAIN}\nS: 334\n${GIVE_UP}`,
    error: "ProtocolError auth.unexpected_challenge",
    exit: 76,
    says: "the server sent a challenge where none belongs",
  },
  "one more challenge than LOGIN has": {
    offers: "LOGIN",
    dialogue: `C: AUTH LOGIN
      S: 334 VXNlcm5hbWU6
      C: ${btoa("user")}
      S: 334 UGFzc3dvcmQ6
      C: ${btoa("pencil")}
      S: 334 QWdhaW46
      ${GIVE_UP}`,
    error: "ProtocolError auth.unexpected_challenge",
    exit: 76,
    says: "the server sent a challenge where none belongs",
  },
  "a challenge that is not base64": {
    offers: "LOGIN",
    dialogue: `C: AUTH LOGIN\nS: 334 Who are you?\n${GIVE_UP}`,
    error: "ProtocolError auth.bad_challenge",
    exit: 76,
    says: "Cannot authenticate with LOGIN: a challenge is not base64",
  },
  "a challenge that is not base64, and then the end": {
    offers: "LOGIN",
    dialogue: "C: AUTH LOGIN\nS: 334 Who are you?\nC: *\n-- close",
    error: "ProtocolError auth.bad_challenge",
    exit: 76,
    says: "Cannot authenticate with LOGIN: a challenge is not base64",
  },
  "a challenge that is not base64, and then silence": {
    offers: "LOGIN",
    dialogue: "C: AUTH LOGIN\nS: 334 Who are you?\nC: *\n-- silence",
    error: "ProtocolError auth.bad_challenge",
    exit: 76,
    says: "Cannot authenticate with LOGIN: a challenge is not base64",
  },
  "challenges without end": {
    offers: "X-ECHO",
    credentials: { mechanisms: [ECHO] },
    dialogue: `C: AUTH X-ECHO\n${"S: 334 YQ==\nC: YQ==\n".repeat(8)}S: 334 YQ==\n${GIVE_UP}`,
    error: "ProtocolError auth.bad_challenge",
    exit: 76,
    says: "more than 8 challenges",
  },
  "a wrong signature": scramEnds(
    [`${FIRST},i=4096`, "v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="],
    "auth.server_signature",
    "the signature of the server is wrong",
  ),
  "an error in place of a signature": scramEnds(
    [`${FIRST},i=4096`, "e=invalid-proof"],
    "auth.server_error",
    'the server reports "invalid-proof"',
  ),
  "a nonce that does not extend ours": scramEnds(
    [`r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    "auth.server_nonce",
    "the nonce of the server does not extend that of the client",
  ),
  "a nonce of its own": scramEnds(
    ["r=3rfcNHYJY1ZVvWVs7j,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"],
    "auth.server_nonce",
    "the nonce of the server does not extend that of the client",
  ),
  "an iteration count that takes hours": scramEnds(
    [`${FIRST},i=4294967295`],
    "auth.iteration_count",
    "the server asks for more than 1000000 iterations",
  ),
  "an iteration count that gives the password away": scramEnds(
    [`${FIRST},i=1`],
    "auth.iteration_count",
    "the server asks for fewer than 4096 iterations",
  ),
  "235 without having proved itself": {
    offers: "SCRAM-SHA-256",
    credentials: SCRAM,
    // Not even QUIT is said to it.
    dialogue: `${ASK_SCRAM}\nS: 235 2.7.0 Accepted`,
    error: "ProtocolError auth.server_signature",
    exit: 76,
    says: "the server accepted without proving that it knows the password",
  },
  "the JSON of a refused token": {
    offers: "XOAUTH2",
    credentials: TOKEN,
    dialogue: `${ASK_TOKEN}
      S: 334 ${btoa('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')}
      C:
      S: 535 5.7.8 Username and Password not accepted
      ${GOODBYE}`,
    error: "ReplyError auth.token_rejected",
    exit: 77,
    says: "(status 400, schemes Bearer, scope https://mail.google.com/)",
  },
  "the JSON of a refused token that repeats it": {
    offers: "XOAUTH2",
    credentials: TOKEN,
    dialogue: `${ASK_TOKEN}
      S: 334 ${btoa('{"status":"401","token":"t0ken-0f-acce55","x":"\\u001b[31m"}')}
      C:
      S: 454 4.7.0 no
      ${GOODBYE}`,
    error: "ReplyError auth.token_rejected",
    exit: 77,
    says: String.raw`(status 401, token [hidden], x \u{1b}[31m)`,
  },
  "the JSON of a refused token and one more": {
    offers: "XOAUTH2",
    credentials: TOKEN,
    dialogue: `${ASK_TOKEN}\nS: 334 e30=\nC:\nS: 334 e30=\n${GIVE_UP}`,
    error: "ProtocolError auth.unexpected_challenge",
    exit: 76,
    says: "the server sent a challenge where none belongs",
  },
};

for (
  const [what, { offers, credentials = PENCIL, dialogue, error: kind, exit, says }] of Object.entries(CASES)
) {
  const script = `${greeting(`AUTH ${offers}`)}\n${dialogue}`;
  dialogueTest(`sendMail() sends nothing when AUTH is answered with ${what}`, script, async (d) => {
    const plugins = dialogue.endsWith("-- silence") ? [timeLimits({ auth: 5 })] : [];
    const error = await assertRejects(() => send(d.stages(), { credentials, plugins }), SmtpError, says);
    assertEquals([`${error.name} ${error.code}`, error.stage, error.command], [kind, "auth", "AUTH"]);
    assertEquals([exitCodeOf(error), error.retryable], [exit, exit === 75]);
    assertEquals(outcomes(error.recipients), NOT_SENT);
    assert(error.hint, "there is no hint");
    assert(error.transcript?.some((line) => line.startsWith("C: AUTH ")), "the transcript does not say AUTH");
    assertEquals(d.stream.closed, true);
    await assertHidden(error);
  }, SECURE);
}

function send(stages: Pick<Stages, "connect">, options: Partial<TransportOptions>) {
  const plugins = [swap({ connect: stages.connect }), ...options.plugins ?? []];
  return sendMail({ ...TARGET, name: "client.test", deadlineMs: 5_000, ...options, plugins }, MESSAGE);
}

/** Nothing that is told of an error shows a secret, nor what steers a terminal. */
async function assertHidden(error: SmtpError): Promise<void> {
  const inspected = Deno.inspect(error, { depth: Infinity, strAbbreviateSize: Infinity });
  const shown = [inspected, error.stack, JSON.stringify(error), await describe(error)].join("\n");
  assertEquals(SECRETS.filter((secret) => shown.includes(secret)), []);
  assert(!shown.includes("\x1b"), "a control character is shown");
}

/** What is offered before the session is secured and afterwards: anybody on the way can have written the first list. */
function overTls(before: string, after: string, rest: string): string {
  return `${greeting("STARTTLS", before)}
    C: STARTTLS
    S: 220 go
    -- tls
    C: EHLO client.test
    S: 250-mail.example.com
    S: 250 ${after}
    ${rest}`;
}

dialogueTest(
  "sendMail() takes a mechanism that is offered only once the session is secured",
  overTls(
    "AUTH GSSAPI",
    "AUTH PLAIN",
    `${ASK_PLAIN}
    S: 235 ok
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
  ),
  async (d) => {
    const { recipients } = await send(d.stages(), { credentials: PENCIL });
    assertEquals(outcomes(recipients), ["bo@example.org accepted 250"]);
  },
  { loopback: false },
);

dialogueTest(
  "sendMail() takes no mechanism that is no longer offered once the session is secured",
  overTls("AUTH PLAIN LOGIN", "AUTH GSSAPI", GOODBYE),
  async (d) => {
    const sending = () => send(d.stages(), { credentials: PENCIL });
    const error = await assertRejects(sending, SmtpError, "the server offers GSSAPI, and we could use ");
    assertEquals([`${error.name} ${error.code}`, error.stage], ["PolicyError auth.no_mechanism", "auth"]);
    assertEquals([exitCodeOf(error), error.retryable, outcomes(error.recipients)], [77, false, NOT_SENT]);
    assertEquals([error.transcript?.some((line) => line.startsWith("C: AUTH")), d.stream.closed], [
      false,
      true,
    ]);
    assert(error.hint, "there is no hint");
    await assertHidden(error);
  },
  { loopback: false },
);
