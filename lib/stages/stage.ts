/**
 * The types of the seven stages: what each takes and what it leaves behind.
 *
 * What a stage leaves behind is what the next one asks for, so that a wrong order does not compile.
 *
 * @module
 */

import type { RecipientResult, Reply, StageName } from "../errors.ts";
import type { Content } from "../message/content.ts";
import type { Channel } from "../wire/channel.ts";
import type { Context } from "../wire/trace.ts";

export type { StageName } from "../errors.ts";
export type { Context, TraceEvent } from "../wire/trace.ts";

/** One step of the dialogue: takes what the step before it left, gives what the next one needs. */
export type Stage<In, Out> = (input: In, cx: Context) => Promise<Out>;

/** Where to connect. */
export interface Target {
  /** Host name or IP address; the certificate must be valid for it. */
  readonly hostname: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/** A greeted connection on which nothing has been said. */
export interface Connected {
  /** Tells this state from the others. */
  readonly state: "connected";
  /** The connection. */
  readonly channel: Channel;
}

/** What EHLO said the server can do: parameters by keyword, keywords in upper case. RFC 5321 section 4.1.1.1. */
export type Extensions = ReadonlyMap<string, readonly string[]>;

/** A connection after EHLO. */
export interface Greeted {
  /** Tells this state from the others. */
  readonly state: "greeted";
  /** The connection. */
  readonly channel: Channel;
  /** What the server can do. */
  readonly extensions: Extensions;
}

/** A session that may send messages. */
export interface Ready {
  /** Tells this state from the others. */
  readonly state: "ready";
  /** The connection. */
  readonly channel: Channel;
  /** What the server can do. */
  readonly extensions: Extensions;
  /** Who was authenticated; absent when nobody was. */
  readonly identity?: string;
}

/** What a recipient's delivery status notification is wanted for. RFC 3461 section 4.1. */
export type Notify = "NEVER" | "SUCCESS" | "FAILURE" | "DELAY";

/** A recipient with what DSN may say of it. */
export interface ForwardPath {
  /** The mailbox, `local@domain`, the domain in ASCII. */
  readonly address: string;
  /** When to notify; `NEVER` stands alone. RFC 3461 section 4.1. */
  readonly notify?: readonly Notify[];
  /** The original recipient, `rfc822;ann@example.com`. RFC 3461 section 4.2. */
  readonly orcpt?: string;
}

/** Who sends and who receives, apart from what the headers say. RFC 5321 section 2.3.1. */
export interface Envelope {
  /** The mailbox that bounces go to; the empty string for none. */
  readonly reversePath: string;
  /** The recipients, at least one. */
  readonly forwardPaths: readonly (string | ForwardPath)[];
  /** How much of the message a bounce returns. RFC 3461 section 4.3. */
  readonly ret?: "FULL" | "HDRS";
  /** An identifier that bounces repeat. RFC 3461 section 4.4. */
  readonly envid?: string;
}

/** A message on its way into a session. */
export interface Mail {
  /** The session that it is sent on. */
  readonly session: Ready;
  /** Who sends and who receives. */
  readonly envelope: Envelope;
  /** The octets. */
  readonly content: Content;
}

/** What the server said to MAIL and to each RCPT. */
export interface Verdicts {
  /** One result for each forward-path, in order; `"accepted"` here means that RCPT was. */
  readonly recipients: readonly RecipientResult[];
}

/** A message whose envelope was sent, and perhaps not answered yet. */
export interface Addressed {
  /** Tells this state from the others. */
  readonly state: "addressed";
  /** The message. */
  readonly mail: Mail;
  /**
   * Gives what the server said, once it is known; sends what is queued.
   *
   * With PIPELINING the envelope's commands leave together with DATA, so `envelope` ends before they are answered. A
   * wrapper that needs the answers there waits for them here: the group is then split in two round trips.
   *
   * @throws {ReplyError} If MAIL was refused, or no recipient was accepted.
   */
  readonly verdicts: (cx: Context) => Promise<Verdicts>;
}

/** The server has taken responsibility for the message. RFC 5321 section 4.2.5. */
export interface Receipt {
  /** The Message-ID of the content, with angle brackets. */
  readonly messageId: string;
  /** The outcome for each recipient, in the order of the envelope. */
  readonly recipients: readonly RecipientResult[];
  /** The reply to the content. */
  readonly reply: Reply;
  /** The name under which the server queued the message, when its reply holds one. */
  readonly queueId?: string;
  /** How many octets of content were sent, doubled dots not counted. */
  readonly octets: number;
}

/** The seven stages. The set is closed: an eighth step wraps its neighbor. */
export interface Stages {
  /** Opens the connection and reads the greeting. Once a session. */
  readonly connect: Stage<Target, Connected>;
  /** Says EHLO. Once, and once again after an upgrade. */
  readonly ehlo: Stage<Connected, Greeted>;
  /** Secures the connection: `Connected` again after an upgrade, since EHLO must then be said again. */
  readonly tls: Stage<Greeted, Connected | Greeted>;
  /** Says who we are. Once a session. */
  readonly auth: Stage<Greeted, Ready>;
  /** Names sender and recipients. Once a message. */
  readonly envelope: Stage<Mail, Addressed>;
  /** Hands over the content. Once a message. */
  readonly data: Stage<Addressed, Receipt>;
  /** Says goodbye and closes. Once a session. */
  readonly quit: Stage<Ready, void>;
}

/** The names of the stages in the order in which they run. */
export const STAGE_NAMES: readonly StageName[] = [
  "connect",
  "ehlo",
  "tls",
  "auth",
  "envelope",
  "data",
  "quit",
];
