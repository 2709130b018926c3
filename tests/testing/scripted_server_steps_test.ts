/**
 * What each step of a transcript does to a client, seen by one that knows nothing of mail.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createAuthority } from "../../lib/catcher/mod.ts";
import { scriptedServer } from "../../lib/testing/mod.ts";
import { RawClient } from "./raw_client.ts";

const authority = await createAuthority();
const tls = await authority.issue({ hosts: ["127.0.0.1"] });

const ENDS: readonly (readonly [step: string, plain: string | null, secured: string | null])[] = [
  ["", null, null],
  ["-- close", null, null],
  ["-- no close_notify", null, "UnexpectedEof"],
  ["-- reset", "ConnectionReset", "ConnectionReset"],
];

for (const [step, plain, secured] of ENDS) {
  const ends = step === "" ? "the last line" : step;
  Deno.test(`scriptedServer() ends the connection at ${ends}`, async () => {
    await using server = await scriptedServer(`S: 220 mail\nC: NOOP\n${step}`);
    using client = await RawClient.to(server);
    assertEquals(await client.hear(), "220 mail\r\n");
    await client.say("NOOP\r\n");
    assertEquals(await client.hear(), plain);
  });

  Deno.test(`scriptedServer() ends TLS at ${ends}`, async () => {
    await using server = await scriptedServer(`-- tls\nS: 220 mail\nC: NOOP\n${step}`, { tls });
    using client = await RawClient.to(server, authority.certificate);
    assertEquals(await client.hear(), "220 mail\r\n");
    await client.say("NOOP\r\n");
    assertEquals(await client.hear(), secured);
  });
}

Deno.test("scriptedServer() resets before it has said anything", async () => {
  await using server = await scriptedServer("-- reset");
  // It may come while the connection is being made, or just after.
  const talk = async () => {
    using client = await RawClient.to(server);
    throw new Deno.errors[await client.hear() as "ConnectionReset"]();
  };
  await assertRejects(talk, Deno.errors.ConnectionReset);
  await server.done();
});

Deno.test("scriptedServer() sends what it says in a row at once, octets too", async () => {
  await using server = await scriptedServer("S: 220-a\n-- octets 00 ff\nS: 220 b");
  using client = await RawClient.to(server);
  assertEquals(await client.hear(), "220-a\r\n\x00\xff220 b\r\n");
});

Deno.test("scriptedServer() sends octet by octet from -- drip on", async () => {
  await using server = await scriptedServer("S: 220 a\n-- drip\nS: 220 b");
  using client = await RawClient.to(server);
  assertEquals(await client.hear(), "220 a\r\n");
  const heard: string[] = [];
  for (let next = await client.hear(); next !== null; next = await client.hear()) heard.push(next);
  assertEquals(heard.join(""), "220 b\r\n");
  // On a busy machine a read may come late and find two.
  assert(heard.length > 3, `there were only ${heard.length} reads`);
});

Deno.test("scriptedServer() stops dripping when the client has gone", async () => {
  await using server = await scriptedServer(`-- drip\nS: 220 ${"x".repeat(1_000_000)}`);
  using client = await RawClient.to(server);
  assertStringIncludes(await client.hear() ?? "", "2");
});

Deno.test("scriptedServer() says nothing after -- silence and takes everything", async () => {
  await using server = await scriptedServer("S: 220 mail\n-- silence");
  using client = await RawClient.to(server);
  assertEquals(await client.hear(), "220 mail\r\n");
  await client.say(`NOOP\r\n${"x".repeat(1_000)}\r\n`.repeat(5_000));
  await server.done();
  await server.close();
  assertEquals((await client.hearAll())[0], "");
  assertEquals(server.sessions[0].lines[0], "NOOP");
});

Deno.test("scriptedServer() takes nothing more after -- stop reading", async () => {
  await using server = await scriptedServer("S: 220 mail\nC: NOOP\n-- stop reading");
  using client = await RawClient.to(server);
  assertEquals(await client.hear(), "220 mail\r\n");
  // More than the system's buffers hold: this ends only because the server is closed.
  const writing = assertRejects(() => client.say("NOOP\r\n".repeat(5_000_000)));
  await server.done();
  await server.close();
  await writing;
  assertEquals(server.sessions[0].lines, ["NOOP"]);
});

Deno.test("scriptedServer() takes content as a whole", async () => {
  await using server = await scriptedServer(
    "C: DATA\nS: 354 go\n-- content\nS: 250 ok\nC: BDAT 5 LAST\n-- content\nS: 250 ok\nC: QUIT\n-- close",
  );
  using client = await RawClient.to(server);
  await client.say("DATA\r\n");
  assertEquals(await client.hear(), "354 go\r\n");
  await client.say(`${"..\r\n".repeat(500_000)}.\r\n`);
  assertEquals(await client.hear(), "250 ok\r\n");
  await client.say("BDAT 5 LAST\r\n.\r\n..");
  assertEquals(await client.hear(), "250 ok\r\n");
  await client.say("QUIT\r\n");
  assertEquals(await client.hear(), null);
  await server.done();
  assertEquals(server.sessions[0].lines, [
    "DATA",
    "(2000000 octets of content)",
    "BDAT 5 LAST",
    "(5 octets of content)",
    "QUIT",
  ]);
});

Deno.test("scriptedServer() breaks off in mid-content after the lines that it takes", async () => {
  await using server = await scriptedServer("C: DATA\nS: 354 go\nC: *\nC: *\n-- reset");
  using client = await RawClient.to(server);
  await client.say("DATA\r\n");
  assertEquals(await client.hear(), "354 go\r\n");
  await client.say("a\r\n".repeat(1_000));
  assertEquals(await client.hear(), "ConnectionReset");
  await server.done();
});

Deno.test("scriptedServer() answers the hello of a client with what the transcript has", async () => {
  await using server = await scriptedServer("-- hello\n-- octets 15 03 03 00 02 02 28\n-- close");
  const { hostname, port } = server;
  const error = await assertRejects(() =>
    Deno.connectTls({ hostname, port }).then((conn) => conn.handshake())
  );
  assert((error as Error).message.includes("HandshakeFailure"));
  await server.done();
});

Deno.test("scriptedServer() hangs up on a client that says something else", async () => {
  await using server = await scriptedServer("S: 220 mail\nC: EHLO client.test\nS: 250 mail");
  using client = await RawClient.to(server);
  assertEquals(await client.hear(), "220 mail\r\n");
  await client.say("HELO client.test\r\n");
  assertEquals(await client.hearAll(), ["", null]);
  await assertRejects(() => server.done(), Error, 'and the script has "C: EHLO client.test"');
});
