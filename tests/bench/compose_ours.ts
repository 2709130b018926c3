/**
 * Our part of the composing bench: `small MILLISECONDS`, `large FILE` or `nothing`; prints figures with spaces between.
 *
 * @module
 */

import { compose } from "../../lib/message/compose.ts";
import { countSmall, large, peakMemory, small } from "./compose_mail.mjs";

const CHUNK = 1_048_576;

const [what, argument] = Deno.args;
const results: number[] = [];
if (what === "small") {
  results.push(await countSmall(() => octetsOf(small), Number(argument)));
} else if (what === "large") {
  const start = performance.now();
  const { size } = Deno.statSync(argument);
  const attachments = [{ filename: "large.bin", size, content: () => read(argument) }];
  const octets = await octetsOf({ ...large, attachments });
  results.push(size / (performance.now() - start) / 1_000);
  if (octets < size * 1.36) throw new Error("Cannot measure: octets are missing");
}
results.push(peakMemory(await Deno.readTextFile("/proc/self/status")));
console.log(results.join(" "));

async function octetsOf(message: Parameters<typeof compose>[0]): Promise<number> {
  let count = 0;
  for await (const chunk of compose(message).content.octets()) count += chunk.length;
  return count;
}

/** Reads a file in two buffers: one is filled while the other is encoded. */
async function* read(path: string): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  let [buffer, other] = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  let reading = file.read(buffer);
  for (let count = await reading; count !== null; count = await reading) {
    reading = file.read(other);
    yield buffer.subarray(0, count);
    [buffer, other] = [other, buffer];
  }
}
