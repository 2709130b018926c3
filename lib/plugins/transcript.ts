import { each, type Middleware, type Plugin } from "../stages/plugin.ts";
import { formatEvent } from "../wire/transcript.ts";

/**
 * Hands each line of the dialogue to a function, as it happens: `C:` the client, `S:` the server, `--` what is not SMTP.
 *
 * Secrets were hidden where the lines were written, and the server's control characters are escaped.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { defaultStages, extend, transcript } from "@stagecoach/smtp";
 *
 * const lines: string[] = [];
 * const stages = extend(defaultStages(), transcript((line) => lines.push(line)));
 * assert(typeof stages.ehlo === "function");
 * ```
 *
 * @param write Receives one line, without its end.
 * @returns A plugin.
 */
export function transcript(write: (line: string) => void): Plugin {
  const wrap: Middleware = (next) => (input, cx) =>
    next(input, {
      ...cx,
      trace(event) {
        for (const line of formatEvent(event)) write(line);
        cx.trace(event);
      },
    });
  return each(wrap);
}
