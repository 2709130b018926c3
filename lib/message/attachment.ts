import { base64Lines, base64LinesSize, encodeBase64LinesInto } from "./base64_lines.ts";
import type { Content } from "./content.ts";
import { checkText, fault } from "./fault.ts";
import { formatText } from "./header.ts";
import { formatMediaType, type MediaType, readMediaType, typeOf } from "./media_type.ts";
import type { Message } from "./message.ts";
import { formatLegacyParameter, formatParameter } from "./parameter.ts";
import { fits, type Part, type Piece, type Transfer } from "./part.ts";
import { memory, type Octets, openSource, type Source } from "./source.ts";
import { quoted } from "./text.ts";

/** How an attachment is shown. */
export interface Presentation {
  /** The name under which it is saved; in any script. */
  readonly filename?: string;
  /** Whether it waits to be opened or is shown at its place. @default "inline" with `contentId`, else "attachment" */
  readonly disposition?: "attachment" | "inline";
  /** What it is, in words. RFC 2045 section 8. */
  readonly description?: string;
}

/** A file that comes with a message. */
export interface FileAttachment extends Presentation {
  /** What is in it. */
  readonly content: Source;
  /** How many octets a stream has, when that is known: the message can then tell its size to the server. */
  readonly size?: number;
  /** Its type, such as `text/csv; charset=utf-8`. @default What the name suggests. */
  readonly type?: string;
  /** The name by which `html` shows it: `logo` for `<img src="cid:logo">`. RFC 2392. */
  readonly contentId?: string;
}

/** A message that comes with another, as a part of its own. RFC 2046 section 5.2.1. */
export interface MessageAttachment extends Presentation {
  /** The message; its Bcc is not written. */
  readonly message: Message | Content;
}

/** What comes with a message. */
export type Attachment = FileAttachment | MessageAttachment;

/** An attachment ready to be put in its place. */
export interface Attached {
  readonly part: Part;
  /** Whether the HTML may show it. */
  readonly related: boolean;
}

/** Longest encoded attachment, in octets, that is encoded in one go and not as it leaves. */
const MAX_AT_ONCE = 262_144;

/**
 * Makes the part of an attachment.
 *
 * @param attachment The attachment.
 * @param field Where it stood: `attachments[0]`.
 * @param compose Writes a message that is attached.
 * @returns The part.
 * @throws {TypeError | RangeError | SyntaxError} If something of it is malformed; the error names the field.
 */
export function attach(attachment: Attachment, field: string, compose: (message: Message) => Part): Attached {
  if (typeof attachment !== "object" || attachment === null) throw fault(`field "${field}" is no object`);
  if ("message" in attachment) {
    const { message } = attachment;
    const fields = presentation(attachment, field);
    const part = "octets" in message
      ? readyPart(message, fields)
      : nestedPart(within(`${field}.message`, () => compose(message)), fields);
    return { part, related: false };
  }
  const { content, size, contentId, disposition } = attachment;
  const octets = openSource(content, size, `field "${field}.content"`);
  const head = [fileType(attachment, field), presentation(attachment, field)].join("");
  const base64 = inBase64(octets);
  const part: Part = ({ widest }) => {
    const transfer: Transfer = fits("binary", widest) ? "binary" : "7bit";
    const encoding = `Content-Transfer-Encoding: ${transfer === "binary" ? "binary" : "base64"}\r\n\r\n`;
    return { transfer, pieces: [head + encoding, transfer === "binary" ? octets : base64] };
  };
  return { part, related: contentId !== undefined && disposition !== "attachment" };
}

/** Content-Type with the name for readers of old, and Content-ID. */
function fileType({ type, filename, content, contentId }: FileAttachment, field: string): string {
  if (filename !== undefined) checkText(filename, `${field}.filename`);
  const { essence, parameters } = readType(type ?? typeOf(filename ?? ""), field);
  // A part of several, or a message, may not be encoded. RFC 2046 sections 5.1 and 5.2.1.
  if (/^(?:multipart|message)\//.test(essence)) {
    throw fault(`field "${field}.type" is ${essence}, which is no file (use "message" for a message)`);
  }
  const all = new Map(parameters);
  if (typeof content === "string" && essence.startsWith("text/") && !all.has("charset")) {
    all.set("charset", "utf-8");
  }
  let fields = formatMediaType({ essence, parameters: all });
  if (filename !== undefined && !all.has("name")) fields += formatLegacyParameter("name", filename);
  if (contentId !== undefined) {
    const [, id] = /^<?([^<>\s]+)>?$/.exec(checkText(contentId, `${field}.contentId`)) ?? [];
    if (id === undefined || !/^[!-~]+$/.test(id) || id.length > MAX_CONTENT_ID) {
      throw fault(`field "${field}.contentId" is ${quoted(contentId)}, not a name such as "logo"`);
    }
    fields += `\r\nContent-ID: <${id}>`;
  }
  return fields;
}

/** Longest Content-ID in characters: with the field's name it must fit on a line of 998. */
const MAX_CONTENT_ID = 900;

function readType(type: string, field: string): MediaType {
  try {
    return readMediaType(checkText(type, `${field}.type`));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fault(`field "${field}.type": ${error.message}`);
  }
}

/** Content-Disposition and Content-Description, with a line end before and behind. RFC 2183. */
function presentation(attachment: Attachment, field: string): string {
  const { filename, description } = attachment;
  const inline = "contentId" in attachment && attachment.contentId !== undefined;
  const { disposition = inline ? "inline" : "attachment" } = attachment;
  if (disposition !== "attachment" && disposition !== "inline") {
    throw fault(`field "${field}.disposition" is neither "attachment" nor "inline"`);
  }
  let fields = `\r\nContent-Disposition: ${disposition}`;
  if (filename !== undefined) fields += formatParameter("filename", checkText(filename, `${field}.filename`));
  if (description !== undefined) checkText(description, `${field}.description`);
  if (description) fields += `\r\n${formatText("Content-Description", description)}`;
  return `${fields}\r\n`;
}

function inBase64(octets: Octets): Octets {
  const size = octets.size === undefined ? undefined : base64LinesSize(octets.size);
  if (!octets.inMemory || size === undefined || size > MAX_AT_ONCE) {
    return { size, once: octets.once, inMemory: false, octets: () => base64Lines(octets.octets()) };
  }
  const encoded = new Uint8Array(size);
  for (const chunk of octets.octets() as readonly Uint8Array[]) encodeBase64LinesInto(chunk, encoded);
  return memory(encoded);
}

/** Has a message composed, and says which one it is when something of it is wrong. */
function within<T>(field: string, compose: () => T): T {
  try {
    return compose();
  } catch (error) {
    if (error instanceof Error) error.message += ` (in "${field}")`;
    throw error;
  }
}

/** A message that is composed with the one it comes with. */
function nestedPart(message: Part, fields: string): Part {
  return (form) => {
    const { pieces, transfer, utf8 } = message(form);
    return enclosed(pieces, transfer, fields, utf8);
  };
}

/** A message that is ready, in the form that the server takes. */
function readyPart(message: Content, fields: string): Part {
  return ({ ready }) => {
    const content = ready?.get(message) ?? message;
    const { size, once = false, eightBit, binary, utf8 } = content;
    const transfer = binary ? "binary" : eightBit ? "8bit" : "7bit";
    const octets = () => content.octets() as AsyncIterable<Uint8Array>;
    return enclosed([{ size, once, inMemory: false, octets }], transfer, fields, utf8);
  };
}

/** Headers with raw UTF-8 have a type of their own. RFC 6532 section 3.7. */
function enclosed(
  pieces: readonly Piece[],
  transfer: Transfer,
  fields: string,
  utf8 = false,
): ReturnType<Part> {
  const type = `Content-Type: message/${utf8 ? "global" : "rfc822"}`;
  return { transfer, pieces: [`${type}${fields}Content-Transfer-Encoding: ${transfer}\r\n\r\n`, ...pieces] };
}
