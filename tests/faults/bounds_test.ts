/**
 * Servers that say more than they may, or otherwise than they may: what is read of them has a measure, and what is shown of them
 * steers nothing.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  connectOver,
  type Duplex,
  formatReply,
  sendMail,
  SmtpError,
  swap,
  type TransportOptions,
} from "../../mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { describe } from "../../lib/cli/report.ts";
import { readExtensions } from "../../lib/stages/ehlo.ts";
import { content, ENVELOPE, outcomes, TARGET } from "../dialogue.ts";

const MESSAGE = { envelope: ENVELOPE, content: content("Hello\r\n") };
const encoder = new TextEncoder();

/** Longest line, most octets and most lines of a reply that are taken. */
const [MAX_LINE, MAX_OCTETS, MAX_LINES] = [16_384, 131_072, 1_000];
/** The buffer doubles until a line fits, so that at most twice as much is read as is taken. */
const MAX_READ_AHEAD = 2 * MAX_LINE;

/** A server that hands out a text whenever it is read from, whatever it hears. */
class Talker implements Duplex {
  /** How many octets were read of it. */
  taken = 0;
  /** What it heard. */
  heard = "";
  closed = false;
  readonly #texts: Iterator<Uint8Array>;
  readonly #size: number;
  #rest = new Uint8Array();

  /** Hands out each text by itself, in pieces of at most so many octets; then the end. */
  constructor(texts: Iterable<string | Uint8Array>, size = Infinity) {
    this.#texts = Iterator.from(texts).map((text) => typeof text === "string" ? encoder.encode(text) : text);
    this.#size = size;
  }

  read(into: Uint8Array): Promise<number | null> {
    assert(!this.closed, "read after it was closed");
    if (this.#rest.length === 0) {
      const next = this.#texts.next();
      if (next.done) return Promise.resolve(null);
      this.#rest = new Uint8Array(next.value);
    }
    const piece = this.#rest.subarray(0, Math.min(this.#size, into.length));
    into.set(piece);
    this.#rest = this.#rest.subarray(piece.length);
    this.taken += piece.length;
    return Promise.resolve(piece.length);
  }

  write(octets: Uint8Array): Promise<number> {
    assert(!this.closed, "write after it was closed");
    this.heard += new TextDecoder().decode(octets);
    return Promise.resolve(octets.length);
  }

  close(): void {
    this.closed = true;
  }

  /** The first words of what it heard. */
  get verbs(): string {
    return this.heard.split("\r\n").map((line) => line.split(" ")[0]).join(" ").trim();
  }
}

function send(stream: Duplex, options: Partial<TransportOptions> = {}) {
  const connect = connectOver(() => Promise.resolve({ stream, peer: { secure: true } }));
  const server = { ...TARGET, name: "client.test", deadlineMs: 5_000, plugins: [swap({ connect })] };
  return sendMail({ ...server, ...options }, MESSAGE);
}

const GREETING = "220 mail.example.com ESMTP\r\n";
const EHLO = "250-mail.example.com\r\n250 AUTH PLAIN\r\n";
const CREDENTIALS = { user: "ann", password: "s3cret-x" };
/** The replies of a whole session. */
const SESSION = [
  GREETING,
  EHLO,
  "235 ok\r\n",
  "250 ok\r\n",
  "250 ok\r\n",
  "354 go\r\n",
  "250 ok\r\n",
  "221 bye\r\n",
];
/** What they answer, and what was said before. */
const PLACES = [
  "connect",
  "ehlo EHLO",
  "auth AUTH",
  "envelope MAIL",
  "envelope RCPT",
  "data DATA",
  "data content",
];
const VERBS = ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "Hello ."];

/** Octets without end, in pieces of 64 KiB. */
function endless(text: string): Iterable<Uint8Array> {
  const octets = encoder.encode(text.repeat(65_536 / text.length + 1));
  return {
    *[Symbol.iterator]() {
      for (;;) yield octets;
    },
  };
}

const TOO_LONG = `a line has more than ${MAX_LINE} octets`;

/** What never ends, how much of it may be read, and how it is told. */
const FLOODS:
  readonly (readonly [what: string, texts: Iterable<string | Uint8Array>, most: number, says: string])[] = [
    ["a line without end", endless("2"), MAX_READ_AHEAD, TOO_LONG],
    ["a line of 1 MB", [`250 ${"x".repeat(1_000_000)}\r\n`], MAX_READ_AHEAD, TOO_LONG],
    ["NUL without end", endless("\0"), MAX_READ_AHEAD, TOO_LONG],
    ["lines without end", endless("250-x\r\n"), MAX_LINES * 7 + MAX_READ_AHEAD, `it has ${MAX_LINES} lines`],
    [
      "lines without end and CR",
      endless("250-x\n"),
      MAX_LINES * 6 + MAX_READ_AHEAD,
      `it has ${MAX_LINES} lines`,
    ],
    [
      "long lines without end",
      endless(`250-${"x".repeat(MAX_LINE - 6)}\r\n`),
      MAX_OCTETS + MAX_LINE + MAX_READ_AHEAD,
      "it has 9 lines and 147438 octets and does not end",
    ],
  ];

for (const [what, texts, most, says] of FLOODS) {
  for (const [at, place] of PLACES.entries()) {
    Deno.test(`sendMail() reads no more than ${most} octets of ${what} (${place})`, async () => {
      const server = new Talker(chain(SESSION.slice(0, at), texts));
      const error = await assertRejects(() => send(server, { credentials: CREDENTIALS }), SmtpError, says);
      const [stage, command] = place.split(" ");
      assertEquals([error.name, error.code], ["ProtocolError", "protocol.reply_too_long"]);
      assertEquals([error.stage, error.command], [stage, command]);
      // The content leaves while the server talks already; once the dot has left, the message may have arrived.
      const complete = server.heard.endsWith("\r\n.\r\n");
      assertEquals(outcomes(error.recipients), [`bo@example.org ${complete ? "unknown" : "not sent"}`]);
      assertEquals([error.retryable, exitCodeOf(error)], [false, complete ? 74 : 76]);
      assert(error.hint && error.transcript);
      const flood = server.taken - SESSION.slice(0, at).join("").length;
      assert(flood <= most, `${flood} octets were read`);
      const said = place === "data content" && !complete ? at - 1 : at;
      assertEquals([server.closed, server.verbs], [true, VERBS.slice(0, said).join(" ")]);
    });
  }
}

function* chain<T>(...all: readonly Iterable<T>[]): Generator<T> {
  for (const some of all) yield* some;
}

Deno.test("sendMail() reads a line without end no further when it comes octet by octet", async () => {
  const server = new Talker(endless("2"), 1);
  await assertRejects(() => send(server), SmtpError, TOO_LONG);
  assertEquals([server.taken, server.closed, server.heard], [MAX_LINE + 1, true, ""]);
});

/** A session with a group of commands, each text of which is read after something was said. */
const GROUPED = [
  GREETING,
  "250-mail.example.com\r\n250-SIZE 1000\r\n250 PIPELINING\r\n",
  "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n",
  "250 2.0.0 queued\r\n",
  "221 bye\r\n",
];

Deno.test("sendMail() delivers wherever the replies are split", async () => {
  for (const [at, text] of GROUPED.entries()) {
    for (let cut = 1; cut < text.length; cut++) {
      const server = new Talker(GROUPED.toSpliced(at, 1, text.slice(0, cut), text.slice(cut)));
      const { recipients, reply } = await send(server);
      assertEquals([outcomes(recipients), formatReply(reply)], [
        ["bo@example.org accepted 250"],
        "250 2.0.0 queued",
      ]);
      assert(server.closed);
    }
  }
});

for (const size of [1, 2, 3]) {
  Deno.test(`sendMail() delivers when the replies come in pieces of ${size}`, async () => {
    const server = new Talker(GROUPED, size);
    assertEquals(outcomes((await send(server)).recipients), ["bo@example.org accepted 250"]);
    assert(server.closed);
  });
}

Deno.test("sendMail() takes a bare LF for the end of a line", async () => {
  const server = new Talker(GROUPED.map((text) => text.replaceAll("\r\n", "\n")));
  assertEquals(outcomes((await send(server)).recipients), ["bo@example.org accepted 250"]);
});

Deno.test("sendMail() takes a line of 16384 octets and a reply of 1000 lines", async () => {
  const keywords = Array.from({ length: MAX_LINES - 3 }, (_, at) => `250-X-${at}\r\n`).join("");
  const long = `250-X ${"x".repeat(MAX_LINE - 8)}\r\n`;
  const server = new Talker(GROUPED.toSpliced(1, 1, `250-mail\r\n${long}${keywords}250 PIPELINING\r\n`));
  assertEquals(outcomes((await send(server)).recipients), ["bo@example.org accepted 250"]);
});

Deno.test("sendMail() refuses a reply of 1001 lines", async () => {
  const server = new Talker(GROUPED.toSpliced(1, 1, "250-x\r\n".repeat(MAX_LINES) + "250 PIPELINING\r\n"));
  const error = await assertRejects(() => send(server), SmtpError, `it has ${MAX_LINES} lines`);
  assertEquals([error.code, error.stage, server.verbs], ["protocol.reply_too_long", "ehlo", "EHLO"]);
});

Deno.test("readExtensions() takes linear time when one keyword comes a thousand times", () => {
  const lines = Array.from(
    { length: 999 },
    (_, at) => `AUTH ${Array.from({ length: 32 }, (_, i) => (at * 32 + i).toString(36)).join(" ")}`,
  );
  const start = performance.now();
  const { length } = readExtensions({ code: 250, lines: ["mail", ...lines] }).get("AUTH")!;
  assertEquals(length, 999 * 32);
  // Quadratic, it took a second.
  assert(performance.now() - start < 300);
});

/** Octets of a greeting that are no lines of ASCII, and how they are shown. */
const ODD_TEXTS: readonly (readonly [what: string, octets: readonly number[], shown: string])[] = [
  ["NUL", [0x61, 0, 0x62], String.raw`a\x00b`],
  ["a bare CR", [0x61, 13, 0x62], String.raw`a\x0db`],
  ["an escape sequence of one octet", [0x9b, 0x33, 0x31, 0x6d], "\ufffd31m"],
  ["Latin-1", [0x66, 0xfc, 0x72], "f\ufffdr"],
  ["UTF-8", [0x66, 0xc3, 0xbc, 0x72], "für"],
  ["a separator of lines", [0x61, 0xe2, 0x80, 0xa8, 0x62], String.raw`a\u{2028}b`],
  ["a surrogate", [0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"],
];

for (const [what, octets, shown] of ODD_TEXTS) {
  Deno.test(`sendMail() shows ${what} in a reply so that it does no harm`, async () => {
    const line = new Uint8Array([...encoder.encode("554 "), ...octets, 13, 10]);
    const error = await assertRejects(
      () => send(new Talker([line])),
      SmtpError,
      `the greeting is "554 ${shown}"`,
    );
    assertEquals(error.transcript?.[0], `S: 554 ${shown}`);
    assertStringIncludes(await describe(error), `554 ${shown}`);
    // No word of a reply ends a line of what is printed.
    assertEquals(error.message.isWellFormed() && /[\r\n]/.test(error.message), false);
  });
}
