/** Ready-made messages for a server without 8BITMIME: what is changed, and that readers see the same before and after. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Content } from "../../../lib/message/content.ts";
import { prepareRaw } from "../../../lib/message/raw/prepare_raw.ts";
import { octets, stream, text, textOfContent } from "./samples.ts";

const NONE = new Set<string>();
const HEAD = "From: ann@example.com\nTo: bo@example.org\nDate: x\nMessage-ID: <1@example.com>\n";
const GREETING = text(new TextEncoder().encode("Grüße, 日本\n"));

async function fitted(raw: string): Promise<Content> {
  const { content } = await prepareRaw({ raw: octets(HEAD + raw) });
  return await content.fit?.(NONE) ?? content;
}

/** What follows the common fields, with LF for easier reading; every rule that holds for all of it is checked. */
async function converted(raw: string): Promise<string> {
  const content = await fitted(raw);
  const made = await textOfContent(content);
  assertMatch(made, /^(?:[\t\x20-\x7e]{0,998}\r\n)*$/);
  assertEquals([content.size, content.eightBit, content.utf8], [made.length, false, false]);
  assertEquals(made.slice(0, HEAD.length + 4), HEAD.replaceAll("\n", "\r\n"));
  return made.slice(HEAD.length + 4).replaceAll("\r\n", "\n");
}

const MIXED = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n";
const UTF8 = "Content-Type: text/plain; charset=utf-8\n";

const CHANGED: [string, string, string][] = [
  [
    "text, and declares it",
    `MIME-Version: 1.0\n${UTF8}Content-Transfer-Encoding: 8bit\n\n${GREETING}`,
    `MIME-Version: 1.0\n${UTF8}Content-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe, =E6=97=A5=E6=9C=AC\n`,
  ],
  [
    "text that declared nothing",
    `\n\xe9\n`,
    "MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n=E9\n",
  ],
  [
    "text that declared 7bit, twice",
    `mime-version: 1.0\nContent-Transfer-Encoding: 7BIT (no)\ncontent-transfer-encoding:\n 7bit\n\n\xe9\n`,
    "mime-version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n=E9\n",
  ],
  [
    "what is no text, to base64",
    `MIME-Version: 1.0\nContent-Type: image/x\nContent-Transfer-Encoding: binary\n\n\xff\xfe\n`,
    "MIME-Version: 1.0\nContent-Type: image/x\nContent-Transfer-Encoding: base64\n\n//4NCg==\n",
  ],
  [
    "one part of several, and the encoding of the whole",
    `${MIXED}Content-Transfer-Encoding: 8bit\n\n--b\n\nplain\n--b\n${UTF8}Content-Transfer-Encoding: 8bit\n\n\xe9\n--b--\n`,
    `${MIXED}\n--b\n\nplain\n--b\n${UTF8}Content-Transfer-Encoding: quoted-printable\n\n=E9\n--b--\n`,
  ],
  [
    "no declaration that was never true but one",
    `${MIXED}\n--b\nContent-Transfer-Encoding: 8bit\n\nplain\n--b\n\n\xe9\n--b--\n`,
    `${MIXED}\n--b\n\nplain\n--b\nContent-Transfer-Encoding: quoted-printable\n\n=E9\n--b--\n`,
  ],
  [
    "a part without the CRLF that belongs to the delimiter",
    `${MIXED}\n--b\nContent-Type: image/x\n\n\xff\xfe\n--b\nContent-Type: image/x\n\n\xff\n\n--b--\n`,
    `${MIXED}\n--b\nContent-Type: image/x\nContent-Transfer-Encoding: base64\n\n//4=\n` +
    `--b\nContent-Type: image/x\nContent-Transfer-Encoding: base64\n\n/w0K\n--b--\n`,
  ],
  [
    "parts of parts, whose delimiters have blanks behind them",
    `${MIXED}\n--b \t\nContent-Type: multipart/alternative;\n boundary="b c"; x="; boundary=d"\n\n--b c\n\n\xe9\n--b c-- \n--b-- \n`,
    `${MIXED}\n--b \t\nContent-Type: multipart/alternative;\n boundary="b c"; x="; boundary=d"\n\n--b c\n` +
    `Content-Transfer-Encoding: quoted-printable\n\n=E9\n--b c-- \n--b-- \n`,
  ],
  [
    "an inner multipart that the outer one ends",
    `${MIXED}\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n\xe9\n--b\n\n--c\n\xe8\n--b--\n`,
    `${MIXED}\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Transfer-Encoding: quoted-printable\n\n=E9\n` +
    `--b\nContent-Transfer-Encoding: quoted-printable\n\n--c\n=E8\n--b--\n`,
  ],
  [
    "a message in a part, which becomes 7bit and is a MIME message then",
    `${MIXED}\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: x\n\n\xe9\n--b--\n`,
    `${MIXED}\n--b\nContent-Type: message/rfc822\n\nSubject: x\nMIME-Version: 1.0\n` +
    `Content-Transfer-Encoding: quoted-printable\n\n=E9\n--b--\n`,
  ],
  [
    "messages of a digest",
    `MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\n\xe9\n--b--\n`,
    `MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\nMIME-Version: 1.0\n` +
    `Content-Transfer-Encoding: quoted-printable\n\n=E9\n--b--\n`,
  ],
  [
    "a delivery status, as text",
    `${MIXED}\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: \xe9\n--b--\n`,
    `${MIXED}\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n` +
    "Reporting-MTA: =E9\n--b--\n",
  ],
  [
    "what stands outside the parts, which nobody reads",
    `${MIXED}\npreamble \xe9\n--b\n\nplain\n--b--\nepilogue \xe9\n`,
    `${MIXED}\npreamble ?\n--b\n\nplain\n--b--\nepilogue ?\n`,
  ],
  [
    "raw UTF-8 in the header of a part",
    `${MIXED}\n--b\nContent-Disposition: attachment; filename="\xc3\xa9.txt"\n\nplain\n--b--\n`,
    `${MIXED}\n--b\nContent-Disposition: attachment;\n filename*=UTF-8''%C3%A9.txt\n\nplain\n--b--\n`,
  ],
  [
    "a part that is signed beside one that is not",
    `${MIXED}\n--b\nContent-Type: multipart/signed; boundary=s\nContent-Transfer-Encoding: 8bit\n\n--s\n` +
    `Content-Transfer-Encoding: 8bit\n\nplain\n--s--\n--b\n\n\xe9\n--b--\n`,
    `${MIXED}\n--b\nContent-Type: multipart/signed; boundary=s\n\n--s\n` +
    `Content-Transfer-Encoding: 8bit\n\nplain\n--s--\n--b\nContent-Transfer-Encoding: quoted-printable\n\n=E9\n--b--\n`,
  ],
  [
    "a part whose header nothing follows",
    `${MIXED}\n--b\nContent-Type: text/plain\n--b\n--b\n\n\xe9\n--b`,
    `${MIXED}\n--b\nContent-Type: text/plain\n\n--b\n\n--b\nContent-Transfer-Encoding: quoted-printable\n\n=E9\n--b\n\n`,
  ],
  [
    "text of a type that cannot be read",
    `Content-Type: nonsense\n\n\xe9\n`,
    "Content-Type: nonsense\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n=E9\n",
  ],
];

for (const [what, raw, expected] of CHANGED) {
  Deno.test(`fit() converts ${what}`, async () => assertEquals(await converted(raw), expected));
}

Deno.test("fit() changes nothing where 8BITMIME is offered, or where nothing is 8-bit", async () => {
  const raw = `${MIXED}Content-Transfer-Encoding: 8bit\n\n--b\n\n\xe9\n--b--\n`;
  const { content } = await prepareRaw({ raw: octets(HEAD + raw) });
  const all = await content.fit!(new Set(["8BITMIME"]));
  const expected = (HEAD + raw).replaceAll("\n", "\r\n");
  assertEquals([all.eightBit, all.size, all.fit], [true, expected.length, undefined]);
  assertEquals(await textOfContent(all), expected);
  assertEquals(await converted(raw.replace("\xe9", "e")), raw.replace("\xe9", "e"));
});

Deno.test("fit() makes the same of a stream whose parts declare what they are", async () => {
  const raw =
    `${HEAD}${MIXED}Content-Transfer-Encoding: 8bit\n\n--b\n${UTF8}Content-Transfer-Encoding: 8bit\n\n` +
    `${GREETING}\n--b\nContent-Type: image/x\nContent-Transfer-Encoding: binary\n\n\xff${
      "\xfe".repeat(2000)
    }\n--b--\n`;
  const { content } = await prepareRaw({ raw: octets(raw) });
  const expected = await textOfContent(await content.fit!(NONE));
  for (const size of [1, 7, 100, 100_000]) {
    const chunks = Array.from(
      { length: Math.ceil(raw.length / size) },
      (_, i) => octets(raw.slice(i * size, i * size + size)),
    );
    const streamed = await prepareRaw({ raw: stream(chunks) });
    assertEquals([streamed.content.eightBit, streamed.content.size], [true, undefined]);
    const form = await streamed.content.fit!(NONE);
    assertEquals([form.eightBit, form.size, form.once], [false, undefined, true]);
    assertEquals(await textOfContent(form), expected);
  }
});

Deno.test("fit() gives a form again without reading the source for it once more", async () => {
  let opened = 0;
  const raw = () => {
    opened++;
    return stream([octets(`${HEAD}\n\xe9\n`)]);
  };
  const { content } = await prepareRaw({ raw });
  assertEquals(opened, 1);
  const form = await content.fit!(NONE);
  const readFor = opened;
  assertEquals(await content.fit!(NONE), form);
  assertEquals(opened, readFor);
  assertEquals(await textOfContent(form), await textOfContent(form));
});

Deno.test("prepareRaw() encodes lines of more than 998 octets for any server", async () => {
  const long = "x".repeat(3000);
  const raw = `${MIXED}\n--b\n\n${long}\n--b\nContent-Type: image/x\n\n${long}\n--b\n` +
    `Content-Transfer-Encoding: base64\n\n${"QUJD".repeat(1000)}\n--b\n\n\xe9\n--b--\n`;
  const { content } = await prepareRaw({ raw: octets(HEAD + raw) });
  const made = (await textOfContent(content)).slice(HEAD.length + 4).replaceAll("\r\n", "\n");
  assert(made.split("\n").every((line) => line.length <= 78));
  assertEquals(content.eightBit, true);
  assertEquals(content.size, made.length + made.match(/\n/g)!.length + HEAD.length + 4);
  const [, text, image, base64, last] = made.split(/^--b\n/m);
  const value = (part: string) => part.split("\n\n")[1].replaceAll("=\n", "").replaceAll("\n", "");
  assertEquals(text.split("\n")[0], "Content-Transfer-Encoding: quoted-printable");
  assertEquals(value(text), long);
  assertEquals(atob(value(image)), long);
  assertEquals(base64, `Content-Transfer-Encoding: base64\n\n${base64.split("\n\n")[1]}`);
  assertEquals(atob(value(base64)), "ABC".repeat(1000));
  assertEquals(last, "\n\xe9\n--b--\n");
  assertMatch(await textOfContent(await content.fit!(NONE)), /^[\r\n\x20-\x7e]*=E9\r\n--b--\r\n$/);
});

Deno.test("prepareRaw() says that a message is 7-bit once its long lines are encoded", async () => {
  const { content } = await prepareRaw({ raw: octets(`${HEAD}\n${"\xe9".repeat(1000)}\n`) });
  assertEquals([content.eightBit, content.fit], [false, undefined]);
});
