import type { Canonicalization } from "./canonicalize_field.ts";
import { type DkimAlgorithm, type DkimKey, readKey } from "./key.ts";

/** Which of the two canonical forms the header takes, and which the body. RFC 6376 section 3.4. */
export type DkimCanonicalization = `${Canonicalization}/${Canonicalization}`;

/** Who signs, with which key, and what. */
export interface DkimSigner {
  /** The domain that takes responsibility for the message, in ASCII: `example.com`, `xn--bcher-kva.example`. */
  readonly domain: string;
  /** Which of the domain's keys it is: the public one stands in the DNS at `selector._domainkey.domain`. */
  readonly selector: string;
  /**
   * The private key: PEM of PKCS #8 (`BEGIN PRIVATE KEY`) or PKCS #1 (`BEGIN RSA PRIVATE KEY`), not encrypted, or a key of Web
   * Crypto for RSASSA-PKCS1-v1_5 with SHA-256 or for Ed25519. An RSA key has at least 1024 bits, and should have 2048 (RFC 8301
   * section 3.2).
   */
  readonly key: string | CryptoKey;
  /**
   * What the key is for; a key of another kind is then refused.
   * @default What the key is for.
   */
  readonly algorithm?: DkimAlgorithm;
  /**
   * The canonical form of the header, and that of the body.
   * @default {"relaxed/relaxed"}
   */
  readonly canonicalization?: DkimCanonicalization;
  /**
   * The names of the header fields to sign; From is always signed. Each is signed once more than it occurs, so that nobody
   * can add one on the way: a name that does not occur at all must then stay away.
   * @default The fields that readers see or act on: see {@linkcode signDkim}.
   */
  readonly headers?: readonly string[];
  /** On whose behalf the domain signs: `@news.example.com` or `ann@example.com`, in the domain or below it. */
  readonly identity?: string;
  /**
   * How long the signature is valid, in milliseconds; whole seconds count.
   * @default Without end.
   */
  readonly expiresInMs?: number;
}

/** A signer whose every part was checked. */
export interface Signer {
  readonly domain: string;
  readonly selector: string;
  readonly key: DkimKey;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** In lower case; From is one of them. Undefined for the default. */
  readonly names?: readonly string[];
  readonly identity?: string;
  readonly expiresInMs?: number;
}

/** Labels of letters, digits and inner hyphens, with dots between them. RFC 6376 section 3.1, RFC 5321 section 4.1.2. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** Longest name in the DNS as it is written. RFC 1035 section 2.3.4. */
const MAX_NAME = 253;

/** Longest validity: the time when it ends has at most twelve digits. RFC 6376 section 3.5. */
const MAX_EXPIRES_IN_MS = 1e14;

/** A name of a header field, save that ";" would end the list of them. RFC 5322 section 3.6.8. */
const FIELD_NAME = /^[!-9<-~]+$/;

/** Fields that any server on the way adds: no signature against their addition would hold. RFC 6376 section 5.4. */
const ADDED_ON_THE_WAY = ["received", "return-path", "dkim-signature", "authentication-results"];

/** Atoms with dots between them, or nothing. RFC 5322 section 3.2.3. */
const LOCAL_PART = /^(?:[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*)?$/;

/**
 * Checks who signs.
 *
 * @param signer Who signs, as the caller says it.
 * @returns The same, with its key read.
 * @throws {TypeError} If a part is missing or malformed, or does not match another.
 * @throws {RangeError} If `expiresInMs` is out of range.
 * @throws {SyntaxError} If the key cannot be read.
 */
export function readSigner(signer: DkimSigner): Signer {
  const { domain, selector, algorithm, expiresInMs, headers, identity } = signer;
  if (!isName(domain) || !domain.includes(".")) throw fault(`domain ${show(domain)} is no domain in ASCII`);
  if (!isName(selector)) throw fault(`selector ${show(selector)} is malformed`);
  if (`${selector}._domainkey.${domain}`.length > MAX_NAME) {
    throw fault(`selector and domain make a name of more than ${MAX_NAME} characters`);
  }
  const key = readKey(signer.key);
  if (algorithm !== undefined && algorithm !== key.algorithm) {
    throw fault(`algorithm ${show(algorithm)} is not that of the key, "${key.algorithm}"`);
  }
  if (expiresInMs !== undefined && !(expiresInMs >= 1_000 && expiresInMs <= MAX_EXPIRES_IN_MS)) {
    throw new RangeError(`Cannot sign: expiresInMs ${expiresInMs} is not from 1000 to ${MAX_EXPIRES_IN_MS}`);
  }
  return {
    domain,
    selector,
    key,
    ...readCanonicalization(signer.canonicalization ?? "relaxed/relaxed"),
    names: headers && readNames(headers),
    identity: identity === undefined ? undefined : readIdentity(identity, domain),
    expiresInMs,
  };
}

function readCanonicalization(text: string): Pick<Signer, "header" | "body"> {
  const [header, body, more] = text.split("/");
  if (isForm(header) && isForm(body) && more === undefined) return { header, body };
  throw fault(`canonicalization ${show(text)} is unknown`);
}

function isForm(text: string | undefined): text is Canonicalization {
  return text === "simple" || text === "relaxed";
}

/** The names in lower case, each once, From among them: it must be signed. RFC 6376 section 5.4. */
function readNames(headers: readonly string[]): string[] {
  const names = headers.map((name) => {
    if (!FIELD_NAME.test(name)) throw fault(`header ${show(name)} is no header name`);
    if (ADDED_ON_THE_WAY.includes(name.toLowerCase())) {
      throw fault(`header "${name}" is added by servers on the way`);
    }
    return name.toLowerCase();
  });
  return [...new Set(["from", ...names])];
}

/** The identity with its "=" encoded, since that begins a value. RFC 6376 sections 2.11 and 3.5. */
function readIdentity(identity: string, domain: string): string {
  const [local, under, more] = identity.split("@");
  if (!LOCAL_PART.test(local) || !isName(under) || more !== undefined) {
    throw fault(`identity ${show(identity)} is no address`);
  }
  if (!`.${under}`.toLowerCase().endsWith(`.${domain}`.toLowerCase())) {
    throw fault(`identity ${show(identity)} is not in domain "${domain}"`);
  }
  return `${local.replaceAll("=", "=3D")}@${under}`;
}

function isName(text: string | undefined): text is string {
  return typeof text === "string" && text.length <= MAX_NAME && NAME.test(text);
}

/** A value of the caller as an error shows it. */
function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80);
}

function fault(found: string): TypeError {
  return new TypeError(`Cannot sign: ${found}`);
}
