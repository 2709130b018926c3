/** Composed messages, read by another library and compared with what went in. */

import { assert, assertEquals } from "@std/assert";
import PostalMime from "postal-mime";
import { compose } from "../../lib/message/compose.ts";
import type { Message } from "../../lib/message/message.ts";
import { randomText, rawOf, seeded, TEXTS } from "./samples.ts";

/** Composes a message with these texts everywhere, and reads it back. */
async function assertReadBack(name: string, subject: string, text: string, html: string) {
  const message = {
    from: { name, address: "ann@bücher.example" },
    to: [{ name: [...subject].slice(0, 80).join("").trim(), address: '"bob b"@example.net' }, {
      address: "c@example.net",
    }, {
      name,
      address: "d@example.net",
    }],
    subject,
    text,
    html,
    headers: { "X-Stagecoach-Test": subject },
  } satisfies Message;
  const { content } = compose(message);
  const raw = await rawOf(content);
  for (const line of raw.split("\r\n")) {
    assert(line.length <= 998 && !/[\r\n]/.test(line), line);
  }
  const mail = await PostalMime.parse(raw);
  assertEquals(mail.from, { name, address: "ann@xn--bcher-kva.example" });
  assertEquals(mail.to?.map((to) => to.name), message.to.map((to) => to.name ?? ""));
  assertEquals(mail.to?.map((to) => to.address?.replaceAll('"', "")), [
    "bob b@example.net",
    "c@example.net",
    "d@example.net",
  ]);
  assertEquals(mail.subject, subject);
  assertEquals(mail.messageId, content.messageId);
  // The oracle ends every text that has a line with a line end.
  assertEquals(mail.text, `${text}\n`);
  assertEquals(mail.html, `${html}\n`);
}

for (const sample of TEXTS) {
  Deno.test(`compose() is read back by postal-mime: ${sample.slice(0, 24)}`, async () => {
    await assertReadBack(sample, sample, `${sample}\n.\n${sample}`, `<p>${sample}</p>\n`);
  });
}

Deno.test("compose() is read back by postal-mime when the texts are empty or blank", async () => {
  await assertReadBack("x", "x", "", "");
  await assertReadBack("x", "x", "\n", " \n\n ");
});

Deno.test("compose() is read back by postal-mime: one text alone, its last line ended", async () => {
  for (const text of TEXTS) {
    const plain = await PostalMime.parse(
      await rawOf(compose({ from: "a@b.example", to: "c@d.example", text }).content),
    );
    assertEquals([plain.text, plain.html], [`${text}\n`, undefined]);
    const html = await PostalMime.parse(
      await rawOf(compose({ from: "a@b.example", to: "c@d.example", html: text }).content),
    );
    assertEquals(html.html, `${text}\n`);
  }
});

Deno.test("compose() is read back by postal-mime for random texts", async () => {
  const random = seeded(4);
  for (let i = 0; i < 150; i++) {
    const lines = Array.from({ length: random(5) + 1 }, () => randomText(random, 150));
    await assertReadBack(
      randomText(random, 40),
      randomText(random, 120),
      lines.join("\n"),
      lines.join("\n\n"),
    );
  }
});
