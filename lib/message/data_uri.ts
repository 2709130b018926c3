import { quoted } from "./text.ts";

/** What a `data:` URI holds: the fields of an attachment. */
export interface DataUri {
  /** The octets. */
  readonly content: Uint8Array;
  /** The type with its parameters. */
  readonly type: string;
}

/** The type when the URI names none. RFC 2397 section 2. */
const DEFAULT_TYPE = "text/plain;charset=US-ASCII";

/**
 * Reads a `data:` URI, for an attachment (RFC 2397).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compose, dataUri } from "@stagecoach/smtp";
 *
 * const dot = { filename: "dot.gif", ...dataUri("data:image/gif;base64,R0lGODlhAQABAAAAACw=") };
 * const { content } = compose({ from: "ann@example.com", to: "bo@example.org", attachments: [dot] });
 * assert(content.size !== undefined);
 * ```
 *
 * @param uri The URI.
 * @returns Content and type.
 * @throws {SyntaxError} If it is none, or its data is not what it says.
 */
export function dataUri(uri: string): DataUri {
  const comma = typeof uri === "string" ? uri.indexOf(",") : -1;
  if (comma < 0 || !/^data:/i.test(uri)) throw fault(uri, 'it is not "data:type,data"');
  const header = uri.slice("data:".length, comma).trim();
  const isBase64 = /;\s*base64$/i.test(header);
  const type = isBase64 ? header.slice(0, header.lastIndexOf(";")).trim() : header;
  return {
    // RFC 2397: "text/plain" can be left out while its charset is given.
    type: type === "" ? DEFAULT_TYPE : type.startsWith(";") ? `text/plain${type}` : type,
    content: decode(uri, comma + 1, isBase64),
  };
}

function decode(uri: string, from: number, isBase64: boolean): Uint8Array {
  const data = percentDecoded(uri, from);
  if (!isBase64) return data;
  try {
    return Uint8Array.fromBase64(new TextDecoder().decode(data));
  } catch {
    throw fault(uri, "its data is not base64");
  }
}

const PERCENT = 37;

function percentDecoded(uri: string, from: number): Uint8Array {
  const input = new TextEncoder().encode(uri.slice(from));
  const output = new Uint8Array(input.length);
  let length = 0;
  for (let i = 0; i < input.length; i++) {
    if (input[i] !== PERCENT) {
      output[length++] = input[i];
      continue;
    }
    const value = Number.parseInt(String.fromCharCode(input[i + 1], input[i + 2]), 16);
    if (!/^[0-9a-f]{2}$/i.test(String.fromCharCode(input[i + 1], input[i + 2]))) {
      throw fault(uri, '"%" is not followed by two hexadecimal digits');
    }
    output[length++] = value;
    i += 2;
  }
  return output.subarray(0, length);
}

function fault(uri: string, found: string): SyntaxError {
  return new SyntaxError(`Cannot read data URI ${quoted(String(uri))}: ${found}`);
}
