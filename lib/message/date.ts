const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Writes a date as a header does: `Tue, 24 Nov 2026 09:05:00 +0100` (RFC 5322 section 3.3).
 *
 * By hand, because `Intl` takes longer to load than a message takes to compose.
 *
 * @param date The date.
 * @param offset The zone's distance from UTC in minutes, positive to the east.
 * @default offset The zone of this machine at that date.
 * @returns The date and time.
 * @throws {TypeError} If the date is invalid or its year is not one of 1900 to 9999.
 */
export function formatDate(date: Date, offset = -date.getTimezoneOffset()): string {
  // Zones had seconds once; the format has none.
  const minutes = Math.trunc(offset);
  const local = new Date(date.getTime() + minutes * 60_000);
  const year = local.getUTCFullYear();
  if (Number.isNaN(year)) throw new TypeError('Cannot compose message: field "date" is no valid Date');
  if (year < 1900 || year > 9999) {
    throw new TypeError(`Cannot compose message: field "date" is in the year ${year}`);
  }
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(":");
  const distance = Math.abs(minutes);
  const zone = `${minutes < 0 ? "-" : "+"}${two(Math.floor(distance / 60))}${two(distance % 60)}`;
  const day = `${DAYS[local.getUTCDay()]}, ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`;
  return `${day} ${year} ${time} ${zone}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
