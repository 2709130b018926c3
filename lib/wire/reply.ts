import { ProtocolError, type Reply } from "../errors.ts";
import { Secrets } from "./secrets.ts";

export type { Reply } from "../errors.ts";

/** Most lines of one reply; an EHLO of 300 keywords passes, an endless continuation does not. */
const MAX_LINES = 1_000;
/** Most octets of one reply. */
const MAX_OCTETS = 131_072;
/** Most characters of a line in a message. */
const MAX_PREVIEW = 80;

const DASH = 45;
const SPACE = 32;

// A byte order mark is text here; a secret that begins with one would not be found without it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Puts lines together to replies (RFC 5321 section 4.2).
 *
 * `250-` goes on, `250 ` and a bare `250` end. A code outside 200 to 599 and a code that changes between the lines of one
 * reply are refused: they mean that the two sides no longer talk about the same thing.
 */
export class ReplyParser {
  readonly #secrets: Secrets;
  #code = 0;
  #lines: string[] = [];
  #octets = 0;

  /**
   * @param secrets What no error may show of a line.
   */
  constructor(secrets: Secrets = new Secrets()) {
    this.#secrets = secrets;
  }

  /** Whether a reply has begun and not ended. */
  get open(): boolean {
    return this.#lines.length > 0;
  }

  /**
   * Adds a line.
   *
   * @param line The line without its end.
   * @returns The reply, when this line completes it.
   * @throws {ProtocolError} If the line is no line of a reply, or the reply grows past all measure.
   */
  add(line: Uint8Array): Reply | undefined {
    const code = readCode(line);
    if (code === undefined || (line.length > 3 && line[3] !== SPACE && line[3] !== DASH)) {
      throw malformed(`line "${this.#preview(line)}" has no code of 200 to 599`);
    }
    if (this.open && code !== this.#code) throw malformed(`code ${this.#code} is continued by ${code}`);
    this.#code = code;
    this.#octets += line.length;
    this.#lines.push(decoder.decode(line.subarray(4)));
    if (line.length > 3 && line[3] === DASH) {
      if (this.#lines.length < MAX_LINES && this.#octets < MAX_OCTETS) return undefined;
      throw new ProtocolError(
        `Cannot read reply: it has ${this.#lines.length} lines and ${this.#octets} octets and does not end`,
        {
          code: "protocol.reply_too_long",
          hint: "What answers there may be no mail server: check host and port.",
        },
      );
    }
    const lines = this.#lines;
    this.#lines = [];
    this.#octets = 0;
    const enhanced = readEnhanced(code, lines[0]);
    return enhanced === undefined ? { code, lines } : { code, enhanced, lines };
  }

  /** The beginning of a line; hidden before it is cut, so that no half of a secret remains. */
  #preview(line: Uint8Array): string {
    const text = this.#secrets.hide(decoder.decode(line));
    return escapeControls(text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW).toWellFormed()}…` : text);
  }
}

/** The code that a line begins with; `undefined` unless it is three digits of 200 to 599. */
function readCode(line: Uint8Array): number | undefined {
  const [a, b, c] = [line[0] - 48, line[1] - 48, line[2] - 48];
  if (!(a >= 2 && a <= 5 && b >= 0 && b <= 9 && c >= 0 && c <= 9)) return undefined;
  return a * 100 + b * 10 + c;
}

/** The enhanced status code that a text begins with, if its class is that of the code. RFC 2034 section 4. */
function readEnhanced(code: number, text: string): string | undefined {
  if (text.charCodeAt(1) !== 46) return undefined;
  const found = /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(text)?.[1];
  return found !== undefined && Number(found[0]) === Math.trunc(code / 100) ? found : undefined;
}

function malformed(found: string): ProtocolError {
  return new ProtocolError(`Cannot read reply: ${found}`, {
    code: "protocol.malformed_reply",
    hint: "Something on the way may rewrite the dialogue; the transcript shows it (`--trace`).",
  });
}

/**
 * Shows control characters as `\xNN` or `\u{N}`, so that a server's text cannot steer a terminal.
 *
 * @param text Any text.
 * @returns The text with C0, DEL, C1 and the Unicode line and direction controls escaped.
 */
export function escapeControls(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (found) => {
    const hex = found.charCodeAt(0).toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
  });
}

/** Most characters of a reply in a message: what it means stands at its beginning. */
const MAX_SHOWN = 1_000;

/**
 * Writes a reply on one line, for messages and logs.
 *
 * @param reply The reply.
 * @returns Code and text, such as `550 5.1.1 No such user`, control characters escaped, cut when it is long.
 */
export function formatReply(reply: Reply): string {
  const text = `${reply.code} ${reply.lines.join(" / ")}`.trimEnd();
  return escapeControls(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
