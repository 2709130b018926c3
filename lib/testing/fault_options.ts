import type { Reply } from "../errors.ts";
import { STAGE_NAMES, type StageName } from "../stages/stage.ts";

/** What can be refused: a command by its verb, `greeting`, or `content`, whose reply comes after the dot. */
export type Refusable = "greeting" | "EHLO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "content";

/** What is to go wrong, and when. Each fault counts its own occasions: stages, commands, replies to EHLO. */
export interface FaultOptions {
  /** Loses the connection before or after a stage; before `connect`, the server hangs up instead of a greeting. */
  readonly drop?: { readonly before?: StageName; readonly after?: StageName };
  /**
   * Holds back the next reply after a stage has begun, in milliseconds by stage; before `connect`, the connection.
   *
   * Time limits see it as a slow server; that of `connect` only in a `timeLimits()` listed after this plugin.
   */
  readonly delayMs?: Partial<Readonly<Record<StageName, number>>>;
  /**
   * Answers in the server's place, which hears nothing of it: `{ RCPT: "550 5.1.1 No such user" }`. After 421 the connection
   * is lost.
   */
  readonly refuse?: Partial<Readonly<Record<Refusable, string>>>;
  /** Takes extensions out of the reply to EHLO, by keyword: `["STARTTLS"]`. */
  readonly hide?: readonly string[];
  /** Puts extensions into the reply to EHLO, in place of the server's own: `["SIZE 1000"]`. It need not have them. */
  readonly offer?: readonly string[];
  /** Offers PIPELINING, and answers 503 to every command of a group but the first. */
  readonly falsePipelining?: boolean;
  /** Loses the connection after the server has taken the content and before its reply arrives: the outcome is not known. */
  readonly loseFinalReply?: boolean;
  /**
   * How often it goes well before the fault: 2 for a fault at the third message.
   * @default {0}
   */
  readonly skip?: number;
  /**
   * How often the fault happens before it goes well again: 2 for an attempt that succeeds the third time.
   * @default {Infinity}
   */
  readonly times?: number;
}

const REFUSABLE: readonly string[] = [
  "greeting",
  "EHLO",
  "STARTTLS",
  "AUTH",
  "MAIL",
  "RCPT",
  "DATA",
  "content",
] satisfies Refusable[];

/**
 * Checks what a user asked for.
 *
 * @throws {TypeError} If a stage or a command is none.
 * @throws {RangeError} If a number is out of its range.
 * @throws {SyntaxError} If a reply or an extension cannot be sent as one.
 */
export function checkFaults(options: FaultOptions): void {
  const { drop = {}, delayMs = {}, refuse = {}, offer = [], skip = 0, times = Infinity } = options;
  const stages = [drop.before, drop.after, ...Object.keys(delayMs)].filter((name) => name !== undefined);
  const unknown = stages.find((name) => !(STAGE_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot make faults: "${unknown}" is not one of ${STAGE_NAMES.join(", ")}`);
  }
  for (const [stage, ms] of Object.entries(delayMs)) {
    if (!(ms >= 0 && ms < Infinity)) {
      throw new RangeError(`Cannot make faults: ${stage} cannot be delayed by ${ms} ms`);
    }
  }
  for (const [what, reply] of Object.entries(refuse)) {
    if (!REFUSABLE.includes(what)) {
      throw new TypeError(`Cannot make faults: "${what}" is not one of ${REFUSABLE.join(", ")}`);
    }
    parseRefusal(reply);
  }
  const malformed = offer.find((line) => !/^[a-z0-9][!-~]*(?: [!-~]+)*$/i.test(line));
  if (malformed !== undefined) {
    throw new SyntaxError(`Cannot make faults: ${JSON.stringify(malformed)} is no extension`);
  }
  if (!(Number.isInteger(skip) && skip >= 0)) {
    throw new RangeError(`Cannot make faults: skip is ${skip}, not a whole number from 0`);
  }
  if (!(times === Infinity || (Number.isInteger(times) && times >= 1))) {
    throw new RangeError(`Cannot make faults: times is ${times}, not a whole number from 1`);
  }
}

/** Reads the reply that stands in the options. */
export function parseRefusal(line: string): Reply {
  const [, code, text = ""] = /^([45]\d\d)(?: ([ -~]*))?$/.exec(line) ?? [];
  if (code === undefined) {
    throw new SyntaxError(`Cannot make faults: ${JSON.stringify(line)} is no reply of 4yz or 5yz`);
  }
  return { code: Number(code), lines: [text] };
}
