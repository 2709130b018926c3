import type { Reply } from "../errors.ts";
import { HIDDEN } from "./command.ts";

/** Shorter texts are in every other reply by chance; hiding them would only make replies unreadable. */
const MIN_LENGTH = 4;

/** Texts that nothing may show, should the server repeat them. */
export class Secrets {
  readonly #texts: string[] = [];

  /** Hides a text from now on. */
  add(text: string): void {
    if (text.length < MIN_LENGTH || this.#texts.includes(text)) return;
    this.#texts.push(text);
    // The longest first: of a secret that holds another, nothing may be left.
    this.#texts.sort((a, b) => b.length - a.length);
  }

  /** The text without the secrets. */
  hide(text: string): string {
    return this.#texts.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
  }

  /** The reply without the secrets; the same value when it holds none. */
  mask(reply: Reply): Reply {
    if (!this.#texts.some((text) => reply.lines.some((line) => line.includes(text)))) return reply;
    return { ...reply, lines: reply.lines.map((line) => this.hide(line)) };
  }
}
