import { assertEquals, assertRejects } from "@std/assert";
import { type Content, type Envelope, type Offers, PolicyError, ReplyError } from "../../mod.ts";
import { content, dialogueTest, ENVELOPE, greeting, outcomes, send } from "../dialogue.ts";

const HELLO = content("Hello\r\n");

const THREE: Envelope = {
  reversePath: "ann@example.com",
  forwardPaths: ["bo@example.org", "cy@example.org", "di@example.org"],
};

dialogueTest(
  "envelope() and data() say MAIL, RCPT and DATA in one write when PIPELINING is offered",
  `${greeting("PIPELINING")}
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: DATA
   S: 250 ok
   S: 250 ok
   S: 354 go
   C: Hello
   C: .
   S: 250 2.0.0 Ok: queued as 4F1`,
  async (d) => {
    const receipt = await send(d);
    assertEquals(receipt.queueId, "4F1");
    // EHLO, the group, the content with its dot.
    assertEquals(d.stream.writes, 3);
  },
);

dialogueTest(
  "envelope() waits for each reply when PIPELINING is not offered",
  `${greeting("SIZE 0")}
   C: MAIL FROM:<ann@example.com> SIZE=7
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 251 will forward
   C: DATA
   S: 354 go
   C: Hello
   C: .
   S: 250 ok`,
  async (d) => assertEquals(outcomes((await send(d)).recipients), ["bo@example.org accepted 250"]),
);

dialogueTest(
  "envelope() waits for each reply when it is told to",
  `${greeting("PIPELINING")}
   C: MAIL FROM:<ann@example.com>
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: DATA
   S: 354 go
   C: Hello
   C: .
   S: 250 ok`,
  async (d) => void await send(d, ENVELOPE, HELLO, { pipelining: false }),
);

for (const extension of ["PIPELINING", "HELP"]) {
  const group = extension === "PIPELINING";
  const [mail, bo, cy, di, data] = ["ann", "bo", "cy", "di", ""].map((name, at) =>
    at === 0 ? "C: MAIL FROM:<ann@example.com>" : name ? `C: RCPT TO:<${name}@example.org>` : "C: DATA"
  );
  const said = ["S: 250 ok", "S: 550 5.1.1 no such user", "S: 250 ok", "S: 450 4.2.0 later"];

  dialogueTest(
    `envelope() delivers to the others when some recipients are refused (${extension})`,
    [
      greeting(extension),
      ...(group
        ? [mail, bo, cy, di, data, ...said, "S: 354 go"]
        : [mail, said[0], bo, said[1], cy, said[2], di, said[3], data, "S: 354 go"]),
      "C: Hello",
      "C: .",
      "S: 250 ok",
    ].join("\n"),
    async (d) => {
      assertEquals(outcomes((await send(d, THREE)).recipients), [
        "bo@example.org refused 550",
        "cy@example.org accepted 250",
        "di@example.org refused 450",
      ]);
    },
  );

  dialogueTest(
    `envelope() says that every recipient was refused, and the session goes on (${extension})`,
    [
      greeting(extension),
      ...(group
        ? [mail, bo, cy, data, "S: 250 ok", "S: 550 no", "S: 450 later", "S: 554 no valid recipients"]
        : [mail, "S: 250 ok", bo, "S: 550 no", cy, "S: 450 later"]),
      "C: RSET",
      "S: 250 ok",
    ].join("\n"),
    async (d) => {
      const envelope = { ...THREE, forwardPaths: THREE.forwardPaths.slice(0, 2) };
      const error = await assertRejects(() => send(d, envelope), ReplyError, "450 later");
      assertEquals([error.stage, error.command, error.recipient], ["envelope", "RCPT", "cy@example.org"]);
      // One of them may be accepted later, so the whole is worth another try.
      assertEquals(error.retryable, true);
      assertEquals(outcomes(error.recipients), ["bo@example.org refused 550", "cy@example.org refused 450"]);
    },
  );

  dialogueTest(
    `envelope() says that the sender was refused (${extension})`,
    [
      greeting(extension),
      ...(group
        ? [mail, bo, data, "S: 550 5.7.1 not yours", "S: 503 no", "S: 503 no"]
        : [mail, "S: 550 5.7.1 not yours"]),
      "C: RSET",
      "S: 250 ok",
    ].join("\n"),
    async (d) => {
      const error = await assertRejects(() => send(d), ReplyError, "550 5.7.1 not yours");
      assertEquals([error.stage, error.command, error.retryable], ["envelope", "MAIL", false]);
      assertEquals(outcomes(error.recipients), ["bo@example.org refused 550"]);
    },
  );
}

dialogueTest(
  "envelope() ends a DATA that was let through without a recipient by a lone dot",
  `${greeting("PIPELINING")}
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: DATA
   S: 250 ok
   S: 550 no
   S: 354 go
   C: .
   S: 554 no valid recipients
   C: RSET
   S: 250 ok`,
  async (d) => void await assertRejects(() => send(d), ReplyError, "550 no"),
);

const CUT_OFF = {
  PIPELINING: `
   C: MAIL FROM:<ann@example.com>
   C: RCPT TO:<bo@example.org>
   C: RCPT TO:<cy@example.org>
   C: RCPT TO:<di@example.org>
   C: DATA
   S: 250 ok
   S: 250 ok
   S: 421 4.3.2 shutting down`,
  HELP: `
   C: MAIL FROM:<ann@example.com>
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: RCPT TO:<cy@example.org>
   S: 421 4.3.2 shutting down`,
};

for (const [extension, dialogue] of Object.entries(CUT_OFF)) {
  dialogueTest(
    `envelope() tells which recipients were not reached when 421 ends the session (${extension})`,
    greeting(extension) + dialogue,
    async (d) => {
      const error = await assertRejects(() => send(d, THREE), ReplyError, "421 4.3.2 shutting down");
      assertEquals(error.retryable, true);
      assertEquals(outcomes(error.recipients), [
        "bo@example.org not sent 250",
        "cy@example.org refused 421",
        "di@example.org not sent",
      ]);
    },
  );
}

dialogueTest(
  "envelope() says BODY, SMTPUTF8 and the parameters of DSN when they are needed and offered",
  `${greeting("SIZE 1000", "8BITMIME", "SMTPUTF8", "DSN")}
   C: MAIL FROM:<änn@example.com> SIZE=7 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+2B314
   S: 250 ok
   C: RCPT TO:<bo@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bo+2Btag@example.org
   S: 250 ok
   C: DATA
   S: 354 go
   C: Hello
   C: .
   S: 250 ok`,
  async (d) => {
    const forwardPaths = [{
      address: "bo@example.org",
      notify: ["SUCCESS", "FAILURE"],
      orcpt: "rfc822;bo+tag@example.org",
    }] as const;
    const envelope: Envelope = { reversePath: "änn@example.com", forwardPaths, ret: "HDRS", envid: "QQ+314" };
    await send(d, envelope, content("Hello\r\n", { eightBit: true }));
  },
);

dialogueTest(
  "sendOn() asks the content for the form that the server takes, before the stage envelope sees it",
  `${greeting("SIZE", "8BITMIME")}
   C: MAIL FROM:<ann@example.com> SIZE=7 BODY=8BITMIME
   S: 250 ok
   C: RCPT TO:<bo@example.org>
   S: 250 ok
   C: DATA
   S: 354 go
   C: Hello
   C: .
   S: 250 ok`,
  async (d) => {
    const asked: boolean[] = [];
    const fit = (offers: Offers) => {
      asked.push(offers.has("8BITMIME"), offers.has("SMTPUTF8"));
      return content("Hello\r\n", { eightBit: true });
    };
    await send(d, ENVELOPE, content("=48ello\r\n", { fit }));
    assertEquals(asked, [true, false]);
  },
);

const declined: [string, string, Envelope, Content, string[]][] = [
  ["a message over the server's limit", "data.too_big", ENVELOPE, content("x".repeat(1_001)), ["SIZE 1000"]],
  [
    "8-bit octets without 8BITMIME",
    "envelope.eight_bit_required",
    ENVELOPE,
    content("x", { eightBit: true }),
    [],
  ],
  [
    "binary octets without BINARYMIME",
    "envelope.binary_required",
    ENVELOPE,
    content("x", { eightBit: true, binary: true }),
    ["CHUNKING", "8BITMIME"],
  ],
  [
    "binary octets without CHUNKING",
    "envelope.binary_required",
    ENVELOPE,
    content("x", { eightBit: true, binary: true }),
    ["BINARYMIME", "8BITMIME"],
  ],
  [
    "UTF-8 headers without SMTPUTF8",
    "envelope.smtputf8_required",
    ENVELOPE,
    content("x", { utf8: true }),
    [],
  ],
  [
    "a UTF-8 mailbox without SMTPUTF8",
    "envelope.smtputf8_required",
    { reversePath: "", forwardPaths: ["bö@example.org"] },
    HELLO,
    [],
  ],
  ["DSN that is not offered", "envelope.dsn_not_offered", { ...ENVELOPE, envid: "1" }, HELLO, []],
  [
    "an envelope without recipients",
    "envelope.no_recipient",
    { reversePath: "", forwardPaths: [] },
    HELLO,
    [],
  ],
];

for (const [what, code, envelope, body, extensions] of declined) {
  dialogueTest(
    `envelope() refuses ${what} before anything is sent`,
    `${greeting(...extensions)}\nC: RSET\nS: 250 ok`,
    async (d) => {
      const error = await assertRejects(() => send(d, envelope, body), PolicyError);
      assertEquals([error.stage, error.code, error.retryable], ["envelope", code, false]);
      assertEquals((error.recipients ?? []).every((one) => one.delivery === "not sent"), true);
    },
  );
}

const malformed: [string, Envelope][] = [
  ["CR LF in the reverse-path", { ...ENVELOPE, reversePath: "a@b.c>\r\nRCPT TO:<x@y.z" }],
  ["CR LF in a quoted local part", { ...ENVELOPE, forwardPaths: ['"a\r\nDATA"@example.org'] }],
  ["a closing bracket in the local part", { ...ENVELOPE, forwardPaths: ["x@a> ORCPT=y@b"] }],
  ["U+760D and U+760A, whose low octets are CR and LF, in the domain", {
    ...ENVELOPE,
    forwardPaths: ["a@b\u760d\u760a"],
  }],
  ["NUL in a forward-path", { ...ENVELOPE, forwardPaths: ["a\0@b.c"] }],
  ["two unquoted @", { ...ENVELOPE, forwardPaths: ["a@b@c.d"] }],
  ["an empty forward-path", { ...ENVELOPE, forwardPaths: [""] }],
  ["a space", { ...ENVELOPE, forwardPaths: ["a b@c.d"] }],
  ["a local part of 65 octets", { ...ENVELOPE, forwardPaths: [`${"a".repeat(65)}@b.c`] }],
  ["CR LF in orcpt", { ...ENVELOPE, forwardPaths: [{ address: "a@b.c", orcpt: "rfc822;x\r\nDATA" }] }],
  ["an unknown word in notify", {
    ...ENVELOPE,
    forwardPaths: [{ address: "a@b.c", notify: ["X\r\n" as "NEVER"] }],
  }],
  ["NEVER beside another word", {
    ...ENVELOPE,
    forwardPaths: [{ address: "a@b.c", notify: ["NEVER", "DELAY"] }],
  }],
  ["CR LF in envid", { ...ENVELOPE, envid: "1\r\n" }],
  ["CR LF in ret", { ...ENVELOPE, ret: "FULL\r\n" as "FULL" }],
];

for (const [what, envelope] of malformed) {
  dialogueTest(
    `envelope() refuses ${what} before anything is sent`,
    `${greeting("DSN", "SMTPUTF8")}\nC: RSET\nS: 250 ok`,
    async (d) => {
      await assertRejects(() => send(d, envelope), TypeError, "Cannot write");
    },
  );
}
