/**
 * Writes a number of octets for people.
 *
 * @param octets The number.
 * @returns `1.4 KB`, `25 MB`; a kilobyte has 1,024 octets, as servers count that announce a SIZE.
 */
export function size(octets: number): string {
  const kilobytes = octets / 1_024;
  if (kilobytes < 1_000) return `${kilobytes.toFixed(1)} KB`;
  return `${(kilobytes / 1_024).toFixed(1).replace(/\.0$/, "")} MB`;
}

/**
 * Writes a time for people.
 *
 * @param ms The time, in milliseconds.
 * @returns `0.4 ms`, `184 ms`, `12.3 s`.
 */
export function duration(ms: number): string {
  if (ms >= 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  return ms >= 9.95 || Number.isInteger(ms) ? `${ms.toFixed()} ms` : `${ms.toFixed(1)} ms`;
}

/**
 * Breaks a text into lines, at blanks.
 *
 * @param text The text.
 * @param width The most characters of a line; a longer word stays whole.
 * @returns The lines, at least one.
 */
export function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
