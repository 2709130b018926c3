/** Lower-case hexadecimal of octets, or of a string's UTF-8. RFC 4648 section 8. */
export function encodeHex(data: ArrayBuffer | Uint8Array | string): string {
  if (typeof data === "string") data = new TextEncoder().encode(data);
  return (data instanceof Uint8Array ? data : new Uint8Array(data)).toHex();
}
