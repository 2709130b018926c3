/**
 * A transcript as a server: what it says with `S:` is served, what it expects with `C:` is checked.
 *
 * @module
 */

import type { Duplex } from "../wire/duplex.ts";

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
  /**
   * Checks that the whole transcript was played.
   *
   * @throws {Error} If a line is missing, or the client said something else.
   */
  done(): void;
}

type Step =
  | { readonly kind: "server" | "client"; readonly line: string }
  | { readonly kind: "tls" | "close" | "silence"; readonly line: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Plays a transcript: no port, no permission, no time.
 *
 * Lines begin with `S:` (the server says), `C:` (the client must say; `C: *` takes any line) or `--`: `-- tls` is where
 * the client must upgrade, `-- close` ends the stream, `-- silence` leaves the client waiting. Blank lines are skipped.
 * After the last line the stream ends.
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
 * @throws {SyntaxError} If a line of the transcript begins with none of the marks.
 */
export function script(transcript: string, options: ScriptOptions = {}): ScriptedDuplex {
  return new Script(
    transcript.split("\n").map((line) => line.trim()).filter((line) => line !== "").map(readStep),
    options.by,
  );
}

function readStep(text: string): Step {
  const [, mark, line] = /^(S:|C:|--) ?(.*)$/.exec(text) ?? [];
  if (mark === "S:") return { kind: "server", line };
  if (mark === "C:") return { kind: "client", line };
  if (mark === "--" && (line === "tls" || line === "close" || line === "silence")) {
    return { kind: line, line };
  }
  throw new SyntaxError(
    `Cannot read transcript: "${text}" is neither S: nor C: nor -- tls, -- close, -- silence`,
  );
}

class Script implements ScriptedDuplex {
  readonly #steps: Step[];
  readonly #by: ScriptOptions["by"];
  // Octets of the server's that are on their way, and of the client's that make no whole line yet.
  #outbound: number[] = [];
  #inbound: number[] = [];
  #fault?: Error;
  #wake?: () => void;
  #writes = 0;
  #closed = false;

  constructor(steps: Step[], by: ScriptOptions["by"] = "whole") {
    this.#steps = steps;
    this.#by = by;
  }

  get writes(): number {
    return this.#writes;
  }

  get closed(): boolean {
    return this.#closed;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (!this.#closed) {
      this.#serve();
      if (this.#outbound.length > 0) {
        const some = this.#outbound.splice(0, this.#by === "byte" ? 1 : into.length);
        into.set(some);
        return some.length;
      }
      const next = this.#steps[0]?.kind;
      if (next === undefined || next === "close" || this.#fault) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    throw new Deno.errors.Interrupted("operation canceled");
  }

  write(octets: Uint8Array): Promise<number> {
    if (this.#closed) return Promise.reject(new Deno.errors.BadResource("Bad resource ID"));
    if (this.#steps[0]?.kind === "close") return Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
    this.#writes++;
    this.#inbound.push(...octets);
    try {
      this.#hear();
    } catch (error) {
      this.#fault ??= error as Error;
      return Promise.reject(error);
    }
    this.#wake?.();
    return Promise.resolve(octets.length);
  }

  startTls(): Promise<Duplex> {
    if (this.#steps[0]?.kind !== "tls" || this.#outbound.length > 0) {
      this.#closed = true;
      return Promise.reject(
        new Deno.errors.InvalidData("received corrupt message of type InvalidContentType"),
      );
    }
    this.#steps.shift();
    return Promise.resolve(this);
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  done(): void {
    if (this.#fault) throw this.#fault;
    if (this.#inbound.length > 0) throw new Error(`The client also said ${quote(this.#inbound)}`);
    const missing = this.#steps.find((step) => step.kind !== "close" && step.kind !== "silence");
    if (missing) throw new Error(`The transcript goes on: ${missing.kind} ${missing.line}`);
  }

  /** Puts on its way what the server says next, as much as is to arrive at once. */
  #serve(): void {
    while (this.#outbound.length === 0 || this.#by === "whole") {
      const step = this.#steps[0];
      if (step?.kind !== "server") return;
      this.#steps.shift();
      this.#outbound.push(...encoder.encode(step.line + "\r\n"));
    }
  }

  /** Takes the client's whole lines and compares them with the script. */
  #hear(): void {
    for (let at = this.#inbound.indexOf(10); at >= 0; at = this.#inbound.indexOf(10)) {
      const said = decoder.decode(new Uint8Array(this.#inbound.splice(0, at + 1)));
      const step = this.#steps[0];
      if (step?.kind === "silence") continue;
      const fits = step?.kind === "client" && (step.line === "*" || said === step.line + "\r\n");
      if (!fits) {
        throw new Error(
          `The client said ${JSON.stringify(said)}, and the script has ${step?.line ?? "ended"}`,
        );
      }
      this.#steps.shift();
    }
  }
}

function quote(octets: readonly number[]): string {
  return JSON.stringify(decoder.decode(new Uint8Array(octets)));
}
