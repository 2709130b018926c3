const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The zones that have names, in hours. RFC 5322 section 4.3. */
const ZONES: Readonly<Record<string, number>> = {
  ...{ ut: 0, gmt: 0, z: 0, utc: 0 },
  ...{ est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
};

const DATE =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun) *, *)?(\d{1,2}) +([a-z]{3}) +(\d{2,4}) +(\d{1,2}):(\d{2})(?::(\d{2}))? +([+-]\d{4}|[a-z]{1,5})(?: *\([^()]*\))?$/i;

/** Longest date that is read, in characters. */
const MAX_DATE = 200;

/**
 * Reads the date of a header: `Tue, 24 Nov 2026 09:05:00 +0100` (RFC 5322 sections 3.3 and 4.3).
 *
 * @param text The body of the field.
 * @returns The date; `undefined` when it is none.
 */
export function readDate(text: string): Date | undefined {
  const [, day, name, digits, hour, minute, second = "0", zone] = text.length > MAX_DATE
    ? []
    : DATE.exec(text.replaceAll("\t", " ")) ?? [];
  if (day === undefined) return undefined;
  const month = MONTHS.indexOf(name.toLowerCase());
  const offset = readZone(zone);
  if (offset === undefined) return undefined;
  const year = digits.length === 4 ? Number(digits) : Number(digits) + (Number(digits) < 50 ? 2_000 : 1_900);
  const days = Date.UTC(year, month, Number(day));
  // Date takes the thirtieth of February for the second of March.
  const there = month >= 0 && new Date(days).getUTCDate() === Number(day);
  if (!there || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  return new Date(days + ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)) * 1_000);
}

/** In minutes, positive to the east. */
function readZone(zone: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) {
    const key = zone.toLowerCase();
    // A zone that nobody knows counts as UTC. RFC 5322 section 4.3.
    return Object.hasOwn(ZONES, key) ? ZONES[key] * 60 : 0;
  }
  if (Number(minutes) > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
