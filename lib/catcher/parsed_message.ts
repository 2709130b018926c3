/** A mailbox, or a group of them, as a header names it. RFC 5322 section 3.4. */
export interface ParsedAddress {
  /** The display name, decoded; empty when there is none. */
  readonly name: string;
  /** The address; absent for a group. */
  readonly address?: string;
  /** The members of a group. */
  readonly group?: readonly ParsedAddress[];
}

/** A part that is neither the text nor the HTML. */
export interface ParsedAttachment {
  /** The file name, decoded; `null` when it has none. */
  readonly filename: string | null;
  /** The MIME type in lower case. */
  readonly mimeType: string;
  /** `attachment` or `inline`; `null` when the part does not say. */
  readonly disposition: string | null;
  /** The Content-ID with its angle brackets. */
  readonly contentId?: string;
  /** The content, decoded. */
  readonly content: ArrayBuffer | Uint8Array | string;
}

/** A message as a reader sees it: what npm's postal-mime makes of the octets. */
export interface ParsedMessage {
  /** Every field in order: the name in lower case, the value unfolded. */
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  /** The author. */
  readonly from?: ParsedAddress;
  /** Who sent it on the author's behalf. */
  readonly sender?: ParsedAddress;
  /** Where answers go. */
  readonly replyTo?: readonly ParsedAddress[];
  /** The primary recipients. */
  readonly to?: readonly ParsedAddress[];
  /** Those who received a copy. */
  readonly cc?: readonly ParsedAddress[];
  /** The subject, decoded. */
  readonly subject?: string;
  /** The Message-ID with its angle brackets. */
  readonly messageId?: string;
  /** When it was written, in ISO 8601; the field's own text where it is no date. */
  readonly date?: string;
  /** The body in plain text. */
  readonly text?: string;
  /** The body in HTML. */
  readonly html?: string;
  /** The other parts. */
  readonly attachments: readonly ParsedAttachment[];
}
