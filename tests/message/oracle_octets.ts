/**
 * A strict reader of composed octets, written from the RFCs and not from the composer: it takes a message apart to the
 * octet, and fails on whatever a sender must not send.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Content } from "../../lib/message/content.ts";

/** A part of a message as it crosses the wire, each octet a character. */
export interface RawPart {
  /** The fields, unfolded, by lower-case name. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** The type in lower case, without its parameters. */
  readonly type: string;
  /** 7bit, 8bit, binary, quoted-printable or base64. */
  readonly encoding: string;
  /** What follows the empty line. */
  readonly body: string;
  /** The parts of a multipart, or the message of a `message/rfc822`. */
  readonly parts: readonly RawPart[];
}

/** Longest lines in octets, CRLF not counted. RFC 5322 section 2.1.1, RFC 2047 section 2, RFC 2045 sections 6.7 and 6.8. */
const MAX_LINE = 998, MAX_HEADER_LINE = 78, MAX_ENCODED_LINE = 76;

/** In the order of their width. */
const UNENCODED = ["7bit", "8bit", "binary"];

/** What may occur once at most. RFC 5322 section 3.6, RFC 2045 section 3. */
const SINGLE =
  /^(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|in-reply-to|references|mime-version|content-.*)$/;

/** Takes octets as text of one character each, so that its length is their number. */
export async function readOctets(content: Content): Promise<string> {
  let raw = "";
  // A chunk is valid until the next one is asked for.
  for await (const octets of content.octets()) raw += Buffer.from(octets).toString("latin1");
  return raw;
}

/** Reads the octets of a message strictly, and holds them against what their content says of them. */
export function readStrictly(raw: string, content: Content): RawPart {
  if (content.size !== undefined) assertEquals(raw.length, content.size, "the size");
  if (!content.binary) {
    // deno-lint-ignore no-control-regex -- NUL is what is looked for
    assert(!/\r(?!\n)|(?<!\r)\n|\x00/.test(raw), "a bare CR, a bare LF or NUL");
    assert(raw.endsWith("\r\n"), "the last line is not ended");
    for (const line of raw.split("\r\n")) assert(line.length <= MAX_LINE, `a line of ${line.length} octets`);
  }
  if (!content.eightBit) assert(isAscii(raw), "an octet above 127");
  const root = readPart(raw);
  const head = raw.slice(0, raw.indexOf("\r\n\r\n"));
  assertEquals(root.fields.get("mime-version"), ["1.0"]);
  if (!content.utf8) assert(isAscii(head), "a header that is not ASCII");
  assertEquals(widthOf(root) === 2, content.binary ?? false, "whether it is binary");
  assertEquals(widthOf(root) > 0 || content.utf8, content.eightBit, "whether it is 8-bit");
  return root;
}

function readPart(raw: string): RawPart {
  const end = raw.indexOf("\r\n\r\n");
  assert(end > 0, "no empty line behind the fields");
  const fields = readFields(raw.slice(0, end));
  const body = raw.slice(end + 4);
  const [type, parameters] = readParameters(fields.get("content-type")![0]);
  const [encoding = "7bit"] = fields.get("content-transfer-encoding") ?? [];
  assert([...UNENCODED, "quoted-printable", "base64"].includes(encoding), encoding);
  const parts = type.startsWith("multipart/")
    ? split(body, parameters.get("boundary")!)
    : type === "message/rfc822"
    ? [readPart(body)]
    : [];
  assertNames(fields, parameters);
  const part = { fields, type, encoding, body, parts };
  if (parts.length > 0) {
    // RFC 2045 section 6.4.
    assertEquals(UNENCODED.indexOf(encoding), Math.max(...parts.map(widthOf)), `the encoding of ${type}`);
  } else assertBody(part);
  return part;
}

/** The name that readers of old find is the one that the others find. */
function assertNames(fields: RawPart["fields"], parameters: ReadonlyMap<string, string>): void {
  const [disposition = ""] = fields.get("content-disposition") ?? [];
  const filename = readParameters(disposition)[1].get("filename");
  const name = parameters.get("name");
  if (name !== undefined) assertEquals(decodeWords(name), filename);
}

/** How wide a part is: 0 for lines of ASCII, 1 for other lines, 2 for octets. */
function widthOf({ encoding }: RawPart): number {
  return Math.max(UNENCODED.indexOf(encoding), 0);
}

function readFields(head: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const field of head.split(/\r\n(?![ \t])/)) {
    // An empty value is no fault, but no use either.
    assertMatch(field, /^[!-9;-~]+:(?:\r\n)? ./);
    for (const line of field.split("\r\n")) {
      assert(!/^[ \t]*$|[ \t]$/.test(line), `a blank line, or blanks at an end: ${JSON.stringify(line)}`);
      // deno-lint-ignore no-control-regex -- control characters are what is looked for
      assert(!/[\x00-\x1f\x7f]/.test(line), `a control character: ${JSON.stringify(line)}`);
      // In characters, since addresses may hold others than ASCII. RFC 6532 section 3.4.
      const { length } = fromUtf8(line);
      // Longer only where there is no place to fold; nobody folds within a local part.
      if (length > MAX_HEADER_LINE) {
        assertMatch(line.replace(/"[^"]*"@/, "@"), /^(?:[!-9;-~]+:)? *[^ ]+$/);
      }
      // Not where an encoded word has no right to be, and stands for readers of old.
      if (line.includes("=?UTF-8?") && !/^Content-Type:/.test(field)) {
        assert(length <= MAX_ENCODED_LINE, line);
      }
    }
    const colon = field.indexOf(":");
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).replaceAll("\r\n", "").trim();
    // RFC 2047 section 5 (1) and (3).
    if (name !== "content-type") {
      assert(!/=\?UTF-8\?[QB]\?[^? ]*\?=(?! |$)/.test(value), `no blank behind a word: ${field}`);
    }
    const values = fields.get(name) ?? [];
    assert(values.length === 0 || !SINGLE.test(name), `two fields ${name}`);
    fields.set(name, [...values, value]);
  }
  return fields;
}

/** Takes a multipart apart at its delimiters, before and behind which there is nothing. RFC 2046 section 5.1.1. */
function split(body: string, boundary: string): RawPart[] {
  assertMatch(boundary, /^[\w'()+,\-./:=?]{1,70}$/);
  const [preamble, ...parts] = `\r\n${body}`.split(`\r\n--${boundary}`);
  assertEquals(preamble, "");
  assertEquals(parts.pop(), "--\r\n");
  assert(parts.length > 0, "a multipart without parts");
  return parts.map((part) => {
    assert(part.startsWith("\r\n"), "a delimiter that is not a line of its own");
    return readPart(part.slice(2));
  });
}

function assertBody({ encoding, body }: RawPart): void {
  if (encoding === "binary") return;
  const lines = body.split("\r\n");
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (encoding === "8bit") assert(!/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(body), "a control character");
  else assertMatch(body, /^[\t\r\n -~]*$/);
  if (encoding === "base64") assertMatch(body, /^(?:[\w+/]{76}\r\n)*[\w+/]{0,76}={0,2}(?:\r\n)?$/);
  if (encoding !== "base64" && encoding !== "quoted-printable") {
    for (const line of lines) assert(!line.startsWith("From "), "a line that begins with From");
    return;
  }
  for (const line of lines) {
    assert(line.length <= MAX_ENCODED_LINE, line);
    if (encoding === "quoted-printable") {
      assertMatch(line, /^(?![.]|From )(?:[\t !-<>-~]|=[0-9A-F]{2})*=?(?<![ \t])$/);
    }
  }
}

/** Decodes the body of a part: octets as characters. */
export function decodeBody({ encoding, body }: RawPart): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("latin1");
  if (encoding !== "quoted-printable") return body;
  return body.replaceAll("=\r\n", "").replace(/=(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** Reads octets as UTF-8, and fails where they are none. */
export function fromUtf8(octets: string): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(octets, "latin1"));
}

/** Decodes encoded words; each is whole in itself. RFC 2047 sections 2, 5 and 6.2. */
export function decodeWords(text: string): string {
  const joined = text.replace(/(=\?[^? ]+\?[QB]\?[^? ]*\?=) +(?==\?)/g, "$1");
  return fromUtf8(joined.replace(/=\?([^? ]+)\?([QB])\?([^? ]*)\?=/g, (word, charset, encoding, encoded) => {
    assertEquals(charset, "UTF-8");
    assert(word.length <= 75, word);
    const body = encoding === "Q" ? encoded.replaceAll("_", "=20") : encoded;
    const octets = decodeBody(
      { encoding: encoding === "Q" ? "quoted-printable" : "base64", body } as RawPart,
    );
    fromUtf8(octets);
    return octets;
  }));
}

/** Reads a value and its parameters. RFC 2045 section 5.1, RFC 2231. */
export function readParameters(field: string): [value: string, parameters: Map<string, string>] {
  const [value, ...rest] = field.split(/; (?=(?:[^"]|"(?:[^"\\]|\\.)*")*$)/);
  const parameters = new Map<string, string>();
  const pieces = new Map<string, string[]>();
  for (const parameter of rest) {
    const [, name, extended, token, string] =
      /^([^*=]+)(\*|\*\d+\*)?=(?:([^ "(),/:;<=>?@[\\\]]+)|"((?:[^"\\]|\\.)*)")$/.exec(parameter) ?? [];
    assert(name !== undefined, `malformed parameter ${parameter} in ${field}`);
    if (extended === undefined) {
      assert(!parameters.has(name), `two parameters ${name}`);
      parameters.set(name, token ?? string.replace(/\\(.)/g, "$1"));
    } else {
      const before = pieces.get(name) ?? [];
      assertEquals(extended, before.length > 0 || extended !== "*" ? `*${before.length}*` : "*");
      pieces.set(name, [...before, token]);
    }
  }
  for (const [name, list] of pieces) {
    const octets = list.join("").replace(/^UTF-8''/, "").replace(
      /%([0-9A-F]{2})/g,
      (_, hex) => String.fromCharCode(parseInt(hex, 16)),
    );
    assert(list[0].startsWith("UTF-8''") && !parameters.has(name), field);
    parameters.set(name, fromUtf8(octets));
  }
  return [value, parameters];
}

function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex -- the range is ASCII
  return /^[\x00-\x7f]*$/.test(text);
}
