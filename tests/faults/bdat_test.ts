import type { Content } from "../../mod.ts";
import { content, greeting } from "../dialogue.ts";
import {
  BO,
  type Ending,
  faultTest,
  GOODBYE,
  MAIL,
  mail,
  OK,
  rcpt,
  RESET,
  said,
  SENDER,
  TO_BO,
} from "./sending.ts";

const CY = "cy@example.org";
const CHUNKING = { chunking: true } as const;
/** What is for a living session, and what says that a content is complete. */
const DEAD = ["RSET", "QUIT"];
const LAST = "BDAT 3 LAST";

/** Each chunk waits for the answer to the one ahead of it. */
const slowly = greeting("CHUNKING") + said("CHUNKING", [SENDER, TO_BO]);
const addressed = `${greeting("PIPELINING", "CHUNKING")}\n${MAIL}\n${rcpt("bo")}\n`;
const ENVELOPE_TAKEN = "S: 250 ok\nS: 250 ok\n";
/** Two chunks are in flight before the first is answered, and then one more for each answer. */
const TWO = `C: BDAT 3\nC: a\nC: BDAT 3\nC: b\n${ENVELOPE_TAKEN}`;
const THIRD = "C: BDAT 3 LAST\nC: c\n";
/** Everything in one write: the content is complete before the server has said a word. */
const GROUP = `${greeting("PIPELINING", "CHUNKING")}
  ${MAIL}
  ${rcpt("bo")}
  ${rcpt("cy")}
  C: BDAT 7 LAST
  C: Hello\n`;

const NOT_SENT = { recipients: [`${BO} not sent`], exit: 75, at: "data BDAT", retry: true };
const UNKNOWN = { recipients: [`${BO} unknown`], exit: 74, at: "data BDAT", retry: false };

/** A content in chunks, in memory; an error in their place is thrown. */
function chunks(...texts: (string | Error)[]): Content {
  const octets = texts.map((text) => text instanceof Error ? text : new TextEncoder().encode(text));
  const gives = function* () {
    for (const one of octets) {
      if (one instanceof Error) throw one;
      yield one;
    }
  };
  const inMemory = octets.every((one) => one instanceof Uint8Array);
  return { ...content(""), size: undefined, octets: inMemory ? () => octets : gives };
}

const three = () => mail(["bo"], chunks("a\r\n", "b\r\n", "c\r\n"));

function refused(reply: string, code: string, at: string): Ending {
  const retry = reply.startsWith("4");
  return {
    recipients: [`${BO} refused ${reply.slice(0, 3)}`],
    exit: retry ? 75 : 65,
    reply,
    error: `ReplyError ${code}`,
    at: `data ${at}`,
    retry,
  };
}

const replies: [reply: string, code: string][] = [
  ["452 4.3.1 disk full", "server.storage"],
  ["552 5.3.4 too big", "data.too_big"],
  ["554 5.7.1 spam", "data.spam"],
];
for (const [reply, code] of replies) {
  faultTest(`says no LAST when the first BDAT is answered ${reply}`, {
    sessions: [`${addressed}${TWO}S: ${reply}\nS: 503 5.5.1 no\n${RESET}`],
    message: three,
    options: CHUNKING,
    ends: refused(reply, code, "BDAT"),
    never: [LAST],
  });
  faultTest(`tells of the refusal when the second BDAT is answered ${reply}`, {
    sessions: [`${addressed}${TWO}S: 250 3 octets\n${THIRD}S: ${reply}\nS: 503 5.5.1 no\n${RESET}`],
    message: three,
    options: CHUNKING,
    ends: refused(reply, code, "BDAT"),
  });
  faultTest(`tells of the refusal when the last BDAT is answered ${reply}`, {
    sessions: [`${addressed}${TWO}S: 250 ok\n${THIRD}S: 250 ok\nS: ${reply}\n${RESET}`],
    message: three,
    options: CHUNKING,
    ends: refused(reply, code, "content"),
  });
}

faultTest("waits for the answer to each BDAT where the server does not offer PIPELINING", {
  sessions: [
    `${slowly}C: BDAT 3\nC: a\nS: 250 ok\nC: BDAT 3\nC: b\nS: 250 ok\n${THIRD}${OK}\n${GOODBYE}`,
  ],
  message: three,
  options: CHUNKING,
  ends: { recipients: [`${BO} accepted 250`], exit: 0, reply: "250 2.0.0 Ok: queued as 4F1", queueId: "4F1" },
});

faultTest("says nothing more when 421 answers the second BDAT", {
  sessions: [`${addressed}${TWO}S: 250 ok\n${THIRD}S: 421 4.3.2 shutting down`],
  message: three,
  options: CHUNKING,
  ends: refused("421 4.3.2 shutting down", "server.busy", "BDAT"),
  never: DEAD,
});

faultTest("keeps reply and queue id when the last BDAT is answered by several lines", {
  sessions: [`${addressed}${TWO}S: 250 ok\n${THIRD}S: 250 ok\nS: 250-2.0.0 Thank you\n${OK}\n${GOODBYE}`],
  message: three,
  options: CHUNKING,
  ends: {
    recipients: [`${BO} accepted 250`],
    exit: 0,
    reply: "250 2.0.0 Thank you / 2.0.0 Ok: queued as 4F1",
    queueId: "4F1",
  },
});

const ends: [end: string, error: string][] = [
  ["close", "ConnectionError connect.lost"],
  ["reset", "ConnectionError connect.lost"],
  ["silence", "StageTimeoutError timeout.data"],
];
for (const [end, error] of ends) {
  const options = { ...CHUNKING, timeLimits: { data: 5 } };
  faultTest(`knows that nothing arrived when the chunks before LAST are answered by ${end}`, {
    sessions: [`${addressed}${TWO}-- ${end}`],
    message: three,
    options,
    ends: { ...NOT_SENT, error },
    never: [LAST, ...DEAD],
  });
  faultTest(`calls the outcome unknown when LAST is answered by ${end}`, {
    sessions: [`${addressed}${TWO}S: 250 ok\n${THIRD}S: 250 ok\n-- ${end}`],
    message: three,
    options,
    ends: { ...UNKNOWN, error },
    never: DEAD,
  });
  faultTest(`calls the outcome unknown when the group with envelope and LAST is answered by ${end}`, {
    sessions: [`${GROUP}-- ${end}`],
    message: () => mail(["bo", "cy"]),
    options,
    ends: {
      ...UNKNOWN,
      recipients: [`${BO} unknown`, `${CY} unknown`],
      error,
      at: `${end === "silence" ? "data" : "envelope"} MAIL`,
    },
    never: DEAD,
  });
  faultTest(`calls the outcome unknown only for those who were accepted when LAST is answered by ${end}`, {
    sessions: [`${GROUP}S: 250 ok\nS: 250 ok\nS: 550 5.1.1 no such user\n-- ${end}`],
    message: () => mail(["bo", "cy"]),
    options,
    ends: { ...UNKNOWN, recipients: [`${BO} unknown`, `${CY} refused 550`], error },
    never: DEAD,
  });
  // A server that has refused a chunk does not deliver the rest. RFC 3030 section 2.
  faultTest(`tells of the refused chunk when LAST, on its way already, is answered by ${end}`, {
    sessions: [
      `${addressed}C: BDAT 3\nC: a\nC: BDAT 3 LAST\nC: b\n${ENVELOPE_TAKEN}S: 452 4.3.1 disk full\n-- ${end}`,
    ],
    message: () => mail(["bo"], chunks("a\r\n", "b\r\n")),
    options,
    ends: refused("452 4.3.1 disk full", "server.storage", "BDAT"),
    never: DEAD,
  });
}

faultTest("tells that the sender was refused when envelope and LAST left in one group", {
  sessions: [
    `${GROUP}S: 550 5.7.1 not yours\nS: 503 5.5.1 no\nS: 503 5.5.1 no\nS: 503 5.5.1 no\n${RESET}`,
  ],
  message: () => mail(["bo", "cy"]),
  options: CHUNKING,
  ends: {
    recipients: [`${BO} refused 550`, `${CY} refused 550`],
    exit: 77,
    reply: "550 5.7.1 not yours",
    error: "ReplyError envelope.sender_refused",
    at: "envelope MAIL",
    retry: false,
  },
});

for (const reply of ["554 5.5.1 no valid recipients", "250 2.0.0 Ok"]) {
  faultTest(`tells that everybody was refused when LAST is answered ${reply} all the same`, {
    sessions: [`${GROUP}S: 250 ok\nS: 550 5.1.1 no such user\nS: 450 4.2.0 later\nS: ${reply}\n${RESET}`],
    message: () => mail(["bo", "cy"]),
    options: CHUNKING,
    ends: {
      recipients: [`${BO} refused 550`, `${CY} refused 450`],
      exit: 75,
      reply: "450 4.2.0 later",
      error: "ReplyError rcpt.try_later",
      at: "envelope RCPT",
      retry: true,
    },
  });
}

faultTest("ends the session when 354 answers a BDAT", {
  sessions: [`${addressed}${TWO}S: 354 go`],
  message: three,
  options: CHUNKING,
  ends: {
    recipients: [`${BO} not sent`],
    exit: 76,
    reply: "354 go",
    error: "ProtocolError protocol.unexpected_reply",
    at: "data BDAT",
    retry: false,
  },
  never: [LAST, ...DEAD],
});

faultTest("calls the outcome unknown when 354 answers LAST", {
  sessions: [`${addressed}${TWO}S: 250 ok\n${THIRD}S: 250 ok\nS: 354 go`],
  message: three,
  options: CHUNKING,
  ends: {
    ...UNKNOWN,
    reply: "354 go",
    error: "ProtocolError protocol.unexpected_reply",
    at: "data content",
  },
  never: DEAD,
});

// A chunk without LAST is dropped by RSET, and so the session can be kept. RFC 3030 section 2.
const failing: [what: string, chunks: string[], dialogue: string][] = [
  ["at once", [], ""],
  ["after a large chunk", ["x".repeat(70_000)], "C: BDAT 70000\nC: *\nS: 250 ok\n"],
];
for (const [what, before, dialogue] of failing) {
  faultTest(`says no LAST when the source fails ${what}`, {
    sessions: [slowly + dialogue + RESET],
    message: () =>
      mail(["bo"], chunks(...before.map((text) => `${text.slice(2)}\r\n`), new Error("disk gone"))),
    options: CHUNKING,
    ends: {
      recipients: [`${BO} not sent`],
      exit: 66,
      error: "PolicyError data.source_failed",
      at: "data content",
      retry: false,
    },
    never: ["BDAT 0 LAST", LAST],
  });
}
