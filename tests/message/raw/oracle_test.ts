/** Ready-made messages before and after conversion, read by two other libraries; and by chance what no table thought of. */

import { assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";
import { prepareRaw } from "../../../lib/message/raw/prepare_raw.ts";
import { Base64, Base64Refolder } from "../../../lib/message/raw/base64.ts";
import { QuotedPrintable } from "../../../lib/message/quoted_printable.ts";
import { cut, octets, stream, text, textOfContent } from "./samples.ts";
import { TEXTS } from "../samples.ts";

const HEAD =
  "From: ann@example.com\nTo: bo@example.org\nDate: Tue, 24 Nov 2026 09:05:00 +0100\nMessage-ID: <1@x>\n";

function utf8(text: string): string {
  return Array.from(new TextEncoder().encode(text), (octet) => String.fromCharCode(octet)).join("");
}

/** A message of every kind of part, each with some 8-bit text in it. */
function rich(sample: string): string {
  return utf8(`${HEAD}Subject: Test
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_outer"
Content-Transfer-Encoding: 8bit

Preamble ü
--=_outer
Content-Type: multipart/alternative; boundary="=_outer-1"
Content-Transfer-Encoding: 8bit

--=_outer-1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

${sample} ü
From me${" "}
.
--=_outer-2
-- 
${sample}
--=_outer-1
Content-Type: text/html; charset=utf-8

<p>${sample} ß</p>

--=_outer-1--

--=_outer
Content-Type: text/csv; charset=utf-8; name="a.csv"
Content-Disposition: attachment; filename="a.csv"
Content-Transfer-Encoding: binary

${sample};é
--=_outer
Content-Type: application/x-test
Content-Disposition: attachment; filename="ü.bin"
Content-Transfer-Encoding: binary

${sample}\xff\xfe


--=_outer
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

Subject: Inner
From: cy@example.net
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

${sample} ö
--=_outer
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename="b.txt"
Content-Transfer-Encoding: base64

${btoa(utf8(sample))}
--=_outer--
Epilogue ü
`);
}

async function readByPostalMime(raw: string) {
  const { subject, text, html, attachments } = await PostalMime.parse(octets(raw));
  return {
    subject,
    text,
    html,
    attachments: attachments.map(({ filename, mimeType, content }) => ({
      filename,
      mimeType,
      // This reader changes the line ends of what has no encoding, and ends it with one more.
      content: (typeof content === "string" ? content : new TextDecoder().decode(content))
        .replaceAll("\r\n", "\n").replace(/\n+$/, ""),
    })),
  };
}

async function readByMailparser(raw: Uint8Array): Promise<unknown> {
  const { subject, text, html, attachments } = await simpleParser(Buffer.from(raw));
  const read = attachments.map(async ({ filename, contentType, content }) => ({
    filename,
    contentType,
    content: contentType === "message/rfc822" ? await readByMailparser(content) : content.toString("latin1"),
  }));
  return { subject, text, html, attachments: await Promise.all(read) };
}

for (const sample of TEXTS) {
  Deno.test(`fit() gives what two readers read as before: ${sample.slice(0, 24)}`, async () => {
    const raw = rich(sample);
    const { content } = await prepareRaw({ raw: octets(raw) });
    const [before, after] = [
      await textOfContent(content),
      await textOfContent(await content.fit!(new Set())),
    ];
    assertMatch(after, /^(?:[\t\x20-\x7e]{0,998}\r\n)*$/);
    assertEquals(await readByPostalMime(after), await readByPostalMime(before));
    assertEquals(await readByMailparser(octets(after)), await readByMailparser(octets(before)));
    // The attached message is read as part of the text.
    const names = (await readByPostalMime(after)).attachments.map((one) => one.filename);
    assertEquals(names, ["a.csv", "ü.bin", "b.txt"]);
  });
}

const LINE = fc.array(
  fc.constantFrom(
    ...["a", "é", " ", "\t", "=", ".", "-", "--b", "--b--", "--c", "From ", "\xff", "x".repeat(40), "\x01"],
  ),
  { maxLength: 8 },
).map((parts) => parts.join(""));
const FIELDS = fc.constantFrom(
  ...["", "Content-Type: text/plain\n", "Content-Type: image/x\n", "Content-Type: message/rfc822\n"],
  ...["Content-Type: multipart/mixed; boundary=c\n", "Content-Transfer-Encoding: 8bit\n", "X-Y: z\n z\n"],
);
const BODY = fc.array(fc.oneof(LINE, FIELDS, fc.constantFrom("--b", "--c", "--b--", "")), { maxLength: 30 });
const LENGTHS = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
const ROOT = fc.constantFrom("", "Content-Type: multipart/mixed; boundary=b\n", "Content-Type: image/x\n");

Deno.test("prepareRaw() makes the same of octets that are cut anywhere, and of any line ends", async () => {
  await fc.assert(fc.asyncProperty(
    ROOT,
    BODY,
    fc.array(fc.constantFrom("\n", "\r\n"), { minLength: 1 }),
    LENGTHS,
    async (root, body, ends, lengths) => {
      const lines = `${HEAD}${root}\n${body.join("\n")}\n`.split("\n");
      const raw = lines.map((line, i) => line + (i < lines.length - 1 ? ends[i % ends.length] : "")).join("");
      const whole = await prepareRaw({ raw: octets(raw) });
      const again = await prepareRaw({ raw: () => stream(cut(octets(raw), lengths)) });
      const expected = lines.join("\r\n");
      assertEquals(await textOfContent(whole.content), expected);
      assertEquals(await textOfContent(again.content), expected);
      const attempt = async ({ content }: typeof whole) => {
        try {
          const form = await content.fit!(new Set());
          const made = await textOfContent(form);
          assertEquals(form.size, made.length);
          return made;
        } catch (error) {
          return String(error);
        }
      };
      if (!whole.content.fit) return;
      const made = await attempt(whole);
      assertEquals(await attempt(again), made);
      if (!made.startsWith("PolicyError")) assertMatch(made, /^(?:[^\r\n\x80-\xff]{0,998}\r\n)*$/);
    },
  ));
});

/** The octets of quoted-printable by other means. */
function decodeQuotedPrintable(encoded: string): string {
  for (const line of encoded.split("\r\n")) {
    assertMatch(line, /^(?:(?!\.|From )(?:[\t -<>-~]|=[0-9A-F]{2})*(?<![\t ]))?=?$/);
  }
  for (const line of encoded.split("\r\n")) assertEquals(line.length <= 76, true, line);
  return encoded.replaceAll("=\r\n", "").replace(
    /=(..)/g,
    (_, hex) => String.fromCharCode(parseInt(hex, 16)),
  );
}

const LINES = fc.array(LINE, { maxLength: 12 }).map((lines) => lines.map((line) => `${line}\r\n`).join(""));

/** Cuts, but never within CRLF. */
function pieces(raw: string, lengths: readonly number[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const piece of cut(octets(raw), lengths).map((piece) => text(piece))) {
    const last = found.pop();
    if (last && last[last.length - 1] === 13) found.push(octets(text(last) + piece));
    else found.push(...last ? [last] : [], octets(piece));
  }
  return found;
}

Deno.test("QuotedPrintable is read back, and does not depend on how the octets are cut", () => {
  fc.assert(fc.property(LINES, LENGTHS, (raw, lengths) => {
    const encode = (chunks: Uint8Array[]) => {
      const encoder = new QuotedPrintable();
      return text(...chunks.map((chunk) => encoder.push(chunk)), encoder.end());
    };
    const encoded = encode([octets(raw)]);
    assertEquals(decodeQuotedPrintable(encoded), raw);
    assertEquals(encode(pieces(raw, lengths)), encoded);
  }));
});

Deno.test("QuotedPrintable makes no delimiter where it breaks a line", () => {
  for (let before = 60; before < 90; before++) {
    const encoder = new QuotedPrintable();
    const raw = `${"x".repeat(before)}--boundary\r\n`;
    const encoded = text(encoder.push(octets(raw)), encoder.end());
    assertEquals(encoded.includes("\r\n-"), false);
    assertEquals(decodeQuotedPrintable(encoded), raw);
  }
});

Deno.test("Base64 and Base64Refolder are read back, and do not depend on how the octets are cut", () => {
  fc.assert(fc.property(LINES, LENGTHS, fc.boolean(), (raw, lengths, delimited) => {
    const body = delimited ? raw.slice(0, -2) : raw;
    const run = (encoder: Base64 | Base64Refolder, chunks: Uint8Array[]) =>
      text(...chunks.map((chunk) => encoder.push(chunk)), encoder.end(delimited));
    const expected = btoa(body).replace(/.{76}(?!$)/g, "$&\r\n") + (body === "" ? "" : "\r\n");
    assertEquals(run(new Base64(), [octets(raw)]), expected);
    assertEquals(run(new Base64(), pieces(raw, lengths)), expected);
    const folded = `${btoa(body).replace(/.{50}/g, "$& \r\n")}\r\n`;
    assertEquals(run(new Base64Refolder(), [octets(folded)]), expected);
    assertEquals(run(new Base64Refolder(), pieces(folded, lengths)), expected);
  }));
});
