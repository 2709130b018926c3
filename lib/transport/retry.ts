import { isTransient, type RecipientResult, SmtpError, withOutcome } from "../errors.ts";
import type { Context, Receipt } from "../stages/stage.ts";
import { aborted } from "../wire/death.ts";
import { notSent } from "./outcome.ts";
import type { Prepared } from "./outgoing.ts";
import { retryAfterMs } from "./retry_after.ts";
import { watched } from "./watched.ts";

/** How often to try, and how long to wait in between. */
export interface RetryOptions {
  /**
   * The most attempts, the first included.
   * @default {3}
   */
  readonly attempts?: number;
  /**
   * The time before the second attempt, in milliseconds; it doubles each time.
   * @default {1000}
   */
  readonly initialDelayMs?: number;
  /**
   * The longest time between two attempts, in milliseconds; also for a server that names a longer one.
   * @default {60000}
   */
  readonly maxDelayMs?: number;
  /** Gives a number from 0 to 1, by which a delay is shortened by up to half, so that many do not come at once. @default Math.random */
  readonly random?: () => number;
  /** Waits; for a test, which has no time. @default By a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The options with their defaults. */
export interface RetryPolicy extends Required<RetryOptions> {
  /** Whether all recipients get it or none: with one who is refused for good, there is nothing to try. */
  readonly whole: boolean;
}

/**
 * Checks the options for trying again.
 *
 * @param retry What the caller said.
 * @param partial What a refused recipient means for the others.
 * @returns The policy; with `false` or nothing, one attempt.
 * @throws {RangeError} If a number is out of its range.
 */
export function readRetry(
  retry: boolean | RetryOptions = false,
  partial: "deliver" | "abort" = "deliver",
): RetryPolicy {
  const {
    attempts = retry === false ? 1 : 3,
    initialDelayMs = 1_000,
    maxDelayMs = 60_000,
    random = Math.random,
    sleep: wait = sleep,
  } = typeof retry === "object" ? retry : {};
  const policy = { attempts, initialDelayMs, maxDelayMs, random, sleep: wait, whole: partial === "abort" };
  if (!(Number.isInteger(policy.attempts) && policy.attempts >= 1)) {
    throw new RangeError(`Cannot retry: attempts is ${policy.attempts}, not a whole number from 1`);
  }
  for (const name of ["initialDelayMs", "maxDelayMs"] as const) {
    // Longer than a timer can be.
    if (!(policy[name] >= 0 && policy[name] < 2 ** 31)) {
      throw new RangeError(`Cannot retry: ${name} is ${policy[name]}, not a time`);
    }
  }
  return policy;
}

/**
 * Sends a message, and again to those whom it certainly has not reached and may reach later.
 *
 * Never again to a recipient who was accepted or refused for good, and never when the outcome is not known: that could deliver
 * twice. The message stays the same, Message-ID and Date included.
 *
 * @param prepared The message.
 * @param policy How often, and how long to wait.
 * @param cx Ends the waiting too.
 * @param attempt Sends it once to the recipients of an envelope.
 * @returns The receipt; somebody was accepted.
 * @throws {SmtpError} What the last attempt threw, with the outcome for every recipient over all attempts.
 */
export async function sendWithRetry(
  prepared: Prepared,
  policy: RetryPolicy,
  cx: Context,
  attempt: (prepared: Prepared) => Promise<Receipt>,
): Promise<Receipt> {
  const { envelope } = prepared;
  const content = watched(prepared.content);
  const results = notSent(envelope);
  let pending = results.map((_, at) => at);
  let receipt: Receipt | undefined;
  for (let count = 1;; count++) {
    const forwardPaths = pending.map((at) => envelope.forwardPaths[at]);
    const { given, error } = await tried(() =>
      attempt({ envelope: { ...envelope, forwardPaths }, content: content.content })
    );
    const outcome = given?.recipients ?? error!.recipients ?? [];
    pending.forEach((at, i) => results[at] = outcome[i] ?? results[at]);
    receipt ??= given;
    pending = pending.filter((at) => mayBeTriedAgain(results[at]));
    const hopeless = policy.whole && pending.length < results.length;
    const over = hopeless || count === policy.attempts || pending.length === 0 || content.spent() ||
      (error !== undefined && !isTransient(error));
    if (over) return concluded(receipt, error, results);
    const wait = Math.max(delayMs(count, policy), retryAfterMs(pending.map((at) => results[at].reply)));
    try {
      await policy.sleep(Math.min(wait, policy.maxDelayMs), cx.signal);
      cx.signal.throwIfAborted();
    } catch {
      // What was accepted before stays accepted. At the deadline, what the server said is the reason and not the clock.
      const stopped = aborted(cx.signal.reason);
      return concluded(receipt, stopped.code === "timeout" ? error ?? stopped : stopped, results);
    }
  }
}

/** One attempt: a receipt, or an error that tells of recipients. */
async function tried(
  attempt: () => Promise<Receipt>,
): Promise<{ given?: Receipt; error?: SmtpError }> {
  try {
    return { given: await attempt() };
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    return { error };
  }
}

function mayBeTriedAgain({ delivery, reply }: RecipientResult): boolean {
  return delivery === "not sent" || (delivery === "refused" && reply !== undefined && reply.code < 500);
}

/** What the caller is told: a receipt if somebody was accepted and nothing is unknown. */
function concluded(
  receipt: Receipt | undefined,
  error: SmtpError | undefined,
  recipients: readonly RecipientResult[],
): Receipt {
  const unknown = recipients.some((one) => one.delivery === "unknown");
  if (receipt && !unknown) return { ...receipt, recipients };
  throw withOutcome(error!, recipients);
}

/** Half of the doubled delay for sure, the other half by chance. */
function delayMs(count: number, { initialDelayMs, maxDelayMs, random }: RetryPolicy): number {
  const full = Math.min(initialDelayMs * 2 ** (count - 1), maxDelayMs);
  return full * (1 - random() / 2);
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
