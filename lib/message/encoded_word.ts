/**
 * Encoded words: text that is not ASCII, in a header that is (RFC 2047).
 *
 * @module
 */

/** Longest encoded word in characters. RFC 2047 section 2. */
export const MAX_ENCODED_WORD = 75;

const OPENING = "=?UTF-8?Q?";
const CLOSING = "?=";
const OVERHEAD = OPENING.length + CLOSING.length;

const SPACE = 32;

const encoder = new TextEncoder();

/** One of the two encodings: how much text a word takes, and how it is written. */
interface Encoding {
  readonly letter: "Q" | "B";
  /** What text costs of a word's capacity. */
  cost(text: string): number;
  /** The capacity of a word of so many characters. */
  capacity(characters: number): number;
  write(text: string): string;
}

/** RFC 2047 section 4.2, with the character set of section 5 (3), which is right in every place. */
const Q: Encoding = {
  letter: "Q",
  cost: (text) => sum(text, (unit) => isLiteral(unit) || unit === SPACE ? 1 : 3 * octetsOf(unit)),
  capacity: (characters) => characters - OVERHEAD,
  write: (text) => {
    let word = "";
    for (const octet of encoder.encode(text)) word += qWord(octet);
    return word;
  },
};

/** RFC 2047 section 4.1. */
const B: Encoding = {
  letter: "B",
  cost: (text) => sum(text, octetsOf),
  capacity: (characters) => Math.floor((characters - OVERHEAD) / 4) * 3,
  write: (text) => encoder.encode(text).toBase64(),
};

/**
 * Writes text as encoded words, in the shorter of the two encodings.
 *
 * What a reader sees as one character stays in one word where it fits: a code point always, a letter with its marks and
 * an emoji of several parts nearly always.
 *
 * @param text The text; well-formed UTF-16.
 * @param room The characters left on the line for the first word. When no text fits there, the first word is longer.
 * @returns The words; between them belongs a space or a fold, which readers leave out (RFC 2047 section 6.2).
 */
export function encodeWords(text: string, room = MAX_ENCODED_WORD): string[] {
  const encoding = Q.cost(text) <= Math.ceil(B.cost(text) / 3) * 4 ? Q : B;
  if (encoding.cost(text) <= encoding.capacity(room)) return [word(encoding, text)];
  const capacity = encoding.capacity(MAX_ENCODED_WORD);
  const words: string[] = [];
  let pending = "";
  let left = encoding.capacity(room);
  const flush = () => {
    if (pending !== "") words.push(word(encoding, pending));
    pending = "";
    left = capacity;
  };
  const add = (unit: string, cost: number) => {
    if (cost > left) flush();
    pending += unit;
    left -= cost;
  };
  for (const cluster of clusters(text)) {
    const cost = encoding.cost(cluster);
    if (cost <= capacity) add(cluster, cost);
    else for (const point of cluster) add(point, encoding.cost(point));
  }
  flush();
  return words;
}

function word({ letter, write }: Encoding, text: string): string {
  return `=?UTF-8?${letter}?${write(text)}${CLOSING}`;
}

/** Adds up what the UTF-16 units of text cost. */
function sum(text: string, cost: (unit: number) => number): number {
  let total = 0;
  for (let i = 0; i < text.length; i++) total += cost(text.charCodeAt(i));
  return total;
}

/** The octets that a UTF-16 unit takes in UTF-8; a pair takes four. */
function octetsOf(unit: number): number {
  if (unit < 0x80) return 1;
  return unit < 0x800 || unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
}

/** Letters with their marks, and emoji joined to one; by hand, because `Intl.Segmenter` loads slowly. */
function clusters(text: string): string[] {
  return text.match(/.(?:\u200d.|[\p{M}\p{Emoji_Modifier}])*/gsu) ?? [];
}

/** An octet in the Q encoding. */
function qWord(octet: number): string {
  if (octet === SPACE) return "_";
  if (isLiteral(octet)) return String.fromCharCode(octet);
  return "=" + octet.toString(16).toUpperCase().padStart(2, "0");
}

/** Letters, digits and `!*+-/`. */
function isLiteral(octet: number): boolean {
  if (octet > 96 ? octet < 123 : octet > 64 && octet < 91) return true;
  return octet > 46 ? octet < 58 : octet === 33 || octet === 42 || octet === 43 || octet === 45;
}
