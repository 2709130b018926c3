/**
 * Servers that speak out of turn or out of order, and servers whose words would steer a terminal.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  connectOver,
  type Credentials,
  type Duplex,
  type Receipt,
  sendMail,
  SmtpError,
  swap,
  transcript,
  type TransportOptions,
} from "../../mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { describe, describeRefused, recipientsJson, replyJson, toJson } from "../../lib/cli/report.ts";
import { acceptedLine } from "../../lib/cli/show.ts";
import { script } from "../../lib/testing/mod.ts";
import { content, dialogueTest, GOODBYE, greeting, outcomes, TARGET } from "../dialogue.ts";

const BO = "bo@example.org";
const CREDENTIALS: Credentials = { user: "ann", password: "s3cret-x" };

function send(
  stream: Duplex,
  options: Partial<TransportOptions> = {},
  to: readonly string[] = [BO],
): Promise<Receipt> {
  const connect = connectOver(() => Promise.resolve({ stream, peer: { secure: true } }));
  const plugins = [swap({ connect }), ...options.plugins ?? []];
  const message = {
    envelope: { reversePath: "ann@example.com", forwardPaths: to },
    content: content("Hello\r\n"),
  };
  return sendMail({ ...TARGET, name: "client.test", deadlineMs: 5_000, ...options, plugins }, message);
}

const MAIL = "C: MAIL FROM:<ann@example.com>\nS: 250 ok";
const RCPT = `C: RCPT TO:<${BO}>\nS: 250 ok`;
const DATA = "C: DATA\nS: 354 go";
const OUT_OF_TURN = "ProtocolError protocol.out_of_turn";
const MALFORMED = "ProtocolError protocol.malformed_reply";

/** What arrives together with a reply and answers nothing that was said; after it, nothing is said any more. */
const AHEAD: readonly (readonly [what: string, dialogue: string, error: string, at: string, exit: number])[] =
  [
    ["EHLO is answered before it is said", "S: 220 mail\nS: 250 mail", OUT_OF_TURN, "ehlo", 76],
    ["there are two greetings", "S: 220 mail\nS: 220 mail", OUT_OF_TURN, "ehlo", 76],
    ["a reply begins behind the greeting", "S: 220 mail\nS: 250-mail", OUT_OF_TURN, "ehlo", 76],
    ["something is no reply behind the greeting", "S: 220 mail\nS: hello", MALFORMED, "ehlo", 76],
    ["421 follows the greeting", "S: 220 mail\nS: 421 4.3.2 bye", "ConnectionError server.busy", "ehlo", 75],
    ["AUTH is answered before it is said", `${greeting("AUTH PLAIN")}\nS: 235 ok`, OUT_OF_TURN, "auth", 76],
    ["a challenge comes before AUTH", `${greeting("AUTH PLAIN")}\nS: 334`, OUT_OF_TURN, "auth", 76],
    ["MAIL is answered before it is said", `${greeting()}\nS: 250 ok`, OUT_OF_TURN, "envelope", 76],
    ["421 follows EHLO", `${greeting()}\nS: 421 4.3.2 bye`, "ConnectionError server.busy", "envelope", 75],
    ["RCPT is answered before it is said", `${greeting()}\n${MAIL}\nS: 250 ok`, OUT_OF_TURN, "envelope", 76],
    [
      "DATA is answered before it is said",
      `${greeting()}\n${MAIL}\n${RCPT}\nS: 354 go`,
      OUT_OF_TURN,
      "data",
      76,
    ],
    [
      "the content is answered before it is sent",
      `${greeting()}\n${MAIL}\n${RCPT}\n${DATA}\nS: 250 ok`,
      OUT_OF_TURN,
      "data",
      76,
    ],
  ];

for (const [what, dialogue, kind, stage, exit] of AHEAD) {
  Deno.test(`sendMail() says nothing more when ${what}`, async () => {
    const stream = script(dialogue, { by: "whole" });
    const credentials = stage === "auth" ? CREDENTIALS : undefined;
    const error = await assertRejects(() => send(stream, { credentials }), SmtpError);
    assertEquals([`${error.name} ${error.code}`, error.stage], [kind, stage]);
    assertEquals([exitCodeOf(error), error.retryable], [exit, exit === 75]);
    assertEquals(outcomes(error.recipients), [`${BO} not sent`]);
    assert(error.hint && error.transcript);
    // Whatever had been said beyond the script would be a fault of it.
    stream.done();
    assert(stream.closed);
  });
}

Deno.test("sendMail() gives the receipt when something follows the reply to the content", async () => {
  for (const more of ["S: 250 ok", "S: 421 4.3.2 bye", "S: hello", "S: 250-half"]) {
    const dialogue = `${greeting()}\n${MAIL}\n${RCPT}\n${DATA}\nC: Hello\nC: .\nS: 250 2.0.0 Ok\n${more}`;
    const stream = script(dialogue, { by: "whole" });
    assertEquals(outcomes((await send(stream)).recipients), [`${BO} accepted 250`]);
    stream.done();
    assert(stream.closed);
  }
});

const GROUP = `${greeting("PIPELINING")}
  C: MAIL FROM:<ann@example.com>
  C: RCPT TO:<bo@example.org>
  C: RCPT TO:<cy@example.org>
  C: DATA`;
const UNEXPECTED = "ProtocolError protocol.unexpected_reply";

/** Replies to a group of commands that answer others than they should; the first that shows it ends the session. */
const DISORDER: readonly (readonly [what: string, replies: string, error: string, at: string])[] = [
  ["DATA is answered first", "S: 354 go", UNEXPECTED, "envelope MAIL"],
  ["DATA is answered before the recipients", "S: 250 ok\nS: 354 go", UNEXPECTED, "envelope RCPT"],
  ["a recipient is not answered", "S: 250 ok\nS: 250 ok\nS: 354 go", UNEXPECTED, "envelope RCPT"],
  ["a reply is one too many", "S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 250 ok", UNEXPECTED, "data DATA"],
  ["QUIT is answered, which was not said", "S: 250 ok\nS: 221 bye", UNEXPECTED, "envelope RCPT"],
  ["AUTH is answered, which was not said", "S: 235 ok", UNEXPECTED, "envelope MAIL"],
  ["a code of 1yz asks to wait", "S: 250 ok\nS: 150 wait", MALFORMED, "envelope RCPT"],
  ["one line has another code", "S: 250-ok\nS: 354 go", MALFORMED, "envelope MAIL"],
];

for (const [what, replies, kind, at] of DISORDER) {
  dialogueTest(`sendMail() sends no content when ${what}`, `${GROUP}\n${replies}\n-- close`, async (d) => {
    const error = await assertRejects(() => send(d.stream, {}, [BO, "cy@example.org"]), SmtpError);
    assertEquals([`${error.name} ${error.code}`, `${error.stage} ${error.command}`], [kind, at]);
    assertEquals([exitCodeOf(error), error.retryable], [76, false]);
    const outcome = error.recipients?.map(({ address, delivery }) => `${address} ${delivery}`);
    assertEquals(outcome, [`${BO} not sent`, "cy@example.org not sent"]);
    assertEquals([d.stream.writes, d.stream.closed], [2, true]);
  });
}

const SENT = `${greeting()}\n${MAIL}\n${RCPT}\n${DATA}\nC: Hello\nC: .`;

/** Where a code of 1yz comes, which SMTP does not have. RFC 5321 section 4.2.1. */
const PRELIMINARY: readonly (readonly [dialogue: string, code: string, outcome: string, exit: number])[] = [
  ["S: 120 ready in 3 minutes", "protocol.not_smtp", "not sent", 76],
  ["S: 220 mail\nC: EHLO client.test\nS: 100-mail", "protocol.malformed_reply", "not sent", 76],
  [`${SENT}\nS: 150 wait`, "protocol.malformed_reply", "unknown", 74],
];

for (const [dialogue, code, outcome, exit] of PRELIMINARY) {
  dialogueTest(`sendMail() takes no code of 1yz for a reply (${code}, ${exit})`, dialogue, async (d) => {
    const error = await assertRejects(() => send(d.stream), SmtpError, "has no code of 200 to 599");
    assertEquals([error.name, error.code, exitCodeOf(error)], ["ProtocolError", code, exit]);
    assertEquals([outcomes(error.recipients), error.retryable], [[`${BO} ${outcome}`], false]);
    assert(error.hint && d.stream.closed);
  });
}

/** C0 with NUL, DEL, C1 and marks of direction; and 8-bit text that may be shown. */
const STEERING = "a\x1b[2J\x00\x07\bb\x7f\x9b31m\u061c\u200f\u202e\u2066 é";
const ESCAPED = String.raw`a\x1b[2J\x00\x07\x08b\x7f\x9b31m\u{61c}\u{200f}\u{202e}\u{2066} é`;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const STEERS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const RESET = `C: RSET\nS: 250 ok\n${GOODBYE}`;
/** Where the server's words are refused with. */
const WORDS: Readonly<Record<string, string>> = {
  "the greeting": `S: 554 ${STEERING}`,
  "what is no greeting": `S: ${STEERING}`,
  "the reply to EHLO": `S: 220 ${STEERING}\nC: EHLO client.test\nS: 550 ${STEERING}\n${GOODBYE}`,
  "the list of mechanisms": `${greeting(`AUTH ${STEERING}`)}\n${GOODBYE}`,
  "the reply to AUTH": `${greeting("AUTH PLAIN")}\nC: *\nS: 535 ${STEERING}\n${GOODBYE}`,
  "what the server says of a token": `${greeting("AUTH XOAUTH2")}
    C: *
    S: 334 ${new TextEncoder().encode(STEERING).toBase64()}
    C:
    S: 535 no
    ${GOODBYE}`,
  "the reply to MAIL": `${greeting()}\n${
    MAIL.replace("250 ok", `550-${STEERING}\nS: 550 ${STEERING}`)
  }\n${RESET}`,
  "the reply to RCPT": `${greeting()}\n${MAIL}\n${RCPT.replace("250 ok", `550 ${STEERING}`)}\n${RESET}`,
  "the reply to DATA": `${greeting()}\n${MAIL}\n${RCPT}\n${
    DATA.replace("354 go", `554 ${STEERING}`)
  }\n${RESET}`,
  "a reply with no place": `${greeting()}\n${MAIL}\n${RCPT}\n${DATA.replace("354 go", `250 ${STEERING}`)}`,
  "the reply to the content": `${SENT}\nS: 554 ${STEERING}\n${RESET}`,
};

for (const [where, dialogue] of Object.entries(WORDS)) {
  dialogueTest(`no word of a server steers a terminal (${where})`, dialogue, async (d) => {
    const lines: string[] = [];
    const credentials = dialogue.includes("XOAUTH2")
      ? { user: "ann", accessToken: "t0ken" }
      : dialogue.includes("AUTH")
      ? CREDENTIALS
      : undefined;
    const options = { credentials, plugins: [transcript((line) => lines.push(line))] };
    const error = await assertRejects(() => send(d.stream, options), SmtpError);
    const words = await describe(error);
    const json = JSON.stringify(toJson(error, []));
    for (const shown of [error.message, error.hint, words, json, ...error.transcript ?? [], ...lines]) {
      assertEquals(STEERS.exec(shown ?? ""), null, shown);
    }
    // Escaped, and not left out: the server's own words are always shown.
    assertStringIncludes(
      error.message,
      where.includes("token") ? String.raw`a\u{1b}[2J` : ESCAPED.split(" ")[0],
    );
    assertStringIncludes(words, "[2J");
  });
}

dialogueTest(
  "no word of a server steers a terminal (when it accepts some)",
  `${greeting()}
   ${MAIL}
   ${RCPT}
   C: RCPT TO:<cy@example.org>
   S: 550 5.1.1 ${STEERING}
   ${DATA}
   C: Hello
   C: .
   S: 250 2.0.0 ${STEERING}
   ${GOODBYE}
   S: 221 ${STEERING}`,
  async (d) => {
    const receipt = await send(d.stream, {}, [BO, "cy@example.org"]);
    const refused = receipt.recipients.filter((one) => one.delivery !== "accepted");
    const shown = [
      acceptedLine(receipt, TARGET.hostname, 1),
      await describeRefused(refused),
      JSON.stringify([replyJson(receipt.reply), recipientsJson(receipt.recipients)]),
    ];
    for (const text of shown) assertEquals(STEERS.exec(text), null, text);
    assertStringIncludes(shown[0], ESCAPED);
    assertStringIncludes(shown[1], ESCAPED);
  },
);
