/**
 * As much of DER as private keys need (ITU-T X.690 section 10.1).
 *
 * @module
 */

/** The tags that occur in private keys. */
export const INTEGER = 0x02;
export const OCTET_STRING = 0x04;
export const SEQUENCE = 0x30;

/** One value with its tag. */
export interface Element {
  /** What kind it is. */
  readonly tag: number;
  /** Its octets, without tag and length. */
  readonly value: Uint8Array;
}

/**
 * Reads the elements that stand side by side.
 *
 * @param der The octets.
 * @returns The elements.
 * @throws {SyntaxError} If one of them reaches beyond the end.
 */
export function readElements(der: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der[at];
    let length = der[at + 1];
    at += 2;
    if (length > 127) {
      const octets = der.subarray(at, at + length - 128);
      at += octets.length;
      length = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    }
    // Not a number, when the length itself is missing.
    if (!(at + length <= der.length)) throw new SyntaxError("Cannot read DKIM key: it is cut off");
    elements.push({ tag, value: der.subarray(at, at + length) });
    at += length;
  }
  return elements;
}

/**
 * Reads what an element is made of.
 *
 * @param element The element.
 * @param tag What kind it has to be.
 * @returns The elements in it; none when it is of another kind.
 * @throws {SyntaxError} If one of them reaches beyond the end.
 */
export function readParts(element: Element | undefined, tag: number): Element[] {
  return element?.tag === tag ? readElements(element.value) : [];
}

/**
 * Writes an element.
 *
 * @param tag What kind it is.
 * @param value Its octets.
 * @returns Tag, length and octets.
 */
export function writeElement(tag: number, value: readonly number[]): number[] {
  const length: number[] = [];
  for (let left = value.length; left > 0; left >>>= 8) length.unshift(left & 255);
  if (value.length < 128) return [tag, value.length, ...value];
  return [tag, 128 + length.length, ...length, ...value];
}
