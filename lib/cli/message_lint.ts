import { escapeControls } from "../../mod.ts";
import { EXIT } from "./exit_code.ts";
import { wrap } from "./format.ts";
import type { Io } from "./io.ts";
import { readMessageInput } from "./message_input.ts";
import type { Given } from "./parse.ts";

/** The columns: the level, the line; then what was seen and what to do, up to the width. */
const LEVEL = 7;
const LINE = 11;
const WIDTH = 100;

/**
 * Says what is wrong with a message.
 *
 * @param given The command line.
 * @param io The world.
 * @returns The exit code: 65 when there are errors.
 */
export async function lintFile(given: Given, io: Io): Promise<number> {
  const octets = await readMessageInput(given, io);
  const { lintMessage } = await import("../message/lint/lint.ts");
  const findings = lintMessage(octets).map((finding) => ({
    ...finding,
    message: escapeControls(finding.message),
  }));
  const errors = findings.filter(({ level }) => level === "error").length;
  const exit = errors > 0 ? EXIT.DATAERR : EXIT.OK;
  if (given.has("json")) {
    io.out(JSON.stringify({ ok: errors === 0, exit, findings }) + "\n");
    return exit;
  }
  for (const { level, line, message, hint } of findings) {
    const start = (level === "error" ? "error" : "warn").padEnd(LEVEL) +
      (line === undefined ? "" : `line ${line}`).padEnd(LINE);
    const rows = [...wrap(message, WIDTH - start.length), ...wrap(hint, WIDTH - start.length)];
    io.out(rows.map((row, at) => (at === 0 ? start : " ".repeat(start.length)) + row + "\n").join(""));
  }
  io.out(
    findings.length === 0
      ? "nothing to say against it\n"
      : `${count(errors, "error")}, ${count(findings.length - errors, "warning")}\n`,
  );
  return exit;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
