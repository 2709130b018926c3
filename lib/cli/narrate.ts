import {
  each,
  type Extensions,
  formatReply,
  type Greeted,
  type Middleware,
  type Plugin,
  SmtpError,
  type StageName,
  type TraceEvent,
} from "../../mod.ts";
import { describeStage, type Row } from "./describe_stage.ts";
import { duration, wrap as wrapped } from "./format.ts";

/** The columns: the stage's name, what it has seen, how long it took; then the server's words, up to the width. */
const NAME = 11;
const WHAT = 44;
const TIME = 8;
const WIDTH = 100;

/** What is told of a stage. */
export interface Told {
  readonly stage: StageName;
  /** In milliseconds. */
  readonly ms: number;
  readonly ok: boolean;
  readonly rows: readonly Row[];
}

/**
 * Tells of every stage when it is through.
 *
 * @param write Receives the text, one line or more.
 * @param tell Receives the same as data.
 * @returns A plugin.
 */
export function narrate(write: (text: string) => void, tell: (told: Told) => void = () => {}): Plugin {
  let before: Extensions | undefined;
  const wrap: Middleware = (next, stage) => async (input, cx) => {
    const events: TraceEvent[] = [];
    const start = performance.now();
    const end = (ok: boolean, rows: readonly Row[]) => {
      const ms = performance.now() - start;
      tell({ stage, ms, ok, rows });
      write(lines(stage, ms, rows));
    };
    try {
      const output = await next(input, {
        ...cx,
        trace(event) {
          events.push(event);
          cx.trace(event);
        },
      });
      end(true, describeStage({ stage, output, events, before }));
      if (stage === "ehlo") before = (output as Greeted).extensions;
      return output;
    } catch (error) {
      const reply = error instanceof SmtpError ? error.reply : undefined;
      end(false, [{ what: "failed", reply: reply && formatReply(reply) }]);
      throw error;
    }
  };
  return each(wrap);
}

/**
 * Writes rows in columns; what is too long goes on in the next line, and nothing is cut off.
 *
 * @param name What stands in the first column.
 * @param ms The time, in milliseconds.
 * @param rows The rows.
 * @returns The lines, each with its end.
 */
export function lines(name: string, ms: number, rows: readonly Row[]): string {
  let text = "";
  for (const [at, { what, reply }] of rows.entries()) {
    const [first, ...rest] = wrapped(what, WHAT);
    const time = at === 0 ? duration(ms) : "";
    const start = `${(at === 0 ? name : "").padEnd(NAME)}${first.padEnd(WHAT)} ${time.padStart(TIME)}`;
    const beside = reply !== undefined && start.length + 3 + reply.length <= WIDTH;
    text += `${beside ? `${start}   ${reply}` : start.trimEnd()}\n`;
    for (const line of rest) text += `${" ".repeat(NAME)}${line}\n`;
    if (reply && !beside) {
      for (const line of wrapped(reply, WIDTH - NAME)) text += `${" ".repeat(NAME)}${line}\n`;
    }
  }
  return text;
}

/** A last line with the time of the whole below the others. */
export function summary(text: string, ms: number): string {
  return `${text.padEnd(NAME + WHAT)} ${duration(ms).padStart(TIME)}\n`;
}
