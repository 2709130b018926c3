import { setImmediate } from "node:timers";

interface Bell {
  readonly at: number;
  readonly controller: AbortController;
}

/** So many turns of the event loop without a word, and nothing more is to come. */
const QUIET_TURNS = 3;

/**
 * A clock that moves only while somebody waits for what nobody will do, and then to the next time limit at once.
 *
 * It stands in for `performance.now` and `AbortSignal.timeout` until it is disposed of. So no dialogue takes time, none is cut off
 * because the machine is slow, and one that no limit would ever end is seen as what it is.
 */
export class StageClock implements Disposable {
  readonly #real = { now: performance.now, timeout: AbortSignal.timeout };
  #time = 0;
  #bells: Bell[] = [];
  #news = 0;
  #waiting = new Set<(hung: boolean) => void>();
  #watching = false;

  constructor() {
    performance.now = () => this.#time;
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      this.#bells.push({ at: this.#time + ms, controller });
      return controller.signal;
    };
  }

  /** Something has happened: nobody waits in vain yet. */
  hear(): void {
    this.#news++;
  }

  /** Lets time pass at once. */
  pass(ms: number): Promise<void> {
    this.#time += ms;
    return Promise.resolve();
  }

  /**
   * Waits for another to do something; when nobody does, time passes.
   *
   * @param done Ends the wait.
   * @throws {Error} If nothing happens and no time limit is left that could end the wait.
   */
  async wait(done: Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = (hung: boolean) => hung ? reject(new Error("nothing would ever end this wait")) : resolve();
    this.#waiting.add(end);
    done.then(resolve, reject);
    this.#watch();
    try {
      await promise;
    } finally {
      this.#waiting.delete(end);
    }
  }

  /** Forgets what was set before. */
  reset(): void {
    this.#bells = [];
    this.#time = 0;
  }

  [Symbol.dispose](): void {
    performance.now = this.#real.now;
    AbortSignal.timeout = this.#real.timeout;
  }

  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    while (this.#waiting.size > 0) {
      if (await this.#quiet() && !this.#ring()) { for (const end of this.#waiting) end(true); }
    }
    this.#watching = false;
  }

  async #quiet(): Promise<boolean> {
    const before = this.#news;
    for (let turn = 0; turn < QUIET_TURNS; turn++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#news !== before || this.#waiting.size === 0) return false;
    }
    return true;
  }

  /** Moves on to the next time limit; false when there is none. */
  #ring(): boolean {
    if (this.#bells.length === 0) return false;
    const next = this.#bells.reduce((first, bell) => bell.at < first.at ? bell : first);
    this.#bells.splice(this.#bells.indexOf(next), 1);
    this.#time = Math.max(this.#time, next.at);
    next.controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
    return true;
  }
}
