import { type Reply, SmtpError } from "../errors.ts";
import type { Channel } from "../wire/channel.ts";
import type { Duplex, TlsOptions } from "../wire/duplex.ts";
import type { Context } from "../wire/trace.ts";
import { ClientOctets } from "./client_octets.ts";
import { ContentEnd } from "./content_end.ts";
import type { FaultySession } from "./faulty_session.ts";
import { pause } from "./pause.ts";

/** A reply that the client waits for; of a lost connection there is none. */
interface Due {
  readonly verb: string;
  readonly last: boolean;
  readonly ask?: () => Promise<Reply>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The channel above traces; the one below says nothing. */
const QUIET: Context = { signal: new AbortController().signal, trace: () => {} };

/**
 * Stands between the client and a channel to the server: passes on what both say, except where there is a fault.
 *
 * The client's own channel is above. It meets the fault as it would meet a real one, and so its errors are the real ones.
 */
export class Relay implements Duplex {
  readonly #below: Channel;
  readonly #session: FaultySession;
  readonly #closing = new AbortController();
  readonly #said = new ClientOctets();
  readonly #due: Due[] = [];
  #outbound: Uint8Array = new Uint8Array();
  #content?: ContentEnd;
  /** Whether the server gets the content too. */
  #shared = true;
  /** Whether the next line answers a challenge and is no command. */
  #challenged = false;
  #wake?: () => void;

  /**
   * Takes a channel over.
   *
   * @param below The channel to the server.
   * @param session What is to go wrong.
   */
  constructor(below: Channel, session: FaultySession) {
    this.#below = below;
    this.#session = session;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#outbound.length === 0) {
      if (this.#closing.signal.aborted) throw new Deno.errors.Interrupted("operation canceled");
      const [due] = this.#due;
      if (!due) await this.#more();
      else if (!due.ask) return null;
      else if (!await this.#answer(due, due.ask)) return null;
    }
    const some = this.#outbound.subarray(0, into.length);
    this.#outbound = this.#outbound.subarray(some.length);
    into.set(some);
    return some.length;
  }

  async write(octets: Uint8Array): Promise<number> {
    if (this.#closing.signal.aborted) throw new Deno.errors.BadResource("Bad resource ID");
    this.#said.add(octets);
    let first = true;
    while (this.#said.length > 0) {
      if (this.#content) {
        await this.#passContent(this.#content);
        continue;
      }
      const line = this.#said.line();
      if (!line) break;
      this.#hear(decoder.decode(line).replace(/\r\n$/, ""), first);
      first = false;
    }
    this.#wake?.();
    if (!this.#session.lost) await this.#below.flush(QUIET).catch(asStream);
    return octets.length;
  }

  async startTls(options: TlsOptions, signal: AbortSignal): Promise<Duplex> {
    const secured = await this.#below.startTls(options, { ...QUIET, signal }).catch(asStream);
    if (!secured) throw new Deno.errors.UnexpectedEof("unexpected end of file");
    return new Relay(secured, this.#session);
  }

  close(): void {
    this.#closing.abort();
    this.#below.close();
    this.#wake?.();
  }

  /** Takes a line: passes it on, or answers it, or loses the connection at it. */
  #hear(line: string, first: boolean): void {
    const verb = this.#challenged ? "" : line.split(" ", 1)[0].toUpperCase();
    this.#challenged = false;
    const [, size = "0", end] = verb === "BDAT" ? /^\S+ +(\d+)( +LAST)?/i.exec(line) ?? [] : [];
    const last = end !== undefined;
    const { lost } = this.#session;
    const own = lost ? undefined : this.#session.answer({ verb, first, last });
    this.#shared = !lost && !own;
    if (size !== "0") this.#content = new ContentEnd(Number(size));
    if (this.#shared) {
      const pending = this.#below.send({ verb: verb || "AUTH", line, shown: verb }, QUIET);
      this.#due.push({ verb, last, ask: () => pending.reply(QUIET) });
    } else {
      this.#due.push({ verb: "", last: false, ask: own && (() => Promise.resolve(own)) });
    }
  }

  /** Passes on what has come of the content. */
  async #passContent(content: ContentEnd): Promise<void> {
    const octets = this.#said.take(content.take(this.#said.peek()));
    if (content.ended) this.#content = undefined;
    if (this.#shared) await this.#below.write([octets], QUIET).catch(asStream);
    else if (content.ended && content.dotted && !this.#session.lost) {
      const reply = this.#session.answerContent();
      this.#due.push({ verb: "", last: false, ask: () => Promise.resolve(reply) });
    }
  }

  /** Puts the reply that is due on its way; false when the connection is lost instead. */
  async #answer(due: Due, ask: () => Promise<Reply>): Promise<boolean> {
    await pause(this.#session.takeDelayMs(), this.#closing.signal);
    const reply = await ask().catch(asStream);
    if (this.#closing.signal.aborted) return true;
    if (!reply) return false;
    if ((due.verb === "content" || due.last) && this.#session.losesFinalReply()) {
      this.#session.lost = true;
      return false;
    }
    this.#due.shift();
    if (reply.code === 334) this.#challenged = true;
    if (reply.code === 354) this.#beginContent();
    this.#outbound = encode(
      due.verb === "EHLO" && reply.code === 250 ? this.#session.extensions(reply) : reply,
    );
    return true;
  }

  #beginContent(): void {
    this.#content = new ContentEnd();
    if (!this.#shared) return;
    // Asked for from here on, since a server may refuse in the middle of the content.
    const pending = this.#below.expect("content", QUIET);
    this.#due.push({ verb: "content", last: false, ask: () => pending.reply(QUIET) });
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }
}

/** Turns the death of the channel below into what a stream tells: nothing, or the platform's error. */
function asStream(error: unknown): undefined {
  if (!(error instanceof SmtpError)) throw error;
  const { message, hint, code, command, reply, cause } = error;
  // Its transcript shows what the channel above hides.
  if (code !== "connect.lost") {
    throw Reflect.construct(error.constructor, [message, { hint, code, command, reply }]);
  }
  if (cause !== undefined) throw cause;
  return undefined;
}

function encode({ code, lines }: Reply): Uint8Array {
  const text = lines.map((line, at) => `${code}${at < lines.length - 1 ? "-" : " "}${line}\r\n`);
  return encoder.encode(text.join(""));
}
