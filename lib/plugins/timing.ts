import { each, type Middleware, type Plugin } from "../stages/plugin.ts";
import type { StageName } from "../stages/stage.ts";

/** How long a stage took. */
export interface Timing {
  /** The stage. */
  readonly stage: StageName;
  /** From the call of the stage to its end, in milliseconds. */
  readonly elapsedMs: number;
  /** Whether it ended well. */
  readonly ok: boolean;
}

/**
 * Measures each stage.
 *
 * With PIPELINING the stage `envelope` ends before it is answered; its round trip is then part of `data`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { defaultStages, extend, timing } from "@stagecoach/smtp";
 *
 * const slow: string[] = [];
 * const stages = extend(
 *   defaultStages(),
 *   timing(({ stage, elapsedMs }) => {
 *     if (elapsedMs > 1_000) slow.push(stage);
 *   }),
 * );
 * assert(typeof stages.data === "function");
 * ```
 *
 * @param report Receives the time of a stage when it ends.
 * @returns A plugin.
 */
export function timing(report: (timing: Timing) => void): Plugin {
  const wrap: Middleware = (next, stage) => async (input, cx) => {
    const start = performance.now();
    let ok = false;
    try {
      const output = await next(input, cx);
      ok = true;
      return output;
    } finally {
      report({ stage, elapsedMs: performance.now() - start, ok });
    }
  };
  return each(wrap);
}
