import { SmtpError } from "../errors.ts";
import { each, type Middleware, type Plugin } from "../stages/plugin.ts";
import type { StageName } from "../stages/stage.ts";

/** What is logged of a stage. */
export interface LogEntry {
  /** The stage. */
  readonly stage: StageName;
  /** `"start"`, then `"end"` or `"failed"`. */
  readonly event: "start" | "end" | "failed";
  /** The dotted code, for a failure that has one. */
  readonly code?: string;
  /** What failed, in words. */
  readonly message?: string;
}

/**
 * Logs the start and the end of each stage.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { defaultStages, extend, logging } from "@stagecoach/smtp";
 *
 * const stages = extend(defaultStages(), logging((entry) => console.error(entry.stage, entry.event)));
 * assert(typeof stages.quit === "function");
 * ```
 *
 * @param log Receives the entries.
 * @returns A plugin.
 */
export function logging(log: (entry: LogEntry) => void): Plugin {
  const wrap: Middleware = (next, stage) => async (input, cx) => {
    log({ stage, event: "start" });
    try {
      const output = await next(input, cx);
      log({ stage, event: "end" });
      return output;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log({ stage, event: "failed", code: error instanceof SmtpError ? error.code : undefined, message });
      throw error;
    }
  };
  return each(wrap);
}
