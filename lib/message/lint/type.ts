/**
 * Content-Type and Content-Disposition as they stand in messages (RFC 2045 section 5.1, RFC 2183, RFC 2231).
 *
 * @module
 */

/** A value with its parameters. */
export interface ParameterizedValue {
  /** What stands before the parameters, in lower case: `text/html`, `attachment`. */
  readonly value: string;
  /** The parameters as they are written, names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Whether something in it could not be read. */
  readonly malformed: boolean;
}

/** Longest text that is read, in characters: no honest field comes near, and the patterns need memory for each. */
const MAX_TEXT = 65_536;

const BLANK = /(?:[ \t]|\((?:[^()\\]|\\.)*\))+/y;
const TOKEN = /[^ \t()<>@,;:\\"/[\]?=]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;

/**
 * Reads a value with parameters; what cannot be read is left out.
 *
 * @param text The body of the field, on one line.
 * @returns The value and its parameters.
 */
export function readParameterized(text: string): ParameterizedValue {
  if (text.length > MAX_TEXT) return { value: "", parameters: new Map(), malformed: true };
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found;
  };
  const take = (c: string) => text[at] === c && ++at > 0;
  const skip = () => match(BLANK);
  skip();
  let value = match(TOKEN)?.[0] ?? "";
  if (take("/")) value += `/${match(TOKEN)?.[0] ?? ""}`;
  skip();
  const parameters = new Map<string, string>();
  let malformed = value === "" || value.endsWith("/") || (at < text.length && text[at] !== ";");
  while (take(";")) {
    skip();
    const name = match(TOKEN)?.[0].toLowerCase();
    skip();
    if (name !== undefined && take("=")) {
      skip();
      const found = match(QUOTED)?.[1].replace(/\\(.)/g, "$1") ?? match(TOKEN)?.[0];
      skip();
      if (found === undefined || parameters.has(name)) malformed = true;
      else parameters.set(name, found);
    } else if (name !== undefined) malformed = true;
    // What follows up to the next semicolon belongs to nothing.
    if (at < text.length && text[at] !== ";") {
      malformed = true;
      at = text.indexOf(";", at);
      if (at < 0) break;
    }
  }
  return { value: value.toLowerCase(), parameters, malformed };
}

/**
 * Gives a parameter as people read it: pieces joined, percent-encoding undone (RFC 2231 sections 3 and 4).
 *
 * @param parameters The parameters.
 * @param name The name, in lower case.
 * @returns The text; `undefined` when there is none.
 */
export function readParameter(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  const whole = parameters.get(`${name}*`);
  if (whole !== undefined) return decodeExtended(whole);
  let [joined, encoded] = ["", false];
  let count = 0;
  for (;; count++) {
    const extended = parameters.get(`${name}*${count}*`);
    const piece = extended ?? parameters.get(`${name}*${count}`);
    if (piece === undefined) break;
    encoded ||= extended !== undefined;
    joined += piece;
  }
  if (count === 0) return parameters.get(name);
  return encoded ? decodeExtended(joined) : joined;
}

/** `UTF-8'en'na%C3%AFve`; what cannot be decoded stays as it is. */
function decodeExtended(text: string): string {
  const [charset, , ...rest] = text.split("'");
  if (rest.length === 0) return text;
  const octets = Uint8Array.from(
    rest.join("'").match(/%[0-9a-f]{2}|[^]/gi) ?? [],
    (one) => one.length === 3 ? Number.parseInt(one.slice(1), 16) : one.charCodeAt(0),
  );
  try {
    return new TextDecoder(charset || "utf-8").decode(octets);
  } catch {
    return text;
  }
}
