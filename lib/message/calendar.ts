import type { Part } from "./part.ts";
import { textPart } from "./text_part.ts";
import { quoted } from "./text.ts";

/** What an iCalendar text is for. RFC 5546 section 1.4. */
export type CalendarMethod =
  | "PUBLISH"
  | "REQUEST"
  | "REPLY"
  | "ADD"
  | "CANCEL"
  | "REFRESH"
  | "COUNTER"
  | "DECLINECOUNTER";

const METHODS: readonly CalendarMethod[] = [
  "PUBLISH",
  "REQUEST",
  "REPLY",
  "ADD",
  "CANCEL",
  "REFRESH",
  "COUNTER",
  "DECLINECOUNTER",
];

/** An invitation, a cancellation, an answer. RFC 5545, RFC 5546, RFC 6047. */
export interface Calendar {
  /** The iCalendar text, from BEGIN:VCALENDAR to END:VCALENDAR. */
  readonly content: string;
  /** What it is for. @default The METHOD of the content. */
  readonly method?: CalendarMethod;
}

/**
 * Makes the part of an invitation.
 *
 * @param calendar The invitation.
 * @returns The part.
 * @throws {TypeError} If it is no iCalendar text, or its method is none, or not the one that is said.
 */
export function calendarPart(calendar: Calendar): Part {
  const { content, method } = calendar;
  if (typeof content !== "string" || !content.isWellFormed() || !/^\s*BEGIN:VCALENDAR\s/i.test(content)) {
    throw fault("content", 'does not begin with "BEGIN:VCALENDAR"');
  }
  const [, written] = /^METHOD:[ \t]*([^\s;]*)[ \t]*$/im.exec(content) ?? [];
  const chosen = (method ?? written)?.toUpperCase();
  if (chosen === undefined) throw fault("method", "is missing, and the content has no METHOD");
  if (!METHODS.some((known) => known === chosen)) {
    throw fault("method", `is ${quoted(chosen)}, not one of ${METHODS.join(", ")}`);
  }
  // Readers that find two do nothing with either. RFC 6047 section 2.4.
  if (written === undefined || written.toUpperCase() !== chosen) {
    throw fault("method", `is ${chosen}, and the METHOD of the content is ${written ?? "missing"}`);
  }
  return textPart(`Content-Type: text/calendar; charset=utf-8; method=${chosen}`, content);
}

function fault(field: string, found: string): TypeError {
  return new TypeError(`Cannot compose message: field "calendar.${field}" ${found}`);
}
