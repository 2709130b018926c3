/**
 * A transcript as a server: what it says with `S:` is served, what it expects with `C:` is checked.
 *
 * @module
 */

import type { Duplex } from "../wire/duplex.ts";
import { Play } from "./play.ts";
import { readTranscript, type Step } from "./transcript.ts";

/** How a script is served. */
export interface ScriptOptions {
  /**
   * How much arrives at once: all that the server says in a row, a line, or an octet.
   * @default {"whole"}
   */
  readonly by?: "whole" | "line" | "byte";
}

/** A stream that plays a transcript. */
export interface ScriptedDuplex extends Duplex {
  /** How many writes there were; a pipelined group is one. */
  readonly writes: number;
  /** Whether the client has closed the stream. */
  readonly closed: boolean;
  /** What the client has said, a line each; content as `(7 octets of content)`. */
  readonly lines: readonly string[];
  /**
   * Checks that the whole transcript was played.
   *
   * @throws {Error} If a line is missing, or the client said something else.
   */
  done(): void;
}

/**
 * Plays a transcript: no port, no permission, no time.
 *
 * What the two sides say:
 *
 * - `S: TEXT` the server says this line
 * - `C: TEXT` the client must say this line; `C: *` takes any line
 * - `-- content` the client must send content, to its dot or to the end of what BDAT announced
 * - `-- octets 16 03 01` the server sends these octets, in hexadecimal
 *
 * What happens otherwise:
 *
 * - `-- tls` the client must upgrade to TLS here
 * - `-- hello` the client sends something of any form, such as the first octets of TLS; none of it is answered
 * - `-- drip` from here on the server's octets come one at a time
 *
 * And how it may end; after the last line the stream ends as with `-- close`:
 *
 * - `-- close` the server ends the stream
 * - `-- no close_notify` it ends TLS without saying so
 * - `-- reset` it breaks the connection off
 * - `-- silence` it says nothing more
 * - `-- stop reading` it takes nothing more either
 *
 * Blank lines are skipped.
 *
 * @example
 * ```ts
 * import { connectOver, defaultStages, extend, openSession, swap } from "@stagecoach/smtp";
 * import { script } from "@stagecoach/smtp/testing";
 *
 * const stream = script(`
 *   S: 220 mail.example.com
 *   C: EHLO client.example.com
 *   S: 250 mail.example.com
 * `, { by: "byte" });
 * const connect = connectOver(() => Promise.resolve({ stream, peer: { loopback: true } }));
 * const stages = extend(defaultStages({ name: "client.example.com" }), swap({ connect }));
 * const cx = { signal: new AbortController().signal, trace: () => {} };
 * const session = await openSession(stages, { hostname: "mail.example.com", port: 25 }, cx);
 * stream.done();
 * session.channel.close();
 * ```
 *
 * @param transcript The dialogue.
 * @param options How it is served.
 * @returns The stream.
 * @throws {SyntaxError} If a line of the transcript is none of these.
 */
export function script(transcript: string, options: ScriptOptions = {}): ScriptedDuplex {
  return new Script(readTranscript(transcript), options.by);
}

class Script implements ScriptedDuplex {
  readonly #play: Play;
  #by: ScriptOptions["by"];
  // What the server has said and the client has not read.
  #outbound: Uint8Array = new Uint8Array();
  #wake?: () => void;
  #writes = 0;
  #closed = false;

  constructor(steps: readonly Step[], by: ScriptOptions["by"] = "whole") {
    this.#play = new Play(steps);
    this.#by = by;
  }

  get writes(): number {
    return this.#writes;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get lines(): readonly string[] {
    return this.#play.lines;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (!this.#closed) {
      if (this.#outbound.length === 0) this.#serve();
      if (this.#outbound.length > 0) {
        const some = this.#outbound.subarray(0, this.#by === "byte" ? 1 : into.length);
        this.#outbound = this.#outbound.subarray(some.length);
        into.set(some);
        return some.length;
      }
      const next = this.#play.next?.kind;
      if (this.#play.fault || next === undefined || next === "close") return null;
      if (next === "reset") throw new Deno.errors.ConnectionReset("Connection reset by peer");
      if (next === "no close_notify") throw new Deno.errors.UnexpectedEof("peer closed connection");
      await this.#change();
    }
    throw interrupted();
  }

  async write(octets: Uint8Array): Promise<number> {
    if (this.#closed) throw new Deno.errors.BadResource("Bad resource ID");
    const next = this.#play.next?.kind;
    if (next === "close" || next === "no close_notify") throw new Deno.errors.BrokenPipe("Broken pipe");
    if (next === "reset") throw new Deno.errors.ConnectionReset("Connection reset by peer");
    if (next === "stop reading") {
      while (!this.#closed) await this.#change();
      throw interrupted();
    }
    this.#writes++;
    this.#play.hear(octets);
    this.#wake?.();
    return octets.length;
  }

  startTls(): Promise<Duplex> {
    if (this.#play.next?.kind !== "tls" || this.#outbound.length > 0) {
      this.#closed = true;
      return Promise.reject(
        new Deno.errors.InvalidData("received corrupt message of type InvalidContentType"),
      );
    }
    this.#play.pass();
    return Promise.resolve(this);
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  done(): void {
    this.#play.done();
  }

  /** Puts on its way what the server says next, as much as is to arrive at once. */
  #serve(): void {
    for (; this.#play.next?.kind === "drip"; this.#play.pass()) this.#by = "byte";
    this.#outbound = this.#play.say(this.#by === "whole");
  }

  /** Waits until the client has said something, or has closed. */
  async #change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#wake;
    this.#wake = () => {
      before?.();
      resolve();
    };
    await promise;
  }
}

function interrupted(): Deno.errors.Interrupted {
  return new Deno.errors.Interrupted("operation canceled");
}
