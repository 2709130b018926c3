/** Composed messages, read by others and compared with what went in. */

import fc from "fast-check";
import { assertReadBack } from "./oracle.ts";
import { bodyText, headerText, message, spread } from "./oracle_messages.ts";
import { SAMPLES } from "./oracle_samples.ts";
import { streamOf } from "./oracle_view.ts";
import { TEXTS } from "./samples.ts";

for (const [what, sample] of Object.entries(SAMPLES)) {
  Deno.test(`compose() is read back by others: ${what}`, async () => {
    await assertReadBack(sample);
  });
}

for (const text of TEXTS) {
  Deno.test(`compose() is read back by others, in every place: ${text.slice(0, 24)}`, async () => {
    const people = [{ name: text, address: "ann@bücher.example" }, {
      name: text,
      address: '"b b"@example.net',
    }];
    const body = `${text}\n.\n${text}`;
    const named = { filename: text, description: text };
    await assertReadBack({
      from: people[0],
      to: people,
      cc: { name: text.replace(/[<>@]/g, ""), members: [{ ...people[0], name: text.replaceAll(";", "") }] },
      subject: text,
      comments: text,
      keywords: [text.replace(/[,"\\]/g, " "), "x"],
      list: { id: { name: text, id: "news.example.com" } },
      headers: { "X-Stagecoach-Test": [text, text] },
      text: body,
      html: body,
      amp: body,
      attachments: [{ ...named, content: text }, {
        ...named,
        message: { from: people[0], subject: text, text },
      }],
    });
  });
}

Deno.test("compose() is read back by others: octets of sizes where they are written in another way", async () => {
  const person = "ann@example.com";
  for (const size of [57 * 2_048 + 1, 57 * 4_096 + 1, 194_000, 390_000]) {
    const octets = spread(Uint8Array.of(1, 2, 3), size);
    const stream = streamOf(octets, [100_000, 57, 1]);
    await assertReadBack({
      from: person,
      to: person,
      attachments: [{ content: octets }, { content: stream, size }],
    });
  }
  const blob = new Blob([spread(Uint8Array.of(1, 2), 1_048_577)]);
  await assertReadBack({ from: person, to: person, attachments: [{ content: blob }] });
});

Deno.test("compose() is read back by others: any message", async () => {
  const property = fc.asyncProperty(message(3), async (one) => {
    await assertReadBack(one);
  });
  await fc.assert(property, { numRuns: 120 });
});

Deno.test("compose() is read back by others: any texts in any place", async () => {
  const property = fc.asyncProperty(headerText, bodyText, async (line, text) => {
    const from = { name: line, address: "ann@example.com" };
    await assertReadBack({ from, to: from, subject: line, headers: { "X-Line": line }, text });
    const attachments = [{ content: text, filename: line, description: line }];
    await assertReadBack({ from, to: { name: line, address: "jörg@example.com" }, html: text, attachments });
  });
  await fc.assert(property, { numRuns: 120 });
});
