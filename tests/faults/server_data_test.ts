/**
 * Content on a real connection that is broken off, or to a server that stops reading.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Content, sendMail, type SendOptions, transcript, type TransportOptions } from "../../mod.ts";
import { createAuthority } from "../../lib/catcher/mod.ts";
import { type ScriptedServer, scriptedServer } from "../../lib/testing/mod.ts";
import { content, greeting } from "../dialogue.ts";
import { type Ending, endingOf, mail } from "../testing/ending.ts";

type Options = Partial<TransportOptions & SendOptions>;

const authority = await createAuthority();
const tls = await authority.issue({ hosts: ["127.0.0.1"] });

const ADDRESSED = `
  C: MAIL FROM:<ann@example.com>
  S: 250 ok
  C: RCPT TO:<bo@example.org>
  S: 250 ok
`;
const LINE = `${"x".repeat(998)}\r\n`;
/** 64 KiB, and a source that has as much of it as anybody takes. */
const BLOCK = new TextEncoder().encode(LINE.repeat(65));

/** How much of a content nobody takes may have been asked for: the buffers of both ends, which the system sizes. */
const MOST_BLOCKS = 512;

/** A content without end; it counts what is taken of it. */
function endless(): Content & { readonly taken: () => number } {
  let blocks = 0;
  const octets = async function* () {
    for (;; blocks++) yield await Promise.resolve(BLOCK);
  };
  return { ...content(""), size: undefined, octets, taken: () => blocks };
}

/** Plays a session to the sender, in clear or in TLS. */
function serve(secure: boolean, rest: string): Promise<ScriptedServer> {
  const session = `${greeting("CHUNKING")}${ADDRESSED}${rest}`;
  return scriptedServer(secure ? `-- tls\n${session}` : session, { tls });
}

function send(
  server: ScriptedServer,
  body: Content,
  secure: boolean,
  options: Options = {},
): Promise<Ending> {
  const { hostname, port } = server;
  const caCerts = [authority.certificate];
  const mode = secure ? "implicit" : "off";
  const to = {
    hostname,
    port,
    name: "client.test",
    caCerts,
    tls: mode,
    deadlineMs: 5_000,
    ...options,
  } as const;
  return endingOf(() => sendMail(to, mail(["bo"], body)));
}

/** Where the connection is lost, and what is known then. */
const LOST: Readonly<
  Record<string, readonly [rest: string, Options, at: string, outcome: string, exit: number]>
> = {
  "in the middle of the content": ["C: DATA\nS: 354 go\nC: *\nC: *\n", {}, "content", "not sent", 75],
  "after the dot": ["C: DATA\nS: 354 go\n-- content\n", {}, "content", "unknown", 74],
  "in the middle of a chunk": ["C: *\nC: *\nC: *\n", { chunking: true }, "BDAT", "not sent", 75],
  "after the last chunk": [
    `C: BDAT ${LINE.length} LAST\n-- content\n`,
    { chunking: true },
    "BDAT",
    "unknown",
    74,
  ],
};

for (const secure of [false, true]) {
  const how = secure ? "with TLS" : "in clear";
  for (const [where, [rest, options, at, outcome, exit]] of Object.entries(LOST)) {
    for (const step of ["-- reset", "-- close"]) {
      Deno.test(`sendMail() tells what is known when ${step} comes ${where}, ${how}`, async () => {
        await using server = await serve(secure, `${rest}${step}`);
        const body = where.includes("middle") ? endless() : content(LINE);
        assertEquals(await send(server, body, secure, options), {
          recipients: [`bo@example.org ${outcome}`],
          exit,
          error: "ConnectionError connect.lost",
          at: `data ${at}`,
          retry: outcome === "not sent",
        });
        await server.done();
        const [{ lines }] = server.sessions;
        assertEquals(lines.some((line) => line.endsWith("octets of content)")), outcome === "unknown");
      });
    }
  }

  Deno.test(`sendMail() keeps little in memory when the server stops reading, ${how}`, async () => {
    await using server = await serve(secure, "C: DATA\nS: 354 go\n-- stop reading");
    const body = endless();
    assertEquals(await send(server, body, secure, { timeLimits: { dataBlock: 30 } }), {
      recipients: ["bo@example.org not sent"],
      exit: 75,
      error: "StageTimeoutError timeout.data",
      at: "data content",
      retry: true,
    });
    assert(body.taken() < MOST_BLOCKS, `${body.taken()} blocks of 64 KiB were taken`);
  });

  Deno.test(`sendMail() stops when it is aborted while the server does not read, ${how}`, async () => {
    await using server = await serve(secure, "C: DATA\nS: 354 go\n-- stop reading");
    const controller = new AbortController();
    const plugins = [transcript((line) => line === "S: 354 go" && setTimeout(() => controller.abort(), 20))];
    const ending = await send(server, endless(), secure, { plugins, signal: controller.signal });
    assertEquals(ending, {
      recipients: ["bo@example.org not sent"],
      exit: 130,
      error: "ConnectionError aborted",
      at: "data content",
      retry: false,
    });
  });

  for (const step of ["-- silence", "-- close", "-- stop reading"]) {
    Deno.test(`sendMail() hears a refusal in the middle of the content, then ${step}, ${how}`, async () => {
      await using server = await serve(secure, `C: DATA\nS: 354 go\nC: *\nS: 552 5.3.4 too big\n${step}`);
      assertEquals(await send(server, endless(), secure), {
        recipients: ["bo@example.org refused 552"],
        exit: 65,
        error: "ReplyError data.too_big",
        at: "data content",
        retry: false,
        reply: "552 5.3.4 too big",
      });
    });
  }
}
