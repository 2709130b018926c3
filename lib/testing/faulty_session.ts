import type { Reply } from "../errors.ts";
import type { Refusable } from "./fault_options.ts";
import type { Meddler } from "./meddler.ts";

/** A command as far as it matters to a fault. */
export interface Said {
  /** The verb in upper case; empty for what is no command. */
  readonly verb: string;
  /** Whether it stands first in its group. */
  readonly first: boolean;
  /** Whether it is BDAT LAST. */
  readonly last: boolean;
}

const VERBS: readonly string[] = ["EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"] satisfies Refusable[];

/** What all the fault plugins of a transport do to one session. */
export class FaultySession {
  /** Whether the connection is lost from here on. */
  lost = false;
  readonly #meddlers: Meddler[] = [];
  #delayMs = 0;
  #falsePipelining = false;
  /** What the content is refused with, once it was begun. */
  #refusal?: Reply;

  /** Adds a plugin's faults. */
  add(meddler: Meddler): void {
    this.#meddlers.push(meddler);
  }

  /** Holds back the next reply, in milliseconds. */
  delay(ms: number): void {
    this.#delayMs += ms;
  }

  /** For how long the reply that is due is held back. */
  takeDelayMs(): number {
    const ms = this.#delayMs;
    this.#delayMs = 0;
    return ms;
  }

  /** The reply in the server's place; `undefined` where the server is to answer. */
  answer({ verb, first, last }: Said): Reply | undefined {
    if (this.#falsePipelining && !first) {
      return { code: 503, lines: ["5.5.1 Error: another command is still under way"] };
    }
    const reply = VERBS.includes(verb) ? this.#refusalOf(verb as Refusable) : undefined;
    if (reply?.code === 421) this.lost = true;
    return reply ?? (verb === "DATA" || verb === "BDAT" ? this.#answerContent(verb, last) : undefined);
  }

  /** The reply to a content that the server was not shown. */
  answerContent(): Reply {
    const reply = this.#refusal!;
    this.#refusal = undefined;
    if (reply.code === 421) this.lost = true;
    return reply;
  }

  /** What the client is told of the reply to EHLO. */
  extensions(reply: Reply): Reply {
    this.#falsePipelining = false;
    return this.#meddlers.reduce((before, meddler) => {
      const { reply, falsePipelining } = meddler.extensions(before);
      this.#falsePipelining ||= falsePipelining;
      return reply;
    }, reply);
  }

  /** Whether the reply to the content never arrives. */
  losesFinalReply(): boolean {
    return this.#meddlers.map((meddler) => meddler.losesFinalReply()).includes(true);
  }

  /** A content to be refused is taken in the server's place, which must not deliver it. */
  #answerContent(verb: "DATA" | "BDAT", last: boolean): Reply | undefined {
    this.#refusal ??= this.#refusalOf("content");
    if (!this.#refusal) return undefined;
    if (verb === "DATA") return { code: 354, lines: ["Go ahead"] };
    return last ? this.answerContent() : { code: 250, lines: ["2.0.0 Ok"] };
  }

  /** Every plugin counts the occasion; the first listed decides. */
  #refusalOf(what: Refusable): Reply | undefined {
    return this.#meddlers.map((meddler) => meddler.refusal(what)).find((reply) => reply !== undefined);
  }
}
