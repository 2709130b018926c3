import { assertEquals } from "@std/assert";
import { type Content, createTransport } from "../../mod.ts";
import { content, greeting } from "../dialogue.ts";
import {
  BO,
  type Ending,
  endingOf,
  GO,
  GOODBYE,
  HELLO,
  MAIL,
  mail,
  OK,
  overScripts,
  said,
  SENDER,
  TO_BO,
  WAYS,
} from "./sending.ts";

const ACCEPTED: Ending = { recipients: [`${BO} accepted 250`], exit: 0, reply: OK.slice(3), queueId: "4F1" };
const LOST = { recipients: [`${BO} not sent`], exit: 75, error: "ConnectionError connect.lost", retry: true };

/** Sends messages one after the other on a transport over scripts, served in the three ways. */
function transportTest(
  name: string,
  { sessions, options, ends, deadlineMs, by = WAYS }: {
    sessions: readonly string[];
    options?: { readonly chunking: true };
    /** What each send ends in. */
    ends: readonly Ending[];
    deadlineMs?: number;
    by?: readonly (typeof WAYS)[number][];
  },
): void {
  for (const way of by) {
    Deno.test(`SmtpTransport ${name} (${way})`, async () => {
      const server = overScripts(sessions, options, { by: way });
      {
        await using transport = createTransport(server.options);
        const endings: Ending[] = [];
        for (const _ of ends) endings.push(await endingOf(() => transport.send(mail(), { deadlineMs })));
        assertEquals(endings, ends);
      }
      server.done();
    });
  }
}

for (const extension of ["PIPELINING", "HELP"]) {
  const opening = greeting(extension);
  const sent = `${said(extension, [SENDER, TO_BO, GO])}${HELLO}\n${OK}\n`;
  const again = `${opening}${sent}${GOODBYE}`;
  /** What a client says before it can know that nobody listens. */
  const inVain = said(extension, [[MAIL]], [[TO_BO[0]], ["C: DATA"]]);

  for (const end of ["close", "reset", "no close_notify"]) {
    transportTest(`opens a new session when the server ended the idle one by ${end} (${extension})`, {
      sessions: [`${opening}${sent}-- ${end}`, again],
      ends: [ACCEPTED, ACCEPTED],
    });
    transportTest(`opens a new session when MAIL is answered by ${end} on an old one (${extension})`, {
      sessions: [`${opening}${sent}${inVain}-- ${end}`, again],
      ends: [ACCEPTED, ACCEPTED],
    });
  }

  transportTest(`opens a new session when 421 was said while the old one was idle (${extension})`, {
    sessions: [`${opening}${sent}${inVain}S: 421 4.4.2 timeout, closing`, again],
    ends: [ACCEPTED, ACCEPTED],
  });

  transportTest(`opens a new session when 421 came together with the last reply (${extension})`, {
    sessions: [`${opening}${sent}S: 421 4.4.2 closing`, again],
    ends: [ACCEPTED, ACCEPTED],
    by: ["whole"],
  });

  transportTest(`tells of 421 when the new session begins with it too (${extension})`, {
    sessions: [
      `${opening}${sent}${inVain}S: 421 4.4.2 timeout, closing`,
      `${opening}${inVain}S: 421 4.3.2 shutting down`,
    ],
    ends: [ACCEPTED, {
      recipients: [`${BO} refused 421`],
      exit: 75,
      reply: "421 4.3.2 shutting down",
      error: "ReplyError server.busy",
      at: "envelope MAIL",
      retry: true,
    }],
  });

  transportTest(`tells that nobody is reached when no new session comes about (${extension})`, {
    sessions: [`${opening}${sent}-- close`, "S: 421 4.3.2 too busy"],
    ends: [ACCEPTED, {
      recipients: [`${BO} not sent`],
      exit: 75,
      reply: "421 4.3.2 too busy",
      error: "ReplyError connect.busy",
      at: "connect",
      retry: true,
    }],
  });

  // The session was alive, and heard of the message: whether to try again is for the caller, or for the option retry.
  transportTest(`does not try again unasked when the session ends after MAIL was accepted (${extension})`, {
    sessions: [`${opening}${sent}${said(extension, [SENDER, [TO_BO[0]]], [["C: DATA"]])}-- close`],
    ends: [ACCEPTED, { ...LOST, at: "envelope RCPT" }],
  });
  transportTest(`does not try again unasked when the session ends after 354 (${extension})`, {
    sessions: [`${opening}${sent}${said(extension, [SENDER, TO_BO, GO])}-- close`],
    ends: [ACCEPTED, { ...LOST, at: "data content" }],
  });
  transportTest(`does not try again when the session ends after the dot (${extension})`, {
    sessions: [`${opening}${sent}${said(extension, [SENDER, TO_BO, GO])}${HELLO}\n-- close`],
    ends: [ACCEPTED, {
      recipients: [`${BO} unknown`],
      exit: 74,
      error: "ConnectionError connect.lost",
      at: "data content",
      retry: false,
    }],
  });
}

const sent = `${said("HELP", [SENDER, TO_BO, GO])}${HELLO}\n${OK}\n`;

/** A content that can be read only once, and tells how often it was. */
function once(reads: { count: number }): Content {
  return {
    ...content(""),
    size: undefined,
    once: true,
    octets: async function* () {
      reads.count++;
      await new Promise((resolve) => setTimeout(resolve, 0));
      yield new TextEncoder().encode("Hello\r\n");
    },
  };
}

for (const by of WAYS) {
  Deno.test(`SmtpTransport does not read again what can be read only once (${by})`, async () => {
    const server = overScripts([`${greeting()}${sent}${said("HELP", [SENDER, TO_BO, GO])}-- close`], {}, {
      by,
    });
    const reads = { count: 0 };
    {
      await using transport = createTransport(server.options);
      await transport.send(mail());
      const ending = await endingOf(() => transport.send(mail(["bo"], once(reads))));
      assertEquals(ending, { ...LOST, at: "data content" });
    }
    assertEquals(reads.count, 1);
    server.done();
  });

  Deno.test(`SmtpTransport sends what can be read only once when the idle session had ended (${by})`, async () => {
    const server = overScripts([`${greeting()}${sent}-- close`, `${greeting()}${sent}${GOODBYE}`], {}, {
      by,
    });
    const reads = { count: 0 };
    {
      await using transport = createTransport(server.options);
      await transport.send(mail());
      assertEquals(await endingOf(() => transport.send(mail(["bo"], once(reads)))), ACCEPTED);
    }
    assertEquals(reads.count, 1);
    server.done();
  });
}

// Everything left in one write: the server may have taken it, and hung up before it said so.
const GROUP = `${MAIL}\n${TO_BO[0]}\nC: BDAT 7 LAST\nC: Hello\n`;
const chunked = `${greeting("PIPELINING", "CHUNKING")}\n${GROUP}S: 250 ok\nS: 250 ok\n${OK}\n`;
const CHUNKING = { chunking: true } as const;

transportTest("does not try again when envelope and content left in one group, and nothing was answered", {
  sessions: [`${chunked}${GROUP}-- close`],
  options: CHUNKING,
  ends: [ACCEPTED, {
    recipients: [`${BO} unknown`],
    exit: 74,
    error: "ConnectionError connect.lost",
    at: "envelope MAIL",
    retry: false,
  }],
});

transportTest("opens a new session when 421 answers the MAIL of a group with its content", {
  sessions: [
    `${chunked}${GROUP}S: 421 4.4.2 timeout, closing`,
    chunked + GOODBYE,
  ],
  options: CHUNKING,
  ends: [ACCEPTED, ACCEPTED],
});

for (const by of WAYS) {
  Deno.test(`SmtpTransport does not read again what left with the envelope on a session that was over (${by})`, async () => {
    const block = "x".repeat(65_534);
    const chunks = [1, 2, 3].map(() => new TextEncoder().encode(`${block}\r\n`));
    const octets = async function* () {
      yield* chunks.splice(0);
    };
    const body = { ...content(""), size: undefined, once: true, octets };
    const begun = `${MAIL}\n${TO_BO[0]}\nC: BDAT 65536\nC: *\nC: BDAT 65536\nC: *\n`;
    const server = overScripts([`${chunked}${begun}-- close`], CHUNKING, { by });
    {
      await using transport = createTransport(server.options);
      await transport.send(mail());
      const ending = await endingOf(() => transport.send(mail(["bo"], body)));
      assertEquals(ending, { ...LOST, at: "envelope MAIL" });
    }
    server.done(["BDAT 65536 LAST"]);
  });
}

const REFUSED: Ending = {
  recipients: [`${BO} refused 550`],
  exit: 77,
  reply: "550 5.7.1 not yours",
  error: "ReplyError envelope.sender_refused",
  at: "envelope MAIL",
  retry: false,
};
const refused = `\n${MAIL}\nS: 550 5.7.1 not yours\nC: RSET\n`;

transportTest("goes on with the session after RSET", {
  sessions: [`${greeting()}${refused}S: 250 ok${sent}${GOODBYE}`],
  ends: [REFUSED, ACCEPTED],
});

// A session that may still be in the middle of the old transaction is of no use, and the refusal is what there is to tell.
const afterRset: [what: string, answer: string][] = [
  ["500", "S: 500 5.5.1 what"],
  ["503", "S: 503 5.5.1 no"],
  ["451", "S: 451 4.3.0 later"],
  ["421", "S: 421 4.3.2 shutting down"],
  ["354", "S: 354 go"],
  ["no SMTP", "S: what"],
  ["a close", "-- close"],
  ["a reset", "-- reset"],
];
for (const [what, answer] of afterRset) {
  transportTest(`opens a new session when RSET is answered by ${what}`, {
    sessions: [`${greeting()}${refused}${answer}`, `${greeting()}${sent}${GOODBYE}`],
    ends: [REFUSED, ACCEPTED],
  });
}

transportTest("does not wait without end for the reply to RSET, and tells of the refusal", {
  sessions: [`${greeting()}${refused}-- silence`],
  deadlineMs: 10,
  ends: [REFUSED],
});

transportTest("opens a new session after the outcome of a message stayed unknown", {
  sessions: [
    `${greeting()}${said("HELP", [SENDER, TO_BO, GO])}${HELLO}\n-- close`,
    `${greeting()}${sent}${GOODBYE}`,
  ],
  ends: [{
    recipients: [`${BO} unknown`],
    exit: 74,
    error: "ConnectionError connect.lost",
    at: "data content",
    retry: false,
  }, ACCEPTED],
});
