import type { Reply } from "../errors.ts";

/**
 * What happened on the wire, as it may be shown: secrets are hidden where the line is written.
 *
 * The server's own control characters are still in a reply: escape before printing.
 */
export type TraceEvent =
  /** A TCP connection stands; `address` is `192.0.2.7:587`. */
  | { readonly kind: "connected"; readonly address: string }
  /** TLS stands and the certificate is verified for `hostname`. */
  | { readonly kind: "secured"; readonly hostname: string }
  /** A command was queued. */
  | { readonly kind: "command"; readonly line: string }
  /** A reply was read. */
  | { readonly kind: "reply"; readonly reply: Reply }
  /** So many octets of content were queued. */
  | { readonly kind: "content"; readonly octets: number }
  /** The channel is dead; the reason is empty when we closed it in good order. */
  | { readonly kind: "closed"; readonly reason: string };

/** What travels with every call that waits: how to stop it, and where its news goes. */
export interface Context {
  /** Aborting closes the socket, because that is what interrupts a pending read. */
  readonly signal: AbortSignal;
  /** Receives every event, in order. Called in the middle of the work, so it must be short and must not throw. */
  readonly trace: (event: TraceEvent) => void;
}
