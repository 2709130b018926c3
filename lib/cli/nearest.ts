/**
 * Finds the word that was meant.
 *
 * @param given What was typed.
 * @param known What there is.
 * @returns The known word with the fewest edits to it, if they are at most two, or a third of its letters.
 */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const ranked = known.map((word) => [edits(given, word), word] as const).toSorted(([a], [b]) => a - b);
  const [best] = ranked;
  return best && best[0] <= Math.max(2, Math.floor(best[1].length / 3)) ? best[1] : undefined;
}

/** Levenshtein's distance, row by row. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
