import { complete, type Reply, type SmtpError } from "../errors.ts";
import { type Command, HIDDEN } from "./command.ts";
import { aborted, closed, failed, injected, lost, outOfTurn, sessionOver } from "./death.ts";
import type { Duplex, TlsOptions } from "./duplex.ts";
import type { Peer } from "./peer.ts";
import type { PendingReply } from "./pending_reply.ts";
import { ReplyReader } from "./reply_reader.ts";
import { Secrets } from "./secrets.ts";
import type { Context, TraceEvent } from "./trace.ts";
import { Transcript } from "./transcript.ts";
import { Writer } from "./writer.ts";

/** Content is written when so many octets wait, and otherwise together with what follows it. */
const WRITE_AT = 65_536;

interface Slot extends PendingReply {
  readonly cx: Context;
  received?: Reply;
}

/**
 * Owns the stream: commands are queued and leave in few writes, replies are matched in order.
 *
 * A channel is healthy or dead. A refusal leaves it healthy; a malformed reply, the end of the stream, a failed read or
 * write, an abort and the reply 421 kill it, and the reason is thrown from every later call. Reading is on demand: a read
 * held open would make the upgrade to TLS fail.
 */
export class Channel {
  /** Who is at the other end. */
  readonly peer: Peer;
  /** Whether octets wait of which nothing has been written. */
  readonly unsent = (): boolean => this.#out.length > 0;
  readonly #stream: Duplex;
  readonly #in: ReplyReader;
  readonly #out: Writer;
  readonly #slots: Slot[] = [];
  readonly #secrets = new Secrets();
  readonly #transcript: Transcript;
  #reading?: Promise<void>;
  #dead?: SmtpError;
  #cx?: Context;

  /**
   * Takes a stream over.
   *
   * @param stream The stream; the channel owns it from here on.
   * @param peer Who is at the other end.
   * @param transcript What was said before this channel, when it continues another.
   */
  constructor(stream: Duplex, peer: Peer, transcript: Transcript = new Transcript()) {
    this.#stream = stream;
    this.#in = new ReplyReader(stream, this.#secrets);
    this.#out = new Writer(stream);
    this.#transcript = transcript;
    this.peer = peer;
  }

  /** Why the channel is dead; `undefined` while it is healthy. */
  get dead(): SmtpError | undefined {
    return this.#dead;
  }

  /** The last lines of the dialogue, secrets hidden. */
  get transcript(): readonly string[] {
    return this.#transcript.lines();
  }

  /**
   * Queues a command.
   *
   * @param cx Receives the trace of the command and of its reply.
   */
  send(command: Command, cx: Context): PendingReply {
    if (command.secret) this.hide(command.secret);
    const pending = this.expect(command.verb, cx);
    this.#tell({ kind: "command", line: command.shown });
    this.#out.line(command.line);
    return pending;
  }

  /**
   * Expects a reply that answers no command line: the greeting, or the reply to the content.
   *
   * @param verb What it answers.
   * @param cx Receives the trace of the reply.
   * @returns The reply to come.
   */
  expect(verb: string, cx: Context): PendingReply {
    // What is already here answers nothing of ours; taken as if it did, it would shift all replies (CVE-2026-42246).
    if (this.#slots.length === 0 && this.#in.unread && !this.#dead && !this.#take()) this.#kill(outOfTurn());
    const slot: Slot = { verb, cx, reply: (cx) => this.#await(slot, cx) };
    this.#slots.push(slot);
    this.#cx = cx;
    return slot;
  }

  /**
   * Queues octets of content, and writes when enough wait.
   *
   * @param pieces The octets, line ends and dots already in order; not to be changed afterwards.
   * @param cx Stops the write.
   * @param options `dot`: whether the line that ends the content of DATA follows.
   */
  async write(pieces: readonly Uint8Array[], cx: Context, options: { dot?: boolean } = {}): Promise<void> {
    this.#cx = cx;
    const before = this.#out.length;
    for (const piece of pieces) this.#out.octets(piece);
    const octets = this.#out.length - before;
    if (octets > 0) this.#tell({ kind: "content", octets });
    if (options.dot) {
      this.#tell({ kind: "command", line: "." });
      this.#out.line(".");
    }
    if (this.#out.length >= WRITE_AT) await this.flush(cx);
  }

  /** Writes all that is queued. */
  flush(cx: Context): Promise<void> {
    return this.#abortable(cx, () => this.#flush());
  }

  /**
   * Upgrades to TLS. This channel is dead afterwards; what was said on it is forgotten.
   *
   * @param options The name to verify, and authorities to trust.
   * @param cx Stops the handshake.
   * @returns A new channel with nothing in its buffer.
   * @throws {ProtocolError} If anything was received ahead of the handshake (RFC 3207 section 4.2, CVE-2011-0411).
   */
  async startTls(options: TlsOptions, cx: Context): Promise<Channel> {
    if (this.#dead) throw this.#dead;
    if (this.#in.unread || this.#slots.length > 0 || this.unsent()) throw this.#kill(injected());
    if (!this.#stream.startTls) throw new TypeError("Cannot start TLS: the stream cannot be upgraded");
    const secured = await this.#abortable(cx, () => this.#stream.startTls!(options, cx.signal));
    this.#dead = lost("Cannot use this channel: it was upgraded to TLS");
    this.#tell({ kind: "secured", hostname: options.hostname }, cx);
    return new Channel(secured, { ...this.peer, secure: true }, this.#transcript);
  }

  /** Hides a text wherever a reply repeats it. */
  hide(secret: string): void {
    this.#secrets.add(secret);
  }

  /** Closes the socket, without QUIT. May be called more than once. */
  close(): void {
    if (this.#dead) return;
    // Without a transcript: the usual end of a session costs no more than it must.
    this.#tell({ kind: "closed", reason: "" });
    this.#end(lost("Cannot use this channel: it was closed"));
  }

  async #await(slot: Slot, cx: Context): Promise<Reply> {
    try {
      if (!slot.received) await this.#abortable(cx, () => this.#readUpTo(slot));
    } catch (error) {
      // The write failed, but the server had answered before it closed.
      if (!slot.received) throw error;
    }
    if (slot.received) return slot.received;
    throw this.#dead;
  }

  async #readUpTo(slot: Slot): Promise<void> {
    await this.#flush();
    while (!slot.received && !this.#dead) await this.#more();
  }

  /** Runs what waits; an abort kills the channel, which interrupts it, and so does a failure. */
  async #abortable<T>(cx: Context, run: () => Promise<T>): Promise<T> {
    const abort = () => this.#kill(aborted(cx.signal.reason));
    if (cx.signal.aborted) abort();
    if (this.#dead) throw this.#dead;
    cx.signal.addEventListener("abort", abort);
    try {
      return await run();
    } catch (error) {
      throw this.#kill(failed(error));
    } finally {
      cx.signal.removeEventListener("abort", abort);
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#out.flush();
    } catch (error) {
      // The server may have said why before it closed: what it said is still to be read.
      while (!this.#dead && this.#slots.length > 0) await this.#more(error);
      throw error;
    }
  }

  /** Reads once; who else waits joins the same read. */
  #more(instead?: unknown): Promise<void> {
    return this.#reading ??= this.#read(instead).finally(() => this.#reading = undefined);
  }

  async #read(instead?: unknown): Promise<void> {
    const more = await this.#in.fill().catch((error) => void this.#kill(failed(instead ?? error)));
    if (more) return this.#dispatch();
    this.#kill(closed(this.#slots[0]?.verb, instead));
  }

  /** Hands the replies that are here to those who wait for them; `expect` and `startTls` judge what else is here. */
  #dispatch(): void {
    while (this.#slots.length > 0 && this.#take());
  }

  /** Takes a reply that is here; false when there is none. */
  #take(): boolean {
    try {
      const reply = this.#in.take();
      if (reply) this.#deliver(reply);
      return reply !== undefined;
    } catch (error) {
      this.#kill(failed(error));
      return false;
    }
  }

  #deliver(read: Reply): void {
    const slot = this.#slots.shift();
    // A challenge is for the mechanism, unchanged, and is not shown at all.
    const challenge = slot?.verb === "AUTH" && read.code === 334;
    const reply = challenge ? read : this.#secrets.mask(read);
    this.#tell({ kind: "reply", reply: challenge ? { code: 334, lines: [HIDDEN] } : reply }, slot?.cx);
    if (slot) slot.received = reply;
    if (reply.code === 421) this.#kill(sessionOver(reply));
    else if (!slot) this.#kill(outOfTurn(reply));
  }

  #tell(event: TraceEvent, cx = this.#cx): void {
    this.#transcript.add(event);
    cx?.trace(event);
  }

  /** Kills the channel for a reason; the first reason stays. */
  #kill(reason: SmtpError): SmtpError {
    if (this.#dead) return this.#dead;
    this.#tell({ kind: "closed", reason: reason.message });
    const command = this.#slots[0]?.verb || undefined;
    return this.#end(complete(reason, { command, transcript: this.transcript }));
  }
  #end(reason: SmtpError): SmtpError {
    this.#slots.length = 0;
    this.#stream.close();
    return this.#dead = reason;
  }
}
