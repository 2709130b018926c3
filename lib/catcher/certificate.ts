/**
 * Certificates for servers that live as long as a test: an authority made on the spot and the leaves it signs.
 *
 * There are always two certificates, because rustls refuses one that is both authority and server.
 *
 * @module
 */

// tsyringe, which x509 stands on, throws at import unless Reflect.getMetadata is there first.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const KEY: EcKeyGenParams = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE: EcdsaParams = { name: "ECDSA", hash: "SHA-256" };
const DAY_MS = 86_400_000;
/** How long the authority lives to each side of now: room for leaves that have expired or are not valid yet. */
const AUTHORITY_LIFE_MS = 3650 * DAY_MS;
const LEAF_LIFE_MS = 365 * DAY_MS;
/** Longest commonName in characters. RFC 5280 appendix A.1, ub-common-name. */
const MAX_COMMON_NAME = 64;

/** A certificate authority made on the spot, for a catcher or a test; its key never leaves memory. */
export interface Authority {
  /** The authority's certificate as PEM, for `caCerts`. */
  readonly certificate: string;
  /**
   * Makes a key and signs a server certificate for it.
   *
   * @param leaf The hosts it is for, and when it is valid.
   * @returns The certificate as PEM and its private key as PKCS#8 PEM.
   * @throws {TypeError} If there is no host, or one is neither a DNS name nor an IP address.
   * @throws {RangeError} If the certificate would end before it begins.
   */
  issue(leaf: LeafOptions): Promise<{ readonly certificate: string; readonly key: string }>;
}

/** What a server certificate says. */
export interface LeafOptions {
  /** DNS names, in ASCII, and IP addresses that the certificate is valid for. RFC 5280 section 4.2.1.6. */
  readonly hosts: readonly string[];
  /** When it begins to be valid. @default A day ago, or a day before `notAfter` if that is earlier. */
  readonly notBefore?: Date;
  /** When it ends to be valid. @default A year from now, or a year after `notBefore` if that is later. */
  readonly notAfter?: Date;
}

/**
 * Makes a certificate authority with a new ECDSA P-256 key.
 *
 * @param name The commonName in its certificate.
 * @returns The authority; it forgets its key with the last reference to it.
 */
export async function createAuthority(name = "Stagecoach test authority"): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(KEY, false, ["sign", "verify"]);
  const now = Date.now();
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: SIGNATURE,
    notBefore: new Date(now - AUTHORITY_LIFE_MS),
    notAfter: new Date(now + AUTHORITY_LIFE_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issue(leaf: LeafOptions): Promise<{ readonly certificate: string; readonly key: string }> {
    if (leaf.hosts.length === 0) throw new TypeError("Cannot issue a certificate: no host is given");
    const names = leaf.hosts.map(generalName);
    const { publicKey, privateKey } = await crypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [leaf.hosts[0].slice(0, MAX_COMMON_NAME)] }],
      issuer: own.subjectName.toJSON(),
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: SIGNATURE,
      ...validity(leaf),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ],
    });
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", privateKey);
    return { certificate: pem(certificate), key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") + "\n" };
  }

  return { certificate: pem(own), issue };
}

/** The PEM text with the final line end that makes several of them safe to join. */
function pem(certificate: x509.X509Certificate): string {
  return certificate.toString("pem") + "\n";
}

function generalName(host: string): x509.JsonGeneralName {
  if (/^[\d.]+$/.test(host) || host.includes(":")) {
    const authority = host.includes(":") ? `[${host}]` : host;
    // The URL parser completes "127.1" to "127.0.0.1": only what it leaves alone was a whole address.
    const parsed = URL.parse(`http://${authority}`)?.hostname;
    if (parsed === undefined || (!host.includes(":") && parsed !== host)) {
      throw new TypeError(`Cannot issue a certificate: "${host}" is not an IP address`);
    }
    return { type: "ip", value: host };
  }
  if (!/^(\*\.)?[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_]([a-z\d_-]*[a-z\d_])?)*$/i.test(host)) {
    throw new TypeError(`Cannot issue a certificate: "${host}" is not a DNS name in ASCII`);
  }
  return { type: "dns", value: host };
}

function validity(leaf: LeafOptions): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  const { notBefore, notAfter } = leaf;
  const begin = notBefore ?? new Date(Math.min(now, notAfter?.getTime() ?? now) - DAY_MS);
  const end = notAfter ?? new Date(Math.max(now, notBefore?.getTime() ?? now) + LEAF_LIFE_MS);
  if (!(begin < end)) {
    throw new RangeError("Cannot issue a certificate: notAfter is not later than notBefore");
  }
  return { notBefore: begin, notAfter: end };
}
