import type { ParsedMessage } from "./parsed_message.ts";

/** A message that the catcher took, with all it learned about it. */
export interface CaughtMessage {
  /** The paths of MAIL and RCPT as they stood between the angle brackets; refused recipients are not among them. */
  readonly envelope: {
    /** Where a bounce would go; empty for the null reverse-path `<>`. */
    readonly reversePath: string;
    /** The recipients that were accepted, in their order; one that was named twice stands once. */
    readonly forwardPaths: readonly string[];
  };
  /** The content exactly as received, dot-stuffing undone. RFC 5321 section 4.5.2. */
  readonly octets: Uint8Array;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** The name that AUTH gave, when there was an AUTH. */
  readonly user?: string;
  /** The SASL mechanism that AUTH used, when there was an AUTH. */
  readonly mechanism?: string;
  /** The content as postal-mime reads it: headers, addresses, text, HTML, attachments. */
  readonly parsed: ParsedMessage;
  /** When the last octet had come. */
  readonly receivedAt: Date;
}

interface Waiter {
  readonly fits: (message: CaughtMessage) => boolean;
  readonly settle: (outcome: PromiseLike<CaughtMessage> | CaughtMessage) => void;
}

/** The messages caught so far, and those who wait for one. */
export class Inbox {
  /** The oldest first. */
  readonly messages: CaughtMessage[] = [];
  readonly #limit: number;
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  /** @param limit How many messages are kept; the oldest is dropped for one more. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a message and wakes those whom it fits. */
  add(message: CaughtMessage): void {
    this.messages.push(message);
    if (this.messages.length > this.#limit) this.messages.shift();
    for (const waiter of this.#waiters) {
      try {
        if (waiter.fits(message)) waiter.settle(message);
      } catch (error) {
        waiter.settle(Promise.reject(error)); // The mistake is the waiter's, not the sender's.
      }
    }
  }

  /** Resolves with the first message that fits, here already or yet to come. */
  async waitFor(fits: (message: CaughtMessage) => boolean, signal?: AbortSignal): Promise<CaughtMessage> {
    signal?.throwIfAborted();
    const present = this.messages.find(fits);
    if (present) return present;
    if (this.#closed) throw closedError();

    const { promise, resolve } = Promise.withResolvers<CaughtMessage>();
    const waiter: Waiter = { fits, settle: resolve };
    const abort = () => resolve(Promise.reject(signal?.reason));
    this.#waiters.add(waiter);
    signal?.addEventListener("abort", abort);
    try {
      return await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Lets nobody wait any longer; the messages stay. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.settle(Promise.reject(closedError()));
  }
}

function closedError(): Error {
  return new Error("Cannot wait for a message: the catcher is closed");
}
