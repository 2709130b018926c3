/**
 * Escapes a name for a gs2 header or a SCRAM message, where comma and equals sign separate (RFC 5801 section 4,
 * RFC 5802 section 5.1).
 *
 * @param name The name, without NUL.
 * @returns The name with `=2C` for each comma and `=3D` for each equals sign.
 */
export function saslName(name: string): string {
  return name.replace(/[,=]/g, (c) => c === "," ? "=2C" : "=3D");
}
