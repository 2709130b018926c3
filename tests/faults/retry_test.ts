import { assertEquals, assertThrows } from "@std/assert";
import { createTransport, sendMail } from "../../mod.ts";
import { greeting } from "../dialogue.ts";
import { OPENING, refused, refusedAll, type Retry, retryTest, TAKEN, to } from "./retrying.ts";
import {
  BO,
  type Ending,
  endingOf,
  GO,
  HELLO,
  MAIL,
  mail,
  OK,
  overScripts,
  rcpt,
  RESET,
  said,
  SENDER,
  TO_BO,
  WAYS,
} from "./sending.ts";

const ACCEPTED: Ending = { recipients: [`${BO} accepted 250`], exit: 0, reply: OK.slice(3), queueId: "4F1" };

const addressed = `${OPENING}${said("HELP", [SENDER, TO_BO, GO])}`;

/** What passes, and has certainly reached nobody. */
const passing: [what: string, session: string][] = [
  ["the greeting is 421", "S: 421 4.3.2 busy"],
  ["the greeting is 450", "S: 450 4.3.2 busy"],
  ["the connection is lost before the greeting", "-- close"],
  ["the connection is lost after EHLO", "S: 220 mail\nC: EHLO client.test\n-- reset"],
  ["the server is silent after EHLO", "S: 220 mail\nC: EHLO client.test\n-- silence"],
  ["STARTTLS is answered 454", `${greeting("STARTTLS")}\nC: STARTTLS\nS: 454 4.7.0 later\nC: QUIT`],
  ["MAIL is answered 451", refused("451 4.3.0 later")],
  ["MAIL is answered 421", `${OPENING}\n${MAIL}\nS: 421 4.3.2 busy`],
  ["RCPT is answered 450", refusedAll(to("bo", "450 4.2.0 later"))],
  ["RCPT is answered 421", `${OPENING}${said("HELP", [SENDER, to("bo", "421 4.3.2 busy")])}`],
  ["the connection is lost after RCPT", `${OPENING}${said("HELP", [SENDER, [rcpt("bo")]])}-- close`],
  ["DATA is answered 451", `${OPENING}${said("HELP", [SENDER, TO_BO, ["C: DATA", "S: 451 no"]])}${RESET}`],
  ["the connection is lost after 354", `${addressed}-- close`],
  ["the server is silent after DATA", `${OPENING}${said("HELP", [SENDER, TO_BO, ["C: DATA"]])}-- silence`],
  ["the content is answered 451", `${addressed}${HELLO}\nS: 451 4.3.0 later\n${RESET}`],
  ["the content is answered 421", `${addressed}${HELLO}\nS: 421 4.3.2 busy`],
];
for (const [what, session] of passing) {
  retryTest(`tries again when ${what}`, {
    sessions: [session, TAKEN],
    options: { timeLimits: { ehlo: 5, dataCommand: 5 } },
    ends: ACCEPTED,
    waits: [1_000],
  });
}

/** What is final, or may have reached somebody. */
const final: [what: string, session: string, ends: Partial<Ending>][] = [
  ["the greeting is 554", "S: 554 no service", { error: "ReplyError connect.greeting_refused" }],
  ["it is no SMTP server", "S: SSH-2.0-OpenSSH", { error: "ProtocolError protocol.not_smtp" }],
  ["MAIL is answered 550", refused("550 5.7.1 no"), { error: "ReplyError envelope.sender_refused" }],
  [
    "RCPT is answered 550",
    refusedAll(to("bo", "550 5.1.1 no such user")),
    { error: "ReplyError rcpt.unknown" },
  ],
  [
    "DATA is answered 250",
    `${OPENING}${said("HELP", [SENDER, TO_BO, ["C: DATA", "S: 250 ok"]])}`,
    { error: "ProtocolError protocol.unexpected_reply" },
  ],
  [
    "the content is answered 554",
    `${addressed}${HELLO}\nS: 554 5.7.1 spam\n${RESET}`,
    { error: "ReplyError data.spam" },
  ],
  [
    "the connection is lost after the dot",
    `${addressed}${HELLO}\n-- close`,
    { error: "ConnectionError connect.lost", recipients: [`${BO} unknown`] },
  ],
  [
    "the server is silent after the dot",
    `${addressed}${HELLO}\n-- silence`,
    { error: "StageTimeoutError timeout.data", recipients: [`${BO} unknown`] },
  ],
];
for (const [what, session, ends] of final) {
  for (const by of WAYS) {
    Deno.test(`sendMail() does not try again when ${what} (${by})`, async () => {
      const sleep = () => Promise.reject(new TypeError("it waits"));
      const options = { retry: { sleep }, timeLimits: { data: 5 } };
      const server = overScripts([session], options, { by });
      const ending = await endingOf(() => sendMail(server.options, mail()));
      assertEquals({ ...ending, ...ends, retry: false }, ending);
      server.done();
    });
  }
}

const LATER: Ending = {
  recipients: [`${BO} refused 451`],
  exit: 75,
  reply: "451 4.3.0 later",
  error: "ReplyError envelope.try_later",
  at: "envelope MAIL",
  retry: true,
};
const later = refused("451 4.3.0 later");

for (const retry of [undefined, false]) {
  retryTest(`tries once when retry is ${retry}`, {
    sessions: [later],
    options: { retry },
    ends: LATER,
    waits: [],
  });
}

const delays: [what: string, retry: Retry, waits: number[]][] = [
  ["three times by default", {}, [1_000, 2_000]],
  ["as often as it is told, waiting twice as long each time", { attempts: 5 }, [1_000, 2_000, 4_000, 8_000]],
  ["once", { attempts: 1 }, []],
  ["with a delay of its own", { initialDelayMs: 30 }, [30, 60]],
  ["and waits no longer than the cap", { attempts: 5, initialDelayMs: 10_000, maxDelayMs: 30_000 }, [
    10_000,
    20_000,
    30_000,
    30_000,
  ]],
  ["and shortens the delay by up to half by chance", { random: () => 1 }, [500, 1_000]],
  ["and shortens the delay by a quarter on average", { random: () => 0.5 }, [750, 1_500]],
];
for (const [what, retry, waits] of delays) {
  retryTest(`tries ${what}`, {
    sessions: Array(waits.length + 1).fill(later),
    retry,
    ends: LATER,
    waits,
  });
}

const hints: [reply: string, ms: number, maxDelayMs?: number][] = [
  ["450 4.7.1 Greylisted, try again in 300 seconds", 300_000, 600_000],
  ["450 4.7.1 Greylisted, retry in 5 minutes", 300_000, 600_000],
  ["451 4.7.1 please try again in 2 min", 120_000, 600_000],
  ["450 4.7.1 Greylisted, try again in 300 seconds", 60_000],
  ["450 4.7.1 Greylisted, try again in 1 second", 1_000],
  ["450 4.7.1 Greylisted", 1_000],
];
for (const [reply, ms, maxDelayMs] of hints) {
  retryTest(`waits ${ms} ms when RCPT is answered ${reply}${maxDelayMs ? "" : ", by the cap"}`, {
    sessions: [refusedAll(to("bo", reply)), TAKEN],
    retry: maxDelayMs ? { maxDelayMs } : {},
    ends: ACCEPTED,
    waits: [ms],
  });
}

const wrong: [retry: Retry, message: string][] = [
  [{ attempts: 0 }, "attempts is 0"],
  [{ attempts: 1.5 }, "attempts is 1.5"],
  [{ attempts: Infinity }, "attempts is Infinity"],
  [{ initialDelayMs: -1 }, "initialDelayMs is -1"],
  [{ maxDelayMs: NaN }, "maxDelayMs is NaN"],
];
for (const [retry, message] of wrong) {
  Deno.test(`createTransport() refuses ${JSON.stringify(retry)} for retry`, () => {
    const options = { hostname: "mail.example.com", retry };
    assertThrows(() => createTransport(options), RangeError, `Cannot retry: ${message}`);
  });
}
