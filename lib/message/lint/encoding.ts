const TAB = 9;
const LF = 10;
const CR = 13;
const SP = 32;
const EQUALS = 61;

/** What a pass over a body has seen. */
export interface BodyScan {
  /** How many octets it has when its encoding is undone; about as many where that is malformed. */
  readonly octets: number;
  /** The first line with an octet above 127. */
  readonly eightBit?: number;
  /** The first fault of its encoding: what was found, and where. */
  readonly fault?: { readonly found: string; readonly line: number };
}

/**
 * Looks at each octet of a body: whether it is what its encoding allows, and how much is in it.
 *
 * @param body The octets between the header and the end of the part.
 * @param encoding Its Content-Transfer-Encoding in lower case.
 * @param line The line on which it begins.
 * @returns What was seen.
 */
export function scanBody(body: Uint8Array, encoding: string, line: number): BodyScan {
  if (encoding === "base64") return scanBase64(body, line);
  if (encoding === "quoted-printable") return scanQuotedPrintable(body, line);
  for (const octet of body) {
    if (octet > 127) return { octets: body.length, eightBit: line };
    if (octet === LF) line++;
  }
  return { octets: body.length };
}

/** RFC 2045 section 6.8. */
function scanBase64(body: Uint8Array, line: number): BodyScan {
  let [characters, padding] = [0, 0];
  let fault: BodyScan["fault"];
  for (const octet of body) {
    if (octet === LF) line++;
    else if (octet === EQUALS) padding++;
    else if (isBase64(octet)) {
      if (padding > 0) fault ??= { found: 'text after its last "="', line };
      characters++;
    } else if (octet !== CR && octet !== SP && octet !== TAB) {
      fault ??= { found: `the octet ${hex(octet)}, which base64 does not have`, line };
    }
  }
  if ((characters + padding) % 4 !== 0 || padding > 2) {
    fault ??= { found: `${characters} characters and ${padding} "=", which is not a multiple of four`, line };
  }
  return { octets: Math.floor(characters * 3 / 4), fault };
}

/** RFC 2045 section 6.7. */
function scanQuotedPrintable(body: Uint8Array, line: number): BodyScan {
  let octets = 0;
  let fault: BodyScan["fault"];
  for (let at = 0; at < body.length; at++) {
    const octet = body[at];
    if (octet === LF) line++;
    octets++;
    if (octet > 126) fault ??= { found: `the octet ${hex(octet)} as it is`, line };
    if (octet !== EQUALS) continue;
    if (isHex(body[at + 1]) && isHex(body[at + 2])) {
      at += 2;
      continue;
    }
    // A soft line break is no octet.
    octets--;
    while (body[at + 1] === SP || body[at + 1] === TAB || body[at + 1] === CR) at++;
    if (body[at + 1] === LF) {
      at++;
      line++;
    } else if (at + 1 < body.length) {
      fault ??= { found: '"=" without two hexadecimal digits or a line end behind it', line };
    }
  }
  return { octets, fault };
}

/** Letters, digits, `+` and `/`. */
function isBase64(octet: number): boolean {
  return octet > 96 ? octet < 123 : octet > 64 ? octet < 91 : octet > 46 ? octet < 58 : octet === 43;
}

function isHex(octet: number | undefined): boolean {
  return octet !== undefined && /[0-9a-f]/i.test(String.fromCharCode(octet));
}

function hex(octet: number): string {
  return `0x${octet.toString(16).padStart(2, "0")}`;
}
