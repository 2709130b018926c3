import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readElements, readParts, SEQUENCE, writeElement } from "../../lib/dkim/der.ts";
import { readKey } from "../../lib/dkim/key.ts";
import { makeSignature } from "../../lib/dkim/sign.ts";
import { encode, generateRsa, KEYS, toPem } from "./verify.ts";

/** The octets of a PKCS #8 key, and those of the PKCS #1 key in it. */
async function derOf(key: CryptoKey) {
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
  const [, , inner] = readParts(readElements(pkcs8)[0], SEQUENCE);
  return { pkcs8, pkcs1: inner.value };
}

const rsa = await derOf(KEYS.rsa.privateKey);
const ed = await derOf(KEYS.ed.privateKey);

Deno.test("readKey() reads PEM of PKCS #8 and PKCS #1, and keys of Web Crypto", async () => {
  const forms = {
    "PKCS #8": KEYS.rsa.pem,
    "PKCS #1": toPem("RSA PRIVATE KEY", rsa.pkcs1),
    "CRLF": KEYS.rsa.pem.replaceAll("\n", "\r\n"),
    "indented, and after other things": `Key of ann:\n${toPem("CERTIFICATE", ed.pkcs8)}\n${
      KEYS.rsa.pem.replaceAll("\n", "\n    ")
    }`,
    "CryptoKey": KEYS.rsa.privateKey,
  };
  const octets = encode("some header");
  const expected = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", KEYS.rsa.privateKey, octets);
  for (const [form, key] of Object.entries(forms)) {
    const read = readKey(key);
    assertEquals([read.algorithm, read.signatureOctets], ["rsa-sha256", 256], form);
    assertEquals(await makeSignature(read, octets), new Uint8Array(expected), form);
  }
  for (const key of [KEYS.ed.pem, KEYS.ed.privateKey]) {
    const read = readKey(key);
    assertEquals([read.algorithm, read.signatureOctets], ["ed25519-sha256", 64]);
    assertEquals((await makeSignature(read, octets)).length, 64);
  }
});

Deno.test("readKey() reads an Ed25519 key that has its public half with it", async () => {
  // RFC 5958 section 2: version 1, and the public key after the private one.
  const [version, ...rest] = readParts(readElements(ed.pkcs8)[0], SEQUENCE);
  const elements = [[version.tag, 1, 1], ...rest.map(({ tag, value }) => writeElement(tag, [...value]))];
  const publicKey = new Uint8Array(33);
  const der = writeElement(SEQUENCE, [...elements.flat(), ...writeElement(0x81, [...publicKey])]);
  const key = readKey(toPem("PRIVATE KEY", new Uint8Array(der)));
  assertEquals((await key.load()).algorithm.name, "Ed25519");
});

Deno.test("readKey() knows the length of signatures whatever the modulus", async () => {
  for (const bits of [1_024, 1_032]) {
    const { pkcs8 } = await derOf((await generateRsa(bits)).privateKey);
    const key = readKey(toPem("PRIVATE KEY", pkcs8));
    assertEquals(key.signatureOctets, bits / 8);
    assertEquals((await makeSignature(key, encode("x"))).length, bits / 8);
  }
});

Deno.test("readKey() imports a key once", async () => {
  const key = readKey(KEYS.rsa.pem);
  assert(await key.load() === await key.load());
});

const ec = await derOf(
  (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])).privateKey,
);
const small = await derOf((await generateRsa(512)).privateKey);
const cut = rsa.pkcs8.subarray(0, 300);
// The tag of an octet string and its length are the two octets in front of the seed.
const shortSeed = ed.pkcs8.with(15, 0).subarray(0, 16).with(1, 14).with(13, 2);

const notPem = "it has no line BEGIN PRIVATE KEY";
const refusedText: [key: string, type: typeof TypeError | typeof SyntaxError, found: string][] = [
  ["", SyntaxError, notPem],
  ["secret", SyntaxError, notPem],
  [rsa.pkcs8.toBase64(), SyntaxError, notPem],
  ["-----BEGIN PRIVATE KEY-----\nc2VjcmV0", SyntaxError, "it has no line END PRIVATE KEY"],
  ["-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----", SyntaxError, "it has no line END"],
  [
    "-----BEGIN PRIVATE KEY-----\n?secret?\n-----END PRIVATE KEY-----",
    SyntaxError,
    "its base64 is malformed",
  ],
  [
    "-----BEGIN PRIVATE KEY-----\\nc2VjcmV0\\n-----END PRIVATE KEY-----",
    SyntaxError,
    "its base64 is malformed",
  ],
  ["-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", SyntaxError, "its content is no PRIVATE KEY"],
  [toPem("PRIVATE KEY", encode("secret")), SyntaxError, "it is cut off"],
  [toPem("PRIVATE KEY", rsa.pkcs1), SyntaxError, "its content is no PRIVATE KEY"],
  [toPem("RSA PRIVATE KEY", rsa.pkcs8), SyntaxError, "its content is no RSA PRIVATE KEY"],
  [toPem("PRIVATE KEY", cut), SyntaxError, "it is cut off"],
  [toPem("PRIVATE KEY", shortSeed), SyntaxError, "its content is no PRIVATE KEY"],
  [toPem("CERTIFICATE", rsa.pkcs8), TypeError, 'it is labeled "CERTIFICATE", not "PRIVATE KEY"'],
  [toPem("PUBLIC KEY", rsa.pkcs8), TypeError, 'it is labeled "PUBLIC KEY", not "PRIVATE KEY"'],
  [toPem("ENCRYPTED PRIVATE KEY", rsa.pkcs8), TypeError, "it is encrypted"],
  [
    toPem("RSA PRIVATE KEY", rsa.pkcs1).replace(
      "\n",
      "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
    ),
    TypeError,
    "it is encrypted",
  ],
  [toPem("EC PRIVATE KEY", ec.pkcs1), TypeError, 'it is labeled "EC PRIVATE KEY"'],
  [toPem("OPENSSH PRIVATE KEY", ed.pkcs8), TypeError, 'it is labeled "OPENSSH PRIVATE KEY"'],
  [toPem("PRIVATE KEY", ec.pkcs8), TypeError, "it is neither an RSA nor an Ed25519 key"],
  [toPem("PRIVATE KEY", small.pkcs8), TypeError, "its 512 bits are fewer than 1024"],
  [toPem("RSA PRIVATE KEY", small.pkcs1), TypeError, "its 512 bits are fewer than 1024"],
];

Deno.test("readKey() refuses text that holds no key for DKIM, and shows nothing of it", () => {
  for (const [key, type, found] of refusedText) {
    const error = assertThrows(() => readKey(key), type, `Cannot read DKIM key: ${found}`);
    assertEquals(/secret|c2Vjcm|[A-Za-z0-9+/]{20}/.test(error.message), false);
    assertEquals(error.cause, undefined);
  }
});

const ecdsa =
  (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])).privateKey;
const oaep = await crypto.subtle.importKey("pkcs8", rsa.pkcs8, { name: "RSA-OAEP", hash: "SHA-256" }, true, [
  "decrypt",
]);
const refusedKeys: [key: unknown, found: string][] = [
  [undefined, "it is neither PEM nor a CryptoKey"],
  [rsa.pkcs8, "it is neither PEM nor a CryptoKey"],
  [await generateRsa(1_024), "it is neither PEM nor a CryptoKey"],
  [(await generateRsa(1_024)).publicKey, "it is a public key"],
  [await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]), "it is a secret key"],
  [oaep, 'its usages are without "sign"'],
  [(await generateRsa(2_048, "SHA-1")).privateKey, "it is for RSASSA-PKCS1-v1_5 with SHA-1"],
  [(await generateRsa(2_048, "SHA-256", "RSA-PSS")).privateKey, "it is for RSA-PSS with SHA-256"],
  [ecdsa, "it is for ECDSA"],
  [(await generateRsa(512)).privateKey, "its 512 bits are fewer than 1024"],
];

Deno.test("readKey() refuses a key that is not for DKIM", () => {
  for (const [key, found] of refusedKeys) {
    assertThrows(() => readKey(key as CryptoKey), TypeError, `Cannot read DKIM key: ${found}`);
  }
});

Deno.test("readKey() leaves to load() what only the platform can tell", async () => {
  // An RSA key of a modulus, without exponents and primes.
  const [version, modulus] = readParts(readElements(rsa.pkcs1)[0], SEQUENCE);
  const halves = [version, modulus].flatMap(({ tag, value }) => writeElement(tag, [...value]));
  const key = readKey(toPem("RSA PRIVATE KEY", new Uint8Array(writeElement(SEQUENCE, halves))));
  const found = "Cannot read DKIM key: the platform cannot import it";
  await assertRejects(() => key.load(), TypeError, found);
  await assertRejects(() => makeSignature(key, encode("x")), TypeError, found);
});

Deno.test("readKey() throws nothing but TypeError and SyntaxError, whatever the DER", () => {
  const mutation = fc.record({ at: fc.nat(400), octet: fc.nat(255), end: fc.nat(1_300) });
  fc.assert(fc.property(fc.constantFrom(rsa.pkcs8, ed.pkcs8), mutation, (der, { at, octet, end }) => {
    const mutated = der.slice(0, end);
    if (at < mutated.length) mutated[at] = octet;
    try {
      readKey(toPem("PRIVATE KEY", mutated.length > 0 ? mutated : new Uint8Array(1)));
    } catch (error) {
      assert(
        (error instanceof TypeError || error instanceof SyntaxError) &&
          error.message.startsWith("Cannot read DKIM key: "),
        String(error),
      );
    }
  }));
});
