import { ClientOctets } from "./client_octets.ts";
import { ContentEnd } from "./content_end.ts";
import { isEnding, type Step } from "./transcript.ts";

const decoder = new TextDecoder();

/** Follows a transcript: says what is next, and checks that the client says what it must. */
export class Play {
  /** What the client has said, a line each; content as `(7 octets of content)`. */
  readonly lines: string[] = [];
  readonly #steps: readonly Step[];
  readonly #inbound = new ClientOctets();
  #at = 0;
  #content?: ContentEnd;
  #fault?: Error;

  /** @param steps The transcript. */
  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** The next step; `undefined` after the last one. */
  get next(): Step | undefined {
    return this.#steps[this.#at];
  }

  /** What went wrong, if anything did. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * The server has done its step.
   *
   * @throws {Error} If the client has said what the transcript does not have.
   */
  pass(): void {
    const step = this.#steps[this.#at++];
    if (step.kind === "server" && decoder.decode(step.octets.subarray(0, 3)) === "354") {
      this.#content = new ContentEnd();
    }
    while (this.#listen());
  }

  /** Takes what the server says next, in a row or one step of it; empty when it is not the server's turn. */
  say(all: boolean): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (let step = this.next; step?.kind === "server" && (all || pieces.length === 0); step = this.next) {
      pieces.push(step.octets);
      this.pass();
    }
    return pieces.length === 1 ? pieces[0] : concat(pieces);
  }

  /**
   * Hears the client.
   *
   * @throws {Error} If it says what the transcript does not have.
   */
  hear(octets: Uint8Array): void {
    this.#inbound.add(octets);
    while (this.#listen());
  }

  /** Ends the dialogue before its time; the first fault stays. */
  fail(fault: Error): void {
    this.#fault ??= fault;
  }

  /**
   * Checks that the whole transcript was played.
   *
   * @throws {Error} If a step is missing, or the client said something else.
   */
  done(): void {
    if (this.#fault) throw this.#fault;
    const missing = this.#steps.slice(this.#at).find((step) => !isEnding(step) && step.kind !== "drip");
    if (missing) throw new Error(`The transcript goes on: ${missing.text}`);
    if (this.#inbound.length > 0 && !this.next) {
      throw new Error(`The client also said ${JSON.stringify(this.#inbound.toString())}`);
    }
  }

  /** Takes what fits the next step; false when there is nothing to take. */
  #listen(): boolean {
    const step = this.next;
    if (step?.kind === "hello") return this.#skipHello();
    if (step?.kind === "content") return this.#takeContent();
    // Nobody listens any more.
    if (step && isEnding(step) && step.kind !== "silence") return false;
    // In the middle of its content a client need not wait for what the server says.
    if (step?.kind === "server" && this.#content && !this.#content.ended) return false;
    const line = this.#inbound.line();
    if (!line) return false;
    if (step?.kind === "client") {
      const said = decoder.decode(line);
      if (step.line !== "*" && said !== `${step.line}\r\n`) throw this.#amiss(said);
      this.#at++;
    } else if (step?.kind !== "silence") {
      throw this.#amiss(decoder.decode(line));
    }
    this.#note(line);
    return true;
  }

  #skipHello(): boolean {
    if (this.#inbound.length === 0) return false;
    this.#inbound.take(this.#inbound.length);
    this.#at++;
    return true;
  }

  #takeContent(): boolean {
    const content = this.#content ??= new ContentEnd();
    this.#inbound.take(content.take(this.#inbound.peek()));
    if (!content.ended) return false;
    this.#endContent(content);
    this.#at++;
    return true;
  }

  #note(line: Uint8Array): void {
    if (this.#content?.ended) this.#endContent(this.#content);
    if (this.#content) {
      this.#content.take(line);
      if (this.#content.ended) this.#endContent(this.#content);
      return;
    }
    const text = decoder.decode(line).replace(/\r?\n$/, "");
    this.lines.push(text);
    const [, size] = /^BDAT +(\d+)/i.exec(text) ?? [];
    if (size !== undefined) this.#content = new ContentEnd(Number(size));
  }

  #endContent({ octets }: ContentEnd): void {
    this.lines.push(`(${octets} octets of content)`);
    this.#content = undefined;
  }

  #amiss(said: string): Error {
    const has = this.next ? `"${this.next.text}"` : "ended";
    return this.#fault = new Error(`The client said ${JSON.stringify(said)}, and the script has ${has}`);
  }
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
