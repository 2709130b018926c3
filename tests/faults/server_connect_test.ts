/**
 * Connections that need a socket to go wrong: nothing listens, or what listens does not speak SMTP, or not in time.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { lookup } from "node:dns/promises";
import {
  connect,
  ProtocolError,
  sendMail,
  type SendOptions,
  swap,
  type TransportOptions,
} from "../../mod.ts";
import { createAuthority } from "../../lib/catcher/mod.ts";
import { scriptedServer } from "../../lib/testing/mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { context, greeting } from "../dialogue.ts";
import { type Ending, endingOf, mail } from "../testing/ending.ts";

type Options = Partial<TransportOptions & SendOptions>;

const NOT_SENT = ["bo@example.org not sent"];
const TEXT = `
  C: MAIL FROM:<ann@example.com>
  S: 250 ok
  C: RCPT TO:<bo@example.org>
  S: 250 ok
  C: DATA
  S: 354 go
  -- content
  S: 250 ok
  C: QUIT
  S: 221 bye`;

function send(port: number, options: Options = {}): Promise<Ending> {
  const server = { hostname: "127.0.0.1", port, name: "client.test", deadlineMs: 5_000, ...options };
  return endingOf(() => sendMail(server, mail()));
}

/** What nothing more is known of than that it failed, and that it may be tried again. */
function lost(code: string): Ending {
  return { recipients: NOT_SENT, exit: 75, error: `ConnectionError ${code}`, at: "connect", retry: true };
}

const TIMED_OUT: Ending = {
  recipients: NOT_SENT,
  exit: 75,
  error: "StageTimeoutError timeout.connect",
  at: "connect",
  retry: true,
};
const NOT_SMTP: Ending = {
  recipients: NOT_SENT,
  exit: 76,
  error: "ProtocolError protocol.not_smtp",
  at: "connect",
  retry: false,
};

const CASES: Readonly<Record<string, readonly [transcript: string, ending: Ending, options?: Options]>> = {
  "closes at once": ["-- close", lost("connect.lost")],
  "resets within the banner": ["-- drip\n-- octets 32 32 30 20\n-- reset", lost("connect.lost")],
  "is silent": ["-- silence", TIMED_OUT, { timeLimits: { connect: 10 } }],
  "drips its banner past the time limit": [
    `-- drip\nS: 220 ${"x".repeat(10_000)}`,
    TIMED_OUT,
    { timeLimits: { connect: 15 } },
  ],
  "drips a refusal": [
    "-- drip\nS: 554 no",
    { ...NOT_SMTP, exit: 69, error: "ReplyError connect.greeting_refused", reply: "554 no" },
  ],
  "begins with garbage": ["-- octets 00 ff fe 80 0a\n-- silence", NOT_SMTP],
  "begins with HTTP": ["S: HTTP/1.1 400 Bad Request\nS: Connection: close\nS:", NOT_SMTP],
};

for (const [what, [transcript, ending, options]] of Object.entries(CASES)) {
  Deno.test(`sendMail() says nothing to a server that ${what}`, async () => {
    await using server = await scriptedServer(transcript);
    assertEquals(await send(server.port, options), ending);
    await server.done();
    assertEquals(server.sessions.map((session) => session.lines), [[]]);
  });
}

Deno.test("sendMail() tells that the connection is refused", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  assertEquals(await send(port), lost("connect.refused"));
});

Deno.test("sendMail() tells that the connection is reset at once", async () => {
  await using server = await scriptedServer("-- reset");
  const ending = await send(server.port);
  // While it is made, or just after.
  const code = ending.error?.endsWith("reset") ? "connect.reset" : "connect.lost";
  assertEquals(ending, lost(code));
});

Deno.test("connect() takes a banner that drips", async () => {
  await using server = await scriptedServer("-- drip\nS: 220-mail\nS: 220 go\n-- silence");
  const { channel } = await connect()({ hostname: "127.0.0.1", port: server.port }, context());
  assertEquals(channel.transcript.slice(-2), ["S: 220-mail", "S: 220 go"]);
  channel.close();
});

Deno.test("sendMail() names implicit TLS when a hello of TLS comes in place of the banner", async () => {
  // A ServerHello; there is an LF among its random octets.
  await using server = await scriptedServer("-- octets 16 03 03 00 7a 02 00 00 76 03 03 5f 0a\n-- silence");
  const { port } = server;
  const error = await assertRejects(() => sendMail({ hostname: "127.0.0.1", port }, mail()), ProtocolError);
  assertEquals([error.code, exitCodeOf(error)], ["protocol.not_smtp", 76]);
  assertStringIncludes(error.hint!, 'use tls "implicit"');
});

Deno.test("sendMail() finds out that a silent server waits for TLS", async () => {
  const authority = await createAuthority();
  const tls = await authority.issue({ hosts: ["127.0.0.1"] });
  // One connection to send on, and one on which is asked.
  await using server = await scriptedServer(() => "-- tls\nS: 220 mail", { tls });
  const plugins = [swap({ connect: connect({ askAfterMs: 5 }) })];
  assertEquals(await send(server.port, { plugins }), {
    recipients: NOT_SENT,
    exit: 76,
    error: "ConnectionError tls.mode_mismatch",
    at: "connect",
    retry: false,
  });
  assert(server.sessions.every((session) => session.lines.length === 0));
});

const addresses = await lookup("localhost", { all: true });

Deno.test("sendMail() goes on to the next address of a name when nothing listens at one", async () => {
  await using server = await scriptedServer(`${greeting()}${TEXT}`);
  const ending = await send(server.port, { hostname: "localhost" });
  assertEquals(ending.recipients, ["bo@example.org accepted 250"]);
});

Deno.test({
  name: "sendMail() reaches a server that listens at the IPv6 address of a name only",
  // On a machine where localhost has one address there is no next one to go on to.
  ignore: !addresses.some(({ family }) => family === 6),
  fn: async () => {
    using listener = Deno.listen({ hostname: "::1", port: 0 });
    const served = (async () => {
      using conn = await listener.accept();
      await conn.write(new TextEncoder().encode("554 here\r\n"));
    })();
    const ending = await send(listener.addr.port, { hostname: "localhost" });
    assertEquals([ending.error, ending.reply], ["ReplyError connect.greeting_refused", "554 here"]);
    await served;
  },
});
