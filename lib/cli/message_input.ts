import { CliError } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Given } from "./parse.ts";
import { unreadable } from "./unreadable.ts";

/**
 * Reads the message that a command is about.
 *
 * @param given The command line: one word, the file, or `-` for standard input.
 * @param io The world.
 * @returns Its octets.
 * @throws {CliError} If no file is named, or several, or it cannot be read.
 */
export async function readMessageInput({ words }: Given, io: Io): Promise<Uint8Array> {
  const [path, more] = words;
  if (path === undefined) throw new CliError("Cannot read message: name a file, or - for standard input");
  if (more !== undefined) throw new CliError(`Cannot read ${JSON.stringify(more)}: one message at a time`);
  try {
    return path === "-" ? await io.readStdin() : await io.readFile(path);
  } catch (error) {
    throw unreadable("message", path, error);
  }
}
