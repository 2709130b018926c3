/**
 * Sends through the whole runner over scripts, and tells in one value what a send ended in.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  connectOver,
  type Content,
  type Duplex,
  formatReply,
  isTransient,
  type Outgoing,
  type Prepared,
  type Receipt,
  sendMail,
  type SendOptions,
  SmtpError,
  swap,
  timeLimits,
  type TransportOptions,
} from "../../mod.ts";
import { EXIT, exitCodeOf } from "../../lib/cli/exit_code.ts";
import { script, type ScriptedDuplex, type ScriptOptions } from "../../lib/testing/mod.ts";
import { content, outcomes } from "../dialogue.ts";

/** What a send ended in, as a caller and as a shell see it. */
export interface Ending {
  /** The outcome for each recipient: address, delivery, and the code of the reply that decided it. */
  readonly recipients: readonly string[];
  /** The exit status of the command line. */
  readonly exit: number;
  /** The reply that the receipt or the error carries. */
  readonly reply?: string;
  /** The name under which the server queued the message; of a receipt. */
  readonly queueId?: string;
  /** Class and dotted code of the error. */
  readonly error?: string;
  /** Stage and command that failed. */
  readonly at?: string;
  /** Whether the same send may be tried again. */
  readonly retry?: boolean;
}

/** The ways to serve a script. */
export const WAYS = ["whole", "line", "byte"] as const satisfies readonly ScriptOptions["by"][];

export const BO = "bo@example.org";
export const MAIL = "C: MAIL FROM:<ann@example.com>";
export const OK = "S: 250 2.0.0 Ok: queued as 4F1";
/** The content that `mail` gives, and the dot. */
export const HELLO = "C: Hello\nC: .";
export const GOODBYE = "C: QUIT\nS: 221 bye";
/** A refused transaction and what follows it. */
export const RESET = `C: RSET\nS: 250 ok\n${GOODBYE}`;

/** The RCPT of one of those whom `mail` names. */
export function rcpt(name: string): string {
  return `C: RCPT TO:<${name}@example.org>`;
}

/** One command and its replies; none, when the server says nothing. */
export type Turn = readonly [command: string, ...replies: string[]];

export const SENDER: Turn = [MAIL, "S: 250 ok"];
export const TO_BO: Turn = [rcpt("bo"), "S: 250 ok"];
export const GO: Turn = ["C: DATA", "S: 354 go"];

/**
 * The turns as they are said: in one group with PIPELINING, else one after the other.
 *
 * @param inVain What is said in a group only, since without PIPELINING the replies to the turns before keep it from being said.
 */
export function said(extension: string, turns: readonly Turn[], inVain: readonly Turn[] = []): string {
  const group = extension === "PIPELINING" ? [...turns, ...inVain] : undefined;
  const lines = group
    ? [...group.map(([command]) => command), ...group.flatMap(([, ...replies]) => replies)]
    : turns.flat();
  return `\n${lines.join("\n")}\n`;
}

/** Envelope and content that are ready, to recipients named `NAME@example.org`. */
export function mail(names: readonly string[] = ["bo"], body: Content = content("Hello\r\n")): Prepared {
  const forwardPaths = names.map((name) => `${name}@example.org`);
  return { envelope: { reversePath: "ann@example.com", forwardPaths }, content: body };
}

/** A server that plays a script for each session. */
export interface Scripts {
  readonly streams: readonly ScriptedDuplex[];
  /** To be sent with; a session too many fails. */
  readonly options: TransportOptions & SendOptions;
  /** The lines that the client tried to write, on dead connections too. */
  lines(): string[];
  /** Checks that every script was played to its end, that all is closed, and that none of these lines was ever begun. */
  done(never?: readonly string[]): void;
}

/** How scripts are served, and what stands between them and the client. */
export interface Serving extends ScriptOptions {
  /** Puts a stream of its own around that of a script. */
  readonly through?: (stream: Duplex) => Duplex;
}

/**
 * Plays a script for each session.
 *
 * @param transcripts The dialogues, in the order in which they are dialed.
 * @param options What the transport is told beside where to send.
 * @param serving How they are served.
 */
export function overScripts(
  transcripts: readonly string[],
  options: Partial<TransportOptions & SendOptions> = {},
  { by = "line", through = (stream) => stream }: Serving = {},
): Scripts {
  const streams = transcripts.map((transcript) => script(transcript, { by }));
  const left = [...streams];
  let written = "";
  const note = (octets: Uint8Array) => void (written += new TextDecoder("latin1").decode(octets));
  const connect = connectOver(() => {
    const stream = left.shift();
    if (!stream) throw new TypeError("the client dialed once more than it should");
    return Promise.resolve({ stream: recorded(through(stream), note), peer: { loopback: true } });
  });
  const lines = () => written.split("\r\n");
  return {
    streams,
    lines,
    options: {
      hostname: "mail.example.com",
      name: "client.test",
      // So that what should end and does not fails here and at once.
      deadlineMs: 5_000,
      ...options,
      // A plugin stands outside the time limits, and so a stage that it swaps brings its own.
      plugins: [
        (stages) => swap({ connect: timeLimits(options.timeLimits)({ ...stages, connect }).connect })(stages),
        ...options.plugins ?? [],
      ],
    },
    done(never = []) {
      assertEquals(left.length, 0, "a session was not opened");
      for (const stream of streams) {
        stream.done();
        assert(stream.closed, "a session was left open");
      }
      assertEquals(lines().filter((line) => never.some((start) => line.startsWith(start))), []);
    },
  };
}

function recorded(stream: Duplex, note: (octets: Uint8Array) => void): Duplex {
  const startTls = stream.startTls &&
    (async (...args: Parameters<NonNullable<Duplex["startTls"]>>) =>
      recorded(await stream.startTls!(...args), note));
  return {
    read: (into) => stream.read(into),
    write(octets) {
      note(octets);
      return stream.write(octets);
    },
    close: () => stream.close(),
    startTls,
  };
}

/** Waits until the client has written so many lines that begin so. */
export async function heard(server: Scripts, start: string, times = 1): Promise<void> {
  while (server.lines().filter((line) => line.startsWith(start)).length < times) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Runs a send and tells what it ended in; what holds for every error is checked on the way. */
export async function endingOf(send: () => Promise<Receipt>): Promise<Ending> {
  try {
    const { recipients, reply, queueId } = await send();
    const all = recipients.every((one) => one.delivery === "accepted");
    const exit = all ? EXIT.OK : EXIT.PARTIAL;
    return {
      recipients: outcomes(recipients),
      exit,
      reply: formatReply(reply),
      ...queueId === undefined ? {} : { queueId },
    };
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    const { code, stage, command, reply, recipients, retryable, transcript } = error;
    assertEquals(isTransient(error), retryable);
    assert(
      !retryable || recipients?.every(({ delivery }) => delivery === "refused" || delivery === "not sent"),
    );
    // What failed in a stage tells its dialogue, and not without end.
    assert(stage === undefined || (transcript && transcript.length > 0 && transcript.length <= 64));
    return {
      recipients: outcomes(recipients),
      exit: exitCodeOf(error),
      error: `${error.name} ${code}`,
      at: [stage, command].filter(Boolean).join(" "),
      retry: retryable,
      ...reply ? { reply: formatReply(reply) } : {},
    };
  }
}

/** A server's fault and what a send must end in. */
export interface Fault {
  /** What each session says; all are played to their end. */
  readonly sessions: readonly string[];
  /** The message; made anew for each way to serve. @default One to bo@example.org */
  readonly message?: () => Outgoing;
  readonly options?: Partial<TransportOptions & SendOptions>;
  readonly ends: Ending;
  /** How no line may begin that the client writes. */
  readonly never?: readonly string[];
}

/** Sends one message by `sendMail` to a server with a fault, served whole, by line and by byte. */
export function faultTest(name: string, fault: Fault): void {
  const { sessions, message = () => mail(), options, ends, never } = fault;
  for (const by of WAYS) {
    Deno.test(`sendMail() ${name} (${by})`, async () => {
      const server = overScripts(sessions, options, { by });
      assertEquals(await endingOf(() => sendMail(server.options, message())), ends);
      server.done(never);
    });
  }
}
