import type { Findings } from "./finding.ts";
import { MAX_LINE } from "../raw/lines.ts";

const LF = 10;
const CR = 13;

/** Where something stands first, and how often it does. */
interface Seen {
  count: number;
  line?: number;
}

/**
 * Checks what needs no structure: how lines end, how long they are, and NUL (RFC 5322 sections 2.1 and 2.1.1).
 *
 * @param octets The message.
 * @param findings Receives what is found.
 */
export function lintLines(octets: Uint8Array, findings: Findings): void {
  const [crlf, lf, cr, nul, long]: Seen[] = Array.from({ length: 5 }, () => ({ count: 0 }));
  let [line, start] = [1, 0];
  const endLine = (end: number) => {
    if (end - start > MAX_LINE) note(long, line);
  };
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at];
    if (octet > CR) continue;
    if (octet === 0) note(nul, line);
    else if (octet === CR && octets[at + 1] !== LF) note(cr, line);
    else if (octet === LF) {
      const two = octets[at - 1] === CR;
      note(two ? crlf : lf, line);
      endLine(two ? at - 1 : at);
      line++;
      start = at + 1;
    }
  }
  endLine(octets.length);
  reportLineEnds({ crlf, lf, cr }, findings);
  if (nul.count > 0) {
    findings.error(
      "octet.nul",
      `${times(nul.count, "NUL octet")}: servers refuse the message, or cut it off there`,
      "Encode the part with base64.",
      nul.line,
    );
  }
  if (long.count > 0) {
    findings.error(
      "line.too_long",
      `${
        times(long.count, "line")
      } of more than ${MAX_LINE} octets: servers refuse such lines, or break them`,
      "Encode the part with quoted-printable or base64, or fold the header field.",
      long.line,
    );
  }
}

function reportLineEnds(
  { crlf, lf, cr }: Readonly<Record<"crlf" | "lf" | "cr", Seen>>,
  findings: Findings,
): void {
  if (cr.count > 0) {
    findings.error(
      "line.bare_cr",
      `${times(cr.count, "CR")} without LF: some servers see a line end there and others do not`,
      "End every line with CRLF, and encode binary parts with base64.",
      cr.line,
    );
  }
  if (lf.count > 0 && crlf.count > 0) {
    findings.error(
      "line.bare_lf",
      `${times(lf.count, "LF")} without CR, and ${crlf.count} with it: servers disagree where such lines end`,
      "End every line with CRLF.",
      lf.line,
    );
  } else if (lf.count > 0) {
    findings.warn(
      "line.bare_lf",
      "All lines end with LF alone, as files of Unix do: mail has CRLF",
      "Nothing, if a program such as stagecoach sends it, which writes CRLF.",
    );
  }
}

function note(seen: Seen, line: number): void {
  seen.count++;
  seen.line ??= line;
}

function times(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
