/**
 * Holds the platform to the texts that adviseTls() knows: real handshakes with a server on this machine.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { adviseTls } from "../../lib/advice/tls.ts";
import { createAuthority } from "../../lib/catcher/certificate.ts";

const YEAR_MS = 365 * 86_400_000;
const authority = await createAuthority();
const stranger = await createAuthority("stranger");

/** What a client that trusts the authority is told about a server. */
async function codeOf(server: Server): Promise<string> {
  const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const tls = await Deno.startTls(conn, { hostname: "localhost", caCerts: [authority.certificate] });
  try {
    const error = await assertRejects(() => tls.handshake());
    return adviseTls(error, { hostname: "localhost", port, implicit: true }).code;
  } finally {
    tls.close();
    server.close(() => onClose());
    await closed;
  }
}

function secured({ certificate, key }: { certificate: string; key: string }): Server {
  return createTlsServer({ cert: certificate, key }, (socket) => socket.on("error", () => {}));
}

Deno.test("adviseTls() knows a server that speaks plain text first", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.resume();
    socket.end("220 mail.example.com ESMTP\r\n");
  });
  assertEquals(await codeOf(server), "tls.mode_mismatch");
});

Deno.test("adviseTls() knows a server that closes in the middle of the handshake", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end());
  });
  assertEquals(await codeOf(server), "tls.handshake");
});

Deno.test("adviseTls() knows a certificate that has expired", async () => {
  const notAfter = new Date(Date.now() - YEAR_MS);
  assertEquals(
    await codeOf(secured(await authority.issue({ hosts: ["localhost"], notAfter }))),
    "tls.expired",
  );
});

Deno.test("adviseTls() knows a certificate that is not valid yet", async () => {
  const notBefore = new Date(Date.now() + YEAR_MS);
  const server = secured(await authority.issue({ hosts: ["localhost"], notBefore }));
  assertEquals(await codeOf(server), "tls.not_yet_valid");
});

Deno.test("adviseTls() knows a certificate for another name", async () => {
  assertEquals(await codeOf(secured(await authority.issue({ hosts: ["mail.example.com"] }))), "tls.name");
});

Deno.test("adviseTls() knows a certificate of an authority that is not trusted", async () => {
  assertEquals(await codeOf(secured(await stranger.issue({ hosts: ["localhost"] }))), "tls.issuer");
});
