// What a send loads only when it needs it takes a while the first time, by a clock that cannot be stopped.
import "../../lib/advice/reply.ts";
import "../../lib/sasl/credentials.ts";

/** A clock that stands still, but for the test: what looks at it need not be waited for. */
export interface StoppedClock extends Disposable {
  /** Lets what is under way go on, and so much time pass; what is due rings on the way. */
  advance(ms: number): Promise<void>;
  /** Waits by this clock. */
  sleep(ms: number): Promise<void>;
}

interface Bell {
  readonly at: number;
  readonly ring: () => void;
}

/** Enough turns of the event loop for what needs no time. */
const TURNS = 4;

/**
 * Stops the clock that time limits and deadlines go by, `performance.now` and `AbortSignal.timeout`, until it is disposed of.
 *
 * `setTimeout` is left alone: what a test does by it comes at once, and no limit does.
 */
export function stopClock(): StoppedClock {
  const { now, timeout } = { now: performance.now, timeout: AbortSignal.timeout };
  let time = 0;
  const bells = new Set<Bell>();
  performance.now = () => time;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    const ring = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
    bells.add({ at: time + ms, ring });
    return controller.signal;
  };
  return {
    async advance(ms) {
      await turns();
      const end = time + ms;
      for (let next = first(bells, end); next; next = first(bells, end)) {
        time = next.at;
        bells.delete(next);
        next.ring();
        await turns();
      }
      time = end;
    },
    sleep(ms) {
      const { promise, resolve } = Promise.withResolvers<void>();
      bells.add({ at: time + ms, ring: resolve });
      return promise;
    },
    [Symbol.dispose]() {
      performance.now = now;
      AbortSignal.timeout = timeout;
    },
  };
}

function first(bells: ReadonlySet<Bell>, end: number): Bell | undefined {
  return [...bells].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
}

async function turns(): Promise<void> {
  for (let count = 0; count < TURNS; count++) await new Promise((resolve) => setTimeout(resolve, 0));
}
