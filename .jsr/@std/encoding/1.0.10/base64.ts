/** Base64 of octets, or of a string's UTF-8. RFC 4648 section 4. */
export function encodeBase64(data: ArrayBuffer | Uint8Array | string): string {
  if (typeof data === "string") data = new TextEncoder().encode(data);
  return (data instanceof Uint8Array ? data : new Uint8Array(data)).toBase64();
}

/** The octets of a base64 text. */
export function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(base64);
}
