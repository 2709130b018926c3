import { CliError } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { readDraft } from "./message.ts";
import { COMMANDS } from "./option_table.ts";
import type { Given } from "./parse.ts";
import { printMessage } from "./print_message.ts";
import { readSettings } from "./settings.ts";

/**
 * Writes a message to standard output, or with `--save` to a file.
 *
 * @param given The command line.
 * @param io The world.
 * @returns The exit code.
 */
export async function buildMessage(given: Given, io: Io): Promise<number> {
  if (given.words.length > 0) {
    throw new CliError(`Cannot read ${JSON.stringify(given.words[0])}: a recipient is named by --to`);
  }
  const settings = await readSettings(given, COMMANDS["message build"], io);
  const draft = await readDraft(settings, io);
  const { missing } = draft;
  if (missing.length > 0) {
    throw new CliError(`Cannot build: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`);
  }
  await draft.check();
  return await printMessage(await draft.finish(), given, { io });
}
