/**
 * Sends that are tried again, and the sessions that they are tried on.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Outgoing, sendMail, type SendOptions, type TransportOptions } from "../../mod.ts";
import { greeting } from "../dialogue.ts";
import {
  type Ending,
  endingOf,
  GO,
  GOODBYE,
  HELLO,
  MAIL,
  mail,
  OK,
  overScripts,
  rcpt,
  RESET,
  said,
  SENDER,
  type Turn,
  WAYS,
} from "./sending.ts";

/** What one send may be told about trying again, but how to wait: a test writes down for how long. */
export type Retry = Omit<Exclude<NonNullable<TransportOptions["retry"]>, boolean>, "sleep">;

/** What happens to one message, attempt by attempt. */
export interface Retried {
  /** One for each attempt, and no more. */
  readonly sessions: readonly string[];
  readonly message?: () => Outgoing;
  readonly retry?: Retry;
  readonly options?: Partial<TransportOptions & SendOptions>;
  readonly ends: Ending;
  /** How long it waited between the attempts, in milliseconds. */
  readonly waits: readonly number[];
}

/** Sends a message by `sendMail`, which opens a session for each attempt; without chance, and without time. */
export function retryTest(
  name: string,
  { sessions, message = () => mail(), retry, options, ends, waits }: Retried,
): void {
  for (const by of WAYS) {
    Deno.test(`sendMail() ${name} (${by})`, async () => {
      const waited: number[] = [];
      const sleep = (ms: number) => Promise.resolve(void waited.push(ms));
      const server = overScripts(sessions, { retry: { random: () => 0, ...retry, sleep }, ...options }, {
        by,
      });
      assertEquals(await endingOf(() => sendMail(server.options, message())), ends);
      assertEquals(waited, waits);
      server.done();
    });
  }
}

/** A RCPT and what it is answered. */
export function to(name: string, reply = "250 ok"): Turn {
  return [rcpt(name), `S: ${reply}`];
}

export const OPENING = greeting();

/** A session in which these are named, and the message is taken for those who are not refused. */
export function takenFor(...turns: Turn[]): string {
  return `${OPENING}${said("HELP", [SENDER, ...turns, GO])}${HELLO}\n${OK}\n${GOODBYE}`;
}

/** A session in which the message is taken for bo. */
export const TAKEN = takenFor(to("bo"));

/** A session in which the sender is refused. */
export function refused(reply: string): string {
  return `${OPENING}\n${MAIL}\nS: ${reply}\n${RESET}`;
}

/** A session in which all of these are refused. */
export function refusedAll(...turns: Turn[]): string {
  return `${OPENING}${said("HELP", [SENDER, ...turns])}${RESET}`;
}
