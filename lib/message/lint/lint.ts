/**
 * Looks over a message before it is sent: what standards forbid, and what servers, filters and readers take ill.
 *
 * @module
 */

import { Findings, type LintFinding } from "./finding.ts";
import { lintHeader } from "./header.ts";
import { lintLines } from "./lines.ts";
import { lintMime } from "./mime.ts";
import { type MessagePart, readParts } from "./parts.ts";
import { quoted } from "../text.ts";

export type { LintFinding } from "./finding.ts";
export { type MessagePart, type PartField, readParts } from "./parts.ts";
export type { ParameterizedValue } from "./type.ts";

/** How to look. */
export interface LintOptions {
  /**
   * The time that Date is compared with.
   * @default Now.
   */
  readonly now?: Date;
}

/**
 * Looks over a message as it stands in an .eml file.
 *
 * It reads the octets three times at most, whatever is in them, and throws nothing. Of one kind it tells the first ten findings.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lintMessage } from "@stagecoach/smtp/lint";
 *
 * const octets = new TextEncoder().encode("To: bo@example.org\r\nBcc: cy@example.org\r\n\r\nHello\r\n");
 * const errors = lintMessage(octets).filter(({ level }) => level === "error");
 * assertEquals(errors.map(({ code }) => code), ["from.missing", "date.missing", "bcc.present"]);
 * ```
 *
 * @param octets The message.
 * @param options What to compare with.
 * @returns What was found, errors first; nothing when there is nothing to say against it.
 */
export function lintMessage(octets: Uint8Array, options: LintOptions = {}): readonly LintFinding[] {
  const findings = new Findings();
  const parts = readParts(octets);
  lintLines(octets, findings);
  if (parts[0].fields.some(({ name }) => name !== "")) {
    for (const part of parts) lintStrays(part, findings);
    lintHeader(parts[0], findings, options.now ?? new Date());
    lintMime(parts, octets, findings);
  } else {
    findings.error(
      "header.missing",
      "There is no header: this is not a message",
      "Write the fields, such as From, To and Date, then an empty line, then the text.",
    );
  }
  return findings.list();
}

/** Lines in a header that are no fields. */
function lintStrays({ fields, parent }: MessagePart, findings: Findings): void {
  for (const { name, text, line } of fields) {
    if (name !== "") continue;
    if (line === 1 && !parent && text.startsWith("From ")) {
      findings.warn(
        "mbox.from_line",
        "The first line is that of a mailbox file and no header field",
        "Take it out; stagecoach send --eml does.",
        line,
      );
      continue;
    }
    findings.error(
      "header.malformed",
      `${quoted(text)} is no header field: some readers take the text to begin here`,
      "Write Name: value, begin lines that continue it with a blank, and end the header with an empty line.",
      line,
    );
  }
}
