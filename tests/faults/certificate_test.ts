/**
 * Certificates that prove nothing, shown by a real server on this machine, both ways of TLS.
 *
 * @module
 */

import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConnectionError, sendMail } from "../../mod.ts";
import { type CaughtMessage, createAuthority } from "../../lib/catcher/mod.ts";
import { LoopbackServer } from "../../lib/catcher/server.ts";
import { sessionOptions } from "../../lib/catcher/session.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { describe } from "../../lib/cli/report.ts";
import { content, ENVELOPE, outcomes } from "../dialogue.ts";

const DAY_MS = 86_400_000;
const CREDENTIALS = { user: "ann", password: "s3cret-x" };
const HOSTS = ["localhost"];

/** The way in which the connection is secured. */
const WAYS = ["implicit", "starttls"] as const;
type Way = typeof WAYS[number];

/** A server certificate with its key, as PEM. */
interface Shown {
  readonly certificate: string;
  readonly key: string;
}

const trusted = await createAuthority("Authority of the test");
const stranger = await createAuthority("Authority of nobody");

/** A server that takes everything from everybody, and shows a certificate. */
async function serve({ certificate: cert, key }: Shown, tls: Way) {
  const caught: CaughtMessage[] = [];
  const server = new LoopbackServer({
    ...sessionOptions({ tls }, (message) => caught.push(message)),
    cert,
    key,
  });
  const port = await server.start("127.0.0.1", 0);
  return { port, caught, [Symbol.asyncDispose]: () => server.stop() };
}

function send(port: number, tls: Way, caCerts: readonly string[]) {
  const server = { hostname: "localhost", port, tls, caCerts, credentials: CREDENTIALS };
  return sendMail(server, { envelope: ENVELOPE, content: content("Subject: x\r\n\r\nHello\r\n") });
}

/** A certificate that is its own issuer, as many a server is set up with at first. */
async function selfSigned(ca: boolean): Promise<Shown> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=localhost",
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") };
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

const lastYear = new Date(Date.now() - 365 * DAY_MS);
const nextYear = new Date(Date.now() + 365 * DAY_MS);

/** What a server shows, and what of it must be said. */
const CASES: readonly (readonly [
  what: string,
  shown: () => Promise<Shown>,
  code: string,
  says: string,
  hint: string,
])[] = [
  [
    "has expired",
    () => trusted.issue({ hosts: HOSTS, notAfter: lastYear }),
    "tls.expired",
    `the server's certificate expired on ${day(lastYear)}`,
    "Whoever runs the server must renew it",
  ],
  [
    "is not valid yet",
    () => trusted.issue({ hosts: HOSTS, notBefore: nextYear }),
    "tls.not_yet_valid",
    `the server's certificate is not valid before ${day(nextYear)}`,
    "Check this machine's clock",
  ],
  [
    "is for other names",
    () => trusted.issue({ hosts: ["mail.example.com", "*.example.org", "192.0.2.1"] }),
    "tls.name",
    `the server's certificate is not valid for "localhost"`,
    "It is valid for mail.example.com, *.example.org, 192.0.2.1:",
  ],
  [
    "comes from an issuer that is not trusted",
    () => stranger.issue({ hosts: HOSTS }),
    "tls.issuer",
    "comes from an issuer that is not trusted here",
    "give the authority with caCerts",
  ],
  [
    "is self-signed",
    () => selfSigned(false),
    "tls.issuer",
    "comes from an issuer that is not trusted here",
    "give the authority with caCerts",
  ],
  [
    "is an authority's own",
    () => selfSigned(true),
    "tls.self_signed",
    "the server shows an authority's self-signed certificate as its own",
    "Have the authority issue a certificate for the server",
  ],
];

for (const way of WAYS) {
  for (const [what, shown, code, says, hint] of CASES) {
    Deno.test(`sendMail() sends nothing to a server whose certificate ${what} (${way})`, async () => {
      await using server = await serve(await shown(), way);
      const sending = () => send(server.port, way, [trusted.certificate]);
      const error = await assertRejects(sending, ConnectionError, `Cannot start TLS with localhost: `);
      const stage = way === "implicit" ? "connect" : "tls";
      const command = way === "implicit" ? undefined : "STARTTLS";
      assertEquals([error.code, error.stage, error.command], [code, stage, command]);
      assertEquals([error.retryable, exitCodeOf(error)], [false, 69]);
      assertEquals(outcomes(error.recipients), ["bo@example.org not sent"]);
      assertStringIncludes(error.message, says);
      assertStringIncludes(error.hint!, hint);
      assert(error.cause instanceof Error && error.transcript);
      // Nothing is said once the handshake has failed: no EHLO, no QUIT, no AUTH.
      assertEquals(error.transcript.filter((line) => /^C: (?:AUTH|MAIL|QUIT)/.test(line)), []);
      assertEquals(server.caught, []);
      const words = (await describe(error)).replaceAll(/\s+/g, " ");
      assertStringIncludes(words, says);
      assertStringIncludes(words, hint);
      assertStringIncludes(words, `code: ${code}, exit 69`);
      assert(!words.includes(CREDENTIALS.password));
    });
  }

  Deno.test(`sendMail() delivers when a self-signed certificate is trusted in so many words (${way})`, async () => {
    const shown = await selfSigned(false);
    await using server = await serve(shown, way);
    const { recipients } = await send(server.port, way, [shown.certificate]);
    assertEquals(outcomes(recipients), ["bo@example.org accepted 250"]);
    assertEquals(server.caught.map(({ secure, user }) => [secure, user]), [[true, "ann"]]);
  });
}
