import {
  connectOver,
  type Content,
  type Context,
  defaultStages,
  type Envelope,
  extend,
  openSession,
  type Peer,
  type Plugin,
  type Ready,
  type Receipt,
  type RecipientResult,
  sendOn,
  type StageOptions,
  type Stages,
  swap,
} from "../mod.ts";
import { script, type ScriptedDuplex, type ScriptOptions } from "../lib/testing/mod.ts";
import { formatEvent } from "../lib/wire/transcript.ts";

/** A context that remembers what was traced. */
export interface TestContext extends Context {
  readonly lines: string[];
}

export function context(signal: AbortSignal = new AbortController().signal): TestContext {
  const lines: string[] = [];
  return { signal, lines, trace: (event) => lines.push(...formatEvent(event)) };
}

/** A dialogue in one of the three ways to serve it. */
export interface Dialogue {
  readonly stream: ScriptedDuplex;
  readonly cx: TestContext;
  /** The default stages over the script; named `client.test` in EHLO. */
  stages(options?: StageOptions, ...plugins: Plugin[]): Stages;
  /** Opens a session over the script. */
  open(options?: StageOptions, peer?: Partial<Peer>): Promise<Ready>;
}

export const TARGET = { hostname: "mail.example.com", port: 587 };

function dialogueOver(stream: ScriptedDuplex, peer: Partial<Peer> = {}): Dialogue {
  const cx = context();
  const stages = (peer: Partial<Peer>, options: StageOptions = {}, plugins: Plugin[] = []) => {
    const connect = connectOver(() => Promise.resolve({ stream, peer }));
    return extend(defaultStages({ name: "client.test", ...options }), swap({ connect }), ...plugins);
  };
  return {
    stream,
    cx,
    stages: (options, ...plugins) => stages(peer, options, plugins),
    open: (options, more = {}) => openSession(stages({ ...peer, ...more }, options), TARGET, cx),
  };
}

/** Runs a test with the transcript served whole, by line and by byte; the transcript must be played to its end. */
export function dialogueTest(
  name: string,
  transcript: string,
  run: (dialogue: Dialogue) => Promise<void>,
  peer: Partial<Peer> = { loopback: true },
): void {
  for (const by of ["whole", "line", "byte"] as const satisfies readonly ScriptOptions["by"][]) {
    Deno.test(`${name} (${by})`, async () => {
      const dialogue = dialogueOver(script(transcript, { by }), peer);
      await run(dialogue);
      dialogue.stream.done();
    });
  }
}

/** The opening that most dialogues share. */
export function greeting(...extensions: string[]): string {
  const lines = ["mail.example.com", ...extensions];
  const ehlo = lines.map((line, at) => `S: 250${at < lines.length - 1 ? "-" : " "}${line}`);
  return ["S: 220 mail.example.com ESMTP", "C: EHLO client.test", ...ehlo].join("\n");
}

/** What a refusal in a session's opening is followed by. */
export const GOODBYE = "C: QUIT";

export const ENVELOPE: Envelope = { reversePath: "ann@example.com", forwardPaths: ["bo@example.org"] };

export function content(text: string, facts: Partial<Content> = {}): Content {
  const octets = new TextEncoder().encode(text);
  return {
    messageId: "<1@example.com>",
    size: octets.length,
    eightBit: false,
    utf8: false,
    octets: () => [octets],
    ...facts,
  };
}

/** Opens a session, sends a message on it, and closes. */
export async function send(
  dialogue: Dialogue,
  envelope: Envelope = ENVELOPE,
  body: Content = content("Hello\r\n"),
  options?: StageOptions,
): Promise<Receipt> {
  const session = await dialogue.open();
  try {
    return await sendOn(dialogue.stages(options), { session, envelope, content: body }, dialogue.cx);
  } finally {
    session.channel.close();
  }
}

/** The outcomes as lines: address, delivery, and the code that decided it. */
export function outcomes(recipients: readonly RecipientResult[] = []): string[] {
  return recipients.map((one) => `${one.address} ${one.delivery} ${one.reply?.code ?? ""}`.trim());
}
