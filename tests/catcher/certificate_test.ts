import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { type Authority, createAuthority, type LeafOptions } from "../../lib/catcher/certificate.ts";

const HOSTS = ["localhost", "127.0.0.1"];
const HOUR_MS = 3_600_000;

/** Shakes hands once with a server that shows a new leaf; resolves with what the server said. */
async function greetingUnder(leaf: LeafOptions, hostname: string, authority: Authority, trusted = authority) {
  const { certificate: cert, key } = await authority.issue(leaf);
  const server = createServer({ cert, key }, (socket) => socket.end("hello"));
  server.on("tlsClientError", () => {}); // The client tells the test what it refused.
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connection = await Deno.connectTls({ hostname, port, caCerts: [trusted.certificate] });
  try {
    await connection.handshake();
    const buffer = new Uint8Array(16);
    return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  } finally {
    connection.close();
    server.close();
    await once(server, "close");
  }
}

for (const hostname of HOSTS) {
  Deno.test(`issue() makes a certificate that rustls accepts for ${hostname}`, async () => {
    const authority = await createAuthority("A name with = and , in it");
    assertEquals(await greetingUnder({ hosts: HOSTS }, hostname, authority), "hello");
  });
}

Deno.test("issue() makes a certificate for the named hosts alone", async () => {
  const authority = await createAuthority();
  const leaf = { hosts: ["mail.example"] };
  await assertRejects(() => greetingUnder(leaf, "localhost", authority), Error, "not valid for name");
});

Deno.test("createAuthority() makes an authority that another one of the same name does not vouch for", async () => {
  const [one, other] = [await createAuthority(), await createAuthority()];
  await assertRejects(() => greetingUnder({ hosts: HOSTS }, "localhost", one, other), Error);
});

Deno.test("issue() makes a certificate that has expired when notAfter is in the past", async () => {
  const authority = await createAuthority();
  const leaf = { hosts: HOSTS, notAfter: new Date(Date.now() - HOUR_MS) };
  await assertRejects(() => greetingUnder(leaf, "localhost", authority), Error, "certificate expired");
});

Deno.test("issue() makes a certificate that is not valid yet when notBefore is in the future", async () => {
  const authority = await createAuthority();
  const leaf = { hosts: HOSTS, notBefore: new Date(Date.now() + HOUR_MS) };
  await assertRejects(() => greetingUnder(leaf, "localhost", authority), Error, "not valid yet");
});

Deno.test("issue() sets apart the authority, which signs, and the leaf, which serves", async () => {
  const authority = await createAuthority();
  const issued = await authority.issue({ hosts: ["*.mail.example", "127.0.0.1", "::1"] });
  const own = new X509Certificate(authority.certificate);
  const leaf = new X509Certificate(issued.certificate);

  assertEquals([own.ca, leaf.ca], [true, false]);
  assertEquals(leaf.issuer, own.subject);
  // id-kp-serverAuth, 1.3.6.1.5.5.7.3.1. RFC 5280 section 4.2.1.12.
  assertStringIncludes(leaf.raw.toString("hex"), "06082b06010505070301");
  assertEquals(leaf.subjectAltName, "DNS:*.mail.example, IP Address:127.0.0.1, IP Address:::1");
});

Deno.test("issue() refuses what is neither a DNS name nor an IP address", async () => {
  const authority = await createAuthority();
  for (const host of ["", "a b", "a..b", "bücher.example", "127.1", "1.2.3.256", "::g", "[::1]", "a\r\nb"]) {
    await assertRejects(() => authority.issue({ hosts: [host] }), TypeError, "Cannot issue a certificate");
  }
  await assertRejects(() => authority.issue({ hosts: [] }), TypeError, "no host is given");
});

Deno.test("issue() refuses a certificate that would end before it begins", async () => {
  const authority = await createAuthority();
  const now = new Date();
  const leaf = { hosts: HOSTS, notBefore: now, notAfter: now };
  await assertRejects(() => authority.issue(leaf), RangeError, "notAfter is not later than notBefore");
});
