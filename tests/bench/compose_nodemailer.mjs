/**
 * The part of nodemailer in the composing bench, on Node or on Deno: `COMPOSER small MILLISECONDS` or `COMPOSER large FILE`;
 * prints figures with spaces between.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import process from "node:process";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { countSmall, large, peakMemory, small } from "./compose_mail.mjs";

const [composer, what, argument] = process.argv.slice(2);
const { default: MailComposer } = await import(composer);
const results = [];
if (what === "small") {
  const attachments = small.attachments.map((one) => ({ ...one, content: Buffer.from(one.content) }));
  const message = { ...small, attachments };
  const octets = async () => (await new MailComposer(message).compile().build()).length;
  results.push(await countSmall(octets, Number(argument)));
} else {
  const start = performance.now();
  const { size } = statSync(argument);
  const attachments = [{ filename: "large.bin", path: argument }];
  let octets = 0;
  const nowhere = new Writable({
    write(chunk, _encoding, done) {
      octets += chunk.length;
      done();
    },
  });
  await finished(new MailComposer({ ...large, attachments }).compile().createReadStream().pipe(nowhere));
  results.push(size / (performance.now() - start) / 1_000);
  if (octets < size * 1.36) throw new Error("Cannot measure: octets are missing");
}
results.push(peakMemory(readFileSync("/proc/self/status", "utf8")));
console.log(results.join(" "));
