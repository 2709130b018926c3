import { type Content, PolicyError, SmtpError } from "../../mod.ts";

/**
 * Gives the octets of a message; what its files fail with is said as when it is sent.
 *
 * @param content The message.
 * @throws {SmtpError} If a file cannot be read, or has changed.
 */
export async function* octetsOf(content: Content): AsyncGenerator<Uint8Array> {
  try {
    yield* content.octets();
  } catch (error) {
    if (error instanceof SmtpError) throw error;
    throw new PolicyError(`Cannot read content: ${error instanceof Error ? error.message : error}`, {
      code: "data.source_failed",
      cause: error,
    });
  }
}

/** Keeps in memory what can be read only once, where it is read twice. */
export async function replayable(content: Content): Promise<Content> {
  if (!content.once) return content;
  const pieces: Uint8Array[] = [];
  // The memory of a chunk may be used again for the next.
  for await (const chunk of octetsOf(content)) pieces.push(chunk.slice());
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { messageId, eightBit, utf8, binary } = content;
  return { messageId, eightBit, utf8, binary, size, octets: () => pieces };
}
