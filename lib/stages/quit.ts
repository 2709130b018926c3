import { command } from "../wire/command.ts";
import type { Stages } from "./stage.ts";

/**
 * Says QUIT, waits for the answer and closes (RFC 5321 section 4.1.1.10).
 *
 * Nothing depends on the answer any more: a server that closes at once, or says something else, is no error.
 *
 * @returns The `quit` stage.
 */
export function quit(): Stages["quit"] {
  return async ({ channel }, cx) => {
    if (channel.dead) return;
    try {
      await channel.send(command("QUIT"), cx).reply(cx);
    } catch (error) {
      // An abort is the caller's word and goes on; a lost connection is what QUIT asks for.
      if (cx.signal.aborted) throw error;
    } finally {
      channel.close();
    }
  };
}
