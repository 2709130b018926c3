/**
 * The one place that writes command lines, and so the one that refuses what would end a line early.
 *
 * @module
 */

/** A command line ready to be sent. */
export interface Command {
  /** The verb, for matching replies and for messages: `RCPT`. A continuation of AUTH is `AUTH` too. */
  readonly verb: string;
  /** The line without CRLF. */
  readonly line: string;
  /** The line as it may be shown. */
  readonly shown: string;
  /** What must not be shown should the server repeat it. */
  readonly secret?: string;
}

/** What stands where a secret was. */
export const HIDDEN = "[hidden]";

/** C0, DEL, C1 and the line separators of Unicode. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/**
 * Makes a command of a verb and its arguments (RFC 5321 section 4.1.1).
 *
 * @param verb The verb, such as `MAIL`.
 * @param args The arguments, joined by a space.
 * @returns The command.
 * @throws {TypeError} If an argument holds a control character or a line separator.
 */
export function command(verb: string, ...args: string[]): Command {
  const line = guard(verb, args.length === 0 ? verb : `${verb} ${args.join(" ")}`);
  return { verb, line, shown: line };
}

/**
 * Makes a command whose last part is never shown: AUTH with an initial response, or the continuation of AUTH.
 *
 * @param shown The part that may be shown, such as `AUTH PLAIN`; empty for a continuation.
 * @param secret The part that may not.
 * @returns The command.
 * @throws {TypeError} If either part holds a control character.
 */
export function secretCommand(shown: string, secret: string): Command {
  const verb = shown.split(" ", 1)[0] || "AUTH";
  const line = guard(verb, shown === "" ? secret : `${shown} ${secret}`);
  return { verb, line, shown: `${shown} ${HIDDEN}`.trimStart(), secret };
}

/** Refuses a line that would not stay one line. The value is not repeated: it may be a secret. */
function guard(verb: string, line: string): string {
  // Half of a surrogate pair would be sent as another character.
  const found = FORBIDDEN.exec(line)?.[0] ??
    (line.isWellFormed() ? undefined : /[\ud800-\udfff]/.exec(line)![0]);
  if (found === undefined) return line;
  const hex = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  throw new TypeError(`Cannot write ${verb}: an argument contains the character U+${hex}`);
}

/**
 * Encodes a parameter value as xtext: octets outside `!` to `~`, and `+` and `=`, become `+` and two hexadecimal digits.
 *
 * @param value The value; ASCII, as RFC 3461 section 4 requires.
 * @returns The xtext.
 * @throws {TypeError} If the value is not printable ASCII.
 */
export function xtext(value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) {
    throw new TypeError("Cannot write parameter: its value is not printable ASCII");
  }
  return value.replace(/[ +=]/g, (c) => "+" + c.charCodeAt(0).toString(16).toUpperCase());
}
