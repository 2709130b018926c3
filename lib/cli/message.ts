import type { Prepared } from "../../mod.ts";
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";

/** A message on its way from options to octets. */
export interface Draft {
  /** The options that are missing; nothing else is to be called while there are some. */
  readonly missing: readonly string[];
  /** Reads what is in files, and looks at all that can be looked at before anybody is asked for anything. */
  check(): Promise<void>;
  /** Reads standard input, and makes the message. */
  finish(): Promise<Prepared>;
}

/**
 * Reads the options that make a message. What few messages need is loaded only when it is asked for.
 *
 * @param settings The settings.
 * @param io The world.
 * @param user Who logs in: the sender, when nobody else is named.
 * @returns The draft.
 * @throws {CliError} If an option is malformed.
 */
export async function readDraft(settings: Settings, io: Io, user?: string): Promise<Draft> {
  const { given } = settings;
  const draft = given.value("eml") === undefined
    ? await (await import("./composed.ts")).readComposed(settings, io, user)
    : (await import("./eml.ts")).readEml(settings, io);
  if (given.values("sign").length === 0 && given.value("save") === undefined) return draft;
  const { signAndSave } = await import("./sign_and_save.ts");
  return signAndSave(draft, settings, io);
}
