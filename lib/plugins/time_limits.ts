import { StageTimeoutError } from "../errors.ts";
import { each, type Middleware, type Plugin } from "../stages/plugin.ts";
import type { StageName, TraceEvent } from "../stages/stage.ts";

/** For how long nothing may happen in a stage, in milliseconds. */
export interface TimeLimits extends Readonly<Record<StageName, number>> {
  /** The reply to DATA, in the stage `data`. @default 2 minutes, or `data` if that is less */
  readonly dataCommand: number;
  /** A block of content, in the stage `data`; `data` itself is for the reply to the whole. @default 3 minutes, or `data` if that is less */
  readonly dataBlock: number;
}

const MINUTE = 60_000;

/**
 * The limits of RFC 5321 section 4.5.3.2: five minutes for the greeting and for MAIL and RCPT, two for DATA, three for a block
 * of content, ten for the reply to it. The RFC has none for EHLO, TLS, AUTH and QUIT; these have five minutes, two, as it gives
 * DATA, and ten seconds for goodbye.
 */
export const RFC_TIME_LIMITS: TimeLimits = {
  connect: 5 * MINUTE,
  ehlo: 5 * MINUTE,
  tls: 2 * MINUTE,
  auth: 2 * MINUTE,
  envelope: 5 * MINUTE,
  data: 10 * MINUTE,
  dataCommand: 2 * MINUTE,
  dataBlock: 3 * MINUTE,
  quit: 10_000,
};

/**
 * Ends a stage in which nothing happens for too long.
 *
 * The clock starts anew with every command, reply and block of content: a large message that moves is never cut off, and a
 * server that is silent is not waited for. The session is closed, since its replies could no longer be told apart.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { defaultStages, extend, timeLimits } from "@stagecoach/smtp";
 *
 * const stages = extend(defaultStages(), timeLimits({ connect: 10_000 }));
 * assert(typeof stages.connect === "function");
 * ```
 *
 * @param limits Milliseconds by stage; the others keep those of RFC 5321.
 * @returns A plugin. Its stages throw a {@linkcode StageTimeoutError}.
 * @throws {RangeError} If a limit is not a positive number.
 */
export function timeLimits(limits: Partial<TimeLimits> = {}): Plugin {
  const { data = RFC_TIME_LIMITS.data } = limits;
  const all: TimeLimits = {
    ...RFC_TIME_LIMITS,
    dataCommand: Math.min(RFC_TIME_LIMITS.dataCommand, data),
    dataBlock: Math.min(RFC_TIME_LIMITS.dataBlock, data),
    ...limits,
  };
  for (const [stage, limitMs] of Object.entries(all)) {
    if (!(limitMs > 0)) {
      throw new RangeError(`Cannot limit ${stage} to ${limitMs} ms: a limit is a positive number`);
    }
  }
  const watchman = new Watchman();
  const wrap: Middleware = (next, stage) => async (input, cx) => {
    const clock = watchman.start(stage, all[stage]);
    // By hand, since AbortSignal.any costs a cold start half a millisecond for each stage.
    const abort = () => clock.controller.abort(cx.signal.reason);
    if (cx.signal.aborted) abort();
    cx.signal.addEventListener("abort", abort);
    try {
      return await next(input, {
        signal: clock.controller.signal,
        trace(event) {
          watchman.hear(clock, stage === "data" ? limitIn(clock, event, all) : clock.limitMs);
          cx.trace(event);
        },
      });
    } finally {
      cx.signal.removeEventListener("abort", abort);
      watchman.stop(clock);
    }
  };
  return each(wrap);
}

/** What the RFC allows after an event in the stage `data`. */
function limitIn(clock: Clock, event: TraceEvent, limits: TimeLimits): number {
  // The content is complete: the reply may take as long as the delivery.
  if (event.kind === "command") clock.complete = event.line === "." || / LAST$/.test(event.line);
  if (clock.complete) return limits.data;
  if (event.kind === "content") return limits.dataBlock;
  if (event.kind !== "command") return clock.limitMs;
  return event.line === "DATA" ? limits.dataCommand : limits.dataBlock;
}

interface Clock {
  readonly stage: StageName;
  limitMs: number;
  /** Whether the content has left to its end. */
  complete: boolean;
  readonly controller: AbortController;
  /** When something happened last. */
  last: number;
}

/**
 * Looks after the stages that run, and aborts the one in which nothing has happened for too long.
 *
 * Events only note the time: a timer for each would cost about a tenth of the throughput, and so there is one for all. It is
 * that of `AbortSignal.timeout`, which a cold start does not have to load; it keeps the program alive only while it is
 * listened to, that is, while a stage runs.
 */
class Watchman {
  readonly #clocks = new Set<Clock>();
  readonly #look = () => this.#lookAround();
  #timer?: AbortSignal;
  /** When the timer goes off. */
  #due = Infinity;

  start(stage: StageName, limitMs: number): Clock {
    const clock = {
      stage,
      limitMs,
      complete: false,
      controller: new AbortController(),
      last: performance.now(),
    };
    this.#clocks.add(clock);
    this.#waitUntil(clock.last + limitMs);
    return clock;
  }

  /** Something happened; from here on another limit may hold. */
  hear(clock: Clock, limitMs: number): void {
    clock.last = performance.now();
    const sooner = limitMs < clock.limitMs;
    clock.limitMs = limitMs;
    if (sooner) this.#waitUntil(clock.last + limitMs);
  }

  stop(clock: Clock): void {
    this.#clocks.delete(clock);
    if (this.#clocks.size === 0) this.#timer?.removeEventListener("abort", this.#look);
  }

  /** Listens to the timer, if it goes off in time, else to a new one. */
  #waitUntil(time: number): void {
    const timer = this.#timer;
    if (!timer || timer.aborted || this.#due > time) {
      timer?.removeEventListener("abort", this.#look);
      this.#timer = AbortSignal.timeout(Math.max(1, Math.ceil(time - performance.now())));
      this.#due = time;
    }
    this.#timer!.addEventListener("abort", this.#look);
  }

  #lookAround(): void {
    const now = performance.now();
    for (const clock of this.#clocks) {
      if (clock.last + clock.limitMs <= now) clock.controller.abort(timedOut(clock));
      else this.#waitUntil(clock.last + clock.limitMs);
    }
  }
}

function timedOut({ stage, limitMs }: Clock): StageTimeoutError {
  const limit = limitMs < 1_000 ? `${limitMs} ms` : `${limitMs / 1_000} s`;
  return new StageTimeoutError(`Cannot finish ${stage}: nothing was heard for ${limit}`, {
    code: `timeout.${stage}`,
    stage,
    retryable: true,
    hint: "The server or something on the way is slow or silent; try later, or another port.",
  });
}
