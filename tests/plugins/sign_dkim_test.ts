import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ConnectionError,
  type Content,
  data,
  type Message,
  only,
  openSession,
  type Plugin,
  PolicyError,
  prepare,
  type Prepared,
  type Receipt,
  sendMail,
  sendOn,
  swap,
} from "../../mod.ts";
import { catchMail } from "../../lib/catcher/mod.ts";
import { signDkim } from "../../lib/plugins/sign_dkim.ts";
import { contentOf, ED, encode, KEYS, RSA, toPem, verify } from "../dkim/verify.ts";
import { context, type Dialogue, dialogueTest, ENVELOPE, greeting, TARGET } from "../dialogue.ts";

const MESSAGE: Message = {
  from: "Ann <ann@example.com>",
  to: "bo@example.org",
  subject: "Grüße",
  text: ".\n..\nHello,  Bo. \n\n\nприве́т\n\n\n",
  html: "<p>.Hello, <b>Bo</b>.</p>",
};

/** Sends to a catcher; gives the octets that it caught. */
async function sendAndCatch(message: Message | Prepared, ...plugins: readonly Plugin[]): Promise<Uint8Array> {
  await using catcher = await catchMail({ tls: "off" });
  await sendMail({ hostname: "127.0.0.1", port: catcher.port, plugins }, message);
  return new Uint8Array(catcher.messages[0].octets);
}

const handovers = { DATA: data(), BDAT: data({ chunking: true }) };

for (const [name, stage] of Object.entries(handovers)) {
  for (const key of ["PEM", "CryptoKey"] as const) {
    Deno.test(`signDkim() signs a message that goes by ${name}, with keys as ${key}`, async () => {
      const signers = [RSA, ED].map((signer) =>
        key === "CryptoKey" ? signer : { ...signer, key: KEYS[signer.selector as keyof typeof KEYS].pem }
      );
      const caught = await sendAndCatch(MESSAGE, swap({ data: stage }), signDkim(signers));
      assertEquals(await verify(caught), ["rsa pass", "ed pass"]);
    });
  }

  Deno.test(`signDkim() signs a stream that goes by ${name}`, async () => {
    const { envelope, content } = prepare(MESSAGE);
    const attachment = encode(`${"A".repeat(76)}\n`.repeat(1_000));
    const streamed: Content = {
      ...content,
      size: undefined,
      async *octets() {
        yield* content.octets();
        for (let i = 0; i < 20; i++) yield await Promise.resolve(attachment);
      },
    };
    const caught = await sendAndCatch({ envelope, content: streamed }, swap({ data: stage }), signDkim(RSA));
    assert(caught.length > 20 * attachment.length);
    assertEquals(await verify(caught), ["rsa pass"]);
  });
}

Deno.test("signDkim() signs 8-bit text as it is", async () => {
  const octets = new TextEncoder().encode("From: ann@example.com\r\nSubject: x\r\n\r\nGrüße, привет\r\n");
  const content = contentOf(octets, { eightBit: true });
  const caught = await sendAndCatch({ envelope: ENVELOPE, content }, signDkim([RSA, ED]));
  assertEquals(await verify(caught), ["rsa pass", "ed pass"]);
});

Deno.test("signDkim() signs what the plugins listed after it make of the content", async () => {
  const withNote: Plugin = only("envelope", (next) => (mail, cx) => {
    const octets = encode("Sender: ann@example.com\nFrom: ann@example.com\n\nHello\n");
    return next({ ...mail, content: contentOf(octets) }, cx);
  });
  const caught = await sendAndCatch(MESSAGE, signDkim(ED), withNote);
  assertEquals(await verify(caught), ["ed pass"]);
});

const CONTENT = contentOf("From: ann@example.com\n\nHello\n");

/** The octets of it with an Ed25519 signature, whatever the time. */
const SIZE = 366;

/** What the client says when it sends it, the dot included. */
const SIGNED = ["DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com;", ..."*****"]
  .concat("From: ann@example.com", "", "Hello", ".").map((line) => `C: ${line}`).join("\n");

const OPENING = greeting("PIPELINING", "SIZE 10000", "CHUNKING");
const PIPELINED = `C: MAIL FROM:<ann@example.com> SIZE=${SIZE}
  C: RCPT TO:<bo@example.org>`;

async function sendSigned(d: Dialogue, content: Content = CONTENT, ...plugins: Plugin[]): Promise<Receipt> {
  const session = await d.open();
  try {
    const stages = d.stages({}, signDkim(ED), ...plugins);
    return await sendOn(stages, { session, envelope: ENVELOPE, content }, d.cx);
  } finally {
    session.channel.close();
  }
}

dialogueTest(
  "signDkim() tells the size with the signature, and keeps the envelope one group",
  `${OPENING}
  ${PIPELINED}
  C: DATA
  S: 250 ok
  S: 250 ok
  S: 354 go
  ${SIGNED}
  S: 250 ok`,
  async (d) => {
    assertEquals((await sendSigned(d)).octets, SIZE);
    // EHLO, the envelope, the content.
    assertEquals(d.stream.writes, 3);
  },
);

dialogueTest(
  "signDkim() leaves one BDAT for a small message, together with its envelope",
  `${OPENING}
  ${PIPELINED}
  C: BDAT ${SIZE} LAST
  ${SIGNED.slice(0, -5)}
  S: 250 ok
  S: 250 ok
  S: 250 ok`,
  async (d) => {
    assertEquals((await sendSigned(d, CONTENT, swap({ data: data({ chunking: true }) }))).octets, SIZE);
    assertEquals(d.stream.writes, 2);
  },
);

const refused: [content: Content, code: string][] = [
  [contentOf("From: ann@example.com\n", { once: true }), "dkim.not_replayable"],
  [contentOf("From: ann@example.com\n", { binary: true }), "dkim.binary"],
  [contentOf("Subject: x\n"), "dkim.malformed_header"],
  [
    contentOf("", {
      octets: () => {
        throw new Error("gone");
      },
    }),
    "data.source_failed",
  ],
];

for (const [content, code] of refused) {
  dialogueTest(
    `signDkim() says ${code} before MAIL, and the session goes on`,
    `${OPENING}
    C: RSET
    S: 250 ok`,
    async (d) => {
      const error = await assertRejects(() => sendSigned(d, content), PolicyError);
      assertEquals([error.code, error.stage, error.delivery], [code, "envelope", "not sent"]);
      assertEquals(error.recipients, [{ address: "bo@example.org", delivery: "not sent" }]);
    },
  );
}

dialogueTest(
  "signDkim() ends the session before the final dot when the source changed",
  `${OPENING}
  C: MAIL FROM:<ann@example.com> SIZE=${SIZE}
  C: RCPT TO:<bo@example.org>
  C: DATA
  S: 250 ok
  S: 250 ok
  S: 354 go
  -- silence`,
  async (d) => {
    let reading = 0;
    const octets = () => [encode("From: ann@example.com\n\n"), encode(reading++ === 0 ? "Hello\n" : "Hi\n")];
    const changing = contentOf("", { size: undefined, octets });
    const error = await assertRejects(() => sendSigned(d, changing), PolicyError);
    assertEquals(
      [error.message, error.code],
      [`Cannot read content: it has 363 octets, not the ${SIZE} that were declared`, "data.source_failed"],
    );
    assertEquals([error.stage, error.delivery], ["data", "not sent"]);
  },
);

dialogueTest("signDkim() ends as every stage does when it is aborted", OPENING, async (d) => {
  const controller = new AbortController();
  const session = await d.open();
  const content = contentOf("", {
    size: undefined,
    async *octets() {
      yield encode("From: ann@example.com\n");
      controller.abort();
      await new Promise(() => {});
    },
  });
  const sending = sendOn(
    d.stages({}, signDkim(ED)),
    { session, envelope: ENVELOPE, content },
    context(controller.signal),
  );
  const error = await assertRejects(() => sending, ConnectionError);
  assertEquals([error.code, error.stage, error.delivery], ["aborted", "envelope", "not sent"]);
  assertEquals(d.stream.closed, true);
});

Deno.test("signDkim() refuses at once what no message could be signed with", () => {
  assertThrows(() => signDkim([]), TypeError, "Cannot sign: there is no signer");
  assertThrows(
    () => signDkim([ED, { ...RSA, selector: "" }]),
    TypeError,
    'Cannot sign: selector "" is malformed',
  );
  assertThrows(() => signDkim({ ...RSA, key: "no" }), SyntaxError, "Cannot read DKIM key");
  assertThrows(
    () => signDkim({ ...RSA, algorithm: "ed25519-sha256" }),
    TypeError,
    'Cannot sign: algorithm "ed25519-sha256" is not that of the key, "rsa-sha256"',
  );
});

/** PKCS #1 of a modulus and nothing else, which only the platform looks at: SEQUENCE, INTEGER 0, INTEGER of 128 octets. */
const HALF = new Uint8Array([0x30, 0x81, 134, 2, 1, 0, 2, 0x81, 128, ...new Uint8Array(128).fill(0xff)]);

dialogueTest(
  "signDkim() says before MAIL that the platform cannot use a key, although it was loaded while it connected",
  `${OPENING}
  C: RSET
  S: 250 ok`,
  async (d) => {
    const stages = d.stages({}, signDkim({ ...RSA, key: toPem("RSA PRIVATE KEY", HALF) }));
    const session = await openSession(stages, TARGET, d.cx);
    const mail = { session, envelope: ENVELOPE, content: CONTENT };
    await assertRejects(
      () => sendOn(stages, mail, d.cx),
      TypeError,
      "Cannot read DKIM key: the platform cannot",
    );
    session.channel.close();
  },
);
