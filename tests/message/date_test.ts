import { assertEquals, assertThrows } from "@std/assert";
import { formatDate } from "../../lib/message/date.ts";

for (
  const [iso, offset, expected] of [
    ["2026-11-24T08:05:00Z", 60, "Tue, 24 Nov 2026 09:05:00 +0100"],
    ["2026-11-24T08:05:00Z", 0, "Tue, 24 Nov 2026 08:05:00 +0000"],
    ["2026-11-24T08:05:09.999Z", -210, "Tue, 24 Nov 2026 04:35:09 -0330"],
    ["2026-12-31T23:59:59Z", 345, "Fri, 1 Jan 2027 05:44:59 +0545"],
    ["2024-02-29T00:00:00Z", -720, "Wed, 28 Feb 2024 12:00:00 -1200"],
    ["1999-12-31T11:00:00Z", 840, "Sat, 1 Jan 2000 01:00:00 +1400"],
    ["1900-01-01T00:00:00Z", 0, "Mon, 1 Jan 1900 00:00:00 +0000"],
    ["9999-12-31T23:59:59Z", 0, "Fri, 31 Dec 9999 23:59:59 +0000"],
    ["1900-06-01T00:00:00Z", -17.5, "Thu, 31 May 1900 23:43:00 -0017"],
  ] as const
) {
  Deno.test(`formatDate() writes ${iso} at ${offset} minutes`, () => {
    assertEquals(formatDate(new Date(iso), offset), expected);
  });
}

Deno.test("formatDate() takes this machine's zone when none is given", () => {
  const date = new Date("2026-07-01T12:00:00Z");
  assertEquals(formatDate(date), formatDate(date, -date.getTimezoneOffset()));
  assertEquals(Date.parse(formatDate(date)), date.getTime());
});

for (const date of [new Date(NaN), new Date("1899-12-31T00:00:00Z"), new Date("+010000-01-01T00:00:00Z")]) {
  Deno.test(`formatDate() refuses ${date.getTime()}`, () => {
    assertThrows(() => formatDate(date, 0), TypeError, 'Cannot compose message: field "date"');
  });
}
