import type { AddressInput } from "./address.ts";

/** One mailbox, or any number of them. */
export type AddressListInput = AddressInput | readonly AddressInput[];

/** A message as a program writes it. RFC 5322 section 3.6. */
export interface Message {
  /** The author. Several are possible when `sender` says which of them sent it. */
  readonly from: AddressListInput;
  /** Who sends on the author's behalf; it is then the one who gets word of failures. */
  readonly sender?: AddressInput;
  /** The primary recipients. */
  readonly to?: AddressListInput;
  /** Those who receive a copy. */
  readonly cc?: AddressListInput;
  /** Those who receive a copy unseen: in the envelope, never in the headers. */
  readonly bcc?: AddressListInput;
  /** Where answers go, when not to the author. */
  readonly replyTo?: AddressListInput;
  /** What it is about. */
  readonly subject?: string;
  /** The body in plain text. With `html` too, readers choose between the two. */
  readonly text?: string;
  /** The body in HTML. */
  readonly html?: string;
  /** When it was written. @default The time of composing. */
  readonly date?: Date;
  /** The identifier with its angle brackets. @default A random one at the author's domain. */
  readonly messageId?: string;
  /** Further fields by name, such as `References` or `X-Mailer`; a list writes the field once for each value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}
