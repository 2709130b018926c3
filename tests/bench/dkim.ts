/**
 * What signing costs: messages of 1 KB signed with RSA-2048 beside npm's nodemailer, the same with Ed25519, and a body of
 * 100 MB from a stream, with the memory that it takes. Ours and theirs run in turn, round by round, because the machine's speed
 * drifts; what counts is the median of the rounds' ratios.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import DKIM from "nodemailer/lib/dkim";
import { addSignatures } from "../../lib/dkim/sign.ts";
import { readSigner } from "../../lib/dkim/signer.ts";
import type { Content } from "../../lib/message/content.ts";
import { contentOf, ED, encode, KEYS, RSA } from "../dkim/verify.ts";

const ROUNDS = 9;
/** How many messages are under way at the same time. */
const CONCURRENCY = 16;

const message = encode(`From: Ann <ann@example.com>
To: bo@example.org
Subject: Hello
Date: Tue, 24 Nov 2026 09:05:00 +0100
Message-ID: <1@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

${"Nothing to see here, and it goes on for a while like that.\n".repeat(13)}`);

/** Signs and gives all octets of it, as a transport would take them. */
async function ours(signer: ReturnType<typeof readSigner>, content: Content): Promise<number> {
  let octets = 0;
  for await (const chunk of (await addSignatures(content, [signer])).octets()) octets += chunk.length;
  return octets;
}

const nodemailer = new DKIM({ domainName: "example.com", keySelector: "rsa", privateKey: KEYS.rsa.pem });

function theirs(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let octets = 0;
  nodemailer.sign(Buffer.from(message))
    .on("data", (chunk: Uint8Array) => octets += chunk.length)
    .on("end", () => resolve(octets))
    .on("error", reject);
  return promise;
}

/** How often a second it can be done. */
async function rate(times: number, run: () => Promise<number>): Promise<number> {
  const start = performance.now();
  let left = times;
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    while (left-- > 0) await run();
  }));
  return times / (performance.now() - start) * 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const rsa = readSigner({ ...RSA, key: KEYS.rsa.pem });
const ed = readSigner({ ...ED, key: KEYS.ed.pem });
const content = contentOf(message);

for (const run of [() => ours(rsa, content), () => ours(ed, content), theirs]) await rate(100, run);
const rates: Record<"rsa" | "nodemailer" | "ed", number[]> = { rsa: [], nodemailer: [], ed: [] };
for (let round = 0; round < ROUNDS; round++) {
  rates.rsa.push(await rate(500, () => ours(rsa, content)));
  rates.nodemailer.push(await rate(300, theirs));
  rates.ed.push(await rate(5_000, () => ours(ed, content)));
}
const ratio = median(rates.rsa.map((value, round) => value / rates.nodemailer[round])).toFixed(2);
const shown = (name: keyof typeof rates) => median(rates[name]).toFixed(0).padStart(8);
console.log(`median of ${ROUNDS} rounds, messages of ${message.length} octets, ${CONCURRENCY} at a time`);
console.log(`RSA-2048, Stagecoach  ${shown("rsa")} /s, ${ratio} of nodemailer's`);
console.log(`RSA-2048, nodemailer  ${shown("nodemailer")} /s`);
console.log(`Ed25519, Stagecoach   ${shown("ed")} /s`);

/** A body of 100 MB in chunks of 64 KiB, all in the same memory. */
function streamed(line: string): { content: Content; octets: number; peak: () => number } {
  const chunk = encode(line.repeat(Math.ceil(65_536 / line.length))).subarray(0, 65_536);
  const count = Math.ceil(100e6 / chunk.length);
  let peak = 0;
  const content = contentOf("", {
    size: undefined,
    async *octets() {
      yield message;
      for (let i = 0; i < count; i++) {
        if (i % 64 === 0) peak = Math.max(peak, Deno.memoryUsage().rss);
        yield await Promise.resolve(chunk);
      }
    },
  });
  return { content, octets: count * chunk.length, peak: () => peak };
}

for (
  const [name, line] of [
    ["base64", `${"QUJD".repeat(19)}\n`],
    ["text", "Nothing to see here, and it goes on for a while like that.\n"],
  ]
) {
  const { content, octets, peak } = streamed(line);
  const before = Deno.memoryUsage().rss;
  const speeds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    // The first of the two passes, which is what signing adds.
    await addSignatures(content, [ed]);
    speeds.push(octets / (performance.now() - start) / 1_000);
  }
  const speed = median(speeds).toFixed(0).padStart(8);
  const [most, more] = [peak(), peak() - before].map((octets) => (octets / 2 ** 20).toFixed(0));
  console.log(`100 MB of ${name.padEnd(11)} ${speed} MB/s in ${most} MiB, ${more} more than before`);
}
