import type { InputFile } from "./io.ts";

/** How much is read at a time, in octets. */
const CHUNK = 262_144;

/** How much is read of a file to tell what it is. */
const HEAD = 4_096;

/**
 * Opens a file to be read when it is needed, in constant memory, as often as it is needed.
 *
 * @param path The file.
 * @returns The file; what is no regular file, such as a pipe, has no size and can be read once.
 * @throws {Error} If there is none, or it cannot be read.
 */
export async function openFile(path: string): Promise<InputFile> {
  const { isFile, isDirectory, size } = await Deno.stat(path);
  if (isDirectory) {
    throw new Deno.errors.IsADirectory(`Cannot open ${JSON.stringify(path)}: it is a directory`);
  }
  if (!isFile) return { head: new Uint8Array(), content: read(path) };
  const head = await readHead(path);
  // Files that the system makes up say that they are empty.
  const known = size > 0 || head.length === 0 ? size : undefined;
  return { size: known, head, content: () => read(path, known) };
}

async function readHead(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const head = new Uint8Array(HEAD);
  return head.subarray(0, await file.read(head) ?? 0);
}

/** The octets from the start; closed at the end, and when nobody wants more. */
async function* read(path: string, size?: number): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  let count = 0;
  while (true) {
    const chunk = new Uint8Array(CHUNK);
    const length = await file.read(chunk);
    if (length === null) break;
    count += length;
    if (size !== undefined && count > size) throw changed(path, size, "more");
    yield chunk.subarray(0, length);
  }
  if (size !== undefined && count < size) throw changed(path, size, "fewer");
}

/** The server was told the size, and a part of a file must not pass for the whole. */
function changed(path: string, size: number, which: "more" | "fewer"): TypeError {
  return new TypeError(`${JSON.stringify(path)} has ${which} than the ${size} octets that it had at first`);
}
