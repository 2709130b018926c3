import { quoted } from "./text.ts";

/** Longest Message-ID in characters: with the field's name it must fit on a line of 998. */
const MAX_MESSAGE_ID = 980;

const MESSAGE_ID =
  /^<[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*@(?:[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*|\[[!-Z^-~]*\])>$/;

/**
 * Makes a Message-ID that no other message has (RFC 5322 section 3.6.4).
 *
 * @param domain The domain of the author, so that the identifier tells nothing about this machine.
 * @returns The identifier in its angle brackets.
 */
export function makeMessageId(domain: string): string {
  return `<${crypto.getRandomValues(new Uint8Array(16)).toHex()}@${domain}>`;
}

/**
 * Checks a Message-ID that the caller made.
 *
 * @param id The identifier.
 * @param field The field that it was given in.
 * @returns The same.
 * @throws {TypeError} If it is not `<left@right>`, or too long for a line.
 */
export function checkMessageId(id: string, field = "messageId"): string {
  if (typeof id === "string" && id.length <= MAX_MESSAGE_ID && MESSAGE_ID.test(id)) return id;
  throw new TypeError(
    `Cannot compose message: field "${field}" is ${quoted(String(id))}, not "<left@right>"`,
  );
}
