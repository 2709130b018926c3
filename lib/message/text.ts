/**
 * What may stand in the text of a header, and how text is shown in an error.
 *
 * @module
 */

/** C0, DEL, C1 and the line separators of Unicode: some reader takes each of them for a line end or worse. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/** What JSON leaves as it is although a terminal or a reader does not: DEL, C1, line separators, text direction. */
const UNSHOWN = /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The characters of an error's quotation: enough to find the place, too few to flood a log. */
const MAX_SHOWN = 80;

/**
 * Says why text cannot stand in a header.
 *
 * @param text The text.
 * @returns What was found, such as `the control character U+000A`; `undefined` when nothing is wrong.
 */
export function textFault(text: string): string | undefined {
  const found = CONTROL.exec(text)?.[0];
  if (found !== undefined) return `the control character U+${hex(found)}`;
  // TextEncoder would send half of a pair as another character, U+FFFD.
  return text.isWellFormed() ? undefined : "half of a surrogate pair";
}

/**
 * Says whether text is ASCII without control characters.
 *
 * @param text The text.
 * @returns True also when it is empty.
 */
export function isPrintableAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/**
 * Counts the octets of text in UTF-8; at no cost when it is ASCII, as nearly every address is.
 *
 * @param text The text.
 * @returns The octets.
 */
export function countOctets(text: string): number {
  return isPrintableAscii(text) ? text.length : new TextEncoder().encode(text).length;
}

/**
 * Quotes text for an error message: control characters escaped, cut when long.
 *
 * @param text The text.
 * @returns The text in double quotes.
 */
export function quoted(text: string): string {
  const cut = text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) + "…" : text;
  return JSON.stringify(cut).replace(UNSHOWN, (c) => "\\u" + hex(c).toLowerCase());
}

/** The code of a UTF-16 unit in four digits. */
function hex(unit: string): string {
  return unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
}
