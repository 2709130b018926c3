import { assertEquals } from "@std/assert";
import { createTransport, only, ReplyError, sendMail } from "../../mod.ts";
import { content, greeting } from "../dialogue.ts";
import { stopClock } from "./clock.ts";
import {
  BO,
  type Ending,
  endingOf,
  type Fault,
  faultTest,
  GO,
  GOODBYE,
  heard,
  HELLO,
  MAIL,
  mail,
  overScripts,
  rcpt,
  RESET,
  said,
  SENDER,
  type Turn,
} from "./sending.ts";

const [CY, DI, ED] = ["cy", "di", "ed"].map((name) => `${name}@example.org`);
const TOO_MANY = "452 4.5.3 too many recipients";

/** A RCPT and what it is answered. */
function to(name: string, reply = "250 ok"): Turn {
  return [rcpt(name), `S: ${reply}`];
}

/** A transaction in which the message is taken, under this name. */
function taken(extension: string, turns: Turn[], queueId: string): string {
  return `${said(extension, [SENDER, ...turns, GO])}${HELLO}\nS: 250 2.0.0 Ok: queued as ${queueId}\n`;
}

/** The receipt is that of the first transaction; each recipient has the reply that decided about it. */
const FIRST = { reply: "250 2.0.0 Ok: queued as 1A", queueId: "1A" };

for (const extension of ["PIPELINING", "HELP"]) {
  const opening = greeting(extension);
  const first = opening + taken(extension, [to("bo"), to("cy", TOO_MANY), to("di", TOO_MANY)], "1A");
  const three = () => mail(["bo", "cy", "di"]);
  const tooManyTest = (name: string, fault: Omit<Fault, "message"> & { message?: Fault["message"] }) =>
    faultTest(`${name} (${extension})`, { message: three, ...fault });

  for (
    const reply of [TOO_MANY, "452 Too many recipients", "452 4.5.3 no more", "452 too many rcpt commands"]
  ) {
    tooManyTest(`sends the rest in a next transaction when a RCPT is answered ${reply}`, {
      sessions: [
        opening + taken(extension, [to("bo"), to("cy", reply), to("di", reply)], "1A") +
        taken(extension, [to("cy"), to("di")], "2B") + GOODBYE,
      ],
      ends: {
        ...FIRST,
        recipients: [`${BO} accepted 250`, `${CY} accepted 250`, `${DI} accepted 250`],
        exit: 0,
      },
    });
  }

  for (const reply of ["452 4.3.1 disk full", "452 4.2.2 over quota", "451 4.3.0 later", "450 4.2.0 later"]) {
    tooManyTest(`sends no further transaction when a RCPT is answered ${reply}`, {
      sessions: [
        opening + taken(extension, [to("bo"), to("cy", reply), to("di", reply)], "1A") + GOODBYE,
      ],
      ends: {
        ...FIRST,
        recipients: [BO, CY, DI].map((address) =>
          address === BO ? `${BO} accepted 250` : `${address} refused ${reply.slice(0, 3)}`
        ),
        exit: 1,
      },
    });
  }

  tooManyTest("keeps the order, and names nobody again who was accepted or refused", {
    sessions: [
      opening +
      taken(
        extension,
        [to("bo", TOO_MANY), to("cy"), to("di", "550 5.1.1 no such user"), to("ed", TOO_MANY)],
        "1A",
      ) +
      taken(extension, [to("bo"), to("ed", "550 5.1.1 no such user")], "2B") + GOODBYE,
    ],
    message: () => mail(["bo", "cy", "di", "ed"]),
    ends: {
      ...FIRST,
      recipients: [`${BO} accepted 250`, `${CY} accepted 250`, `${DI} refused 550`, `${ED} refused 550`],
      exit: 1,
    },
  });

  tooManyTest("goes on for as long as each transaction reaches somebody", {
    sessions: [
      first + taken(extension, [to("cy"), to("di", TOO_MANY)], "2B") + taken(extension, [to("di")], "3C") +
      GOODBYE,
    ],
    ends: {
      ...FIRST,
      recipients: [`${BO} accepted 250`, `${CY} accepted 250`, `${DI} accepted 250`],
      exit: 0,
    },
  });

  const noData: Turn = ["C: DATA", "S: 554 5.5.1 no valid recipients"];
  tooManyTest("stops when a transaction reaches nobody", {
    sessions: [
      first + said(extension, [SENDER, to("cy", TOO_MANY), to("di", TOO_MANY)], [noData]) + RESET,
    ],
    ends: {
      ...FIRST,
      recipients: [`${BO} accepted 250`, `${CY} refused 452`, `${DI} refused 452`],
      exit: 1,
    },
  });

  // What fails later leaves a receipt: somebody has the message, and for the others it is certain that they have not.
  const inVain: Turn[] = [to("cy", "503 5.5.1 no"), to("di", "503 5.5.1 no"), ["C: DATA", "S: 503 5.5.1 no"]];
  const rest = [SENDER, to("cy"), to("di"), GO];
  const unanswered: Turn[] = [[MAIL], ...rest.slice(1).map(([line]): Turn => [line])];
  const later: [what: string, dialogue: string, outcome: string][] = [
    [
      "its MAIL is refused",
      said(extension, [[MAIL, "S: 451 4.7.1 slow down"]], inVain) + RESET,
      "refused 451",
    ],
    [
      "its MAIL is answered 421",
      said(extension, [[MAIL, "S: 421 4.7.0 enough"]], unanswered.slice(1)),
      "refused 421",
    ],
    [
      "its DATA is refused",
      said(extension, [...rest.slice(0, 3), ["C: DATA", "S: 451 4.3.0 later"]]) + RESET,
      "refused 451",
    ],
    [
      "its content is refused",
      `${said(extension, rest)}${HELLO}\nS: 554 5.7.1 spam\n${RESET}`,
      "refused 554",
    ],
    [
      "the connection is lost at MAIL",
      `${said(extension, [[MAIL]], unanswered.slice(1))}-- close`,
      "not sent",
    ],
    [
      "the server is silent at MAIL",
      `${said(extension, [[MAIL]], unanswered.slice(1))}-- silence`,
      "not sent",
    ],
    ["the connection is lost after 354", `${said(extension, rest)}-- reset`, "not sent"],
    [
      "the server is out of step",
      said(extension, [[MAIL, "S: 354 go"]], unanswered.slice(1)),
      "not sent",
    ],
  ];
  for (const [what, dialogue, outcome] of later) {
    tooManyTest(`tells what became of the rest when in the next transaction ${what}`, {
      sessions: [first + dialogue],
      options: { timeLimits: { envelope: 5, dataCommand: 5 } },
      ends: {
        ...FIRST,
        recipients: [`${BO} accepted 250`, `${CY} ${outcome}`, `${DI} ${outcome}`],
        exit: 1,
      },
    });
  }

  tooManyTest(
    "calls the outcome unknown for the rest only, and never retryable, when their dot is not answered",
    {
      sessions: [`${first}${said(extension, rest)}${HELLO}\n-- close`],
      ends: {
        recipients: [`${BO} accepted 250`, `${CY} unknown`, `${DI} unknown`],
        exit: 74,
        error: "ConnectionError connect.lost",
        at: "data content",
        retry: false,
      },
      never: ["RSET", "QUIT"],
    },
  );

  tooManyTest("sends no further transaction when the first is refused after all", {
    sessions: [
      `${opening}${
        said(extension, [SENDER, to("bo"), to("cy", TOO_MANY), GO])
      }${HELLO}\nS: 451 4.3.0 later\n${RESET}`,
    ],
    message: () => mail(["bo", "cy"]),
    ends: {
      recipients: [`${BO} refused 451`, `${CY} refused 452`],
      exit: 75,
      reply: "451 4.3.0 later",
      error: "ReplyError data.try_later",
      at: "data content",
      retry: true,
    },
  });

  tooManyTest("sends no further transaction of what can be read only once", {
    sessions: [first + GOODBYE],
    message: () => mail(["bo", "cy", "di"], content("Hello\r\n", { once: true })),
    ends: {
      ...FIRST,
      recipients: [`${BO} accepted 250`, `${CY} refused 452`, `${DI} refused 452`],
      exit: 1,
    },
  });

  tooManyTest('sends nothing when one is too many and partial is "abort"', {
    sessions: [opening + said(extension, [SENDER, to("bo"), to("cy", TOO_MANY)]) + RESET],
    message: () => mail(["bo", "cy"]),
    options: { partial: "abort" },
    ends: {
      recipients: [`${BO} not sent 250`, `${CY} refused 452`],
      exit: 75,
      reply: TOO_MANY,
      error: "ReplyError rcpt.too_many",
      at: "envelope RCPT",
      retry: true,
    },
    never: ["DATA", "Hello"],
  });

  for (const [count, most] of [[1_000, 100], [150, 100], [101, 100], [100, 100], [12, 5]]) {
    Deno.test(`sendMail() reaches ${count} recipients at a server that takes ${most} (${extension})`, async () => {
      const names = Array.from({ length: count }, (_, at) => `n${at}`);
      let dialogue = opening;
      for (let from = 0; from < count; from += most) {
        const turns = names.slice(from).map((name, at) => to(name, at < most ? "250 ok" : TOO_MANY));
        dialogue += taken(extension, turns, `Q${from / most}`);
      }
      const server = overScripts([dialogue + GOODBYE]);
      const { recipients, exit } = await endingOf(() => sendMail(server.options, mail(names)));
      assertEquals(recipients, names.map((name) => `${name}@example.org accepted 250`));
      assertEquals(exit, 0);
      server.done();
    });
  }
}

faultTest("sends the rest in a next transaction by BDAT too", {
  sessions: [
    `${greeting("PIPELINING", "CHUNKING")}
     ${MAIL}\n${rcpt("bo")}\n${rcpt("cy")}\nC: BDAT 7 LAST\nC: Hello
     S: 250 ok\nS: 250 ok\nS: ${TOO_MANY}\nS: 250 2.0.0 Ok: queued as 1A
     ${MAIL}\n${rcpt("cy")}\nC: BDAT 7 LAST\nC: Hello
     S: 250 ok\nS: 250 ok\nS: 250 2.0.0 Ok: queued as 2B
     ${GOODBYE}`,
  ],
  message: () => mail(["bo", "cy"]),
  options: { chunking: true },
  ends: { ...FIRST, recipients: [`${BO} accepted 250`, `${CY} accepted 250`], exit: 0 },
});

Deno.test("sendMail() tells who has the message when it is aborted in the next transaction", async () => {
  const controller = new AbortController();
  const first = greeting() + taken("HELP", [to("bo"), to("cy", TOO_MANY)], "1A");
  const server = overScripts([`${first}${MAIL}\n-- silence`], { signal: controller.signal });
  const sending = endingOf(() => sendMail(server.options, mail(["bo", "cy"])));
  // Its second MAIL is not answered.
  await heard(server, "MAIL", 2);
  controller.abort();
  const aborted: Ending = {
    recipients: [`${BO} accepted 250`, `${CY} not sent`],
    exit: 130,
    error: "ConnectionError aborted",
    at: "envelope MAIL",
    retry: false,
  };
  assertEquals(await sending, aborted);
  server.done(["RSET", "QUIT"]);
});

Deno.test("sendMail() tells who has the message when the deadline passes in the next transaction", async () => {
  using clock = stopClock();
  const first = greeting() + taken("HELP", [to("bo"), to("cy", TOO_MANY)], "1A");
  const server = overScripts([`${first}${MAIL}\n-- silence`], { deadlineMs: 60_000 });
  const sending = endingOf(() => sendMail(server.options, mail(["bo", "cy"])));
  await clock.advance(60_000);
  // Not 75, by which a script would send it to bo again.
  assertEquals(await sending, {
    recipients: [`${BO} accepted 250`, `${CY} not sent`],
    exit: 1,
    error: "StageTimeoutError timeout.envelope",
    at: "envelope MAIL",
    retry: false,
  });
  server.done(["RSET", "QUIT"]);
});

Deno.test("sendMail() tells who has the message when a plugin fails in the next transaction", async () => {
  let transactions = 0;
  const server = overScripts([
    greeting() + taken("HELP", [to("bo"), to("cy", TOO_MANY)], "1A") + RESET,
  ], {
    plugins: [only("envelope", (next) => (mail, cx) => {
      if (++transactions === 2) throw new Error("a fault of the plugin");
      return next(mail, cx);
    })],
  });
  const { recipients } = await endingOf(() => sendMail(server.options, mail(["bo", "cy"])));
  assertEquals(recipients, [`${BO} accepted 250`, `${CY} not sent`]);
  server.done();
});

Deno.test("SmtpTransport sends the next message on the session on which one took several transactions", async () => {
  const server = overScripts([
    greeting() + taken("HELP", [to("bo"), to("cy", TOO_MANY)], "1A") + taken("HELP", [to("cy")], "2B") +
    taken("HELP", [to("bo")], "3C") + GOODBYE,
  ]);
  {
    await using transport = createTransport(server.options);
    const endings = [["bo", "cy"], ["bo"]].map((names) => endingOf(() => transport.send(mail(names))));
    assertEquals((await Promise.all(endings)).map(({ exit, queueId }) => [exit, queueId]), [[0, "1A"], [
      0,
      "3C",
    ]]);
  }
  server.done();
});

Deno.test("SmtpTransport sends nothing again when 421 ends the next transaction with an outcome that is not known", async () => {
  const reply = { code: 421, lines: ["4.3.2 shutting down"] };
  const unknown = new ReplyError("Cannot send: 421", {
    code: "server.busy",
    stage: "data",
    command: "MAIL",
    reply,
    recipients: [{ address: CY, delivery: "unknown" }],
  });
  let transactions = 0;
  const server = overScripts([
    greeting() + taken("HELP", [to("bo")], "1A") + taken("HELP", [to("bo"), to("cy", TOO_MANY)], "2B") +
    taken("HELP", [to("cy")], "3C").split("C: DATA")[0] + RESET,
  ], {
    plugins: [only("data", (next) => async (addressed, cx) => {
      if (++transactions < 3) return await next(addressed, cx);
      await addressed.verdicts(cx);
      throw unknown;
    })],
  });
  {
    await using transport = createTransport(server.options);
    await transport.send(mail());
    const ending = await endingOf(() => transport.send(mail(["bo", "cy"])));
    assertEquals([ending.recipients, ending.retry], [[`${BO} accepted 250`, `${CY} unknown`], false]);
  }
  assertEquals(transactions, 3);
  server.done();
});
