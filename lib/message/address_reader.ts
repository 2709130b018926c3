/**
 * The strict reader of address lists (RFC 5322 section 3.4, without its obsolete forms; RFC 6532 section 3.2).
 *
 * Text that two readers could take for different addresses is refused: such text has sent mail to the wrong domain in
 * more than one client. The reader goes over the text once, from left to right, and never back.
 *
 * @module
 */

import type { Address } from "./address.ts";
import { toAsciiDomain } from "./domain.ts";
import { countOctets, isPrintableAscii, quoted, textFault } from "./text.ts";

/** Longest local part in octets. RFC 5321 section 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;
/** Longest mailbox in octets: a path without its angle brackets. RFC 5321 section 4.5.3.1.3. */
const MAX_MAILBOX = 254;
/** Deepest comment in a comment. RFC 5322 sets no limit; people write one level. */
const MAX_COMMENT_DEPTH = 10;

// One class each, so that no input makes them slow. "Atext" here is that of RFC 6532, and the dot.
const ATEXT_AND_DOTS = /[\w!#$%&'*+\-/=?^`{|}~.\u0080-\uffff]+/y;
const DOMAIN = /[a-z0-9.\-\u0080-\uffff]+/iy;
const LITERAL = /\[[^\]\s]*\]/y;
const DOT_ATOM = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+)*$/;

/** Characters that nobody sees and that some readers drop; the joiners, which some scripts need, are not among them. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** A run of atom text and dots, or what stood in a quoted-string. */
interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * Reads the mailboxes of a list, or one bare address.
 *
 * @param text The text.
 * @param bare Whether the text must be one address and nothing else: no name, no comment, no angle brackets.
 * @returns The mailboxes in order.
 * @throws {SyntaxError} With the reason alone; the caller adds which text it was.
 */
export function readMailboxes(text: string, bare = false): Address[] {
  const fault = textFault(text);
  if (fault !== undefined) throw new SyntaxError(`it contains ${fault}`);
  const reader = new AddressReader(text);
  return bare ? [reader.readBare()] : reader.readList();
}

class AddressReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** mailbox-list of RFC 5322 section 3.4. */
  readList(): Address[] {
    const mailboxes: Address[] = [];
    do mailboxes.push(this.#mailbox()); while (this.#take(","));
    if (this.#position < this.#text.length) throw this.#surprise("after the address");
    return mailboxes;
  }

  readBare(): Address {
    const address = this.#addrSpec(this.#word("at the start"));
    if (this.#position < this.#text.length) throw this.#surprise("after the address");
    return { address };
  }

  /** A mailbox and the blanks and comments around it. */
  #mailbox(): Address {
    this.#skip();
    const mailbox = this.#take("<") ? { address: this.#inAngles() } : this.#addrSpecOrNamed();
    this.#skip();
    return mailbox;
  }

  #addrSpecOrNamed(): Address {
    const first = this.#word("at the start");
    if (this.#peek() === "@") return { address: this.#addrSpec(first) };
    let name = first.text;
    while (true) {
      const apart = this.#skip();
      if (this.#take("<")) {
        const address = this.#inAngles();
        return name === "" ? { address } : { name, address };
      }
      if (this.#position === this.#text.length || this.#peek() === ",") {
        throw new SyntaxError(`no "@" in ${quoted(name)}`);
      }
      name += (apart ? " " : "") + this.#word("after the name").text;
    }
  }

  #inAngles(): string {
    this.#skipBlanks();
    if (this.#peek() === "@") throw new SyntaxError('source route, "<@"');
    const address = this.#addrSpec(this.#word('after "<"'));
    this.#skipBlanks();
    if (!this.#take(">")) throw this.#surprise('where ">" belongs');
    return address;
  }

  /** What follows a local part; comments and blanks between the two sides are obsolete and read in several ways. */
  #addrSpec(local: Word): string {
    if (!this.#take("@")) throw this.#surprise('where "@" belongs');
    const domain = this.#match(DOMAIN) ?? this.#match(LITERAL);
    if (domain === undefined) throw this.#surprise('after "@"');
    if (this.#peek() === "@") throw new SyntaxError('two "@"');
    const address = `${formatLocalPart(local)}@${toAsciiDomain(domain)}`;
    if (countOctets(address) > MAX_MAILBOX) {
      throw new SyntaxError(`more than ${MAX_MAILBOX} octets`);
    }
    return address;
  }

  /** An atom, with dots as people write them in names, or a quoted-string. RFC 5322 sections 3.2.3 and 3.2.4. */
  #word(where: string): Word {
    if (this.#take('"')) return { text: this.#quotedString(), quoted: true };
    const text = this.#match(ATEXT_AND_DOTS);
    if (text === undefined) throw this.#surprise(where);
    return { text, quoted: false };
  }

  #quotedString(): string {
    let content = "";
    let start = this.#position;
    for (let i = start; i < this.#text.length; i++) {
      const c = this.#text[i];
      if (c === '"') {
        this.#position = i + 1;
        return content + this.#text.slice(start, i);
      }
      if (c === "\\") {
        content += this.#text.slice(start, i);
        start = ++i;
      }
    }
    throw new SyntaxError("quoted text without its closing quotation mark");
  }

  /** Skips blanks and comments, and says whether there were any. */
  #skip(): boolean {
    const start = this.#position;
    this.#skipBlanks();
    while (this.#take("(")) {
      this.#comment();
      this.#skipBlanks();
    }
    return this.#position > start;
  }

  #skipBlanks(): void {
    while (this.#peek() === " ") this.#position++;
  }

  /** The rest of a comment; counted and not nested, so that depth costs no stack. RFC 5322 section 3.2.2. */
  #comment(): void {
    for (let depth = 1; depth > 0; this.#position++) {
      const c = this.#peek();
      if (c === undefined) throw new SyntaxError("comment without its closing parenthesis");
      // A reader that knows no comments takes this for the address.
      if (c === "@" || c === "<" || c === ">") throw new SyntaxError(`"${c}" in a comment`);
      if (c === "\\") this.#position++;
      if (c === "(") depth++;
      if (c === ")") depth--;
      if (depth > MAX_COMMENT_DEPTH) throw new SyntaxError("comments nested too deeply");
    }
  }

  #peek(): string | undefined {
    return this.#text[this.#position];
  }

  #take(c: string): boolean {
    if (this.#peek() !== c) return false;
    this.#position++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    this.#position += found?.length ?? 0;
    return found;
  }

  #surprise(where: string): SyntaxError {
    const c = this.#peek();
    if (c === undefined) {
      return new SyntaxError(this.#text.trim() === "" ? "it is empty" : `it ends ${where}`);
    }
    if (c === ":") return new SyntaxError('groups ("name: …;") are not supported');
    return new SyntaxError(`${quoted(c)} ${where}`);
  }
}

/** Writes a local part anew, in quotes only where it needs them. RFC 5321 section 4.1.2. */
function formatLocalPart({ text, quoted: wasQuoted }: Word): string {
  const isDotAtom = DOT_ATOM.test(text);
  if (!isDotAtom && !wasQuoted) throw new SyntaxError(`misplaced "." in ${quoted(text)}`);
  // RFC 2047 section 5 forbids encoded words here; a reader that decodes them all the same finds another address.
  if (text.includes("=?") && text.includes("?=")) throw new SyntaxError("encoded word in the local part");
  if (!isPrintableAscii(text) && isMisread(text)) {
    throw new SyntaxError(`character that is easily misread in ${quoted(text)}`);
  }
  const local = isDotAtom ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
  if (countOctets(local) > MAX_LOCAL_PART) {
    throw new SyntaxError(`a local part of more than ${MAX_LOCAL_PART} octets`);
  }
  return local;
}

/**
 * Whether a reader that drops what nobody sees, or that normalizes first, finds another structure: U+FF20 becomes "@",
 * U+2024 becomes ".".
 */
function isMisread(text: string): boolean {
  return INVISIBLE.test(text) || specials(text.normalize("NFKC")) !== specials(text);
}

/** The characters that give an address its structure. */
function specials(text: string): string {
  return text.replace(/[\w!#$%&'*+\-/=?^`{|}~\u0080-\uffff]+/g, "");
}
