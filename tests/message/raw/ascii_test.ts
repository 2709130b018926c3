import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import PostalMime from "postal-mime";
import { PolicyError } from "../../../lib/errors.ts";
import { prepareRaw } from "../../../lib/message/raw/prepare_raw.ts";
import { toAscii } from "../../../lib/message/raw/ascii.ts";
import { makeField, splitFields } from "../../../lib/message/raw/header.ts";
import { TEXTS } from "../samples.ts";
import { octets, text, textOfContent } from "./samples.ts";

function ascii(field: string): string | undefined {
  const written = toAscii(makeField(field));
  return written && text(written.octets).replace(/\r\n$/, "");
}

for (
  const [field, expected] of [
    ["Subject: plain =?x", "Subject: plain =?x"],
    ["Subject: Grüße", "Subject: =?UTF-8?B?R3LDvMOfZQ==?="],
    ["subject:\r\n Grüße\r\n\tan  alle", "subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_an__alle?="],
    ["X-Mailer: ü", "X-Mailer: =?UTF-8?B?w7w=?="],
    ["To: Jürgen <a@b.example>, c@d.example", "To: =?UTF-8?Q?J=C3=BCrgen?= <a@b.example>, c@d.example"],
    ["From: a@bücher.example", "From: a@xn--bcher-kva.example"],
    ["Resent-Cc: Ü <a@b.example>", "Resent-Cc: =?UTF-8?B?w5w=?= <a@b.example>"],
    ["To: Verborgene Empfänger:;", "To: =?UTF-8?Q?Verborgene_Empf=C3=A4nger?= :;"],
    [
      "To: Zoë: a@b.example, Ü <c@d.example>;",
      "To: =?UTF-8?Q?Zo=C3=AB?= : a@b.example, =?UTF-8?B?w5w=?= <c@d.example>;",
    ],
    ['Content-Type: text/plain; name="ü.txt"', "Content-Type: text/plain;\r\n name*=UTF-8''%C3%BC.txt"],
    [
      'Content-Disposition: attachment; size=1; filename="ü \\"x\\"; y=z"; z="a"',
      "Content-Disposition: attachment; size=1;\r\n filename*=UTF-8''%C3%BC%20%22x%22%3B%20y%3Dz; z=\"a\"",
    ],
    [
      "Content-Disposition: attachment; filename=ü.txt",
      "Content-Disposition: attachment;\r\n filename*=UTF-8''%C3%BC.txt",
    ],
  ]
) {
  Deno.test(`toAscii() writes ${JSON.stringify(field)}`, () => assertEquals(ascii(field), expected));
}

for (
  const field of [
    "To: zoë@example.com",
    "To: nonsense ü",
    "Subject: ü =?UTF-8?Q?=C3=BC?=",
    "Subject: \ufffd",
    "Message-ID: <ü@example.com>",
    "References: <ü@example.com>",
    "Received: from ü",
    "List-Unsubscribe: <mailto:ü@example.com>",
    "Content-Transfer-Encoding: ü",
    "Content-Type: ü/plain",
    "Content-Disposition: attachment; ü=x",
  ]
) {
  Deno.test(`toAscii() finds no form for ${JSON.stringify(field)}`, () => {
    assertEquals(ascii(field), undefined);
  });
}

Deno.test("toAscii() finds no form for what is not UTF-8, or no field", () => {
  const [latin, none] = splitFields(octets("Subject: \xe9\r\n\xc3\xa9\r\n"));
  assertEquals([toAscii(latin), toAscii(none)], [undefined, undefined]);
});

Deno.test("toAscii() takes no longer for long fields than for many short ones", () => {
  for (const unit of [" ", ";", '; a="', "; a=(", "\\", '"', "ü ", ";a=ü"]) {
    for (const name of ["Content-Type", "Subject", "To"]) {
      ascii(`${name}: ü${unit.repeat(300_000 / unit.length)}`);
    }
  }
});

const HEAD =
  "From: Jürgen <ann@example.com>\nTo: Zoë <bo@example.org>\nDate: x\nMessage-ID: <1@example.com>\n";

Deno.test("fit() sends raw UTF-8 headers as they are where SMTPUTF8 is offered, and in ASCII where not", async () => {
  const raw = `${HEAD}Subject: Grüße\n\nHello\n`;
  const { content, envelope } = await prepareRaw({ raw });
  assertEquals(envelope.forwardPaths, ["bo@example.org"]);
  assertEquals([content.eightBit, content.utf8], [true, true]);
  const all = await content.fit!(new Set(["8BITMIME", "SMTPUTF8"]));
  assertEquals([all.eightBit, all.utf8], [true, true]);
  assertEquals(await textOfContent(all), text(new TextEncoder().encode(raw.replaceAll("\n", "\r\n"))));
  for (const offers of [[], ["8BITMIME"]]) {
    const form = await content.fit!(new Set(offers));
    const made = await textOfContent(form);
    assertEquals([form.eightBit, form.utf8, form.size], [false, false, made.length]);
    assertMatch(made, /^[\r\n\x20-\x7e]*$/);
    const mail = await PostalMime.parse(made);
    assertEquals([mail.from?.name, mail.to?.[0].name, mail.subject], ["Jürgen", "Zoë", "Grüße"]);
    assertEquals(mail.text, "Hello\n");
  }
});

Deno.test("fit() keeps a body 8-bit where only the header must be ASCII", async () => {
  const { content } = await prepareRaw({ raw: `${HEAD}\nGrüße\n` });
  const form = await content.fit!(new Set(["8BITMIME"]));
  assertEquals([form.eightBit, form.utf8], [true, false]);
  assertMatch(await textOfContent(form), /^[\r\n\x20-\x7e]*\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n$/);
});

Deno.test("fit() refuses a header that has no ASCII form, and says which field it is", async () => {
  const { content } = await prepareRaw({ raw: `${HEAD}Cc: zoë@example.net\n\n` });
  for (const offers of [[], ["8BITMIME"]]) {
    const error = await assertRejects(
      async () => await content.fit!(new Set(offers)),
      PolicyError,
      'Cannot send: UTF-8 in field "Cc", and the server does not offer SMTPUTF8',
    );
    assertEquals(error.code, "envelope.smtputf8_required");
  }
});

Deno.test("fit() sends a header that is not UTF-8 as 8-bit octets, and nowhere else", async () => {
  const raw = octets(
    "From: J\xfcrgen <ann@example.com>\nTo: bo@example.org\nDate: x\nMessage-ID: <1@x>\n\nx\n",
  );
  const { content } = await prepareRaw({ raw });
  const form = await content.fit!(new Set(["8BITMIME"]));
  assertEquals([form.eightBit, form.utf8], [true, false]);
  assertEquals(await textOfContent(form), text(raw).replaceAll("\n", "\r\n"));
  const error = await assertRejects(
    async () => await content.fit!(new Set()),
    PolicyError,
    'Cannot send: 8-bit octets in field "From"',
  );
  assertEquals(error.code, "envelope.eight_bit_required");
});

for (const sample of TEXTS) {
  // Of the rest the first is refused, and the second has no place to fold it.
  if (sample.includes("=?") || /[^ ]{400}é/.test(sample)) continue;
  Deno.test(`fit() writes headers that postal-mime reads back: ${sample.slice(0, 24)}`, async () => {
    const name = sample.replaceAll(/["\\]/g, "\\$&");
    const raw = [
      `From: "${name} é" <ann@example.com>`,
      "To: bo@example.org",
      `Subject: ${sample} é`,
      "MIME-Version: 1.0",
      "Content-Type: text/x-test",
      `Content-Disposition: attachment; filename="${name} é"`,
      "",
      "x",
    ].join("\n").replace(/[^\n]{900,}?[ y]/g, "$&\n ");
    const { content } = await prepareRaw({ raw, envelope: { forwardPaths: ["bo@example.org"] } });
    const mail = await PostalMime.parse(await textOfContent(await content.fit!(new Set())));
    const same = (read?: string | null) =>
      assertEquals(read?.replaceAll(" ", ""), `${sample}é`.replaceAll(" ", ""));
    same(mail.from?.name);
    same(mail.subject);
    same(mail.attachments[0].filename);
  });
}
