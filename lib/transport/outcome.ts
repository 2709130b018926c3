import type { RecipientResult } from "../errors.ts";
import type { Envelope } from "../stages/stage.ts";

/**
 * Gives the outcome of a message that was not sent.
 *
 * @param envelope The envelope.
 * @returns A result for each of its recipients, in order.
 */
export function notSent({ forwardPaths }: Envelope): RecipientResult[] {
  return forwardPaths.map((path) => ({
    address: typeof path === "string" ? path : path.address,
    delivery: "not sent",
  }));
}
