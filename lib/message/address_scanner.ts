/**
 * What address lists are made of: words, white space and comments (RFC 5322 section 3.2, RFC 6532 section 3.2).
 *
 * The scanner goes over the text once, from left to right, and never back.
 *
 * @module
 */

import { quoted, textFault } from "./text.ts";

/** Deepest comment in a comment. RFC 5322 sets no limit; people write one level. */
const MAX_COMMENT_DEPTH = 10;

// One class each, so that no input makes them slow. "Atext" here is that of RFC 6532, and the dot.
const ATEXT_AND_DOTS = /[\w!#$%&'*+\-/=?^`{|}~.\u0080-\uffff]+/y;
const BLANKS = /[ \t\r\n]+/y;

/** What belongs to an address, what begins quoted text that ends elsewhere, a line's end, and what is encoded. */
const NOT_IN_COMMENTS = /[@<>"\n]|=\?/;
const NOT_IN_SIMPLE_COMMENTS = /[@<>"\n\\()]|=\?/;

/**
 * A fold with its white space, and something on its line: to some readers a line of nothing but white space, which RFC 5322
 * section 3.2.2 forbids to write, ends the header.
 */
const FOLD = /\r\n[ \t]+(?=[^ \t\r\n])/g;

/**
 * What may stand between two words; the later ones include the earlier.
 *
 * A simple comment holds neither another comment nor a backslash. Some readers know no others, and take the end of such a
 * comment for text: for a part of the domain, where one is near.
 */
export type Filling = "nothing" | "blanks" | "simple comments" | "comments";

/** A run of atom text and dots, or what stood in a quoted-string. */
export interface Word {
  /** The text, without its quotation marks and escapes. */
  readonly text: string;
  /** Whether it stood in quotation marks. */
  readonly quoted: boolean;
  /** Whether white space or a comment follows. */
  readonly apart: boolean;
}

/** Reads the parts of an address list, each where the last one ended. */
export class AddressScanner {
  readonly #text: string;
  #position = 0;

  /**
   * Begins at the start of the text.
   *
   * @param text The text.
   * @throws {SyntaxError} If it holds a control character that is neither a tab nor part of a fold.
   */
  constructor(text: string) {
    const fault = textFault(text) && textFault(text.replace(FOLD, " ").replaceAll("\t", " "));
    if (fault !== undefined) throw new SyntaxError(`it contains ${fault}`);
    this.#text = text;
  }

  /** The next character; `undefined` at the end. */
  peek(): string | undefined {
    return this.#text[this.#position];
  }

  /** Goes past a character, if it is the next one. */
  take(c: string): boolean {
    if (this.peek() !== c) return false;
    this.#position++;
    return true;
  }

  /** Goes past what a sticky pattern finds here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    this.#position += found?.length ?? 0;
    return found;
  }

  /** Skips white space and comments, and says whether there were any. RFC 5322 section 3.2.2. */
  skip(filling: Filling): boolean {
    if (filling === "nothing") return false;
    const start = this.#position;
    this.match(BLANKS);
    while (filling !== "blanks" && this.take("(")) {
      this.#comment(filling === "simple comments");
      this.match(BLANKS);
    }
    return this.#position > start;
  }

  /** Reads words as far as they go, with dots as people write them in names. RFC 5322 sections 3.2.3 to 3.2.5. */
  words(filling: Filling): Word[] {
    const words: Word[] = [];
    while (true) {
      const isQuoted = this.take('"');
      const text = isQuoted ? this.#quotedString() : this.match(ATEXT_AND_DOTS);
      if (text === undefined) return words;
      words.push({ text, quoted: isQuoted, apart: this.skip(filling) });
    }
  }

  /** Says that the next character, or the end, does not belong here. */
  surprise(where: string): SyntaxError {
    const c = this.peek();
    return new SyntaxError(c === undefined ? `it ends ${where}` : `${quoted(c)} ${where}`);
  }

  #quotedString(): string {
    let content = "";
    let start = this.#position;
    for (let i = start; i < this.#text.length; i++) {
      const c = this.#text[i];
      // Some readers end quoted text at the end of the line.
      if (c === "\n") throw new SyntaxError("a fold within quotation marks");
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

  /** The rest of a comment; counted and not nested, so that depth costs no stack. RFC 5322 section 3.2.2. */
  #comment(simple: boolean): void {
    const start = this.#position;
    let escaped = false;
    for (let depth = 1; depth > 0; this.#position++) {
      const c = this.peek();
      if (c === undefined) throw new SyntaxError("comment without its closing parenthesis");
      if (!escaped && c === "(") depth++;
      if (!escaped && c === ")") depth--;
      if (depth > MAX_COMMENT_DEPTH) throw new SyntaxError("comments nested too deeply");
      escaped = !escaped && c === "\\";
    }
    checkComment(this.#text.slice(start, this.#position - 1), simple);
  }
}

/** Refuses what a reader that knows no comments, or knows less of them, takes for more than a remark. */
function checkComment(text: string, simple: boolean): void {
  const pattern = simple ? NOT_IN_SIMPLE_COMMENTS : NOT_IN_COMMENTS;
  // A reader that normalizes first takes U+FF20 for "@".
  const found = (pattern.exec(text) ?? pattern.exec(text.normalize("NFKC")))?.[0];
  if (found === undefined) return;
  throw new SyntaxError(`${quoted(found)} in a comment${simple ? ", which must be simple here" : ""}`);
}
