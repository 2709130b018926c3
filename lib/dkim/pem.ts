/** What stands between the lines BEGIN and END. RFC 7468 section 2. */
export interface Pem {
  /** What BEGIN says that it is, such as `PRIVATE KEY`. */
  readonly label: string;
  /** The octets. */
  readonly der: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a private key out of PEM; other things may stand beside it.
 *
 * The errors never show any of the text.
 *
 * @param text The text.
 * @returns What its label says and what it holds.
 * @throws {SyntaxError} If the text is no PEM.
 * @throws {TypeError} If it holds no private key, or an encrypted one.
 */
export function readPem(text: string): Pem {
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)];
  const begin = labels.find(([, label]) => label.endsWith("PRIVATE KEY"));
  if (!begin) {
    if (labels.length > 0) throw fault(`it is labeled "${labels[0][1]}", not "PRIVATE KEY"`);
    throw new SyntaxError("Cannot read DKIM key: it has no line BEGIN PRIVATE KEY");
  }
  const label = begin[1];
  const start = begin.index + begin[0].length;
  const end = text.indexOf(`-----END ${label}-----`, start);
  if (end < 0) throw new SyntaxError(`Cannot read DKIM key: it has no line END ${label}`);
  const body = text.slice(start, end);
  // PKCS #5 version 2, and what came before it: RFC 1421 section 4.6.1.1.
  if (label.startsWith("ENCRYPTED") || body.includes("ENCRYPTED")) throw fault("it is encrypted");
  try {
    return { label, der: Uint8Array.fromBase64(body) };
  } catch {
    throw new SyntaxError("Cannot read DKIM key: its base64 is malformed");
  }
}

function fault(found: string): TypeError {
  return new TypeError(`Cannot read DKIM key: ${found}`);
}
