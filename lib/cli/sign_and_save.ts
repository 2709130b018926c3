import { octetsOf, replayable } from "./content_octets.ts";
import type { Sign } from "./dkim.ts";
import { CliError } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Draft } from "./message.ts";
import type { Given } from "./parse.ts";
import type { Settings } from "./settings.ts";
import { together } from "./unreadable.ts";

/**
 * Has a message signed, written to a file, or both, before it leaves.
 *
 * @param draft The message.
 * @param settings The settings.
 * @param io The world.
 * @returns The same message with what `--sign` and `--save` ask for.
 * @throws {CliError} If one of them is malformed.
 */
export async function signAndSave(draft: Draft, { given }: Settings, io: Io): Promise<Draft> {
  const path = given.value("save");
  if (path === "-" || path === "") {
    throw new CliError(
      "Cannot read --save: it is no file; to standard output a message goes by message build",
    );
  }
  if (path !== undefined && isRead(path, given)) {
    throw new CliError(`Cannot write --save "${path}": it is a part of this message`);
  }
  const dkim = given.values("sign").length > 0 ? await import("./dkim.ts") : undefined;
  const wishes = dkim?.readSignatures(given.values("sign")) ?? [];
  let sign: Sign | undefined;
  return {
    missing: draft.missing,
    async check() {
      [, sign] = await together([draft.check(), Promise.resolve(dkim?.readKeys(wishes, io))]);
    },
    async finish() {
      const prepared = await draft.finish();
      const content = await (sign ?? replayable)(prepared.content);
      if (path !== undefined) await io.save(path, octetsOf(content));
      return { ...prepared, content };
    },
  };
}

/** Writing begins before reading has ended: a file that is both would be lost. */
function isRead(path: string, given: Given): boolean {
  const bare = (text: string) => text.split(";", 1)[0].replace(/(^|\/)(?:\.\/)+/g, "$1");
  const read = [given.value("eml") ?? "", ...given.values("attach"), ...given.values("inline")];
  return read.some((one) => bare(one) === bare(path));
}
