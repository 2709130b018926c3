import { assertEquals, assertRejects } from "@std/assert";
import { PolicyError } from "../../lib/errors.ts";
import { addSignatures } from "../../lib/dkim/sign.ts";
import { type DkimSigner, readSigner } from "../../lib/dkim/signer.ts";
import type { Content } from "../../lib/message/content.ts";
import { contentOf, ED, encode, octetsOf, RSA, verify } from "./verify.ts";

const decoder = new TextDecoder();
const MESSAGE = "From: ann@example.com\nSubject: Hello\n\nHello, Bo.\n";

const sign = (content: Content, ...signers: readonly DkimSigner[]) =>
  addSignatures(content, (signers.length > 0 ? signers : [ED]).map(readSigner));

/** A content that comes in chunks from a source that can fail, change and be watched. */
function streamed(...readings: readonly (readonly (string | Error)[])[]) {
  const log: string[] = [];
  let reading = 0;
  const content = contentOf("", {
    size: undefined,
    async *octets() {
      const memory = new Uint8Array(64);
      const chunks = readings[Math.min(reading++, readings.length - 1)];
      log.push("open");
      try {
        for (const chunk of chunks) {
          if (chunk instanceof Error) throw chunk;
          const { written } = new TextEncoder().encodeInto(chunk.replaceAll("\n", "\r\n"), memory);
          yield await Promise.resolve(memory.subarray(0, written));
          memory.fill(0x58);
        }
      } finally {
        log.push("close");
      }
    },
  });
  return { content, log };
}

Deno.test("addSignatures() puts the fields in front in the order of the signers", async () => {
  const signers = [RSA, { ...ED, expiresInMs: 1_999 }].map(readSigner);
  const content = await addSignatures(contentOf(MESSAGE), signers, {
    date: new Date("2026-11-24T08:05:00.900Z"),
  });
  const text = decoder.decode(await octetsOf(content)).replaceAll("\r\n", "\n");
  const signatures = text.matchAll(/ b=([^:;]+)\n(?=[DF])/g).map(([, b]) => b).toArray();
  assertEquals(signatures.map((b) => b.replaceAll("\n ", "").length), [344, 88]);
  const hash = await crypto.subtle.digest("SHA-256", encode("Hello, Bo.\n"));
  const bh = `bh=${new Uint8Array(hash).toBase64()};`;
  assertEquals(
    text,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa;
 t=1795507500; h=from:from:reply-to:to:cc:subject:subject:mime-version:
 content-type:content-transfer-encoding;
 ${bh}
 b=${signatures[0]}
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com;
 s=ed; t=1795507500; x=1795507501; h=from:from:reply-to:to:cc:subject:
 subject:mime-version:content-type:content-transfer-encoding;
 ${bh}
 b=${signatures[1]}
${MESSAGE}`,
  );
});

Deno.test("addSignatures() keeps what is known of the message and tells its new size", async () => {
  const facts = { messageId: "<7@example.com>", eightBit: true, utf8: true };
  const signed = await sign(contentOf(MESSAGE, facts), RSA, ED);
  const { messageId, eightBit, utf8, size, once, binary, fit } = signed;
  assertEquals({ messageId, eightBit, utf8 }, facts);
  assertEquals([once, binary, fit], [undefined, undefined, undefined]);
  assertEquals((await octetsOf(signed)).length, size);
});

Deno.test("addSignatures() makes the fields once, and sends the same at each attempt", async () => {
  const signed = await sign(contentOf(MESSAGE), RSA);
  assertEquals(await octetsOf(signed), await octetsOf(signed));
});

Deno.test("addSignatures() reads a source twice and closes it each time", async () => {
  const { content, log } = streamed(["From: ann@exam", "ple.com\n\nHello", ", Bo.  \n\n", "\n"]);
  const signed = await sign(content, { ...RSA, canonicalization: "simple/relaxed" }, ED);
  assertEquals(log, ["open", "close"]);
  const octets = await octetsOf(signed);
  assertEquals(log, ["open", "close", "open", "close"]);
  assertEquals(octets.length, signed.size);
  assertEquals(await verify(octets), ["rsa pass", "ed pass"]);
});

Deno.test("addSignatures() closes the source that is no longer read", async () => {
  const { content, log } = streamed(["From: ann@example.com\n", "\nHello\n"]);
  let chunks = 0;
  for await (const _ of (await sign(content)).octets()) if (++chunks === 2) break;
  assertEquals(log, ["open", "close", "open", "close"]);
});

Deno.test("addSignatures() tells at once of a source that fails", async () => {
  const broken = new Deno.errors.NotFound("no such file");
  const { content, log } = streamed(["From: ann@example.com\n", broken]);
  const error = await assertRejects(() => sign(content), PolicyError);
  assertEquals([error.message, error.code], ["Cannot read content: no such file", "data.source_failed"]);
  assertEquals(error.cause, broken);
  assertEquals(log, ["open", "close"]);
});

Deno.test("addSignatures() passes on what a source of this library throws", async () => {
  const own = new PolicyError("Cannot read attachment: it is gone", { code: "data.source_failed" });
  assertEquals(await assertRejects(() => sign(streamed([own]).content)), own);
});

const refused: [content: Content, message: string, code: string][] = [
  [
    contentOf(MESSAGE, { once: true }),
    "Cannot sign content: it can be read only once",
    "dkim.not_replayable",
  ],
  [contentOf(MESSAGE, { binary: true }), "Cannot sign content: it is binary", "dkim.binary"],
  [contentOf("Subject: x\n\nHello\n"), "Cannot sign header: it has 0 fields From", "dkim.malformed_header"],
  [contentOf(`From: eve\n${MESSAGE}`), "Cannot sign header: it has 2 fields From", "dkim.malformed_header"],
  [contentOf("\nFrom: ann\n"), "Cannot sign header: it has 0 fields From", "dkim.malformed_header"],
  [contentOf(""), "Cannot sign header: it has 0 fields From", "dkim.malformed_header"],
  [contentOf(`Hello\n${MESSAGE}`), "Cannot sign header: field 1 has no name", "dkim.malformed_header"],
  [
    contentOf(MESSAGE, { size: 60 }),
    "Cannot read content: it has 53 octets, not the 60 that were declared",
    "data.source_failed",
  ],
  [
    contentOf(MESSAGE, { octets: () => ["text"] as unknown as Uint8Array[] }),
    "Cannot read content: a chunk is not a Uint8Array",
    "data.source_failed",
  ],
];

Deno.test("addSignatures() refuses what cannot be signed", async () => {
  for (const [content, message, code] of refused) {
    const error = await assertRejects(() => sign(content), PolicyError);
    assertEquals([error.message, error.code, error.retryable], [message, code, false]);
  }
});

Deno.test("addSignatures() stops when it is aborted, even when the source is silent", async () => {
  const reason = new Error("enough");
  const { promise: silence, resolve: hear } = Promise.withResolvers<void>();
  const controller = new AbortController();
  let closed = false;
  const content = contentOf(MESSAGE, {
    async *octets() {
      try {
        yield encode(MESSAGE);
        controller.abort(reason);
        await silence;
        yield encode("never read\n");
      } finally {
        closed = true;
      }
    },
  });
  const signers = [readSigner(ED)];
  const { signal } = controller;
  assertEquals(await assertRejects(() => addSignatures(content, signers, { signal })), reason);
  assertEquals(closed, false);
  hear();
  while (!closed) await Promise.resolve();
  assertEquals(await assertRejects(() => addSignatures(content, signers, { signal })), reason);
});

Deno.test("addSignatures() refuses a key that the platform cannot use", async () => {
  const key = { ...readSigner(RSA).key, load: () => Promise.reject(new TypeError("no")) };
  await assertRejects(
    () => addSignatures(contentOf(MESSAGE), [{ ...readSigner(RSA), key }]),
    TypeError,
    "no",
  );
});

Deno.test("addSignatures() tells of a signature that fails only to who asks for the octets", async () => {
  const { publicKey } = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const key = { ...readSigner(ED).key, load: () => Promise.resolve(publicKey) };
  const signed = await addSignatures(contentOf(MESSAGE), [{ ...readSigner(ED), key }]);
  // Longer than a rejection takes that nobody handles: it would end the program here.
  await crypto.subtle.digest("SHA-256", new Uint8Array());
  await assertRejects(() => octetsOf(signed), DOMException);
  await assertRejects(() => octetsOf(signed), DOMException);
});
