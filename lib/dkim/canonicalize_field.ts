/** `"simple"` bears almost no change on the way, `"relaxed"` bears changes of white space. RFC 6376 section 3.4. */
export type Canonicalization = "simple" | "relaxed";

const TAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
const COLON = 58;

/**
 * Gives the canonical form of a header field (RFC 6376 sections 3.4.1 and 3.4.2).
 *
 * @param field The field as it stands in the message, folded, with its last CRLF or without.
 * @param form Which form.
 * @returns The form, ended by CRLF.
 */
export function canonicalizeField(field: Uint8Array, form: Canonicalization): Uint8Array {
  const ended = field.at(-2) === CR && field.at(-1) === LF;
  const text = ended ? field.subarray(0, -2) : field;
  const out = new Uint8Array(text.length + 2);
  let length = text.length;
  if (form === "relaxed") length = relax(text, out);
  else out.set(text);
  out[length++] = CR;
  out[length++] = LF;
  return out.subarray(0, length);
}

/**
 * Writes a field with its name in lower case, unfolded, each run of white space one space, and none around the colon and at
 * the end.
 *
 * @returns How many octets were written.
 */
function relax(text: Uint8Array, out: Uint8Array): number {
  let length = 0;
  const colon = text.indexOf(COLON);
  for (const octet of text.subarray(0, colon)) {
    if (octet !== SP && octet !== TAB) out[length++] = octet >= 65 && octet <= 90 ? octet + 32 : octet;
  }
  out[length++] = COLON;
  const start = length;
  let blank = false;
  for (let at = colon + 1; at < text.length; at++) {
    const octet = text[at];
    if (octet === CR && text[at + 1] === LF) at++;
    else if (octet === SP || octet === TAB) blank = true;
    else {
      if (blank && length > start) out[length++] = SP;
      blank = false;
      out[length++] = octet;
    }
  }
  return length;
}
