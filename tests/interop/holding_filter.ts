/**
 * A content filter that Postfix asks before it takes a message, and that can keep it waiting.
 *
 * @module
 */

import type { MailServer, MailServerOptions } from "./mail_server.ts";

/** Settings for a server that asks the filter at its first door, and takes what comes back at the second. */
export const FILTERED = {
  mainCf: { smtpd_proxy_filter: "unix:public/filter" },
  masterCf: "filtered unix n - n - - smtpd -o smtpd_proxy_filter=",
} satisfies MailServerOptions;

/** What ends the content of DATA. RFC 5321 section 4.1.1.4. */
const END = "\r\n.\r\n";

/** A running filter; disposing of it cuts off whoever talks to it. */
export interface HoldingFilter extends AsyncDisposable {
  /**
   * Keeps the next message waiting for ever: at its final dot, which goes no further, or at the reply to that, when the
   * message has been taken.
   *
   * @returns Ends when the message is there.
   */
  hold(at: "dot" | "reply"): Promise<void>;
}

/**
 * Starts a filter that passes everything on.
 *
 * @param server A server with the settings {@linkcode FILTERED}.
 * @returns The filter.
 */
export async function startHoldingFilter(server: MailServer): Promise<HoldingFilter> {
  const doors = `${server.folder}/postfix/queue/public`;
  const listener = Deno.listen({ transport: "unix", path: `${doors}/filter` });
  await Deno.chmod(`${doors}/filter`, 0o666);
  const conns = new Set<Deno.Conn>();
  const sessions: Promise<void>[] = [];
  let held: { at: "dot" | "reply"; there: () => void } | undefined;

  async function serve(front: Deno.Conn): Promise<void> {
    const back = await Deno.connect({ transport: "unix", path: `${doors}/filtered` });
    conns.add(front).add(back);
    let tail = "", complete = false;
    const sent = pass(front, back, (text) => {
      tail = (tail + text).slice(-END.length);
      complete = tail === END;
      return complete && reach("dot");
    });
    const answered = pass(back, front, () => complete && reach("reply"));
    await Promise.all([sent, answered]);
  }

  /** Says that a message is where it is to be held, if it is. */
  function reach(at: "dot" | "reply"): boolean {
    if (held?.at !== at) return false;
    held.there();
    held = undefined;
    return true;
  }

  /** Passes on what comes until one side closes; then both are closed. What is held is dropped, and so is all after it. */
  async function pass(from: Deno.Conn, to: Deno.Conn, stop: (text: string) => boolean): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder("latin1");
    let stopped = false;
    try {
      for (let length = await from.read(buffer); length !== null; length = await from.read(buffer)) {
        const octets = buffer.subarray(0, length);
        stopped ||= stop(decoder.decode(octets));
        for (let at = 0; !stopped && at < length;) at += await to.write(octets.subarray(at));
      }
    } catch {
      // One of them is gone, or closed below.
    }
    for (const conn of [from, to]) if (conns.delete(conn)) conn.close();
  }

  const accepting = (async () => {
    for await (const front of listener) sessions.push(serve(front));
  })();
  return {
    hold(at) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = { at, there: resolve };
      return promise;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of conns) conn.close();
      conns.clear();
      await accepting;
      await Promise.all(sessions);
    },
  };
}
