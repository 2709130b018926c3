import { INTEGER, OCTET_STRING, readElements, readParts, SEQUENCE, writeElement } from "./der.ts";
import { readPem } from "./pem.ts";

/** How a signature is made. RFC 6376 section 3.3.1, RFC 8463 section 3. */
export type DkimAlgorithm = "rsa-sha256" | "ed25519-sha256";

/** A private key. */
export interface DkimKey {
  /** The one algorithm that it is for. */
  readonly algorithm: DkimAlgorithm;
  /** How many octets each of its signatures has. */
  readonly signatureOctets: number;
  /**
   * Gives the key as Web Crypto wants it; it is imported once.
   *
   * @throws {TypeError} If the platform cannot use it.
   */
  load(): Promise<CryptoKey>;
}

/** Shortest RSA key in bits that a signer may use; it should use twice as many. RFC 8301 section 3.2. */
const MIN_RSA_BITS = 1_024;

/** How many octets an Ed25519 key and its signatures have. RFC 8032 sections 5.1.5 and 5.1.6. */
const ED25519_SEED_OCTETS = 32;
const ED25519_SIGNATURE_OCTETS = 64;

/** The object identifiers of the two kinds of key, in hexadecimal. RFC 8017 appendix A.1, RFC 8410 section 3. */
const RSA_OID = "2a864886f70d010101";
const ED25519_OID = "2b6570";

/**
 * Reads a private key; what is wrong with it is found here, save what only the platform can tell.
 *
 * @param key PEM of PKCS #8 (`BEGIN PRIVATE KEY`, RSA or Ed25519) or of PKCS #1 (`BEGIN RSA PRIVATE KEY`), or a key of Web
 * Crypto for RSASSA-PKCS1-v1_5 with SHA-256, or for Ed25519.
 * @returns The key.
 * @throws {SyntaxError} If the text is no PEM, or its content is not what its label says.
 * @throws {TypeError} If it is no private key, is encrypted, is for other signatures, or is an RSA key under 1024 bits.
 */
export function readKey(key: string | CryptoKey): DkimKey {
  if (typeof key === "string") return fromPem(key);
  if (key instanceof CryptoKey) return fromCryptoKey(key);
  throw fault("it is neither PEM nor a CryptoKey");
}

function fromCryptoKey(key: CryptoKey): DkimKey {
  const load = () => Promise.resolve(key);
  const { name, hash, modulusLength = 0 } = key.algorithm as Partial<RsaHashedKeyAlgorithm>;
  if (key.type !== "private") throw fault(`it is a ${key.type} key`);
  if (!key.usages.includes("sign")) throw fault('its usages are without "sign"');
  if (name === "Ed25519") return ed25519Key(load);
  if (name === "RSASSA-PKCS1-v1_5" && hash?.name === "SHA-256") return rsaKey(modulusLength, load);
  throw fault(`it is for ${name}${hash ? ` with ${hash.name}` : ""}`);
}

function fromPem(text: string): DkimKey {
  const { label, der } = readPem(text);
  if (label !== "PRIVATE KEY" && label !== "RSA PRIVATE KEY") throw fault(`it is labeled "${label}"`);
  const pkcs8 = label === "PRIVATE KEY" ? der : wrapPkcs1(der);
  // Version, algorithm, key. RFC 5958 section 2.
  const [, algorithm, key] = readParts(readElements(pkcs8)[0], SEQUENCE);
  const oid = readParts(algorithm, SEQUENCE)[0]?.value.toHex();
  if (oid === ED25519_OID && readParts(key, OCTET_STRING)[0]?.value.length === ED25519_SEED_OCTETS) {
    return ed25519Key(importOnce(pkcs8, { name: "Ed25519" }));
  }
  // Version, modulus, exponents. RFC 8017 appendix A.1.2.
  const [, modulus] = oid === RSA_OID ? readParts(readParts(key, OCTET_STRING)[0], SEQUENCE) : [];
  if (modulus?.tag === INTEGER) {
    return rsaKey(
      countBits(modulus.value),
      importOnce(pkcs8, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }),
    );
  }
  if (oid === undefined || oid === RSA_OID || oid === ED25519_OID) {
    throw new SyntaxError(`Cannot read DKIM key: its content is no ${label}`);
  }
  throw fault("it is neither an RSA nor an Ed25519 key");
}

function ed25519Key(load: DkimKey["load"]): DkimKey {
  return { algorithm: "ed25519-sha256", signatureOctets: ED25519_SIGNATURE_OCTETS, load };
}

function rsaKey(bits: number, load: DkimKey["load"]): DkimKey {
  if (bits < MIN_RSA_BITS) throw fault(`its ${bits} bits are fewer than ${MIN_RSA_BITS}`);
  return { algorithm: "rsa-sha256", signatureOctets: Math.ceil(bits / 8), load };
}

/** Puts PKCS #1 into PKCS #8, the only form that Web Crypto takes: the version 0, the algorithm, the key. */
function wrapPkcs1(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const oid = Uint8Array.fromHex(RSA_OID);
  const NULL = [5, 0];
  const algorithm = writeElement(SEQUENCE, [6, oid.length, ...oid, ...NULL]);
  const key = writeElement(OCTET_STRING, [...der]);
  return new Uint8Array(writeElement(SEQUENCE, [INTEGER, 1, 0, ...algorithm, ...key]));
}

function countBits(integer: Uint8Array): number {
  const first = integer.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (integer.length - first) * 8 - (Math.clz32(integer[first]) - 24);
}

/** Imports a key when it is first asked for; every call gets the same. */
function importOnce(
  pkcs8: Uint8Array<ArrayBuffer>,
  algorithm: { name: string; hash?: string },
): DkimKey["load"] {
  let key: Promise<CryptoKey> | undefined;
  return () => key ??= importKey(pkcs8, algorithm);
}

async function importKey(
  pkcs8: Uint8Array<ArrayBuffer>,
  algorithm: { name: string; hash?: string },
): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  } catch (cause) {
    throw new TypeError("Cannot read DKIM key: the platform cannot import it", { cause });
  }
}

function fault(found: string): TypeError {
  return new TypeError(`Cannot read DKIM key: ${found}`);
}
