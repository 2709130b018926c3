/** What of a ready-made message cannot be changed, and what the server is then not sent. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PolicyError } from "../../../lib/errors.ts";
import { prepareRaw } from "../../../lib/message/raw/prepare_raw.ts";
import { octets, stream, textOfContent } from "./samples.ts";

const HEAD = "From: ann@example.com\nTo: bo@example.org\nDate: x\nMessage-ID: <1@example.com>\n";
const MIXED = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n";
const SIGNED = "MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n";
const LONG = "x".repeat(999);

/** 100 multiparts in each other, and what is in the innermost. */
function nested(body: string): string {
  const open = (i: number) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`;
  return Array.from({ length: 100 }, (_, i) => open(i)).join("") + body;
}

const UNCHANGEABLE: [string, string, string][] = [
  ["a signed part", `${SIGNED}\n--b\n\n*\n--b--\n`, "what is signed or encrypted"],
  [
    "an encrypted part, deep within",
    `${
      SIGNED.replace("signed", "encrypted")
    }\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n*\n--c--\n--b--\n`,
    "what is signed or encrypted",
  ],
  [
    "the header of a signed part",
    `${SIGNED}\n--b\nContent-Description: *\n\nx\n--b--\n`,
    "what is signed or encrypted",
  ],
  [
    "what stands outside the parts of a signed multipart",
    `${SIGNED}\n--b\nContent-Type: multipart/mixed; boundary=c\n\n*\n--c--\n--b--\n`,
    "what is signed or encrypted",
  ],
  [
    "a part that is quoted-printable already",
    `${MIXED}\n--b\nContent-Transfer-Encoding: Quoted-Printable\n\n*\n--b--\n`,
    "a part that is quoted-printable already",
  ],
  [
    "a part of an unknown encoding",
    `${MIXED}\n--b\nContent-Transfer-Encoding: x-uuencode\n\n*\n--b--\n`,
    "a part that is x-uuencode already",
  ],
  [
    "a multipart without a boundary",
    `Content-Type: multipart/mixed\n\n*\n`,
    "a multipart/mixed whose parts cannot be found",
  ],
  [
    "a multipart whose boundary is not ASCII",
    `${MIXED}\n--b\nContent-Type: multipart/mixed; boundary=c\xc3\xa9\n\n--c\xc3\xa9\n\n*\n--b--\n`,
    "a multipart/mixed whose parts cannot be found",
  ],
  [
    "more than 100 parts in each other",
    nested(`Content-Type: multipart/mixed; boundary=z\n\n*\n`),
    "a multipart/mixed",
  ],
];

for (const [what, raw, where] of UNCHANGEABLE) {
  Deno.test(`fit() refuses 8-bit octets in ${what}`, async () => {
    const { content } = await prepareRaw({ raw: octets(HEAD + raw.replace("*", "\xe9")) });
    const error = await assertRejects(
      async () => await content.fit!(new Set()),
      PolicyError,
      `Cannot send: 8-bit octets in ${where}`,
    );
    assertEquals([error.code, error.stage, error.delivery, error.retryable], [
      "envelope.eight_bit_required",
      "envelope",
      "not sent",
      false,
    ]);
    assertMatch(error.hint!, /8BITMIME/);
    const all = await content.fit!(new Set(["8BITMIME"]));
    assertEquals(await textOfContent(all), (HEAD + raw.replace("*", "\xe9")).replaceAll("\n", "\r\n"));
  });

  Deno.test(`prepareRaw() refuses a line of more than 998 octets in ${what}`, async () => {
    await assertRejects(
      () => prepareRaw({ raw: octets(HEAD + raw.replace("*", LONG)) }),
      SyntaxError,
      `Cannot prepare message: a line of more than 998 octets in ${where}`,
    );
  });
}

Deno.test("prepareRaw() refuses a line of more than 998 octets outside the parts of a multipart", async () => {
  await assertRejects(
    () => prepareRaw({ raw: `${HEAD}${MIXED}\n${LONG}\n--b\n\nx\n--b--\n` }),
    SyntaxError,
    "a line of more than 998 octets in a multipart/mixed outside its parts",
  );
});

Deno.test("prepareRaw() takes 8-bit octets and parts of any depth as they are", async () => {
  const deep = nested(nested("\n\xe9\n"));
  const { content } = await prepareRaw({ raw: octets(HEAD + deep) });
  const all = await content.fit!(new Set(["8BITMIME"]));
  assertEquals(await textOfContent(all), (HEAD + deep).replaceAll("\n", "\r\n"));
});

Deno.test("fit() refuses 8-bit octets in the header of a part that have no ASCII form", async () => {
  for (
    const field of [
      "Content-ID: <\xc3\xa9@x>",
      "Content-Description: \xe9",
      'Content-Type: text/plain; name="\xe9"',
    ]
  ) {
    const { content } = await prepareRaw({ raw: octets(`${HEAD}${MIXED}\n--b\n${field}\n\nx\n--b--\n`) });
    await assertRejects(
      async () => await content.fit!(new Set()),
      PolicyError,
      "Cannot send: 8-bit octets in the header of a part of type text/plain",
    );
  }
});

Deno.test("fit() refuses a part whose header section is too long", async () => {
  const fields = "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n".repeat(20_000);
  const { content } = await prepareRaw({ raw: octets(`${HEAD}${MIXED}\n--b\n${fields}\n\xe9\n--b--\n`) });
  await assertRejects(
    async () => await content.fit!(new Set()),
    SyntaxError,
    "Cannot prepare message: the header section of a part has more than 1048576 octets",
  );
});

const DKIM = "DKIM-Signature: v=1; d=example.com\n";

Deno.test("fit() breaks no DKIM signature", async () => {
  const refused = async (raw: string, offers: string[], message: string, code: string) => {
    const { content } = await prepareRaw({ raw: octets(DKIM + HEAD + raw) });
    const error = await assertRejects(async () => await content.fit!(new Set(offers)), PolicyError, message);
    assertEquals(error.code, code);
    const all = await content.fit!(new Set(["8BITMIME", "SMTPUTF8"]));
    assertEquals(await textOfContent(all), (DKIM + HEAD + raw).replaceAll("\n", "\r\n"));
  };
  const [eightBit, utf8] = ["envelope.eight_bit_required", "envelope.smtputf8_required"];
  await refused("\n\xe9\n", [], "8-bit octets in what is signed or encrypted", eightBit);
  await refused(`${MIXED}\n--b\n\n\xe9\n--b--\n`, [], "8-bit octets in what is signed", eightBit);
  await refused("Subject: \xe9\n\nx\n", [], '8-bit octets in field "Subject" of a signed message', eightBit);
  await refused("Subject: \xc3\xa9\n\nx\n", ["8BITMIME"], 'field "Subject" of a signed message', utf8);
  await refused("Subject: \xc3\xa9\n\nx\n", [], 'UTF-8 in field "Subject" of a signed message', utf8);
  await assertRejects(
    () => prepareRaw({ raw: `${DKIM}${HEAD}\n${LONG}\n` }),
    SyntaxError,
    "Cannot prepare message: a line of more than 998 octets in what is signed or encrypted",
  );
});

Deno.test("fit() sends a message with a DKIM signature that is 7-bit anywhere", async () => {
  const { content } = await prepareRaw({ raw: `${DKIM}${HEAD}\nx\n` });
  assertEquals([content.eightBit, content.fit], [false, undefined]);
});

Deno.test("fit() sends a stream with a DKIM signature as it is while it is 7-bit", async () => {
  const raw = "Content-Transfer-Encoding: 8bit\n\nx\n";
  assertEquals(await streamed(raw, DKIM), (DKIM + HEAD + raw).replaceAll("\n", "\r\n"));
  await assertRejects(() => streamed("\n\xe9\n", DKIM), PolicyError, "8-bit octets in what is signed");
});

/** Reads the content of a stream for a server without extensions, or with 8BITMIME. */
async function streamed(raw: string, first = "", ...offers: string[]): Promise<string> {
  const { content } = await prepareRaw({ raw: stream([octets(first + HEAD + raw)]) });
  return await textOfContent(await content.fit!(new Set(offers)));
}

Deno.test("prepareRaw() fails in the middle of a stream that does not declare what it is", async () => {
  for (const raw of ["\n\xe9\n", `${MIXED}\n--b\nContent-Transfer-Encoding: 7bit\n\n\xe9\n--b--\n`]) {
    const error = await assertRejects(() => streamed(raw), PolicyError);
    assertEquals(error.code, "envelope.eight_bit_required");
    assertMatch(error.hint!, /function/);
    assertMatch(
      error.message,
      /^Cannot send: 8-bit octets in a part of type text\/plain that is not declared to be 8bit,/,
    );
    await streamed(raw, "", "8BITMIME");
  }
  await assertRejects(() => streamed(`${SIGNED}\n--b\n\n\xe9\n--b--\n`), PolicyError, "signed or encrypted");
});

Deno.test("prepareRaw() fails in the middle of a stream when a line is too long", async () => {
  for (const offers of [[], ["8BITMIME"]]) {
    await assertRejects(
      () => streamed(`\nx\n${LONG}\nx\n`, "", ...offers),
      SyntaxError,
      "more than 998 octets",
    );
  }
  await assertRejects(
    () => streamed(`\nx\n${LONG}\nx\n`, "", "8BITMIME"),
    SyntaxError,
    "line 7 has more than",
  );
});
