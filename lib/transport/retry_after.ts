import type { Reply } from "../errors.ts";

/** What servers write that greylist: "try again in 300 seconds", "retry after 5 min", "Greylisted for 5 minutes". */
const HINT =
  /(?:again|retry|wait|greylist|grey-list|graylist|deferred|come back)[^0-9]{0,60}?(\d{1,5})[ .]?(s|sec|second|seconds|m|min|mins|minute|minutes|h|hour|hours)?\b/i;

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** How much of a reply is looked at. */
const MAX_TEXT = 1_024;

/**
 * Reads after what time servers want to be asked again.
 *
 * @param replies What they said; some may have said nothing.
 * @returns The longest time in milliseconds; 0 when none is named.
 */
export function retryAfterMs(replies: readonly (Reply | undefined)[]): number {
  return Math.max(0, ...replies.map((reply) => reply ? hintIn(reply.lines.join(" ").slice(0, MAX_TEXT)) : 0));
}

function hintIn(text: string): number {
  const [, number, unit = "s"] = HINT.exec(text) ?? [];
  return number === undefined ? 0 : Number(number) * UNITS[unit[0].toLowerCase()];
}
