/**
 * What a random server remembers of a connection, and so what a client may say of it.
 *
 * @module
 */

/** A reply as the server said it. */
export interface Said {
  readonly code: number;
  /** Where in all that the server says it ends; `Infinity` for one that was never said to its end. */
  readonly end: number;
}

/** A transaction as the server saw it. */
export interface Transaction {
  /** The reverse-path; each message has its own. */
  readonly sender: string;
  readonly mail: Said;
  /** What was said to each recipient. */
  readonly recipients: Map<string, Said>;
  /** What was said to DATA and to chunks that are not the last, and in the middle of the content. */
  readonly refusals: Said[];
  /** The content so far, a character for each octet. */
  content: string;
  /** Whether the whole of it has come. */
  complete: boolean;
  /** What was said to the whole. */
  final?: Said;
}

/** All of one connection. */
export class ServerRecord {
  /** In the order in which they came. */
  readonly transactions: Transaction[] = [];
  /** The dialogue, for who has to find out what went wrong. */
  readonly log: string[] = [];
  /** What the client did that no client may do. */
  readonly faults: string[] = [];
  /** Whether replies may no longer be told apart: one too many was said, or something that is none. */
  outOfStep = false;
  /** The 421 with which the server went; it may be taken for the answer to what comes next. */
  farewell?: Said;
  /** Whether a code had no place where it was said: no client believes what comes behind it. */
  odd = false;
  /** Whether the server claimed to understand what it does not. */
  lied = false;
  /** How many octets of the server the client has read. */
  delivered = 0;
  /** How often the client has begun with each message, heard or not. */
  readonly begun = new Map<string, number>();
  /** The messages whose last octet the client has given away, or has tried to. */
  readonly ended = new Set<string>();
  /** Whether the content comes by BDAT, which has no dot. */
  byBdat = false;
  /** Whether the client has closed it. */
  closed = false;
  #tail = "";
  #sender = "";

  /** Whether the client has read a reply to its end. */
  hasRead(said: Said | undefined): said is Said {
    return said !== undefined && said.end <= this.delivered;
  }

  /** Notes what the client wants to write, whether it can or not. */
  offer(octets: string): void {
    // A write begins with MAIL, or has none.
    const [, begun] = /^MAIL FROM:<(m\d+)@/.exec(octets) ?? [];
    if (begun) this.begun.set(begun, (this.begun.get(begun) ?? 0) + 1);
    const text = this.#tail + octets;
    if (!this.byBdat) {
      for (const [, name] of text.matchAll(/^end of (m\d+)\r\n\.\r\n/gm)) this.ended.add(name);
    } else {
      for (const [, name, last] of text.matchAll(/MAIL FROM:<(m\d+)@|BDAT \d+ (LAST)\r\n/g)) {
        if (last) this.ended.add(this.#sender);
        else this.#sender = name;
      }
    }
    this.#tail = text.slice(-40);
  }
}

/** Whether a code takes a sender or a recipient. RFC 5321 section 4.3.2. */
export function takes(said: Said | undefined): boolean {
  return said !== undefined && said.code >= 250 && said.code <= 252;
}
