/**
 * Everything that is signed, verified by npm's mailauth in its strict mode.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DkimCanonicalization, type DkimSigner, readSigner } from "../../lib/dkim/signer.ts";
import { addSignatures } from "../../lib/dkim/sign.ts";
import { contentOf, ED, octetsOf, RSA, verify } from "./verify.ts";

const decoder = new TextDecoder();

async function signed(message: string | Uint8Array, ...signers: readonly DkimSigner[]): Promise<string> {
  const content = await addSignatures(contentOf(message), signers.map(readSigner));
  const octets = await octetsOf(content);
  assertEquals(content.size, octets.length);
  return decoder.decode(octets);
}

const HEADER = `Received: from a.example
  by b.example
From: Ann <ann@example.com>
To: bo@example.org,
\tcy@example.org
Cc:dee@example.org
Subject: A   subject\t with \tblanks${"  "}
 and folds
Date: Tue, 24 Nov 2026 09:05:00 +0100
Message-ID: <1@example.com>
List-Unsubscribe: <https://example.com/u?1>
X-Note: one
X-Note: two
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
`;

const bodies: Record<string, string> = {
  "of text": "Hello, Bo.\n\nAnn\n",
  "of dots": ".\n..\n. \n.x\n",
  "of long lines": `${"x".repeat(998)}\n${"y ".repeat(499)}\n`,
  "of 8-bit text": "Grüße aus Åre, привет 📮\n",
  "with white space everywhere": "\t \n a\t\tb  c \n \n  d \t\n",
  "that ends in empty lines": "Hello\n\n\n\n",
  "that begins with empty lines": "\n\n\nHello\n",
  "of empty lines": "\n\n\n",
  "of blank lines": " \n\t\n  \t \n",
  "that is empty": "",
};

const forms: DkimCanonicalization[] = [
  "relaxed/relaxed",
  "relaxed/simple",
  "simple/relaxed",
  "simple/simple",
];

for (const canonicalization of forms) {
  for (const [name, body] of Object.entries(bodies)) {
    Deno.test(`addSignatures() signs a body ${name} as ${canonicalization} with both algorithms`, async () => {
      const signers = [RSA, ED].map((signer) => ({ ...signer, canonicalization }));
      const message = await signed(`${HEADER}\n${body}`, ...signers);
      assertEquals(await verify(message), ["rsa pass", "ed pass"]);
    });
  }
}

Deno.test("addSignatures() signs for each signer in its own form", async () => {
  const signers = forms.map((canonicalization, at) => ({ ...(at % 2 ? RSA : ED), canonicalization }));
  const message = await signed(`${HEADER}\n${bodies["with white space everywhere"]}`, ...signers);
  assertEquals(await verify(message), ["ed pass", "rsa pass", "ed pass", "rsa pass"]);
});

Deno.test("addSignatures() signs what is still to get its last line end", async () => {
  for (const canonicalization of forms) {
    const message = await signed("From: ann@example.com\n\nHello", { ...ED, canonicalization });
    assertEquals(await verify(`${message}\r\n`), ["ed pass"]);
  }
});

Deno.test("addSignatures() signs identity and expiry", async () => {
  const more = { identity: "a=b+c@news.example.com", expiresInMs: 60_000 };
  const message = await signed(`${HEADER}\nHello\n`, { ...RSA, ...more });
  assert(message.replaceAll("\r\n ", " ").includes(" i=a=3Db+c@news.example.com;"));
  assertEquals(await verify(message), ["rsa pass"]);
});

Deno.test("addSignatures() leaves a signature that is there already alone", async () => {
  const once = await signed(`${HEADER}\nHello\n`, RSA);
  const twice = await signed(once.replaceAll("\r\n", "\n"), ED);
  assert(twice.endsWith(once));
  assertEquals(await verify(twice), ["ed pass", "rsa pass"]);
});

const additions = [
  "From: Eve <eve@example.net>",
  "To: eve@example.net",
  "Cc: eve@example.net",
  "Reply-To: eve@example.net",
  "Subject: Other",
  "Date: Tue, 24 Nov 2026 10:05:00 +0100",
  "Message-ID: <2@example.com>",
  "MIME-Version: 1.0",
  "Content-Type: text/html",
  "Content-Transfer-Encoding: base64",
  "List-Unsubscribe: <https://example.net/>",
];

Deno.test("no field that readers look at can be added to a signed message", async () => {
  const message = await signed(`${HEADER}\nHello\n`, ED);
  const at = message.indexOf("Received:");
  for (const field of additions) {
    const above = `${message.slice(0, at)}${field}\r\n${message.slice(at)}`;
    const below = message.replace("\r\n\r\n", `\r\n${field}\r\n\r\n`);
    assertEquals(await verify(above), ["ed fail bad signature"], field);
    assertEquals(await verify(below), ["ed fail bad signature"], field);
  }
});

Deno.test("what servers on the way add keeps a signed message valid", async () => {
  const message = await signed("From: ann@example.com\nTo: bo@example.org\n\nHello\n", RSA, ED);
  for (
    const field of [
      "Received: x",
      "Return-Path: <>",
      "List-Id: <x>",
      "Sender: x",
      "Date: x",
      "Message-ID: <x>",
    ]
  ) {
    assertEquals(await verify(`${field}\r\n${message}`), ["rsa pass", "ed pass"], field);
  }
});

Deno.test("addSignatures() signs Resent fields so that others can be added and none changed", async () => {
  const resent = "Resent-From: bo@example.com\nResent-To: cy@example.org\n";
  const message = await signed(`${resent}${HEADER}\nHello\n`, ED);
  assertEquals(await verify(`Resent-From: dee@example.net\r\n${message}`), ["ed pass"]);
  assertEquals(await verify(message.replace("bo@example.com", "eve@example.com")), ["ed fail bad signature"]);
});

Deno.test("no octet of what is signed can change", async () => {
  const message = await signed(`${HEADER}\nHello\n`, { ...ED, canonicalization: "simple/simple" });
  for (const [from, to] of [["A   subject", "A  subject"], ["cy@", "ce@"], ["Hello\r\n", "Hello \r\n"]]) {
    const [result] = await verify(message.replace(from, to));
    assert(result.startsWith("ed ") && result !== "ed pass", from);
  }
});

Deno.test("relaxed signatures bear what servers do to white space, and no more", async () => {
  const message = await signed(`${HEADER}\nHello,  Bo \n`, ED);
  const refolded = message.replace("Subject: A   subject", "SUBJECT:\r\n A subject").replace(
    "Hello,  Bo \r\n",
    "Hello, Bo\r\n\r\n",
  );
  assert(refolded !== message);
  assertEquals(await verify(refolded), ["ed pass"]);
  assertEquals(await verify(message.replace("Hello,  Bo", "Hello,Bo")), [
    "ed fail body hash did not verify",
  ]);
});

Deno.test("named headers are signed, repeated ones all of them, and none can be added or taken away", async () => {
  const message = await signed(`${HEADER}\nHello\n`, { ...ED, headers: ["Subject", "X-Note", "X-None"] });
  assertEquals(await verify(message), ["ed pass"]);
  assert(
    message.replaceAll("\r\n ", "").includes("h=from:from:subject:subject:x-note:x-note:x-note:x-none;"),
  );
  for (
    const changed of [
      message.replace("X-Note: one\r\n", ""),
      message.replace("X-Note: one", "X-Note: 1"),
      message.replace("X-Note: one\r\nX-Note: two", "X-Note: two\r\nX-Note: one"),
      `X-Note: zero\r\n${message}`,
      `X-None: zero\r\n${message}`,
    ]
  ) assertEquals(await verify(changed), ["ed fail bad signature"]);
  assertEquals(await verify(message.replace("To: bo", "To: eve")), ["ed pass"]);
});

Deno.test("signed fields are folded at 76 columns", async () => {
  const long = { domain: `${"a".repeat(60)}.${"b".repeat(60)}.example`, selector: "c".repeat(60) };
  const message = await signed(`${HEADER}\nHello\n`, RSA, { ...ED, ...long });
  const lines = message.slice(0, message.indexOf("Received:")).split("\r\n");
  const tooLong = lines.filter((line) => line.length > 76);
  assertEquals(tooLong.map((line) => line.slice(0, 6)), [" d=aaa"]);
  assertEquals(lines.some((line) => line.trim() === "" && line !== ""), false);
});

Deno.test("no signature has a tag l=", async () => {
  const message = await signed(`${HEADER}\nHello\n`, RSA, ED);
  assertEquals(/[;\s]l=/.test(message), false);
});

Deno.test("addSignatures() signs any lines of text", async () => {
  const line = fc.array(fc.constantFrom(" ", "\t", "word", ".", "ü", ":", "\0", "=20"), { maxLength: 9 });
  const body = fc.array(line.map((parts) => `${parts.join("")}\n`), { maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(body, body, fc.constantFrom(...forms), async (subject, lines, canonicalization) => {
      // A line of the header that goes on begins with white space.
      const message = `From: ann@example.com\nSubject: ${subject.join(" ")}\n\n${lines.join("")}`;
      assertEquals(await verify(await signed(message, { ...ED, canonicalization })), ["ed pass"]);
    }),
    { numRuns: 200 },
  );
});
