/** Messages fitted to what a server offers, and messages that were ready before they were attached, read by others. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compose } from "../../lib/message/compose.ts";
import type { Content } from "../../lib/message/content.ts";
import type { Message } from "../../lib/message/message.ts";
import type { Transfer } from "../../lib/message/part.ts";
import { assertReadBack, sourcesOf } from "./oracle.ts";
import { message } from "./oracle_messages.ts";
import { type RawPart, readOctets, readStrictly } from "./oracle_octets.ts";
import { SAMPLES } from "./oracle_samples.ts";

const TRANSFERS: readonly Transfer[] = ["7bit", "8bit", "binary"];

const ALL = ["8BITMIME", "BINARYMIME", "CHUNKING"];

const OFFERS = [
  [],
  ["8BITMIME"],
  ["CHUNKING"],
  ["BINARYMIME"],
  ["8BITMIME", "CHUNKING"],
  ["BINARYMIME", "CHUNKING"],
  ALL,
];

/** Asserts that a message is fitted to what the stages can then send, and reaches as far as it may. RFC 3030, RFC 6152. */
async function assertFits(message: Message, transfer: Transfer, offers: readonly string[]): Promise<void> {
  const content = await assertReadBack({ ...message, transfer }, offers);
  if (content.binary) assert(offers.includes("BINARYMIME") && offers.includes("CHUNKING"), "not to be sent");
  else if (!content.utf8) assert(!content.eightBit || offers.includes("8BITMIME"), "not to be sent");
  const files = sourcesOf(message).length;
  if (offers.length === ALL.length) assertEquals(content.binary ?? false, transfer === "binary" && files > 0);
  if (transfer === "7bit") assertEquals(content.eightBit, content.utf8);
}

for (const [transfer, ...offers] of [["8bit", "8BITMIME"], ["binary", ...ALL]]) {
  Deno.test(`fit() is read back by others: every sample in "${transfer}"`, async () => {
    for (const sample of Object.values(SAMPLES)) await assertFits(sample, transfer as Transfer, offers);
  });
}

for (const transfer of TRANSFERS) {
  for (const offers of OFFERS) {
    Deno.test(`fit() goes no further than "${transfer}" and ${offers.join(" ") || "no offer"}`, async () => {
      await assertFits(SAMPLES["all of it"], transfer, offers);
    });
  }
}

Deno.test("fit() is read back by others: any message, any offers", async () => {
  const property = fc.asyncProperty(
    message(2),
    fc.constantFrom(...TRANSFERS),
    fc.constantFrom(...OFFERS),
    assertFits,
  );
  await fc.assert(property, { numRuns: 100 });
});

const LETTER = { from: "ann@example.com", to: "bo@example.org" };

/** The message that is attached, as it lies in the octets of another. */
function enclosed(part: RawPart): RawPart {
  const [found] = [part, ...part.parts].filter((one) => one.type.startsWith("message/"));
  assert(found !== undefined, "no message is attached");
  return found;
}

Deno.test("fit() fits messages that were ready, and leaves those that cannot be to themselves", async () => {
  const inner =
    compose({ ...LETTER, text: "Grüße", transfer: "8bit", attachments: [{ content: "\0\r\n" }] }).content;
  const eightBit = await inner.fit!(new Set(["8BITMIME"]));
  for (const offers of OFFERS) {
    for (const ready of [inner, { ...eightBit, fit: undefined }]) {
      const { content } = compose({
        ...LETTER,
        text: "x",
        transfer: "8bit",
        attachments: [{ message: ready }],
      });
      const fitted = await content.fit?.(new Set(offers)) ?? content;
      const part = enclosed(readStrictly(await readOctets(fitted), fitted));
      const expected: Content = await ready.fit?.(new Set(offers)) ?? ready;
      assertEquals(part.body, await readOctets(expected));
      assertEquals(part.encoding, expected.eightBit ? "8bit" : "7bit");
      assertEquals(fitted.eightBit, expected.eightBit);
    }
  }
});

Deno.test("compose() encloses a message with raw UTF-8 in its headers as message/global", async () => {
  const ready = compose({ ...LETTER, from: "jörg@example.com", text: "x" }).content;
  assert(ready.utf8);
  const { content } = compose({ ...LETTER, text: "x", attachments: [{ message: ready }] });
  const part = enclosed(readStrictly(await readOctets(content), content));
  assertEquals([part.type, part.encoding, part.body], ["message/global", "8bit", await readOctets(ready)]);
});

Deno.test("compose() encloses a message that it writes itself with raw UTF-8 in its headers as message/global", async () => {
  const { content } = compose({
    ...LETTER,
    text: "x",
    attachments: [{ message: { ...LETTER, from: "jörg@example.com" } }],
  });
  const part = enclosed(readStrictly(await readOctets(content), content));
  assertEquals([part.type, part.encoding], ["message/global", "8bit"]);
});
