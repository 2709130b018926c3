/**
 * Hostile input at every public entry: nothing of it becomes a command, a parameter or a header field of its own.
 *
 * What each part refuses in detail stands in its own tests (wire/command, wire/path, message, sasl); here it is seen that every
 * way from a caller to the wire leads through one of them.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connectOver,
  type Content,
  createTransport,
  type Credentials,
  defaultStages,
  type Duplex,
  ehlo,
  type Envelope,
  type FileAttachment,
  type Message,
  type Outgoing,
  PolicyError,
  sendMail,
  swap,
  type TransportOptions,
} from "../../mod.ts";
import { exitCodeOf } from "../../lib/cli/exit_code.ts";
import { content, ENVELOPE, outcomes, TARGET } from "../dialogue.ts";

/** A server that says yes to everything, and remembers what it heard. */
class Obliging implements Duplex {
  heard = "";
  dialed = false;
  closed = false;
  #said = "220 mail.example.com\r\n";
  #read = 0;
  #content = false;
  #wake = () => {};

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#said === "" && !this.closed) await new Promise<void>((resolve) => this.#wake = resolve);
    const { written } = new TextEncoder().encodeInto(this.#said, into);
    this.#said = this.#said.slice(written);
    return written || null;
  }

  write(octets: Uint8Array): Promise<number> {
    this.heard += new TextDecoder("latin1").decode(octets);
    const end = this.heard.lastIndexOf("\n") + 1;
    for (const line of this.heard.slice(this.#read, end).split(/\r\n|\n/).slice(0, -1)) this.#answer(line);
    this.#read = end;
    this.#wake();
    return Promise.resolve(octets.length);
  }

  close(): void {
    this.closed = true;
    this.#wake();
  }

  /** The lines that it heard. */
  get lines(): string[] {
    return this.heard.split("\r\n").slice(0, -1);
  }

  /** What is sent to it with. */
  get options(): TransportOptions {
    const connect = connectOver(() => {
      this.dialed = true;
      return Promise.resolve({ stream: this, peer: { secure: true } });
    });
    return { ...TARGET, name: "client.test", plugins: [swap({ connect })] };
  }

  #answer(line: string): void {
    if (this.#content && line !== ".") return;
    const verb = this.#content ? "." : line.split(" ", 1)[0];
    this.#content = verb === "DATA";
    const extensions = ["AUTH PLAIN LOGIN XOAUTH2", "SIZE", "DSN", "8BITMIME", "SMTPUTF8"];
    const usual: Record<string, string> = {
      EHLO: ["250-mail.example.com", ...extensions.map((one) => `250-${one}`), "250 HELP"].join("\r\n"),
      AUTH: "235 ok",
      DATA: "354 go",
    };
    this.#said += `${usual[verb] ?? "250 ok"}\r\n`;
  }
}

/** What ends a line for some reader, and what no line of SMTP may hold. */
const BREAKS = ["\r\n", "\n", "\r", "\0"];
const ODD = ["\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"];
const EVIL = "RCPT TO:<evil@evil.example>";

const MESSAGE: Message = { from: "ann@example.com", to: "bo@example.org", subject: "x", text: "x" };

async function refused(
  message: Outgoing,
  options: Partial<TransportOptions> = {},
): Promise<[Error, Obliging]> {
  const server = new Obliging();
  const error = await assertRejects(() => sendMail({ ...server.options, ...options }, message), Error);
  assertEquals(server.closed, server.dialed);
  return [error, server];
}

function hidesNone(error: Error): void {
  assert(!error.message.includes("\n"), error.message);
}

Deno.test("the name in EHLO is refused where it enters", () => {
  const { hostname } = TARGET;
  for (const bad of [...BREAKS, ...ODD, " ", "\t", "é"].map((odd) => `client.test${odd}${EVIL}`)) {
    assertThrows(() => ehlo({ name: bad }), TypeError, "Cannot say EHLO");
    assertThrows(() => defaultStages({ name: bad }), TypeError, "Cannot say EHLO");
    assertThrows(() => createTransport({ hostname, name: bad }), TypeError, "Cannot say EHLO");
  }
  assertThrows(() => ehlo({ name: "" }), TypeError, "Cannot say EHLO");
});

Deno.test("sendMail() refuses a name for EHLO before it connects", async () => {
  for (const odd of [...BREAKS, ...ODD, " "]) {
    const [error, server] = await refused(MESSAGE, { name: `client.test${odd}${EVIL}` });
    assertEquals([error instanceof TypeError, server.dialed], [true, false]);
    hidesNone(error);
  }
});

Deno.test("an address literal of one's own stream is refused before EHLO is written", async () => {
  for (const odd of [...BREAKS, ...ODD]) {
    const server = new Obliging();
    const connect = connectOver(() =>
      Promise.resolve({ stream: server, peer: { localAddress: `192.0.2.1${odd}x` } })
    );
    const options = { ...TARGET, plugins: [swap({ connect })] };
    await assertRejects(() => sendMail(options, MESSAGE), TypeError, "Cannot write EHLO");
    // Only our goodbye.
    assertEquals([server.heard, server.closed], ["QUIT\r\n", true]);
  }
});

Deno.test("sendMail() refuses a host name before it connects", async () => {
  for (const odd of [...BREAKS, ...ODD, " ", "/", "@"]) {
    const [error, server] = await refused(MESSAGE, { hostname: `mail.example.com${odd}x` });
    assertEquals([error instanceof TypeError, server.dialed], [true, false], JSON.stringify(odd));
    hidesNone(error);
  }
});

/** Envelopes that would say more than they should. */
function hostileEnvelopes(odd: string): Record<string, Partial<Envelope>> {
  const evil = `${odd}${EVIL}`;
  const bo = "bo@example.org";
  return {
    "a local part of MAIL": { reversePath: `ann${evil}@example.com` },
    "a quoted local part of MAIL": { reversePath: `"ann${evil}"@example.com` },
    "a domain of MAIL": { reversePath: `ann@example.com${evil}` },
    "a local part of RCPT": { forwardPaths: [`bo${evil}@example.org`] },
    "a quoted local part of RCPT": { forwardPaths: [`"bo${evil}"@example.org`] },
    "a domain of RCPT": { forwardPaths: [`bo@example.org${evil}`] },
    "an address literal": { forwardPaths: [`bo@[192.0.2.1${evil}]`] },
    "a later recipient": { forwardPaths: [bo, { address: `bo@example.org${evil}` }] },
    ENVID: { envid: `QQ314159${odd}x` },
    ORCPT: { forwardPaths: [{ address: bo, orcpt: `rfc822;bo${odd}x` }] },
    "the type of ORCPT": { forwardPaths: [{ address: bo, orcpt: `rfc822${odd};bo` }] },
    RET: { ret: `FULL${evil}` as "FULL" },
    NOTIFY: { forwardPaths: [{ address: bo, notify: [`NEVER${evil}` as "NEVER"] }] },
  };
}

for (const entry of Object.keys(hostileEnvelopes(""))) {
  Deno.test(`sendMail() writes nothing of an envelope with a break in ${entry}`, async () => {
    for (const odd of [...BREAKS, ...ODD]) {
      const envelope = { ...ENVELOPE, ...hostileEnvelopes(odd)[entry] };
      const [error, server] = await refused({ envelope, content: content("Hello\r\n") });
      assertEquals(error instanceof TypeError, true, `${error} for ${JSON.stringify(odd)}`);
      assertEquals(server.lines, ["EHLO client.test", "RSET", "QUIT"]);
      hidesNone(error);
    }
  });
}

/** Parameters that a mailbox could bring along. */
const PARAMETERS = [
  "bo@example.org> ORCPT=rfc822;x",
  "bo@example.org>\tNOTIFY=NEVER",
  "bo@example.org NOTIFY=NEVER",
  "<bo@example.org>",
  "bo@example.org,cy@example.org",
  "bo@example.org\\",
  '"bo"cy@example.org',
  "bo@exam_ple.org",
  "@a.example:bo@example.org",
  "",
];

Deno.test("sendMail() writes nothing of a mailbox that brings a parameter along", async () => {
  for (const address of PARAMETERS) {
    const envelope = { ...ENVELOPE, forwardPaths: [address] };
    const [error, server] = await refused({ envelope, content: content("Hello\r\n") });
    assertEquals([error instanceof TypeError, server.lines], [true, ["EHLO client.test", "RSET", "QUIT"]]);
  }
});

Deno.test("sendMail() writes nothing of a size that is no number of octets", async () => {
  const sizes: unknown[] = ["7\r\n" + EVIL, "7 AUTH=<>", "7", -1, 1.5, NaN, Infinity, {}];
  for (const size of sizes) {
    const hostile: Content = content("Hello\r\n", { size: size as number });
    const [error, server] = await refused({ envelope: ENVELOPE, content: hostile });
    assert(error instanceof TypeError || error instanceof RangeError, `${error} for ${size}`);
    assertEquals(server.lines, ["EHLO client.test", "RSET", "QUIT"], String(size));
  }
});

/** Credentials with a break in each field. */
function hostileCredentials(odd: string): Record<string, Credentials> {
  const evil = `x${odd}${EVIL}`;
  return {
    user: { user: evil, password: "s3cret-x" },
    password: { user: "ann", password: evil },
    "authorization identity": { user: "ann", password: "s3cret-x", authorizationId: evil },
    "user of a token": { user: evil, accessToken: "t0ken" },
    token: { user: "ann", accessToken: evil },
    "token that is fetched": { user: "ann", accessToken: () => Promise.resolve(evil) },
  };
}

for (const entry of Object.keys(hostileCredentials(""))) {
  Deno.test(`sendMail() writes no line more for a break in the ${entry}`, async () => {
    for (const odd of [...BREAKS, ...ODD]) {
      const server = new Obliging();
      const credentials = hostileCredentials(odd)[entry];
      const sent = await sendMail({ ...server.options, credentials }, MESSAGE).catch((error) => {
        assert(error instanceof TypeError, error);
        hidesNone(error);
        assert(!error.message.includes("RCPT"), "a secret is shown");
      });
      // What a mechanism carries is base64; what it cannot carry is refused, and AUTH not said.
      const [first, second, third] = server.lines;
      assertEquals(first, "EHLO client.test");
      assert(
        sent
          ? /^AUTH [A-Z0-9]+ [A-Za-z0-9+/=]+$/.test(second) && third.startsWith("MAIL")
          : second === "QUIT",
      );
      assert(server.closed);
    }
  });
}

/** Messages with a break in each field. */
function hostileMessages(odd: string): Record<string, Partial<Message>> {
  const evil = `x${odd}X-Injected: yes`;
  const person = { name: evil, address: "cy@example.org" };
  const file = (more: Partial<FileAttachment>) => ({ html: "x", attachments: [{ content: "x", ...more }] });
  return {
    "name of From": { from: `${evil} <ann@example.com>` },
    "address of From": { from: `ann${odd}@example.com` },
    "name of Sender": { sender: person },
    "name of To": { to: person },
    "address of To": { to: `bo@example.org${odd}` },
    "name of Cc": { cc: [person] },
    "address of Bcc": { bcc: `bo${odd}@example.org` },
    "name of a group": { to: { name: evil, members: ["bo@example.org"] } },
    "name of Reply-To": { replyTo: person },
    "name of who is told of reading": { notifyRead: person },
    "name of who passes it on": { resent: { from: person, to: "bo@example.org" } },
    subject: { subject: evil },
    "Message-ID": { messageId: `<1${odd}@example.com>` },
    "In-Reply-To": { inReplyTo: `<1${odd}@example.com>` },
    References: { references: ["<1@example.com>", `<2${odd}@example.com>`] },
    keywords: { keywords: [evil] },
    comments: { comments: evil },
    language: { language: evil },
    priority: { priority: evil as "high" },
    "Auto-Submitted": { autoSubmitted: evil as "no" },
    "URL of a list": { list: { unsubscribe: `mailto:leave${odd}@example.com` } },
    "name of a list": { list: { id: { name: evil, id: "news.example.com" } } },
    "value of a field": { headers: { "X-Test": evil } },
    "later value of a field": { headers: { "X-Test": ["x", evil] } },
    "name of a field": { headers: { [`X-Test${odd}X`]: "x" } },
    "method of a calendar": { calendar: { content: "BEGIN:VCALENDAR", method: evil as "ADD" } },
    "name of a file": file({ filename: evil }),
    "type of a file": file({ type: `text/plain; x=${evil}` }),
    "Content-ID of a file": file({ contentId: evil }),
    "description of a file": file({ description: evil }),
  };
}

for (const entry of Object.keys(hostileMessages(""))) {
  Deno.test(`sendMail() refuses a break in the ${entry} before it connects`, async () => {
    for (const odd of [...BREAKS, ...ODD]) {
      const [error, server] = await refused({ ...MESSAGE, ...hostileMessages(odd)[entry] });
      assert(error instanceof TypeError || error instanceof SyntaxError, String(error));
      assertEquals(server.dialed, false);
      hidesNone(error);
    }
  });
}

/** Addresses of which two readers would make two, and far too long ones. */
const AMBIGUOUS = [
  '"victim@evil.example x"@example.org',
  '"bo@evil.example> ORCPT=x"@example.org',
  "bo@example.org (cy@evil.example)",
  "bo(cy@evil.example)@example.org",
  "<bo@example.org>cy@evil.example",
  "bo@example.org <cy@evil.example>",
  "bo@evil.example@example.org",
  "=?utf-8?q?bo=40evil.example=3E?=@example.org",
  "<@evil.example:bo@example.org>",
  "bo@example.org; cy@evil.example",
  "bo@example\u3002org",
  "bo@exam\u00adple.org",
  "bo@example.org\uff20evil.example",
  `${"x".repeat(1_000_000)}@example.org`,
  `"${'\\"'.repeat(500_000)}"@example.org`,
  `${"(".repeat(1_000_000)}bo@example.org`,
  `${"<".repeat(1_000_000)}bo@example.org`,
];

Deno.test("sendMail() refuses an address that two readers read differently before it connects", async () => {
  const start = performance.now();
  for (const to of AMBIGUOUS) {
    const [error, server] = await refused({ ...MESSAGE, to });
    assertEquals([error instanceof SyntaxError, server.dialed], [true, false], to.slice(0, 80));
    assert(error.message.length < 500, "the message repeats the whole address");
  }
  // Each is read once, however long it is.
  assert(performance.now() - start < 2_000);
});

/** Ends of content as some servers read them. CVE-2023-51764. */
const DOTS = ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r\r\n.\r\n", "\n\n.\r\n"];
/** The one that is an end to all of them. RFC 5321 section 4.1.1.4. */
const END = "\r\n.\r\n";

function smuggling(dot: string): string {
  return `x${dot}MAIL FROM:<evil@evil.example>${dot}QUIT\r\n`;
}

for (const dot of [...DOTS, END]) {
  Deno.test(`sendMail() ends the content once when the text holds ${JSON.stringify(dot)}`, async () => {
    const evil = smuggling(dot);
    for (const body of [{ text: evil }, { text: "x", html: evil }, { text: evil, flowed: true }]) {
      const server = new Obliging();
      const { recipients } = await sendMail(server.options, { ...MESSAGE, ...body });
      assertEquals(outcomes(recipients), ["bo@example.org accepted 250"]);
      assertEquals(server.heard.match(/(?:^|[\r\n])\.(?=[\r\n])/g)?.length, 1);
      assertEquals(server.heard.match(/\r(?!\n)|(?<!\r)\n|\0/g), null);
      assertEquals(server.lines.slice(-2), [".", "QUIT"]);
    }
  });
}

for (const dot of DOTS) {
  Deno.test(`sendMail() ends no content that holds ${JSON.stringify(dot)}`, async () => {
    const server = new Obliging();
    const sending = sendMail(server.options, { envelope: ENVELOPE, content: content(smuggling(dot)) });
    const error = await assertRejects(() => sending, PolicyError, "Cannot send content: bare");
    assertEquals([error.code, exitCodeOf(error)], ["content.bare_line_end", 65]);
    assertEquals(outcomes(error.recipients), ["bo@example.org not sent"]);
    assertEquals([server.lines.at(-1), server.closed], ["DATA", true]);
  });
}

Deno.test("sendMail() doubles the dots of content that is well-formed", async () => {
  const server = new Obliging();
  const { recipients } = await sendMail(server.options, {
    envelope: ENVELOPE,
    content: content(smuggling(END)),
  });
  assertEquals(outcomes(recipients), ["bo@example.org accepted 250"]);
  const sent = ["x", "..", "MAIL FROM:<evil@evil.example>", "..", "QUIT", ".", "QUIT"];
  assertEquals(server.lines.slice(-7), sent);
});
