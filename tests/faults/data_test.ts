import { assertEquals, assertRejects } from "@std/assert";
import { type Content, PolicyError, sendMail } from "../../mod.ts";
import { content, greeting } from "../dialogue.ts";
import {
  BO,
  type Ending,
  faultTest,
  GO,
  GOODBYE,
  HELLO,
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

const CY = "cy@example.org";
/** What says that a content is complete, and what is for a living session. */
const DEAD = [".", "RSET", "QUIT"];

const UNKNOWN = { recipients: [`${BO} unknown`], exit: 74, at: "data content", retry: false };
const NOT_SENT = { recipients: [`${BO} not sent`], exit: 75, at: "data content", retry: true };

/** What the content, or DATA, was refused with. */
function refused(reply: string, code: string, at: string): Ending {
  const retry = reply.startsWith("4");
  return {
    recipients: [`${BO} refused ${reply.slice(0, 3)}`],
    exit: retry ? 75 : 65,
    reply: reply.replaceAll("\nS: ", " / ").replaceAll(/ \/ \d{3}[ -]/g, " / ").replace(/^(\d{3})-/, "$1 "),
    error: `ReplyError ${code}`,
    at: `data ${at}`,
    retry,
  };
}

/** A content of unknown size in chunks, each after other events have had their turn. */
function slowly(...chunks: (string | Uint8Array | Error)[]): Content {
  const octets = async function* () {
    for (const chunk of chunks) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (chunk instanceof Error) throw chunk;
      yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    }
  };
  return { ...content(""), size: undefined, octets };
}

/** So many lines of 1,000 octets fill a write; what is less waits for more. */
const LINES = 66;
const BLOCK = `${"x".repeat(998)}\r\n`.repeat(LINES);
const BLOCK_SAID = "C: *\n".repeat(LINES);

for (const extension of ["PIPELINING", "HELP"]) {
  const opening = greeting(extension);
  const addressed = opening + said(extension, [SENDER, TO_BO, GO]);
  /** The dialogue up to DATA and what is said to it. */
  const toData = (...replies: string[]) =>
    opening + said(extension, [SENDER, TO_BO, ["C: DATA", ...replies.map((reply) => `S: ${reply}`)]]);

  faultTest(`sends no content when 354 does not come (${extension})`, {
    sessions: [`${toData()}-- silence`],
    options: { timeLimits: { dataCommand: 5 } },
    ends: { ...NOT_SENT, error: "StageTimeoutError timeout.data", at: "data DATA" },
    never: ["Hello", ...DEAD],
  });

  for (const end of ["close", "reset"]) {
    faultTest(`sends no content when the connection ends before 354 by ${end} (${extension})`, {
      sessions: [`${toData()}-- ${end}`],
      ends: { ...NOT_SENT, error: "ConnectionError connect.lost", at: "data DATA" },
      never: ["Hello", ...DEAD],
    });
  }

  for (const reply of ["250 ok", "220 mail.example.com", "334 VXNlcm5hbWU6", "221 bye"]) {
    faultTest(`sends no content when DATA is answered ${reply} (${extension})`, {
      sessions: [toData(reply)],
      ends: {
        recipients: [`${BO} not sent`],
        exit: 76,
        reply,
        error: "ProtocolError protocol.unexpected_reply",
        at: "data DATA",
        retry: false,
      },
      never: ["Hello", ...DEAD],
    });
  }

  const toDataRefused: [reply: string, code: string][] = [
    ["451 4.3.0 local error", "data.try_later"],
    ["452 4.3.1 disk full", "server.storage"],
    ["503 5.5.1 out of order", "server.out_of_order"],
    ["550 5.7.1 no", "data.refused"],
    ["554 5.5.1 no valid recipients", "envelope.no_recipient"],
  ];
  for (const [reply, code] of toDataRefused) {
    faultTest(`sends no content when DATA is answered ${reply} (${extension})`, {
      sessions: [toData(reply) + RESET],
      ends: refused(reply, code, "DATA"),
      never: ["Hello", "."],
    });
  }

  faultTest(`sends no content and says nothing more when 421 answers DATA (${extension})`, {
    sessions: [toData("421 4.3.2 shutting down")],
    ends: refused("421 4.3.2 shutting down", "server.busy", "DATA"),
    never: ["Hello", ...DEAD],
  });

  // Whoever hears of the end of the connection before the dot has left knows that the message cannot have arrived.
  for (const end of ["close", "reset"]) {
    faultTest(`knows that nothing arrived when the connection ends after 354 by ${end} (${extension})`, {
      sessions: [`${addressed}-- ${end}`],
      ends: { ...NOT_SENT, error: "ConnectionError connect.lost" },
      never: DEAD,
    });
    faultTest(`knows that nothing arrived when ${end} ends the connection in mid-content (${extension})`, {
      sessions: [`${addressed}${BLOCK_SAID}-- ${end}`],
      message: () => mail(["bo"], slowly(BLOCK, BLOCK, BLOCK)),
      ends: { ...NOT_SENT, error: "ConnectionError connect.lost" },
      never: DEAD,
    });
  }

  const early: [reply: string, code: string][] = [
    ["552 5.3.4 too big", "data.too_big"],
    ["554 5.7.1 spam", "data.spam"],
    ["451 4.3.0 local error", "data.try_later"],
    ["421 4.3.2 shutting down", "server.busy"],
  ];
  for (const [reply, code] of early) {
    faultTest(`stops in mid-content, without a dot, when the server says ${reply} (${extension})`, {
      sessions: [`${addressed}${BLOCK_SAID}S: ${reply}`],
      message: () => mail(["bo"], slowly(BLOCK, ...Array(9).fill("Hello\r\n"))),
      ends: refused(reply, code, "content"),
      never: DEAD,
    });
  }

  faultTest(`takes 250 in mid-content for a server out of step (${extension})`, {
    sessions: [`${addressed}${BLOCK_SAID}S: 250 ok`],
    message: () => mail(["bo"], slowly(BLOCK, ...Array(9).fill("Hello\r\n"))),
    ends: {
      recipients: [`${BO} not sent`],
      exit: 76,
      reply: "250 ok",
      error: "ProtocolError protocol.unexpected_reply",
      at: "data content",
      retry: false,
    },
    never: DEAD,
  });
}

const addressed = greeting() + said("HELP", [SENDER, TO_BO, GO]);
const sent = `${addressed}${HELLO}\n`;

const taken: [reply: string, queueId?: string][] = [
  ["250 ok"],
  ["250 2.0.0 Ok: queued as 4F1", "4F1"],
  ["250-2.0.0 Thank you\nS: 250-2.0.0 very much\nS: 250 2.0.0 Ok: queued as 4F1", "4F1"],
  ["250 OK id=1abc-2", "1abc-2"],
  ["251 ok"],
];
for (const [reply, queueId] of taken) {
  faultTest(`keeps reply and queue id when the content is answered ${reply.replaceAll("\n", " ")}`, {
    sessions: [`${sent}S: ${reply}\n${GOODBYE}`],
    ends: {
      recipients: [`${BO} accepted ${reply.slice(0, 3)}`],
      exit: 0,
      reply: refused(reply, "", "").reply,
      ...queueId ? { queueId } : {},
    },
  });
}

const toContent: [reply: string, code: string][] = [
  ["450 4.7.1 greylisted", "rcpt.greylisted"],
  ["451 4.3.0 local error", "data.try_later"],
  ["452 4.3.1 disk full", "server.storage"],
  ["550 5.7.1 no", "data.refused"],
  ["552 5.3.4 too big", "data.too_big"],
  ["554-5.7.1 this is\nS: 554 5.7.1 spam", "data.spam"],
];
for (const [reply, code] of toContent) {
  faultTest(`tells of the refusal when the content is answered ${reply.replaceAll("\n", " ")}`, {
    sessions: [`${sent}S: ${reply}\n${RESET}`],
    ends: refused(reply, code, "content"),
  });
}

faultTest("tells of the refusal, and says nothing more, when 421 answers the content", {
  sessions: [`${sent}S: 421 4.3.2 shutting down`],
  ends: refused("421 4.3.2 shutting down", "server.busy", "content"),
  never: ["RSET", "QUIT"],
});

// The dot has left, and the server may have taken the message: RFC 1047.
const unheard: [end: string, error: string, exit?: number][] = [
  ["-- silence", "StageTimeoutError timeout.data"],
  ["-- close", "ConnectionError connect.lost"],
  ["-- reset", "ConnectionError connect.lost"],
  ["S: 250-2.0.0 Ok: queued\n-- close", "ConnectionError connect.lost"],
  ["S: 250-2.0.0 Ok: queued\n-- silence", "StageTimeoutError timeout.data"],
  ["S: Message accepted for delivery", "ProtocolError protocol.malformed_reply"],
  ["S: 150 wait", "ProtocolError protocol.malformed_reply"],
  ["S: 250-one\nS: 550 other", "ProtocolError protocol.malformed_reply"],
];
for (const [end, error] of unheard) {
  faultTest(`calls the outcome unknown when the content is answered by ${end.replaceAll("\n", " ")}`, {
    sessions: [sent + end],
    options: { timeLimits: { data: 5 } },
    ends: { ...UNKNOWN, error },
    never: ["RSET", "QUIT"],
  });
}

faultTest("calls the outcome unknown when the content is answered 354", {
  sessions: [`${sent}S: 354 go`],
  ends: { ...UNKNOWN, reply: "354 go", error: "ProtocolError protocol.unexpected_reply" },
  never: ["RSET", "QUIT"],
});

// Whom the server refused before, it has not taken the message for, whatever became of the others.
const someRefused: Turn[] = [SENDER, TO_BO, [rcpt("cy"), "S: 550 5.1.1 no such user"], GO];
faultTest("calls the outcome unknown only for those who were accepted", {
  sessions: [`${greeting()}${said("HELP", someRefused)}${HELLO}\n-- close`],
  message: () => mail(["bo", "cy"]),
  ends: {
    ...UNKNOWN,
    recipients: [`${BO} unknown`, `${CY} refused 550`],
    error: "ConnectionError connect.lost",
  },
});
faultTest("tells who was refused by which reply when the content is refused too", {
  sessions: [`${greeting()}${said("HELP", someRefused)}${HELLO}\nS: 451 4.3.0 local error\n${RESET}`],
  message: () => mail(["bo", "cy"]),
  ends: {
    ...refused("451 4.3.0 local error", "data.try_later", "content"),
    recipients: [`${BO} refused 451`, `${CY} refused 550`],
  },
});
faultTest("tells who was refused and who was not reached when the source fails", {
  sessions: [`${greeting()}${said("HELP", someRefused)}-- silence`],
  message: () => mail(["bo", "cy"], slowly(new Error("disk gone"))),
  ends: {
    recipients: [`${BO} not sent`, `${CY} refused 550`],
    exit: 66,
    error: "PolicyError data.source_failed",
    at: "data content",
    retry: false,
  },
  never: DEAD,
});

// Half of a message must not pass for the whole: nothing but closing says so.
const HALF = content("Hello\r\n");
const failing: [what: string, body: () => Content, error: string, exit: number][] = [
  ["at once", () => slowly(new Error("disk gone")), "data.source_failed", 66],
  ["in the middle", () => slowly("Hello\r\n", new Error("disk gone")), "data.source_failed", 66],
  ["after a large part", () => slowly(BLOCK, new Error("disk gone")), "data.source_failed", 66],
  [
    "before it gives a chunk",
    () => ({
      ...HALF,
      octets: () => {
        throw new Error("no such file");
      },
    }),
    "data.source_failed",
    66,
  ],
  ["with octets missing", () => ({ ...slowly("Hello\r\n"), size: 8 }), "data.source_failed", 66],
  ["with octets too many", () => ({ ...slowly("Hello\r\n"), size: 6 }), "data.source_failed", 66],
  ["with text", () => slowly(1 as unknown as Uint8Array), "data.source_failed", 66],
  ["with a bare LF", () => slowly("Hello\r\n", "\nQUIT\r\n"), "content.bare_line_end", 65],
  ["with a smuggled dot", () => slowly("Hello\n.\r\nMAIL FROM:<x@y.z>\r\n"), "content.bare_line_end", 65],
];
for (const [what, body, code, exit] of failing) {
  const large = what === "after a large part" ? BLOCK_SAID : "";
  faultTest(`sends no dot when the source fails ${what}`, {
    sessions: [`${addressed}${large}-- silence`],
    message: () => mail(["bo"], body()),
    ends: {
      recipients: [`${BO} not sent`],
      exit,
      error: `PolicyError ${code}`,
      at: "data content",
      retry: false,
    },
    never: ["MAIL FROM:<x@", ...DEAD],
  });
}

Deno.test("sendMail() gives the transcript when the source fails", async () => {
  const server = overScripts([`${addressed}-- silence`]);
  const body = slowly("Hello\r\n", new Error("disk gone"));
  const error = await assertRejects(
    () => sendMail(server.options, mail(["bo"], body)),
    PolicyError,
    "disk gone",
  );
  assertEquals(error.transcript?.slice(-3), ["S: 354 go", "C: (7 octets of content)", "-- closed"]);
});

faultTest("sends the message once when all is well", {
  sessions: [`${sent}${OK}\n${GOODBYE}`],
  ends: { recipients: [`${BO} accepted 250`], exit: 0, reply: OK.slice(3), queueId: "4F1" },
});
