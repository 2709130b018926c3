import { assertEquals, assertThrows } from "@std/assert";
import { type Calendar, calendarPart } from "../../lib/message/calendar.ts";

const REQUEST = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";

function head(calendar: Calendar): string {
  return String(calendarPart(calendar)({ widest: "7bit" }).pieces[0]).split("\r\n")[0];
}

Deno.test("calendarPart() takes the method from the content, or checks that they are the same", () => {
  const expected = "Content-Type: text/calendar; charset=utf-8; method=REQUEST";
  assertEquals(head({ content: REQUEST }), expected);
  assertEquals(head({ content: REQUEST, method: "REQUEST" }), expected);
  assertEquals(head({ content: REQUEST.toLowerCase().replaceAll("\r\n", "\n") }), expected);
});

for (
  const [what, calendar, said] of [
    ["what is no iCalendar text", { content: "Hello" }, 'does not begin with "BEGIN:VCALENDAR"'],
    ["a content that is no string", { content: 7 }, 'does not begin with "BEGIN:VCALENDAR"'],
    ["no method", { content: "BEGIN:VCALENDAR\r\nEND:VCALENDAR" }, "the content has no METHOD"],
    ["an unknown method", { content: REQUEST, method: "INVITE" }, 'is "INVITE", not one of PUBLISH, REQUEST'],
    ["an unknown METHOD", { content: REQUEST.replace("REQUEST", "INVITE") }, 'is "INVITE", not one of'],
    ["another method than the content's", { content: REQUEST, method: "CANCEL" }, "the content is REQUEST"],
    [
      "a method that the content lacks",
      { content: "BEGIN:VCALENDAR\r\nEND:VCALENDAR", method: "REQUEST" },
      "the content is missing",
    ],
    ["a method with CR LF", { content: REQUEST, method: "REQUEST\r\nX: y" }, "not one of"],
  ] as const
) {
  Deno.test(`calendarPart() refuses ${what}`, () => {
    const error = assertThrows(() => calendarPart(calendar as unknown as Calendar), TypeError, said);
    assertEquals(/^Cannot compose message: field "calendar\.[^\r\n]*$/.test(error.message), true);
  });
}
