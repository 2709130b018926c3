import { CliError, EXIT } from "./exit_code.ts";

/**
 * Writes octets to a file as they come; when they end in an error, no half of them stays.
 *
 * @param path The file; one that is there is replaced.
 * @param octets The octets.
 * @throws {CliError} If the file cannot be written.
 */
export async function saveFile(path: string, octets: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await attempt(path, () => Deno.open(path, { write: true, create: true, truncate: true }));
  try {
    for await (const chunk of octets) {
      for (let from = 0; from < chunk.length;) {
        from += await attempt(path, () => file.write(chunk.subarray(from)));
      }
    }
    file.close();
  } catch (error) {
    file.close();
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

async function attempt<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const found = error instanceof Deno.errors.NotFound
      ? "there is no such directory"
      : (error as Error).message;
    throw new CliError(`Cannot write --save "${path}": ${found}`, EXIT.NOINPUT, {
      code: "cli.unwritable",
      cause: error,
    });
  }
}
