import { latin1 } from "./octets.ts";
import type { Random } from "./random.ts";
import type { Said, ServerRecord } from "./server_record.ts";

/** How a stream ends. */
export type End = "close" | "reset" | "no close_notify";

/** What reaches the client: octets, and at last an end of some kind. */
export type Item = { readonly octets: Uint8Array } | { readonly end: End };

/** What a server may do instead of what it should, and how often. */
const FATES = {
  refuse: 6,
  busy: 2,
  wrong: 2,
  stray: 1,
  garbage: 1,
  mute: 2,
  deaf: 1,
  dies: 2,
  cut: 2,
  close: 3,
  reset: 3,
  "no close_notify": 1,
} as const;

const GARBAGE = [
  "HTTP/1.1 400 Bad Request\r\n\r\n",
  "\x16\x03\x01\0\r\n",
  "250ok\r\n",
  "99 x\r\n",
  "\0\n",
  "250-a\r\n251 b\r\n",
  "\xff\xfe\r\n",
];

/** What a server says: what it should, or as the mood is. */
export class Voice {
  /** What the client has not read yet. */
  readonly queue: Item[] = [];
  /** What it may repeat although it should not, a character for each octet. */
  readonly secrets: string[] = [];
  /** Whether nothing more is read of the client. */
  deaf = false;
  /** Whether it says no more, and is gone as soon as it has heard all that is here. */
  dying = false;
  /** Whether it is there no more. */
  gone = false;
  readonly #random: Random;
  readonly #record: ServerRecord;
  readonly #rate: number;
  #mute = false;
  #said = 0;

  /**
   * @param record Learns what was said.
   * @param rate How likely each step goes wrong.
   */
  constructor(random: Random, record: ServerRecord, rate: number) {
    this.#random = random;
    this.#record = record;
    this.#rate = rate;
  }

  /** Whether the next step goes wrong. */
  fails(): boolean {
    return this.#random.chance(this.#rate);
  }

  /** Answers as it should, or as the mood is. */
  answer(good: number, lines: readonly string[] = [this.text()]): Said {
    const nothing = { code: 0, end: Infinity };
    const fate = this.fails() ? this.#random.weighted(FATES) : "good";
    if (fate !== "good") this.#record.log.push(`-- ${fate}`);
    switch (fate) {
      case "good":
        return this.say(good, lines);
      case "refuse":
        return this.say(this.#random.pick(450, 451, 452, 500, 501, 502, 503, 504, 535, 550, 552, 554));
      case "busy": {
        // Also behind the answer: the server may go at any time. RFC 5321 section 3.8.
        const said = this.#random.chance(0.5) ? this.say(good, lines) : undefined;
        this.#record.farewell = this.say(421);
        this.end("close");
        return said ?? this.#record.farewell;
      }
      case "wrong":
        this.#record.odd = true;
        return this.say(
          this.#random.pick(...[211, 220, 235, 250, 251, 299, 334, 354].filter((code) => code !== good)),
        );
      case "stray": {
        const said = this.say(good, lines);
        this.#record.outOfStep = true;
        this.say(this.#random.pick(220, 250, 250, 354, 550));
        return said;
      }
      case "garbage":
        this.#record.outOfStep = true;
        this.#push(this.#random.pick(...GARBAGE, `${this.text()}\r\n`));
        return nothing;
      case "deaf":
        this.deaf = true;
        if (this.#random.chance(0.5)) this.#mute = true;
        return this.say(good, lines);
      case "dies":
        this.dying = true;
        this.#mute = true;
        return this.say(good, lines);
      case "mute":
        this.#mute = true;
        return this.say(good, lines);
      case "cut":
        this.#push(`${good}${this.#random.pick("", "-a\r\n", " o", "-")}`);
        this.#mute = true;
        this.dying = this.#random.chance(0.5);
        return nothing;
      default:
        this.end(fate);
        return nothing;
    }
  }

  /** Says a reply, in one line or several. */
  say(code: number, lines: readonly string[] = [this.text()]): Said {
    const end = this.#random.chance(0.05) ? "\n" : "\r\n";
    const all = this.#random.chance(0.1) ? [...lines, this.text()] : lines;
    this.#push(all.map((line, at) => `${code}${at < all.length - 1 ? "-" : " "}${line}${end}`).join(""));
    return { code, end: this.#mute ? Infinity : this.#said };
  }

  /** Something to say; who has heard a secret may well repeat it. */
  text(): string {
    const echo = this.secrets.length > 0 && this.#random.chance(0.3)
      ? this.#random.pick(...this.secrets)
      : "";
    return this.#random.pick(
      "ok",
      "",
      "5.7.1 no",
      "4.2.0 later",
      "\x1b[31mred",
      "Gr\xc3\xbc\xc3\x9fe",
      "x".repeat(300),
    ) + echo;
  }

  #push(text: string): void {
    if (this.#mute || this.gone) return;
    this.#record.log.push(`S: ${text}`);
    const octets = latin1(text);
    this.#said += octets.length;
    this.queue.push({ octets });
  }

  /** Ends the stream; a reset may take along what was on its way. */
  end(end: End): void {
    if (this.gone) return;
    this.gone = true;
    this.#record.log.push(`-- ${end}`);
    if (end === "reset" && this.#random.chance(0.5)) this.queue.length = 0;
    this.queue.push({ end });
  }
}
