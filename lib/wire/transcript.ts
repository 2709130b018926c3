import { escapeControls, formatReply } from "./reply.ts";
import type { TraceEvent } from "./trace.ts";

/** Most events kept; the newest stay. */
const MAX_EVENTS = 64;
/** Longest line of a transcript in characters. */
const MAX_CHARACTERS = 400;

/** The last events of a session, for the errors that it may end in. */
export class Transcript {
  #events: TraceEvent[] = [];

  /** Remembers an event. */
  add(event: TraceEvent): void {
    // Cut in halves, so that a long session does not shift the array at every event.
    if (this.#events.length === MAX_EVENTS * 2) this.#events.splice(0, MAX_EVENTS);
    this.#events.push(event);
  }

  /** The last events as lines, `C:` and `S:`, bounded in number and length. */
  lines(): readonly string[] {
    return this.#events.slice(-MAX_EVENTS).flatMap(formatEvent).slice(-MAX_EVENTS).map((line) =>
      line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}…` : line
    );
  }
}

/**
 * Writes an event as the lines of a transcript: `C:` the client, `S:` the server, `--` what is not SMTP.
 *
 * @param event The event.
 * @returns One line, or one for each line of a reply; control characters are escaped.
 */
export function formatEvent(event: TraceEvent): string[] {
  switch (event.kind) {
    case "command":
      return [`C: ${escapeControls(event.line)}`];
    case "reply": {
      const { code, lines } = event.reply;
      const last = lines.length - 1;
      return lines.map((text, at) => `S: ${formatLine(code, at < last, text)}`);
    }
    case "content":
      return [`C: (${event.octets} octets of content)`];
    case "connected":
      return [`-- connected to ${event.address}`];
    case "secured":
      return [`-- TLS, certificate verified for ${event.hostname}`];
    case "closed":
      return [event.reason === "" ? "-- closed" : `-- closed: ${escapeControls(event.reason)}`];
  }
}

function formatLine(code: number, goesOn: boolean, text: string): string {
  const line = formatReply({ code, lines: [text] });
  return goesOn ? line.replace(/^(\d{3}) ?/, "$1-") : line;
}
