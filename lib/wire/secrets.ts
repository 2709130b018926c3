import type { Reply } from "../errors.ts";
import { HIDDEN } from "./command.ts";

/** Shorter texts are in every other reply by chance; hiding them would only make replies unreadable. */
const MIN_LENGTH = 4;

/** Texts that no reply may show, should the server repeat them. */
export class Secrets {
  readonly #texts: string[] = [];

  /** Hides a text from now on. */
  add(text: string): void {
    if (text.length >= MIN_LENGTH && !this.#texts.includes(text)) this.#texts.push(text);
  }

  /** The reply without the secrets; the same value when it holds none. */
  mask(reply: Reply): Reply {
    if (!this.#texts.some((text) => reply.lines.some((line) => line.includes(text)))) return reply;
    const hide = (line: string) => this.#texts.reduce((shown, text) => shown.replaceAll(text, HIDDEN), line);
    return { ...reply, lines: reply.lines.map(hide) };
  }
}
