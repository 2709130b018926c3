/**
 * A mail server for tests and for work at the desk: it takes every message, shows it, and delivers none.
 *
 * @module
 */

export { type Catcher, catchMail } from "./catcher.ts";
export { type Authority, createAuthority, type LeafOptions } from "./certificate.ts";
export type { CaughtMessage } from "./inbox.ts";
export type { CatcherMechanism, CatcherOptions } from "./options.ts";
export type { ParsedAddress, ParsedAttachment, ParsedMessage } from "./parsed_message.ts";
