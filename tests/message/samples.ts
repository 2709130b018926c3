/** Text for the tests of this room: many scripts, and a generator that gives the same text for the same seed. */

/** Texts that have gone wrong somewhere: scripts, marks, emoji of many parts, what looks like an encoding. */
export const TEXTS = [
  "Hello",
  "Grüße aus Köln",
  "Привет, как дела?",
  "日本語の件名です。長い件名は折り返されるはずです。折り返しても文字は壊れません。",
  "مرحبا بالعالم",
  "שלום עולם",
  "नमस्ते दुनिया",
  "ภาษาไทย",
  "e\u0301 a\u0308 o\u0302\u0323, decomposed",
  "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇩🇪",
  "=?utf-8?Q?not_encoded?=",
  "a =?b?= c",
  "=3D 100% = all_of_it?",
  'quotes " and \\ backslashes',
  "comma, semicolon; colon: <angle> (parenthesis) @",
  "O'Neil & Sons!",
  "x".repeat(77),
  "y".repeat(2000),
  "é".repeat(500),
  "word ".repeat(100) + "end",
] as const;

const ALPHABETS = [
  "abcdefghijklmnopqrstuvwxyz",
  "ABC 0123456789 .,:;<>()[]@\\\"'=?_",
  "äöüßéèñç",
  "бвгджзик",
  "漢字仮名交じり文",
  "👍🏽👩‍🚀🇫🇷",
  "e\u0301o\u0308",
];

/**
 * Makes a generator of whole numbers below a bound: a linear congruence, whose high bits are random enough here.
 *
 * @param seed Any whole number.
 */
export function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 12) % bound;
  };
}

/** Makes text without line ends and without blanks at its ends or in a row, which readers trim and join. */
export function randomText(random: (bound: number) => number, longest: number): string {
  let text = "";
  for (let length = random(longest) + 1; length > 0; length--) {
    const alphabet = [...ALPHABETS[random(ALPHABETS.length)]];
    text += alphabet[random(alphabet.length)] + (random(8) === 0 ? " " : "");
  }
  return text.replace(/ +/g, " ").trim() || "x";
}

/** The octets of content as text of one character each, so that its length is the number of octets. */
export async function rawOf(content: { octets(): Iterable<Uint8Array> | AsyncIterable<Uint8Array> }) {
  let raw = "";
  for await (const octets of content.octets()) for (const octet of octets) raw += String.fromCharCode(octet);
  return raw;
}
