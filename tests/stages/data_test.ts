import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectionError,
  type Content,
  isTransient,
  PolicyError,
  ProtocolError,
  ReplyError,
  sendOn,
  SmtpError,
  StageTimeoutError,
  timeLimits,
} from "../../mod.ts";
import { content, context, dialogueTest, ENVELOPE, greeting, outcomes, send } from "../dialogue.ts";

const ADDRESSED = `
  C: MAIL FROM:<ann@example.com>
  S: 250 ok
  C: RCPT TO:<bo@example.org>
  S: 250 ok
  C: DATA
  S: 354 go`;
const TWO = { reversePath: "ann@example.com", forwardPaths: ["bo@example.org", "cy@example.org"] };

/** A content in chunks of the given texts. */
function chunks(...texts: (string | Error)[]): Content {
  const octets = function* () {
    for (const text of texts) {
      if (text instanceof Error) throw text;
      yield new TextEncoder().encode(text);
    }
  };
  return { ...content(""), size: undefined, octets };
}

/** The same in an array, each text a chunk. */
function array(...texts: string[]): Content {
  return { ...chunks(), octets: () => texts.map((text) => new TextEncoder().encode(text)) };
}

dialogueTest(
  "data() doubles the dots that begin a line, across chunk borders",
  `${greeting()}${ADDRESSED}
   C: ..
   C: ...
   C: a.b
   C: ..c
   C:
   C: ..
   C: .
   S: 250 2.0.0 ok id=1abc-2`,
  async (d) => {
    const receipt = await send(d, ENVELOPE, chunks(".\r\n.", ".\r\na.b\r", "\n", ".c\r\n\r\n."));
    assertEquals([receipt.octets, receipt.queueId, receipt.messageId], [21, "1abc-2", "<1@example.com>"]);
    assertEquals(outcomes(receipt.recipients), ["bo@example.org accepted 250"]);
  },
);

dialogueTest("data() sends an empty content", `${greeting()}${ADDRESSED}\nC: .\nS: 250 ok`, async (d) => {
  assertEquals((await send(d, ENVELOPE, chunks())).octets, 0);
});

for (
  const [what, texts] of Object.entries({
    "a bare LF": ["a\nb"],
    "a bare CR": ["a\rb"],
    "a CR at the end": ["a\r"],
  })
) {
  dialogueTest(
    `data() refuses ${what} and closes before the dot`,
    `${greeting()}${ADDRESSED}\n-- silence`,
    async (d) => {
      const error = await assertRejects(() => send(d, ENVELOPE, chunks(...texts)), PolicyError, "bare");
      assertEquals([error.code, error.delivery], ["content.bare_line_end", "not sent"]);
      assertEquals(d.stream.closed, true);
      assertEquals(d.cx.lines.includes("C: ."), false);
    },
  );
}

dialogueTest(
  "data() closes before the dot when the source of the content fails",
  `${greeting()}${ADDRESSED}\n-- silence`,
  async (d) => {
    const error = await assertRejects(
      () => send(d, ENVELOPE, chunks("half\r\n", new Error("disk gone"))),
      PolicyError,
      "disk gone",
    );
    assertEquals([error.stage, error.code, error.retryable], ["data", "data.source_failed", false]);
    assertEquals(outcomes(error.recipients), ["bo@example.org not sent"]);
    assertEquals(d.cx.lines.includes("C: ."), false);
  },
);

for (
  const [reply, code, retryable] of [["554 5.7.1 spam", 554, false], [
    "451 4.3.0 try later",
    451,
    true,
  ]] as const
) {
  dialogueTest(
    `data() says that the content was refused with ${code}, and the session goes on`,
    `${greeting()}${ADDRESSED}\nC: Hello\nC: .\nS: ${reply}\nC: RSET\nS: 250 ok`,
    async (d) => {
      const error = await assertRejects(() => send(d), ReplyError, reply);
      assertEquals([error.stage, error.command, error.retryable], ["data", "content", retryable]);
      assertEquals(isTransient(error), retryable);
      assertEquals(outcomes(error.recipients), [`bo@example.org refused ${code}`]);
    },
  );
}

dialogueTest(
  "data() says that DATA was refused",
  `${greeting()}${ADDRESSED.replace("354 go", "451 4.3.0 no space")}\nC: RSET\nS: 250 ok`,
  async (d) => {
    const error = await assertRejects(() => send(d), ReplyError, "451 4.3.0 no space");
    assertEquals([error.stage, error.command], ["data", "DATA"]);
    assertEquals(outcomes(error.recipients), ["bo@example.org refused 451"]);
  },
);

dialogueTest(
  "data() closes when DATA is answered 250",
  `${greeting()}${ADDRESSED.replace("354 go", "250 ok")}`,
  async (d) => {
    const error = await assertRejects(() => send(d), ProtocolError, 'said to DATA "250 ok"');
    assertEquals([error.code, error.delivery], ["protocol.unexpected_reply", "not sent"]);
    assertEquals(d.stream.closed, true);
  },
);

dialogueTest(
  "data() calls the outcome unknown when the connection is lost after the dot",
  `${greeting()}${ADDRESSED}\nC: Hello\nC: .\n-- close`,
  async (d) => {
    const error = await assertRejects(() => send(d), ConnectionError, "Cannot read reply to content");
    assertEquals([error.stage, error.delivery, error.retryable], ["data", "unknown", false]);
    assertEquals(isTransient(error), false);
    assertEquals(outcomes(error.recipients), ["bo@example.org unknown"]);
  },
);

dialogueTest(
  "data() calls the outcome not sent when the connection is lost before the content",
  `${greeting()}${ADDRESSED}\n-- close`,
  async (d) => {
    const error = await assertRejects(
      () => send(d, ENVELOPE, chunks("Hello\r\n".repeat(20_000))),
      ConnectionError,
    );
    assertEquals([error.stage, error.delivery, error.retryable], ["data", "not sent", true]);
  },
);

dialogueTest(
  "data() calls the outcome refused when 421 answers the content",
  `${greeting()}${ADDRESSED}\nC: Hello\nC: .\nS: 421 4.3.2 shutting down`,
  async (d) => {
    const error = await assertRejects(() => send(d), ReplyError, "421 4.3.2");
    assertEquals([error.delivery, error.retryable], [undefined, true]);
    assertEquals(outcomes(error.recipients), ["bo@example.org refused 421"]);
  },
);

dialogueTest(
  "data() ends when the server is silent after the dot, and calls the outcome unknown",
  `${greeting()}${ADDRESSED}\nC: Hello\nC: .\n-- silence`,
  async (d) => {
    const session = await d.open();
    const stages = timeLimits({ data: 5 })(d.stages());
    const mail = { session, envelope: ENVELOPE, content: content("Hello\r\n") };
    const error = await assertRejects(
      () => sendOn(stages, mail, d.cx),
      StageTimeoutError,
      "nothing was heard for 5 ms",
    );
    assertEquals([error.code, error.delivery, error.retryable], ["timeout.data", "unknown", false]);
    assertEquals(d.stream.closed, true);
  },
);

dialogueTest(
  "data() calls the outcome unknown when it is aborted after the dot",
  `${greeting()}${ADDRESSED}\nC: Hello\nC: .\n-- silence`,
  async (d) => {
    const session = await d.open();
    const controller = new AbortController();
    const cx = context(controller.signal);
    const trace = (event: Parameters<typeof cx.trace>[0]) => {
      cx.trace(event);
      if (event.kind === "command" && event.line === ".") setTimeout(() => controller.abort(), 1);
    };
    const mail = { session, envelope: ENVELOPE, content: content("Hello\r\n") };
    const sending = () => sendOn(d.stages(), mail, { signal: controller.signal, trace });
    const error = await assertRejects(sending, ConnectionError, "aborted");
    assertEquals([error.code, error.delivery], ["aborted", "unknown"]);
  },
);

dialogueTest(
  'data() sends nothing when a recipient is refused and partial is "abort"',
  `${greeting("PIPELINING")}
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: RCPT TO:<cy@example.org>
   S: 250 ok
   S: 250 ok
   S: 550 5.1.1 no such user
   C: RSET
   S: 250 ok`,
  async (d) => {
    const sending = () => send(d, TWO, undefined, { partial: "abort" });
    const error = await assertRejects(sending, ReplyError, "to cy@example.org");
    assertEquals([error.stage, error.recipient], ["envelope", "cy@example.org"]);
    assertEquals(outcomes(error.recipients), ["bo@example.org not sent 250", "cy@example.org refused 550"]);
  },
);

dialogueTest(
  "data() says BDAT in one write with the envelope when CHUNKING is offered and chosen",
  `${greeting("PIPELINING", "CHUNKING")}
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: BDAT 10 LAST
   C: Hello
   C: .
   S: 250 ok
   S: 250 ok
   S: 250 ok`,
  async (d) => {
    const receipt = await send(d, ENVELOPE, array("Hello\r\n."), { chunking: true });
    assertEquals([receipt.octets, d.stream.writes], [10, 2]);
  },
);

dialogueTest(
  "data() says BDAT for each chunk and LAST with the last",
  `${greeting("CHUNKING")}
   C: MAIL FROM:<ann@example.com>
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: BDAT 3
   C: a
   S: 250 ok
   C: BDAT 3
   C: b
   S: 250 ok
   C: BDAT 3 LAST
   C: c
   S: 250 ok`,
  async (d) =>
    assertEquals((await send(d, ENVELOPE, array("a\r\n", "b\r\n", "c\r\n"), { chunking: true })).octets, 9),
);

dialogueTest(
  "data() gathers the chunks of a stream, and says LAST when it has ended",
  `${greeting("PIPELINING", "CHUNKING")}
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: BDAT 11 LAST
   C: a
   C: b
   C: c..
   S: 250 ok
   S: 250 ok
   S: 250 ok`,
  async (d) => {
    const receipt = await send(d, ENVELOPE, chunks("a\r", "\nb\r\nc", ".", "."), { chunking: true });
    assertEquals([receipt.octets, d.stream.writes], [11, 2]);
  },
);

dialogueTest(
  "data() says RSET and keeps the session when the source of a BDAT fails",
  `${greeting("CHUNKING")}
   C: MAIL FROM:<ann@example.com>
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: RSET
   S: 250 ok`,
  async (d) => {
    const sending = () => send(d, ENVELOPE, chunks("a\r\n", new Error("disk is gone")), { chunking: true });
    const error = await assertRejects(sending, PolicyError, "disk is gone");
    assertEquals([error.code, error.delivery], ["data.source_failed", "not sent"]);
  },
);

for (const [what, size] of [["more", 6], ["fewer", 8]] as const) {
  dialogueTest(
    `data() closes before the dot when the content has ${what} octets than it said`,
    `${greeting()}${ADDRESSED}\n-- silence`,
    async (d) => {
      const sending = () => send(d, ENVELOPE, content("Hello\r\n", { size }));
      const error = await assertRejects(sending, PolicyError, `it has 7 octets, not the ${size}`);
      assertEquals(outcomes(error.recipients), ["bo@example.org not sent"]);
    },
  );
}

dialogueTest(
  "data() counts binary octets, whether or not chunking is chosen",
  `${greeting("CHUNKING", "BINARYMIME")}
   C: MAIL FROM:<ann@example.com> BODY=BINARYMIME
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: BDAT 5 LAST
   C: *
   S: 250 ok`,
  async (d) => {
    const receipt = await send(d, ENVELOPE, content(".\rb\r\n", { eightBit: true, binary: true }));
    assertEquals(receipt.octets, 5);
  },
);

dialogueTest(
  "data() stops at a BDAT that is refused",
  `${greeting("CHUNKING")}
   C: MAIL FROM:<ann@example.com>
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: BDAT 3
   C: a
   S: 452 4.3.1 no space
   C: RSET
   S: 250 ok`,
  async (d) => {
    const sending = () => send(d, ENVELOPE, array("a\r\n", "b\r\n", "c\r\n"), { chunking: true });
    const error = await assertRejects(sending, ReplyError, "452 4.3.1 no space");
    assertEquals([error.stage, error.command], ["data", "BDAT"]);
    assertEquals(outcomes(error.recipients), ["bo@example.org refused 452"]);
  },
);

dialogueTest(
  "data() tells of the refused recipients when BDAT left with the envelope",
  `${greeting("PIPELINING", "CHUNKING")}
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: BDAT 7 LAST
   C: Hello
   S: 250 ok
   S: 550 no such user
   S: 554 no valid recipients
   C: RSET
   S: 250 ok`,
  async (d) => {
    const error = await assertRejects(
      () => send(d, ENVELOPE, undefined, { chunking: true }),
      ReplyError,
      "550 no such user",
    );
    assertEquals([error.stage, outcomes(error.recipients)], ["envelope", ["bo@example.org refused 550"]]);
  },
);

dialogueTest(
  "data() calls the outcome unknown when the connection is lost after the last BDAT",
  `${greeting("PIPELINING", "CHUNKING")}
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: BDAT 7 LAST
   C: Hello
   -- close`,
  async (d) => {
    const error = await assertRejects(() => send(d, ENVELOPE, undefined, { chunking: true }), SmtpError);
    assertEquals([error.delivery, error.retryable], ["unknown", false]);
  },
);
