import { assert, assertEquals } from "@std/assert";
import { type Content, createTransport, sendMail } from "../../mod.ts";
import { content, greeting } from "../dialogue.ts";
import { stopClock } from "./clock.ts";
import { OPENING, refused, refusedAll, retryTest, TAKEN, takenFor, to } from "./retrying.ts";
import {
  BO,
  type Ending,
  endingOf,
  GO,
  GOODBYE,
  heard,
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

const [CY, DI] = ["cy@example.org", "di@example.org"];
const RECEIPT = { reply: OK.slice(3), queueId: "4F1" };
const ACCEPTED: Ending = { ...RECEIPT, recipients: [`${BO} accepted 250`], exit: 0 };
const two = () => mail(["bo", "cy"]);
const three = () => mail(["bo", "cy", "di"]);
const GREYLISTED = "450 4.7.1 Greylisted";

retryTest("tries again for those only who may be accepted later, in the order of the envelope", {
  sessions: [
    takenFor(to("bo", GREYLISTED), to("cy"), to("di", "550 5.1.1 no such user")),
    takenFor(to("bo")),
  ],
  message: three,
  ends: {
    ...RECEIPT,
    recipients: [`${BO} accepted 250`, `${CY} accepted 250`, `${DI} refused 550`],
    exit: 1,
  },
  waits: [1_000],
});

retryTest("tries again for those only who may be accepted later when nobody was accepted", {
  sessions: [
    refusedAll(to("bo", "550 5.1.1 no such user"), to("cy", GREYLISTED)),
    takenFor(to("cy")),
  ],
  message: two,
  ends: { ...RECEIPT, recipients: [`${BO} refused 550`, `${CY} accepted 250`], exit: 1 },
  waits: [1_000],
});

retryTest("gives the receipt when some were accepted and the others never are", {
  sessions: [
    takenFor(to("bo"), to("cy", GREYLISTED)),
    refusedAll(to("cy", GREYLISTED)),
    refusedAll(to("cy", "451 4.3.0 later")),
  ],
  message: two,
  ends: { ...RECEIPT, recipients: [`${BO} accepted 250`, `${CY} refused 451`], exit: 1 },
  waits: [1_000, 2_000],
});

retryTest("gives the receipt when some were accepted and the others are refused for good at last", {
  sessions: [takenFor(to("bo"), to("cy", GREYLISTED)), refusedAll(to("cy", "550 5.1.1 no such user"))],
  message: two,
  ends: { ...RECEIPT, recipients: [`${BO} accepted 250`, `${CY} refused 550`], exit: 1 },
  waits: [1_000],
});

retryTest("gives the receipt when some were accepted and no session comes about for the others", {
  sessions: [takenFor(to("bo"), to("cy", GREYLISTED)), "S: 421 4.3.2 busy", "-- close"],
  message: two,
  ends: { ...RECEIPT, recipients: [`${BO} accepted 250`, `${CY} refused 450`], exit: 1 },
  waits: [1_000, 2_000],
});

retryTest("stops for good when the outcome of a later attempt is unknown", {
  sessions: [
    takenFor(to("bo"), to("cy", GREYLISTED), to("di", GREYLISTED)),
    `${OPENING}${said("HELP", [SENDER, to("cy"), to("di", GREYLISTED), GO])}${HELLO}\n-- close`,
  ],
  message: three,
  ends: {
    recipients: [`${BO} accepted 250`, `${CY} unknown`, `${DI} refused 450`],
    exit: 74,
    error: "ConnectionError connect.lost",
    at: "data content",
    retry: false,
  },
  waits: [1_000],
});

retryTest("tries again for those who were too many, when one of them is for now", {
  sessions: [
    `${OPENING}${
      said("HELP", [SENDER, to("bo"), to("cy", "452 4.5.3 too many recipients"), GO])
    }${HELLO}\n${OK}
     ${said("HELP", [SENDER, to("cy", "452 4.5.3 too many recipients")])}${RESET}`,
    takenFor(to("cy")),
  ],
  message: two,
  ends: { ...RECEIPT, recipients: [`${BO} accepted 250`, `${CY} accepted 250`], exit: 0 },
  waits: [1_000],
});

retryTest("tries again for those whom the next transaction did not reach", {
  sessions: [
    `${OPENING}${
      said("HELP", [SENDER, to("bo"), to("cy", "452 4.5.3 too many recipients"), GO])
    }${HELLO}\n${OK}
     ${MAIL}\n-- close`,
    takenFor(to("cy")),
  ],
  message: two,
  ends: { ...RECEIPT, recipients: [`${BO} accepted 250`, `${CY} accepted 250`], exit: 0 },
  waits: [1_000],
});

const ABORT = { partial: "abort" } as const;
retryTest('tries again for everybody when one is refused for now and partial is "abort"', {
  sessions: [refusedAll(to("bo"), to("cy", GREYLISTED)), takenFor(to("bo"), to("cy"))],
  message: two,
  options: ABORT,
  ends: { ...RECEIPT, recipients: [`${BO} accepted 250`, `${CY} accepted 250`], exit: 0 },
  waits: [1_000],
});
// Without cy the message is to reach nobody, and with cy it cannot.
retryTest('does not try again without one who is refused for good when partial is "abort"', {
  sessions: [refusedAll(to("bo", GREYLISTED), to("cy", "550 5.1.1 no such user"), to("di"))],
  message: three,
  options: ABORT,
  ends: {
    recipients: [`${BO} refused 450`, `${CY} refused 550`, `${DI} not sent 250`],
    exit: 67,
    reply: "550 5.1.1 no such user",
    error: "ReplyError rcpt.unknown",
    at: "envelope RCPT",
    retry: false,
  },
  waits: [],
});
retryTest('does not try again without one who is refused for good when everybody is and partial is "abort"', {
  sessions: [refusedAll(to("bo", GREYLISTED), to("cy", "550 5.1.1 no such user"))],
  message: two,
  options: ABORT,
  ends: {
    recipients: [`${BO} refused 450`, `${CY} refused 550`],
    exit: 75,
    reply: GREYLISTED,
    error: "ReplyError rcpt.greylisted",
    at: "envelope RCPT",
    retry: true,
  },
  waits: [],
});

retryTest("tells of the last attempt, with the outcome for everybody over all of them", {
  sessions: [
    refusedAll(to("bo", "550 5.1.1 no such user"), to("cy", GREYLISTED)),
    `${OPENING}${said("HELP", [SENDER, [rcpt("cy")]])}-- close`,
    refused("451 4.3.0 later"),
  ],
  message: two,
  ends: {
    recipients: [`${BO} refused 550`, `${CY} refused 451`],
    exit: 75,
    reply: "451 4.3.0 later",
    error: "ReplyError envelope.try_later",
    at: "envelope MAIL",
    retry: true,
  },
  waits: [1_000, 2_000],
});

for (const by of WAYS) {
  Deno.test(`sendMail() sends the same message again, Date and Message-ID included (${by})`, async () => {
    const session = `${greeting()}${said("HELP", [SENDER, TO_BO, GO])}-- content\n`;
    const server = overScripts([`${session}S: 451 4.3.0 later\n${RESET}`, `${session}${OK}\n${GOODBYE}`], {
      retry: { sleep: () => new Promise((resolve) => setTimeout(resolve, 2)) },
    }, { by });
    const receipt = await sendMail(server.options, { from: "ann@example.com", to: BO, text: "Hello" });
    const lines = server.lines();
    const starts = lines.flatMap((line, at) => line === "DATA" ? [at + 1] : []);
    const [first, second] = starts.map((at) => lines.slice(at, lines.indexOf(".", at)));
    assertEquals(first, second);
    assert(first.includes(`Message-ID: ${receipt.messageId}`));
    server.done();
  });
}

/** A content that can be read only once. */
function once(): Content {
  const chunks = [new TextEncoder().encode("Hello\r\n")];
  return { ...content(""), size: undefined, once: true, octets: () => chunks.splice(0) };
}

retryTest("tries again with what can be read only once, as long as it was not read", {
  sessions: [refused("451 4.3.0 later"), refusedAll(to("bo", GREYLISTED)), TAKEN],
  message: () => mail(["bo"], once()),
  ends: ACCEPTED,
  waits: [1_000, 2_000],
});

retryTest("does not try again with what can be read only once, and was", {
  sessions: [`${OPENING}${said("HELP", [SENDER, TO_BO, GO])}${HELLO}\nS: 451 4.3.0 later\n${RESET}`],
  message: () => mail(["bo"], once()),
  ends: {
    recipients: [`${BO} refused 451`],
    exit: 75,
    reply: "451 4.3.0 later",
    error: "ReplyError data.try_later",
    at: "data content",
    retry: true,
  },
  waits: [],
});

retryTest("gives the receipt when what can be read only once was accepted for some", {
  sessions: [takenFor(to("bo"), to("cy", GREYLISTED))],
  message: () => mail(["bo", "cy"], once()),
  ends: { ...RECEIPT, recipients: [`${BO} accepted 250`, `${CY} refused 450`], exit: 1 },
  waits: [],
});

for (const by of WAYS) {
  Deno.test(`sendMail() ends the wait for the next attempt when it is aborted (${by})`, async () => {
    const controller = new AbortController();
    const options = { retry: true, signal: controller.signal };
    const server = overScripts([refused("451 4.3.0 later")], options, { by });
    const sending = endingOf(() => sendMail(server.options, mail()));
    // Each attempt has a session of its own, which ends before the wait.
    await heard(server, "QUIT");
    setTimeout(() => controller.abort(), 1);
    const { recipients, exit, error, retry } = await sending;
    assertEquals({ recipients, exit, error, retry }, {
      recipients: [`${BO} refused 451`],
      exit: 130,
      error: "ConnectionError aborted",
      retry: false,
    });
    server.done();
  });

  Deno.test(`sendMail() gives the receipt when it is aborted while it waits for the others (${by})`, async () => {
    const controller = new AbortController();
    const options = { retry: true, signal: controller.signal };
    const server = overScripts([takenFor(to("bo"), to("cy", GREYLISTED))], options, { by });
    const sending = endingOf(() => sendMail(server.options, two()));
    await heard(server, "QUIT");
    setTimeout(() => controller.abort(), 1);
    assertEquals(await sending, {
      ...RECEIPT,
      recipients: [`${BO} accepted 250`, `${CY} refused 450`],
      exit: 1,
    });
    server.done();
  });

  Deno.test(`sendMail() tells what the server said when the deadline passes between attempts (${by})`, async () => {
    using clock = stopClock();
    const options = { retry: true, deadlineMs: 500 };
    const server = overScripts([refused("451 4.3.0 later")], options, { by });
    const sending = endingOf(() => sendMail(server.options, mail()));
    await heard(server, "QUIT");
    await clock.advance(500);
    assertEquals(await sending, {
      recipients: [`${BO} refused 451`],
      exit: 75,
      reply: "451 4.3.0 later",
      error: "ReplyError envelope.try_later",
      at: "envelope MAIL",
      retry: true,
    });
    server.done();
  });

  Deno.test(`SmtpTransport tries again on the session that it has, for those who were refused (${by})`, async () => {
    const dialogue = `${takenFor(to("bo"), to("cy", GREYLISTED)).replace(GOODBYE, "")}
      ${said("HELP", [SENDER, to("cy"), GO])}${HELLO}\n${OK}\n${GOODBYE}`;
    const server = overScripts([dialogue], { retry: { sleep: () => Promise.resolve() } }, { by });
    {
      await using transport = createTransport(server.options);
      const recipients = [`${BO} accepted 250`, `${CY} accepted 250`];
      assertEquals(await endingOf(() => transport.send(two())), { ...RECEIPT, recipients, exit: 0 });
    }
    server.done();
  });

  Deno.test(`SmtpTransport lets others go first while a message waits for its next attempt (${by})`, async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const transaction = `${said("HELP", [SENDER, TO_BO, GO])}${HELLO}`;
    const dialogue = `${greeting()}
      ${MAIL}\nS: 451 4.3.0 later\nC: RSET\nS: 250 ok
      ${transaction}\nS: 250 2.0.0 Ok: queued as 2B
      ${transaction}\nS: 250 2.0.0 Ok: queued as 1A
      ${GOODBYE}`;
    const server = overScripts([dialogue], { retry: { sleep: () => promise } }, { by });
    const transport = createTransport(server.options);
    const [first, second] = [1, 2].map(() => endingOf(() => transport.send(mail())));
    assertEquals((await second).queueId, "2B");
    // It is not lost by closing either.
    const closed = transport.close();
    resolve();
    assertEquals((await first).queueId, "1A");
    await closed;
    server.done();
  });
}
