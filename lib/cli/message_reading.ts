import type { MessagePart } from "../message/lint/lint.ts";
import { CliError, EXIT } from "./exit_code.ts";
import { decodeBody } from "./part_content.ts";

/** What a reader sees of a message. */
export interface Reading {
  /** The fields in order, decoded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly parts: readonly ReadPart[];
  readonly text?: string;
  readonly html?: string;
}

/** What a reader sees of a part. */
export interface ReadPart {
  /** Its number, by which it can be saved; those that hold other parts have none. */
  readonly part?: number;
  /** How deep it lies, the message itself being 0. */
  readonly depth: number;
  readonly type: string;
  readonly encoding: string;
  readonly disposition?: string;
  readonly filename?: string;
  /** How many octets it has, decoded. */
  readonly size?: number;
}

const ADDRESSES = /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$/i;

/**
 * Reads a message as people see it; npm's postal-mime decodes it.
 *
 * @param octets The message.
 * @param parts Its structure.
 * @returns What there is to see.
 * @throws {CliError} If it has no header, or nests too deeply.
 */
export async function readMessage(octets: Uint8Array, parts: readonly MessagePart[]): Promise<Reading> {
  const { default: PostalMime, addressParser, decodeWords } = await import("postal-mime");
  const headers = parts[0].fields.filter(({ name }) => name !== "").map(({ name, text }) => ({
    name,
    value: ADDRESSES.test(name) ? addressParser(text).map(formatEntry).join(", ") : decodeWords(text),
  }));
  try {
    const { text, html } = await PostalMime.parse(octets);
    let number = 0;
    const listed = parts.map((part): ReadPart => ({
      part: part.holds === "octets" ? ++number : undefined,
      depth: part.depth,
      type: part.type.value,
      encoding: part.encoding,
      disposition: part.disposition || undefined,
      filename: part.filename && decodeWords(part.filename),
      size: part.holds === "octets" ? contentOf(part, octets).length : undefined,
    }));
    return { headers, parts: listed, text, html };
  } catch (error) {
    throw new CliError(`Cannot read message: ${(error as Error).message}`, EXIT.DATAERR, {
      code: "cli.message",
      cause: error,
    });
  }
}

/**
 * Gives what is in a part.
 *
 * @param part The part.
 * @param octets The message.
 * @returns The octets, decoded.
 */
export function contentOf({ bodyStart, end, encoding }: MessagePart, octets: Uint8Array): Uint8Array {
  return decodeBody(octets.subarray(bodyStart, end), encoding);
}

interface Entry {
  readonly name: string;
  readonly address?: string;
  readonly group?: readonly Entry[];
}

/** A name in quotation marks cannot be taken for an address, whatever it says. */
function formatEntry({ name, address, group }: Entry): string {
  if (group) return `${name}: ${group.map(formatEntry).join(", ")};`;
  if (!name) return address ?? "";
  const plain = /^[\p{L}\p{M}\p{N} '-]+$/u.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
  return `${plain} <${address}>`;
}
