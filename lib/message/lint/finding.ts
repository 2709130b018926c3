/** What was found in a message. */
export interface LintFinding {
  /** Whether the message breaks a standard, or works and may be taken ill. */
  readonly level: "error" | "warning";
  /** A stable dotted code, such as `date.missing`. */
  readonly code: string;
  /** What was seen, and what it means. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** The line where it stands, or stands first, from 1. */
  readonly line?: number;
}

/** Most findings of one code: who has seen ten needs no eleventh. */
const MOST = 10;

/** Gathers what is found. */
export class Findings {
  readonly #found: LintFinding[] = [];
  readonly #counts = new Map<string, number>();

  /** Notes what breaks a standard. */
  error(code: string, message: string, hint: string, line?: number): void {
    this.#add({ level: "error", code, message, hint, line });
  }

  /** Notes what works, and may be taken ill. */
  warn(code: string, message: string, hint: string, line?: number): void {
    this.#add({ level: "warning", code, message, hint, line });
  }

  /** What was found: errors first, each kind in the order of the lines. */
  list(): readonly LintFinding[] {
    const of = (level: LintFinding["level"]) =>
      this.#found.filter((one) => one.level === level).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
    return [...of("error"), ...of("warning")];
  }

  #add(finding: LintFinding): void {
    const count = (this.#counts.get(finding.code) ?? 0) + 1;
    this.#counts.set(finding.code, count);
    if (count <= MOST) this.#found.push(finding);
  }
}
