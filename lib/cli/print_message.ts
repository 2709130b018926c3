import { type Content, escapeControls, type Prepared } from "../../mod.ts";
import { octetsOf } from "./content_octets.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Given } from "./parse.ts";

/**
 * Prints a message that is not sent; when it was built into a file, only that is told.
 *
 * @param message The message.
 * @param given The command line.
 * @param io The world, and whether it would have been sent.
 * @returns The exit code.
 */
export async function printMessage(
  { envelope, content }: Prepared,
  given: Given,
  { io, dryRun = false }: { readonly io: Io; readonly dryRun?: boolean },
): Promise<number> {
  const to = envelope.forwardPaths.map((path) => typeof path === "string" ? path : path.address);
  const saved = dryRun ? undefined : given.value("save");
  if (given.has("json")) {
    const data = {
      ok: true,
      exit: EXIT.OK,
      dryRun: dryRun || undefined,
      messageId: content.messageId,
      from: envelope.reversePath,
      to,
      saved,
      message: saved === undefined ? await textOf(content) : undefined,
    };
    io.out(JSON.stringify(data) + "\n");
  } else if (saved === undefined) { for await (const octets of octetsOf(content)) io.out(octets); }
  if (given.has("quiet")) return EXIT.OK;
  if (dryRun) io.err(`nothing was sent: from <${envelope.reversePath}> to <${to.join(">, <")}>\n`);
  else if (saved !== undefined) io.err(`saved to ${escapeControls(saved)}\n`);
  return EXIT.OK;
}

async function textOf(content: Content): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const octets of octetsOf(content)) text += decoder.decode(octets, { stream: true });
  return text + decoder.decode();
}
