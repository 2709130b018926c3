/**
 * A disk that is small enough to be full.
 *
 * @module
 */

/**
 * Moves a folder to a disk of its own and goes on with a program. Nobody else sees the disk, and it goes with the last
 * process that does, so that a test run that is interrupted leaves nothing mounted.
 */
const MOVE = `
set -e
(cd "$2" && mount -t tmpfs -o "size=$1,mode=755" tmpfs "$2" && cp -a . "$2")
shift 2
exec "$@"`;

/** How much is written at once. */
const BLOCK = new Uint8Array(65_536);

/**
 * Gives the command line that goes before a program for which a folder is to be on a small disk.
 *
 * @param bytes The size of the disk.
 * @param folder The folder, with what is to be on the disk from the start.
 */
export function onSmallDisk(bytes: number, folder: string): string[] {
  return ["unshare", "--mount", "/bin/sh", "-c", MOVE, "disk", String(bytes), folder];
}

/**
 * Says why there can be no small disk here.
 *
 * @returns The reason, or `undefined` if there can be.
 */
export async function missingSmallDisk(): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const [command, ...args] = [...onSmallDisk(65_536, folder), "true"];
    const { success, stderr } = await new Deno.Command(command, { args }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "not installed (apt-get install util-linux)";
    throw error;
  } finally {
    await Deno.remove(folder);
  }
}

/**
 * Finds the way to a small disk, which is there for some processes only.
 *
 * @param folder The folder on it.
 * @param pids Processes, some of which see it.
 * @returns The path by which we see it too.
 * @throws {Error} If none of them sees another disk there than we do.
 */
export async function findSmallDisk(folder: string, pids: readonly number[]): Promise<string> {
  const { dev } = await Deno.stat(folder);
  for (const pid of pids) {
    const path = `/proc/${pid}/root${folder}`;
    const seen = await Deno.stat(path).catch(() => undefined);
    if (seen && seen.dev !== dev) return path;
  }
  throw new Error(`Cannot find small disk: no process sees one at ${folder}`);
}

/**
 * Fills a disk.
 *
 * @param disk A folder on it.
 * @param spareBytes How much room is left, in whole pages of 4096 octets.
 * @returns What makes room again.
 */
export async function fillDisk(disk: string, spareBytes: number): Promise<() => Promise<void>> {
  const path = `${disk}/ballast`;
  using file = await Deno.open(path, { write: true, createNew: true });
  let length = 0;
  try {
    for (;;) length += await file.write(BLOCK);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOSPC") throw error;
  }
  await file.truncate(Math.max(0, length - spareBytes));
  return () => Deno.remove(path);
}
