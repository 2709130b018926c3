import { CliError } from "./exit_code.ts";
import type { Io } from "./io.ts";

const BOLD = { error: "1;31", warning: "1;33", accepted: "1;32", refused: "1;31" };

/**
 * Colors the first word of what is told, where that is wanted.
 *
 * @param io The world.
 * @param when The value of `--color`.
 * @returns A world that colors, or the same.
 * @throws {CliError} If the value is not one of the three.
 */
export function withColor(io: Io, when = "auto"): Io {
  if (!["auto", "always", "never"].includes(when)) {
    throw new CliError(`Cannot read --color: ${JSON.stringify(when)} is not auto, always or never`);
  }
  if (when === "never" || (when === "auto" && !suits(io))) return io;
  const paint = (text: string) =>
    text.replace(
      /^( *)(error|warning|accepted|refused)\b/gm,
      (_, blanks, word: keyof typeof BOLD) => `${blanks}\x1b[${BOLD[word]}m${word}\x1b[0m`,
    );
  // Inherited and not copied: what the world knows of its terminals, it finds out when it is asked.
  return Object.create(io, { err: { value: (text: string) => io.err(paint(text)) } });
}

/** NO_COLOR wins over FORCE_COLOR, and both over what the terminal is. */
function suits(io: Io): boolean {
  if (io.env("NO_COLOR")) return false;
  if (io.env("FORCE_COLOR")) return io.env("FORCE_COLOR") !== "0";
  return io.stderrIsTerminal && io.env("TERM") !== "dumb";
}
