import { assertEquals, assertStringIncludes } from "@std/assert";
import { adviseTls } from "../../lib/advice/tls.ts";

const AT = { hostname: "localhost", port: 465, implicit: true };

/** The texts are those of Deno 2.9.6; tls_handshake_test.ts holds the platform to the most frequent ones. */
const ROWS: readonly (readonly [said: string, code: string, meaning: string, hint: string])[] = [
  [
    "received corrupt message of type InvalidContentType",
    "tls.mode_mismatch",
    "plain text first",
    '"starttls"',
  ],
  [
    "invalid peer certificate: certificate expired: verification time 1795479829 (UNIX), but certificate is not valid " +
    "after 1609495200 (185984629 seconds ago)",
    "tls.expired",
    "expired on 2021-01-01",
    "renew",
  ],
  ["invalid peer certificate: Expired", "tls.expired", "has expired", "renew"],
  [
    "invalid peer certificate: certificate not valid yet: verification time 1795479829 (UNIX), but certificate is not " +
    "valid before 2208988800 (413508971 seconds in future)",
    "tls.not_yet_valid",
    "not valid before 2040-01-01",
    "Check this machine's clock",
  ],
  [
    'invalid peer certificate: certificate not valid for name "localhost"; certificate is only valid for ' +
    'DnsName("mail.example.com"), DnsName("*.example.org") or IpAddress(192.0.2.1)',
    "tls.name",
    'not valid for "localhost"',
    "It is valid for mail.example.com, *.example.org, 192.0.2.1:",
  ],
  [
    'invalid peer certificate: certificate not valid for name "localhost"; certificate is only valid for Unsupported(0x01)',
    "tls.name",
    'not valid for "localhost"',
    "names no host",
  ],
  ["invalid peer certificate: UnknownIssuer", "tls.issuer", "not trusted", "caCerts (`--ca FILE`)"],
  [
    "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
    "tls.self_signed",
    "self-signed",
    "caCerts (`--ca FILE`)",
  ],
  ["received fatal alert: ProtocolVersion", "tls.protocol_version", "no version", "TLS 1.2 or 1.3"],
  [
    "peer is incompatible: ServerDoesNotSupportTls12Or13",
    "tls.protocol_version",
    "no version",
    "TLS 1.2 or 1.3",
  ],
  [
    "received corrupt message of type UnknownProtocolVersion",
    "tls.protocol_version",
    "no version",
    "TLS 1.2",
  ],
  ["received fatal alert: CertificateRequired", "tls.handshake", "from the client", "--cert FILE --key FILE"],
  ["received fatal alert: HandshakeFailure", "tls.handshake", "HandshakeFailure", "another port"],
  [
    "invalid peer certificate: Other(OtherError(UnsupportedCertVersion))",
    "tls.handshake",
    "cannot be used",
    "replace",
  ],
  ["unexpected end of file", "tls.handshake", "closed in the middle", "another network"],
  ["connection reset", "tls.handshake", "closed in the middle", "another network"],
];

for (const [said, code, meaning, hint] of ROWS) {
  Deno.test(`adviseTls() says ${code} of "${said}"`, () => {
    const advice = adviseTls(new Error(said), AT);
    assertEquals(advice.code, code);
    assertStringIncludes(advice.meaning, meaning);
    assertStringIncludes(advice.hint, hint);
  });
}

Deno.test("adviseTls() does not send to STARTTLS whom it has just failed", () => {
  const error = new Error("received corrupt message of type InvalidContentType");
  const { code, hint } = adviseTls(error, { hostname: "mail.example.com", port: 587, implicit: false });
  assertEquals(code, "tls.mode_mismatch");
  assertEquals(hint.includes("--tls starttls"), false);
});

Deno.test("adviseTls() shortens a long list of names", () => {
  const names = Array.from({ length: 100 }, (_, i) => `DnsName("m${i}.example.com")`).join(", ");
  const { hint } = adviseTls(
    new Error(`certificate not valid for name "x"; certificate is only valid for ${names}`),
    AT,
  );
  assertStringIncludes(hint, "m4.example.com, 95 more:");
});

Deno.test("adviseTls() takes whatever was thrown, and shows no control characters", () => {
  assertEquals(adviseTls(undefined, AT).code, "tls.handshake");
  assertEquals(adviseTls("\x1b[2J\n", AT).meaning, "the TLS handshake failed (?[2J?)");
});
