import type { Reply } from "../errors.ts";
import type { StageName } from "../stages/stage.ts";
import { type FaultOptions, parseRefusal, type Refusable } from "./fault_options.ts";

/** Decides what goes wrong; remembers how often it has come to that. */
export class Meddler {
  readonly #options: FaultOptions;
  readonly #counts = new Map<string, number>();

  /** @param options What is to go wrong, checked. */
  constructor(options: FaultOptions) {
    this.#options = options;
  }

  /** Whether the connection is lost before or after a stage. */
  drops(when: "before" | "after", stage: StageName): boolean {
    return this.#options.drop?.[when] === stage && this.#strikes(`drop ${when}`);
  }

  /** How long the next reply is held back, in milliseconds. */
  delayMs(stage: StageName): number {
    const { [stage]: ms = 0 } = this.#options.delayMs ?? {};
    return ms > 0 && this.#strikes(`delay ${stage}`) ? ms : 0;
  }

  /** What is answered in the server's place. */
  refusal(what: Refusable): Reply | undefined {
    const { [what]: line } = this.#options.refuse ?? {};
    return line !== undefined && this.#strikes(`refuse ${what}`) ? parseRefusal(line) : undefined;
  }

  /** What the client is told that the server offers, and whether its groups are to be torn apart. */
  extensions(reply: Reply): { reply: Reply; falsePipelining: boolean } {
    const { hide = [], offer = [], falsePipelining = false } = this.#options;
    if ((hide.length === 0 && offer.length === 0 && !falsePipelining) || !this.#strikes("extensions")) {
      return { reply, falsePipelining: false };
    }
    const more = falsePipelining ? ["PIPELINING", ...offer] : offer;
    const hidden = [...hide, ...more].map(keywordOf);
    const [greeting, ...rest] = reply.lines;
    const left = rest.filter((line) => !hidden.includes(keywordOf(line)));
    return { reply: { ...reply, lines: [greeting, ...left, ...more] }, falsePipelining };
  }

  /** Whether the reply to the content never arrives. */
  losesFinalReply(): boolean {
    return this.#options.loseFinalReply === true && this.#strikes("final reply");
  }

  /** Whether this is an occasion on which the fault happens. */
  #strikes(fault: string): boolean {
    const { skip = 0, times = Infinity } = this.#options;
    const count = this.#counts.get(fault) ?? 0;
    this.#counts.set(fault, count + 1);
    return count >= skip && count < skip + times;
  }
}

function keywordOf(line: string): string {
  return line.toUpperCase().split(/[ =]/, 1)[0];
}
