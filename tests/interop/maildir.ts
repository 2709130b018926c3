import { poll } from "./daemon.ts";

/** What Postfix writes before a message as it delivers it, in this order. RFC 5321 section 4.4. */
const TRACE_FIELDS = ["Return-Path", "X-Original-To", "Delivered-To", "Received"];

const TAB = 0x09, LF = 0x0a, CR = 0x0d, SPACE = 0x20;

/** How long a message may take to its Maildir, in milliseconds. */
const DELIVERY_MS = 20_000;

/**
 * Waits until a Maildir holds a number of messages.
 *
 * @returns The octets of all its messages, in no particular order.
 * @throws {Error} If they are not there after 20 seconds.
 */
export async function waitForMail(
  maildir: string,
  count: number,
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const deadline = AbortSignal.timeout(DELIVERY_MS);
  let messages: Uint8Array[] = [];
  const enough = async () => (messages = await readMaildir(maildir)).length >= count || undefined;
  try {
    await poll(enough, signal ? AbortSignal.any([signal, deadline]) : deadline);
  } catch (error) {
    if (error !== deadline.reason) throw error;
    const found = `${messages.length} of ${count} messages after ${DELIVERY_MS} ms`;
    throw new Error(`Cannot read Maildir: ${found}`, { cause: error });
  }
  return messages;
}

/** Postfix moves a message to `new` once it is whole, and nobody opens it, which would move it on to `cur`. */
async function readMaildir(maildir: string): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  try {
    for await (const { name } of Deno.readDir(`${maildir}/new`)) {
      messages.push(await Deno.readFile(`${maildir}/new/${name}`));
    }
  } catch (error) {
    // Postfix makes the Maildir with the first message.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return messages;
}

/**
 * Gives a delivered message back as it was sent: without the trace fields of this delivery and with CRLF line ends.
 *
 * What Postfix itself changes stays changed: a bare CR is a space by now, and a last line without CRLF has one.
 *
 * @param delivered The octets of the file in the Maildir.
 * @returns What followed DATA or BDAT, dots not doubled.
 * @throws {SyntaxError} If a trace field is missing.
 */
export function asSent(delivered: Uint8Array): Uint8Array {
  return withCrlf(
    delivered.subarray(TRACE_FIELDS.reduce((start, name) => skipField(delivered, start, name), 0)),
  );
}

function skipField(octets: Uint8Array, start: number, name: string): number {
  const prefix = new TextEncoder().encode(`${name}:`);
  if (!prefix.every((octet, i) => octets[start + i] === octet)) {
    throw new SyntaxError(`Cannot read delivered message: no field "${name}" at octet ${start}`);
  }
  let end = start;
  do end = octets.indexOf(LF, end) + 1; while (octets[end] === SPACE || octets[end] === TAB);
  return end;
}

function withCrlf(octets: Uint8Array): Uint8Array {
  const lineEnds = octets.reduce((count, octet) => octet === LF ? count + 1 : count, 0);
  const result = new Uint8Array(octets.length + lineEnds);
  let from = 0, to = 0;
  for (let end = octets.indexOf(LF); end >= 0; end = octets.indexOf(LF, from)) {
    result.set(octets.subarray(from, end), to);
    to += end - from;
    result[to++] = CR;
    result[to++] = LF;
    from = end + 1;
  }
  result.set(octets.subarray(from), to);
  return result;
}
