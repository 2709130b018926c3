/**
 * Text whose lines a reader may break anew (RFC 3676).
 *
 * @module
 */

/** Where a line is broken: soft lines have at most 78 characters, and 72 leave room for quoting. RFC 3676 section 4.2. */
const WIDTH = 72;

/** What separates the signature; its blank at the end does not make it flow. RFC 3676 section 4.3. */
const SIGNATURE = "-- ";

/**
 * Breaks long lines so that a reader puts them together again: a broken line ends with a blank.
 *
 * A line that begins with `>` is a quotation, and so is every line that is made of it.
 *
 * @param text The text; each paragraph is one line. Lines may end in any way.
 * @returns The text for `format=flowed`. Blanks at the end of its lines are gone, since they have a meaning here.
 */
export function toFlowed(text: string): string {
  return text.split(/\r\n|\r|\n/).map(flow).join("\r\n");
}

function flow(line: string): string {
  if (line === SIGNATURE) return line;
  let depth = 0;
  while (line[depth] === ">") depth++;
  // The blank behind the marks of a quotation belongs to them.
  let from = depth > 0 && line[depth] === " " ? depth + 1 : depth;
  let end = line.length;
  while (end > from && line[end - 1] === " ") end--;
  const parts: string[] = [];
  while (end - from > WIDTH - depth) {
    const blank = breakAt(line, from, from + WIDTH - depth);
    if (blank < 0 || blank >= end) break;
    parts.push(line.slice(from, blank + 1));
    from = blank + 1;
  }
  parts.push(line.slice(from, end));
  const quote = line.slice(0, depth);
  return parts.map((part) => quote + stuffed(part, depth > 0)).join("\r\n");
}

/** The blank to break at: the last that fits, else the first behind; -1 if there is none. */
function breakAt(line: string, from: number, limit: number): number {
  const last = line.lastIndexOf(" ", limit - 1);
  // Broken there, the line would be all blank, or be taken for the separator of the signature.
  const usable = last > from && line.slice(from, last).trim() !== "" &&
    line.slice(from, last + 1) !== SIGNATURE;
  return usable ? last : line.indexOf(" ", limit);
}

/** A blank more before what would be read as a quotation or as stuffed, or be changed by a mailbox. RFC 3676 section 4.4. */
function stuffed(part: string, inQuotation: boolean): string {
  if (inQuotation) return part === "" ? "" : ` ${part}`;
  return /^(?: |>|From )/.test(part) ? ` ${part}` : part;
}
