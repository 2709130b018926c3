/** What files begin with; for those whose name says nothing. */
const MAGIC: readonly (readonly [string, string])[] = [
  ["%PDF-", "application/pdf"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF8", "image/gif"],
  ["PK\x03\x04", "application/zip"],
  ["\x1f\x8b", "application/gzip"],
];

const UNKNOWN = "application/octet-stream";

/**
 * Says what a file is: by its name, else by its first octets.
 *
 * @param name The name, when it has one.
 * @param head The first octets.
 * @returns The type; `application/octet-stream` when neither tells.
 */
export async function fileType(name: string | undefined, head: Uint8Array): Promise<string> {
  const { default: mime } = await import("mime");
  const type = name === undefined ? null : mime.getType(name);
  // Web archives and the like are files, although they are written as messages are.
  if (type?.startsWith("message/")) return /\.eml$/i.test(name ?? "") ? type : UNKNOWN;
  if (type !== null) return type;
  const start = Array.from(head.subarray(0, 8), (octet) => String.fromCharCode(octet)).join("");
  const known = MAGIC.find(([magic]) => start.startsWith(magic));
  if (known) return known[1];
  return head.length > 0 && isText(head) ? "text/plain; charset=utf-8" : UNKNOWN;
}

/** Makes up a name for what has none. */
export async function nameFor(type: string): Promise<string> {
  const { default: mime } = await import("mime");
  return `attachment.${mime.getExtension(type) ?? "bin"}`;
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    // The last character may go on behind the head.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
