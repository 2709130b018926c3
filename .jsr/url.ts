/**
 * Prints the JSR registry that this machine can use: `$JSR_URL` if it is set, JSR itself if it answers within three
 * seconds, else the `file://` URL of the stand-ins beside this file.
 *
 * With `--copy` the stand-ins are served from a copy in a temporary folder, because `deno publish` refuses what lies in the
 * package and is not part of it.
 *
 * @module
 */

async function answers(registry: string): Promise<boolean> {
  try {
    const answer = await fetch(`${registry}@std/assert/meta.json`, { signal: AbortSignal.timeout(3_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

async function copy(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(new URL(`${name}/`, from), new URL(`${name}/`, to));
    else await Deno.copyFile(new URL(name, from), new URL(name, to));
  }
}

async function registry(): Promise<string> {
  const jsr = "https://jsr.io/";
  const here = new URL("./", import.meta.url);
  const chosen = Deno.env.get("JSR_URL");
  if (chosen && chosen !== here.href) return chosen;
  if (!chosen && await answers(jsr)) return jsr;
  if (!Deno.args.includes("--copy")) return here.href;
  const elsewhere = new URL(`file://${await Deno.makeTempDir()}/`);
  await copy(here, elsewhere);
  return elsewhere.href;
}

console.log(await registry());
