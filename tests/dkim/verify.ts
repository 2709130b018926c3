/**
 * An oracle for signatures: npm's mailauth, with the keys of the tests in place of the DNS.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { dkimVerify } from "mailauth";
import type { Content } from "../../lib/message/content.ts";

/** A key pair for one algorithm, in every form. */
export interface TestKey {
  readonly privateKey: CryptoKey;
  /** PKCS #8. */
  readonly pem: string;
  /** What the DNS says of it. */
  readonly record: string;
}

async function testKey(kind: "rsa" | "ed25519", keys: CryptoKeyPair): Promise<TestKey> {
  const { privateKey, publicKey } = keys;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  const p = new Uint8Array(await crypto.subtle.exportKey(kind === "rsa" ? "spki" : "raw", publicKey))
    .toBase64();
  return { privateKey, pem: toPem("PRIVATE KEY", pkcs8), record: `v=DKIM1; k=${kind}; p=${p}` };
}

/** Makes an RSA key pair. */
export function generateRsa(
  modulusLength: number,
  hash = "SHA-256",
  name = "RSASSA-PKCS1-v1_5",
): Promise<CryptoKeyPair> {
  const publicExponent = new Uint8Array([1, 0, 1]);
  return crypto.subtle.generateKey({ name, hash, modulusLength, publicExponent }, true, ["sign", "verify"]);
}

export function toPem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** The keys of example.com, by selector. */
export const KEYS = {
  rsa: await testKey("rsa", await generateRsa(2_048)),
  ed: await testKey(
    "ed25519",
    await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair,
  ),
};

/** Both signers of example.com. */
export const RSA = { domain: "example.com", selector: "rsa", key: KEYS.rsa.privateKey };
export const ED = { domain: "example.com", selector: "ed", key: KEYS.ed.privateKey };

/**
 * Verifies all signatures of a message.
 *
 * @returns `selector result` for each, in order; with the comment when the result is not `pass`.
 */
export async function verify(message: Uint8Array | string): Promise<string[]> {
  const { results } = await dkimVerify(Buffer.from(message as Uint8Array), {
    strict: true,
    resolver: (name: string) => {
      const selector = name.split(".")[0] as keyof typeof KEYS;
      return Promise.resolve([[KEYS[selector].record]]);
    },
  });
  return results.map(({ selector, status: { result, comment } }) =>
    [selector, result, result === "pass" ? undefined : comment].filter(Boolean).join(" ")
  );
}

/** A content over a text with bare line ends, which become CRLF. */
export function contentOf(text: string | Uint8Array, more: Partial<Content> = {}): Content {
  const octets = typeof text === "string" ? encode(text) : text;
  return {
    messageId: "<1@example.com>",
    size: octets.length,
    eightBit: false,
    utf8: false,
    octets: () => [octets],
    ...more,
  };
}

export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
}

/** All octets of a content. */
export async function octetsOf(content: Content): Promise<Uint8Array> {
  return new Uint8Array(
    await new Blob(await Array.fromAsync(content.octets(), (chunk) => chunk.slice())).arrayBuffer(),
  );
}
