import { ENHANCED_ADVICE, ENHANCED_MEANINGS, SUBJECTS } from "./enhanced_codes.ts";
import { REPLY_CODES } from "./reply_codes.ts";

/** What a reply code means. */
export interface Explanation {
  /** The code itself. */
  readonly code: number;
  /** What it means, in one plain sentence. */
  readonly meaning: string;
  /** What follows from its first digit. RFC 5321 section 4.2.1. */
  readonly kind: "success" | "more" | "try later" | "permanent";
  /** What to do. */
  readonly advice: string;
  /** The same for the enhanced status code, when one was given. */
  readonly enhanced?: { readonly code: string; readonly meaning: string; readonly advice?: string };
}

/** What the first digit says. RFC 5321 section 4.2.1. */
const KINDS: Readonly<Record<number, { kind: Explanation["kind"]; meaning: string; advice: string }>> = {
  2: { kind: "success", meaning: "the command was carried out", advice: "Nothing to do." },
  3: { kind: "more", meaning: "the server waits for more", advice: "Send what the command asks for." },
  4: { kind: "try later", meaning: "refused for the time being", advice: "Try the same again later." },
  5: {
    kind: "permanent",
    meaning: "refused for good",
    advice: "Change something before trying again; the text says what.",
  },
};

/** What the second digit says. RFC 5321 section 4.2.1; x3z is used by AUTH and STARTTLS (RFC 4954, RFC 3207). */
const ABOUT: Readonly<Record<number, string>> = {
  0: "syntax",
  1: "information asked for",
  2: "the connection",
  3: "authentication or encryption",
  5: "the mail system",
};

/**
 * Says what a reply code means, and an enhanced status code beside it.
 *
 * Codes that are not listed are explained by their digits: RFC 5321 section 4.2.1, RFC 3463 section 2.
 *
 * @param code The reply code, 200 to 599.
 * @param enhanced The enhanced status code, such as `5.1.1`.
 * @returns What it means and what to do.
 * @throws {RangeError} If the code is not a whole number from 200 to 599.
 * @throws {SyntaxError} If the enhanced code is not of the form d.ddd.ddd, or is of another class than the code.
 */
export function explain(code: number, enhanced?: string): Explanation {
  if (!Number.isInteger(code) || code < 200 || code > 599) {
    throw new RangeError(`Cannot explain code ${code}: a reply code is a whole number from 200 to 599`);
  }
  const general = KINDS[Math.trunc(code / 100)];
  const about = ABOUT[Math.trunc(code / 10) % 10];
  const unlisted = {
    meaning: about ? `${general.meaning}; it is about ${about}` : general.meaning,
    advice: general.advice,
  };
  const { meaning, advice } = REPLY_CODES[code] ?? unlisted;
  const explanation: Explanation = { code, meaning, kind: general.kind, advice };
  return enhanced === undefined ? explanation : { ...explanation, enhanced: explainEnhanced(code, enhanced) };
}

function explainEnhanced(code: number, enhanced: string): NonNullable<Explanation["enhanced"]> {
  const found = /^([245])\.(\d{1,3})\.(\d{1,3})$/.exec(enhanced);
  if (!found) {
    throw new SyntaxError(`Cannot explain enhanced code "${enhanced}": it is not of the form 5.1.1`);
  }
  if (Number(found[1]) !== Math.trunc(code / 100)) {
    throw new SyntaxError(`Cannot explain ${code} with "${enhanced}": their first digits differ`);
  }
  const [subject, detail] = [Number(found[2]), Number(found[3])];
  const key = `${subject}.${detail}`;
  const meaning = ENHANCED_MEANINGS[key] ??
    `${SUBJECTS[subject] ?? "something unregistered"}; the detail is not registered`;
  const advice = ENHANCED_ADVICE[key];
  return advice === undefined ? { code: enhanced, meaning } : { code: enhanced, meaning, advice };
}
