import { assertEquals, assertThrows } from "@std/assert";
import { type DkimSigner, readSigner } from "../../lib/dkim/signer.ts";
import { ED, KEYS, RSA } from "./verify.ts";

Deno.test("readSigner() fills in what is left out", () => {
  const { domain, selector, header, body, names, identity, expiresInMs, key } = readSigner(RSA);
  assertEquals([domain, selector, key.algorithm], ["example.com", "rsa", "rsa-sha256"]);
  assertEquals([header, body, names, identity, expiresInMs], [
    "relaxed",
    "relaxed",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("readSigner() takes what RFC 6376 allows", () => {
  const label = "a".repeat(63);
  for (
    const more of [
      { domain: "xn--bcher-kva.example" },
      { domain: "EXAMPLE.com", identity: "@news.Example.COM" },
      { domain: `${label}.${label}.example` },
      { selector: "2026-10.mail.eu" },
      { selector: "1" },
      { algorithm: "rsa-sha256" },
      { canonicalization: "simple/relaxed" },
      { identity: "ann+news@example.com" },
      { identity: "@mail.example.com" },
      { expiresInMs: 1_000 },
      { headers: [] },
    ] satisfies Partial<DkimSigner>[]
  ) readSigner({ ...RSA, ...more });
});

Deno.test("readSigner() signs From whatever the names, and each name once", () => {
  const { names } = readSigner({ ...RSA, headers: ["Subject", "X-Mine", "subject"] });
  assertEquals(names, ["from", "subject", "x-mine"]);
});

Deno.test('readSigner() encodes "=" in an identity', () => {
  assertEquals(readSigner({ ...RSA, identity: "a=b@example.com" }).identity, "a=3Db@example.com");
});

const label = "a".repeat(63);
const refused: [more: Partial<Record<keyof DkimSigner, unknown>>, type: typeof TypeError, found: string][] = [
  [{ domain: undefined }, TypeError, "domain undefined is no domain in ASCII"],
  [{ domain: "" }, TypeError, 'domain "" is no domain in ASCII'],
  [{ domain: "localhost" }, TypeError, 'domain "localhost" is no domain in ASCII'],
  [{ domain: "bücher.example" }, TypeError, 'domain "bücher.example" is no domain in ASCII'],
  [{ domain: "example.com." }, TypeError, 'domain "example.com." is no domain in ASCII'],
  [{ domain: "-a.example" }, TypeError, 'domain "-a.example" is no domain in ASCII'],
  [{ domain: `${label}a.example` }, TypeError, "is no domain in ASCII"],
  [{ domain: `${label}.${label}.${label}.${label}.a` }, TypeError, "is no domain in ASCII"],
  [{ domain: "example.com; s=x" }, TypeError, "is no domain in ASCII"],
  [{ domain: "example.com\r\nX: y" }, TypeError, 'domain "example.com\\r\\nX: y" is no domain in ASCII'],
  [{ selector: undefined }, TypeError, "selector undefined is malformed"],
  [{ selector: "" }, TypeError, 'selector "" is malformed'],
  [{ selector: "a b" }, TypeError, 'selector "a b" is malformed'],
  [{ selector: "a..b" }, TypeError, 'selector "a..b" is malformed'],
  [{ selector: "a;b" }, TypeError, 'selector "a;b" is malformed'],
  [{ selector: "a\n" }, TypeError, 'selector "a\\n" is malformed'],
  [
    { selector: `${label}.${label}`, domain: `${label}.${label}.a` },
    TypeError,
    "selector and domain make a name of more than 253 characters",
  ],
  [{ key: undefined }, TypeError, "it is neither PEM nor a CryptoKey"],
  [{ key: "" }, SyntaxError, "it has no line BEGIN PRIVATE KEY"],
  [
    { algorithm: "ed25519-sha256" },
    TypeError,
    'algorithm "ed25519-sha256" is not that of the key, "rsa-sha256"',
  ],
  [{ algorithm: "rsa-sha1" }, TypeError, 'algorithm "rsa-sha1" is not that of the key, "rsa-sha256"'],
  [
    { key: ED.key, algorithm: "rsa-sha256" },
    TypeError,
    'algorithm "rsa-sha256" is not that of the key, "ed25519-sha256"',
  ],
  [{ canonicalization: "relaxed" }, TypeError, 'canonicalization "relaxed" is unknown'],
  [{ canonicalization: "nowsp/simple" }, TypeError, 'canonicalization "nowsp/simple" is unknown'],
  [
    { canonicalization: "simple/simple/simple" },
    TypeError,
    'canonicalization "simple/simple/simple" is unknown',
  ],
  [{ headers: ["Su bject"] }, TypeError, 'header "Su bject" is no header name'],
  [{ headers: ["From:To"] }, TypeError, 'header "From:To" is no header name'],
  [{ headers: ["a;b"] }, TypeError, 'header "a;b" is no header name'],
  [{ headers: ["Größe"] }, TypeError, 'header "Größe" is no header name'],
  [{ headers: [""] }, TypeError, 'header "" is no header name'],
  [{ headers: ["Received"] }, TypeError, 'header "Received" is added by servers on the way'],
  [{ headers: ["DKIM-Signature"] }, TypeError, 'header "DKIM-Signature" is added by servers on the way'],
  [{ identity: "ann" }, TypeError, 'identity "ann" is no address'],
  [{ identity: "a@b@example.com" }, TypeError, 'identity "a@b@example.com" is no address'],
  [{ identity: "a;b@example.com" }, TypeError, 'identity "a;b@example.com" is no address'],
  [{ identity: ".a@example.com" }, TypeError, 'identity ".a@example.com" is no address'],
  [{ identity: "ann@example.org" }, TypeError, 'identity "ann@example.org" is not in domain "example.com"'],
  [{ identity: "@badexample.com" }, TypeError, 'identity "@badexample.com" is not in domain "example.com"'],
  [{ expiresInMs: 999 }, RangeError, "expiresInMs 999 is not from 1000 to 100000000000000"],
  [{ expiresInMs: NaN }, RangeError, "expiresInMs NaN is not from 1000 to 100000000000000"],
  [{ expiresInMs: Infinity }, RangeError, "expiresInMs Infinity is not from 1000 to 100000000000000"],
];

Deno.test("readSigner() refuses what is malformed or does not fit", () => {
  for (const [more, type, found] of refused) {
    assertThrows(() => readSigner({ ...RSA, ...more } as DkimSigner), type, found);
  }
});

Deno.test("readSigner() shows nothing of a key that it refuses", () => {
  const secret = KEYS.rsa.pem.slice(100);
  const error = assertThrows(() => readSigner({ ...RSA, key: secret }), SyntaxError);
  assertEquals(error.message, "Cannot read DKIM key: it has no line BEGIN PRIVATE KEY");
});
