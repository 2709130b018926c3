import type { AddressInput } from "./address.ts";
import type { Attachment } from "./attachment.ts";
import type { Calendar } from "./calendar.ts";
import type { ListFields } from "./list_fields.ts";
import type { Transfer } from "./part.ts";
import type { Resent } from "./resent.ts";

/** One mailbox, or any number of them, or groups of them. */
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
  /** The body in HTML; `cid:NAME` in it shows the attachment with that `contentId`. */
  readonly html?: string;
  /** The body in AMP for Email, beside `text` or `html`. */
  readonly amp?: string;
  /** An invitation, or the answer to one. RFC 6047. */
  readonly calendar?: Calendar;
  /** What comes with it: files, and other messages. */
  readonly attachments?: readonly Attachment[];
  /**
   * Whether readers may break the lines of `text` anew, as suits their width. RFC 3676.
   * @default {false}
   */
  readonly flowed?: boolean;
  /**
   * The widest form in which the parts may cross the wire, where the server offers it: `"8bit"` leaves text as it is (8BITMIME),
   * `"binary"` attachments too (BINARYMIME and CHUNKING), which saves the 37 % of base64. A relay further on that offers neither
   * has to change such a message, and so breaks its signature.
   * @default {"7bit"}
   */
  readonly transfer?: Transfer;

  /** When it was written. @default The time of composing. */
  readonly date?: Date;
  /** The identifier with its angle brackets. @default A random one at the author's domain. */
  readonly messageId?: string;
  /** The message that this one answers, by its identifier; several when it answers several. */
  readonly inReplyTo?: string | readonly string[];
  /** The thread: the identifiers from its first message to the one that is answered. */
  readonly references?: string | readonly string[];
  /** Words to find it by. */
  readonly keywords?: readonly string[];
  /** A remark about it. */
  readonly comments?: string;
  /** The language of the bodies, such as `de` or `en, fr`. RFC 3282. */
  readonly language?: string;
  /** How urgent it is, as its author sees it. RFC 2156 section 5.3.6, and what Outlook reads. */
  readonly priority?: "high" | "normal" | "low";
  /** That a program sent it, so that other programs do not answer. RFC 3834 section 5. */
  readonly autoSubmitted?: "auto-generated" | "auto-replied" | "auto-notified" | "no";
  /** Who is told when it is read, if its reader agrees. RFC 8098 section 2.1. */
  readonly notifyRead?: AddressListInput;
  /** The mailing list, or how to leave it. RFC 2369, RFC 2919, RFC 8058. */
  readonly list?: ListFields;
  /** That somebody passes it on unchanged, the latest first; it then goes to those named there. RFC 5322 section 3.6.6. */
  readonly resent?: Resent | readonly Resent[];
  /** Further fields by name, such as `X-Mailer`; a list writes the field once for each value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}
