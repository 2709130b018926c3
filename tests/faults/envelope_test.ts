import { assertEquals } from "@std/assert";
import { sendMail } from "../../mod.ts";
import { greeting } from "../dialogue.ts";
import {
  BO,
  type Ending,
  endingOf,
  faultTest,
  GO,
  GOODBYE,
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
  type Turn,
} from "./sending.ts";

const CONTENT = `${HELLO}\n${OK}\n${GOODBYE}`;
const CY = "cy@example.org";
const DI = "di@example.org";
/** Nothing of a message, and nothing on a line that is dead. */
const NOTHING = ["Hello", "."];
const DEAD = [...NOTHING, "RSET", "QUIT"];

const [cy, di] = ["cy", "di"].map((name): Turn => [rcpt(name), "S: 250 ok"]);
const inVain: Turn[] = [TO_BO, cy].map(([command]): Turn => [command, "S: 503 5.5.1 no"]);
const noData: Turn = ["C: DATA", "S: 503 5.5.1 no"];

/** What the whole message was refused with, before a recipient was named. */
function bySender(reply: string, code: string, exit: number): Ending {
  return {
    recipients: [`${BO} refused ${reply.slice(0, 3)}`, `${CY} refused ${reply.slice(0, 3)}`],
    exit,
    reply,
    error: `ReplyError ${code}`,
    at: "envelope MAIL",
    retry: reply.startsWith("4"),
  };
}

const senders: [reply: string, code: string, exit: number][] = [
  ["451 4.3.0 later", "envelope.try_later", 75],
  ["452 4.3.1 disk full", "server.storage", 75],
  ["550 5.7.1 not yours", "envelope.sender_refused", 77],
  ["552 5.3.4 too big", "data.too_big", 65],
  ["553 5.1.7 malformed", "envelope.sender_refused", 65],
  ["530 5.7.0 authentication required", "auth.required", 77],
];

/** What one recipient among good ones is refused with. */
const amongOthers = [
  "450 4.2.0 later",
  "450 4.2.0 greylisted",
  "451 4.3.0 local error",
  "452 4.3.1 disk full",
  "550 5.1.1 no such user",
  "551 5.7.1 not local",
  "552 5.2.2 mailbox full",
  "553 5.1.3 malformed",
  "554 5.7.1 relay denied",
];

for (const extension of ["PIPELINING", "HELP"]) {
  const opening = greeting(extension);

  for (const [reply, code, exit] of senders) {
    faultTest(`tells that nobody is reached when MAIL is answered ${reply} (${extension})`, {
      sessions: [opening + said(extension, [[MAIL, `S: ${reply}`]], [...inVain, noData]) + RESET],
      message: () => mail(["bo", "cy"]),
      ends: bySender(reply, code, exit),
      never: extension === "HELP" ? [...NOTHING, "RCPT", "DATA"] : NOTHING,
    });
  }

  faultTest(`says nothing more when 421 answers MAIL (${extension})`, {
    sessions: [
      opening +
      said(extension, [[MAIL, "S: 421 4.3.2 shutting down"]], [...inVain, noData].map(([line]) => [line])),
    ],
    message: () => mail(["bo", "cy"]),
    ends: bySender("421 4.3.2 shutting down", "server.busy", 75),
    never: extension === "HELP" ? [...DEAD, "RCPT", "DATA"] : DEAD,
  });

  for (const reply of amongOthers) {
    faultTest(`delivers to the others when one RCPT is answered ${reply} (${extension})`, {
      sessions: [opening + said(extension, [SENDER, TO_BO, [cy[0], `S: ${reply}`], di, GO]) + CONTENT],
      message: () => mail(["bo", "cy", "di"]),
      ends: {
        recipients: [`${BO} accepted 250`, `${CY} refused ${reply.slice(0, 3)}`, `${DI} accepted 250`],
        exit: 1,
        reply: OK.slice(3),
        queueId: "4F1",
      },
    });
  }

  faultTest(`tells who was refused and who was not reached when 421 answers a RCPT (${extension})`, {
    sessions: [
      opening +
      said(extension, [SENDER, TO_BO, [cy[0], "S: 421 4.3.2 shutting down"]], [[di[0]], ["C: DATA"]]),
    ],
    message: () => mail(["bo", "cy", "di"]),
    ends: {
      recipients: [`${BO} not sent 250`, `${CY} refused 421`, `${DI} not sent`],
      exit: 75,
      reply: "421 4.3.2 shutting down",
      error: "ReplyError server.busy",
      at: "envelope RCPT",
      retry: true,
    },
    never: extension === "HELP" ? [...DEAD, di[0].slice(3), "DATA"] : DEAD,
  });

  faultTest(`takes 251 and 252, and replies of several lines, for accepted (${extension})`, {
    sessions: [
      opening + said(extension, [
        SENDER,
        [TO_BO[0], "S: 251 2.1.5 will forward"],
        [cy[0], "S: 252 2.1.5 cannot tell, will try"],
        [di[0], "S: 250-2.1.5 yes", "S: 250 2.1.5 he is here"],
        GO,
      ]) + CONTENT,
    ],
    message: () => mail(["bo", "cy", "di"]),
    ends: {
      recipients: [`${BO} accepted 250`, `${CY} accepted 250`, `${DI} accepted 250`],
      exit: 0,
      reply: OK.slice(3),
      queueId: "4F1",
    },
  });

  const everybody: [what: string, replies: string[], code: string, exit: number, at: string][] = [
    ["for good", ["550 5.1.1 no such user", "554 5.7.1 no"], "rcpt.unknown", 67, BO],
    ["for now", ["450 4.2.0 later", "451 4.3.0 later"], "rcpt.try_later", 75, BO],
    ["one of them for now", ["550 5.1.1 no such user", "450 4.2.0 later"], "rcpt.try_later", 75, CY],
    ["because there are too many", ["452 4.5.3 too many", "452 4.5.3 too many"], "rcpt.too_many", 75, BO],
  ];
  for (const [what, replies, code, exit, at] of everybody) {
    const worst = replies[at === BO ? 0 : 1];
    const [first, second] = replies.map((reply) => reply.slice(0, 3));
    const refused: Turn[] = [SENDER, [TO_BO[0], `S: ${replies[0]}`], [cy[0], `S: ${replies[1]}`]];
    // With PIPELINING the server has seen DATA before it says no, and may go on with 354.
    for (const answer of extension === "HELP" ? [""] : ["554 no valid recipients", "354 go"]) {
      const data: Turn = ["C: DATA", `S: ${answer}`];
      const dot = answer === "354 go" ? "C: .\nS: 554 no valid recipients\n" : "";
      faultTest(`sends no content when everybody is refused ${what} (${answer || "without PIPELINING"})`, {
        sessions: [opening + said(extension, refused, [data]) + dot + RESET],
        message: () => mail(["bo", "cy"]),
        ends: {
          recipients: [`${BO} refused ${first}`, `${CY} refused ${second}`],
          exit,
          reply: worst,
          error: `ReplyError ${code}`,
          at: "envelope RCPT",
          retry: exit === 75,
        },
        never: extension === "HELP" ? [...NOTHING, "DATA"] : ["Hello"],
      });
    }
  }

  // A content was never begun, and so nobody can have it.
  const lost: [what: string, turns: Turn[], rest: Turn[], at: string][] = [
    ["after MAIL", [[MAIL]], [[TO_BO[0]], [cy[0]], ["C: DATA"]], "MAIL"],
    ["after the first RCPT", [SENDER, [TO_BO[0]]], [[cy[0]], ["C: DATA"]], "RCPT"],
    ["after the last RCPT", [SENDER, TO_BO, [cy[0]]], [["C: DATA"]], "RCPT"],
  ];
  for (const [what, turns, rest, command] of lost) {
    const ends = {
      recipients: [`${BO} not sent`, `${CY} not sent`],
      exit: 75,
      at: `envelope ${command}`,
      retry: true,
    };
    faultTest(`tells that nobody is reached when the connection is lost ${what} (${extension})`, {
      sessions: [`${opening}${said(extension, turns, rest)}-- close`],
      message: () => mail(["bo", "cy"]),
      ends: { ...ends, error: "ConnectionError connect.lost" },
      never: DEAD,
    });
    // With PIPELINING the replies are waited for in the stage data, and by its limits.
    const stage = extension === "HELP" ? "envelope" : "data";
    faultTest(`does not wait without end when the server is silent ${what} (${extension})`, {
      sessions: [`${opening}${said(extension, turns, rest)}-- silence`],
      message: () => mail(["bo", "cy"]),
      options: { timeLimits: { envelope: 5, dataCommand: 5 } },
      ends: { ...ends, error: `StageTimeoutError timeout.${stage}`, at: `${stage} ${command}` },
      never: DEAD,
    });
  }

  faultTest(`tells of the refusal when the server hangs up after it has refused the sender (${extension})`, {
    sessions: [
      `${opening}${
        said(extension, [[MAIL, "S: 550 5.7.1 not yours"]], [[TO_BO[0]], [cy[0]], ["C: DATA"]])
      }-- close`,
    ],
    message: () => mail(["bo", "cy"]),
    ends: bySender("550 5.7.1 not yours", "envelope.sender_refused", 77),
    never: NOTHING,
  });

  // From a reply on that fits no command, nothing that is said can be trusted to be about the command that it seems to answer.
  const outOfPlace: [command: string, reply: string, turns: Turn[], inVain: Turn[]][] = [
    ["MAIL", "354 go", [[MAIL, "S: 354 go"]], [[TO_BO[0]], [cy[0]], ["C: DATA"]]],
    ["MAIL", "220 mail.example.com", [[MAIL, "S: 220 mail.example.com"]], [[TO_BO[0]], [cy[0]], ["C: DATA"]]],
    ["RCPT", "354 go", [SENDER, TO_BO, [cy[0], "S: 354 go"]], [["C: DATA"]]],
    ["RCPT", "221 bye", [SENDER, [TO_BO[0], "S: 221 bye"]], [[cy[0]], ["C: DATA"]]],
    ["RCPT", "334", [SENDER, [TO_BO[0], "S: 334 "]], [[cy[0]], ["C: DATA"]]],
  ];
  for (const [command, reply, turns, rest] of outOfPlace) {
    faultTest(`ends the session when ${reply} answers ${command} (${extension})`, {
      sessions: [opening + said(extension, turns, rest)],
      message: () => mail(["bo", "cy"]),
      ends: {
        recipients: [`${BO} not sent`, `${CY} not sent`],
        exit: 76,
        reply,
        error: "ProtocolError protocol.unexpected_reply",
        at: `envelope ${command}`,
        retry: false,
      },
      never: DEAD,
    });
  }
}

faultTest("sends no content when the replies are one too many, and DATA seems to be answered 250", {
  sessions: [
    greeting("PIPELINING") + said("PIPELINING", [[MAIL, "S: 250 ok", "S: 250 ok"], TO_BO, ["C: DATA"]]),
  ],
  ends: {
    recipients: [`${BO} not sent`],
    exit: 76,
    reply: "250 ok",
    error: "ProtocolError protocol.unexpected_reply",
    at: "data DATA",
    retry: false,
  },
  never: DEAD,
});

Deno.test("sendMail() sends no more when two replies to MAIL come at once", async () => {
  const server = overScripts([greeting() + said("HELP", [[MAIL, "S: 250 ok", "S: 250 ok"]])], {}, {
    by: "whole",
  });
  assertEquals(await endingOf(() => sendMail(server.options, mail())), {
    recipients: [`${BO} not sent`],
    exit: 76,
    reply: "250 ok",
    error: "ProtocolError protocol.out_of_turn",
    at: "envelope",
    retry: false,
  });
  server.done([...DEAD, "RCPT"]);
});

for (const extension of ["PIPELINING", "HELP"]) {
  Deno.test(`sendMail() tells the outcome for each of 1,000 recipients (${extension})`, async () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `n${at}`);
    const code = (at: number) => at % 10 === 3 ? 550 : at % 10 === 7 ? 450 : 250;
    const turns = names.map((name, at): Turn => [rcpt(name), `S: ${code(at)} 2.1.5 x`]);
    const server = overScripts([greeting(extension) + said(extension, [SENDER, ...turns, GO]) + CONTENT]);
    const { recipients, exit } = await endingOf(() => sendMail(server.options, mail(names)));
    const delivery = (at: number) => code(at) === 250 ? "accepted" : "refused";
    assertEquals(recipients, names.map((name, at) => `${name}@example.org ${delivery(at)} ${code(at)}`));
    assertEquals(exit, 1);
    server.done();
  });
}
