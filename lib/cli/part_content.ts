const LF = 10;
const EQUALS = 61;

/**
 * Undoes the encoding of a part, as far as it goes.
 *
 * @param body The body of the part.
 * @param encoding Its Content-Transfer-Encoding in lower case; one that is not known is left as it is.
 * @returns The octets that were encoded.
 */
export function decodeBody(body: Uint8Array, encoding: string): Uint8Array {
  if (encoding === "base64") return decodeBase64(body);
  return encoding === "quoted-printable" ? decodeQuotedPrintable(body) : body;
}

/** Up to the first "="; what is not of the alphabet is left out. RFC 2045 section 6.8. */
function decodeBase64(body: Uint8Array): Uint8Array {
  const [padded] = new TextDecoder("latin1").decode(body).split("=", 1);
  const text = padded.replace(/[^A-Za-z0-9+/]+/g, "");
  // One character alone says nothing.
  return Uint8Array.fromBase64(text.length % 4 === 1 ? text.slice(0, -1) : text);
}

/** What is malformed stays as it is. RFC 2045 section 6.7. */
function decodeQuotedPrintable(body: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at++) {
    const octet = body[at];
    const digits = octet === EQUALS ? String.fromCharCode(...body.subarray(at + 1, at + 3)) : "";
    if (/^[0-9a-f]{2}$/i.test(digits)) {
      decoded[length++] = Number.parseInt(digits, 16);
      at += 2;
      continue;
    }
    const next = octet === EQUALS ? softBreak(body, at + 1) : undefined;
    if (next === undefined) decoded[length++] = octet;
    else at = next;
  }
  return decoded.subarray(0, length);
}

/** Where a soft line break ends: blanks may stand between the equal sign and the line end. */
function softBreak(body: Uint8Array, at: number): number | undefined {
  while (at < body.length && [9, 13, 32].includes(body[at])) at++;
  return at === body.length || body[at] === LF ? at : undefined;
}
