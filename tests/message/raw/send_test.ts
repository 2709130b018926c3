/** Ready-made messages on their way through the stages, to a server that offers less and less. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Catcher, catchMail } from "../../../lib/catcher/mod.ts";
import {
  type Content,
  type Plugin,
  PolicyError,
  type RawMessage,
  type Receipt,
  sendMail,
} from "../../../mod.ts";
import { CUTS, octets, stream, text } from "./samples.ts";

const HEAD = "From: Ann <ann@example.com>\nTo: Bo <bo@example.org>\nBcc: cy@example.net\n" +
  "Date: Tue, 24 Nov 2026 09:05:00 +0100\nMessage-ID: <1@example.com>\nMIME-Version: 1.0\n" +
  "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n";
const EIGHT_BIT = `${HEAD}Subject: Hi\n\nGrüße\n.\n`;
const SENT = EIGHT_BIT.replace(/Bcc:.*\n/, "").replaceAll("\n", "\r\n");

/** A server whose EHLO is taken to offer only some of what it does, and what `envelope` was given. */
function offering(...offers: string[]): { plugin: Plugin; given: Content[] } {
  const given: Content[] = [];
  const plugin: Plugin = (stages) => ({
    ...stages,
    ehlo: async (connected, cx) => {
      const greeted = await stages.ehlo(connected, cx);
      const kept = [...greeted.extensions].filter(([keyword]) =>
        offers.includes(keyword) || !/^(?:8BITMIME|SMTPUTF8)$/.test(keyword)
      );
      return { ...greeted, extensions: new Map(kept) };
    },
    envelope: (mail, cx) => {
      given.push(mail.content);
      return stages.envelope(mail, cx);
    },
  });
  return { plugin, given };
}

function send(catcher: Catcher, plugin: Plugin, message: RawMessage): Promise<Receipt> {
  const { port, certificateAuthority } = catcher;
  return sendMail(
    { hostname: "localhost", port, caCerts: [certificateAuthority], plugins: [plugin] },
    message,
  );
}

const utf8 = (text: string) => new TextEncoder().encode(text);

const SOURCES: [string, (raw: string) => RawMessage["raw"]][] = [
  ["a string", (raw) => raw],
  ["a function", (raw) => () => stream([utf8(raw)])],
  ["a stream", (raw) => stream([utf8(raw)])],
];

for (const [what, source] of SOURCES) {
  Deno.test(`sendMail() sends ${what} as it is where 8BITMIME is offered`, async () => {
    await using catcher = await catchMail();
    const { plugin, given } = offering("8BITMIME");
    const receipt = await send(catcher, plugin, { raw: source(EIGHT_BIT) });
    assertEquals(receipt.recipients.map((one) => [one.address, one.delivery]), [
      ["bo@example.org", "accepted"],
      ["cy@example.net", "accepted"],
    ]);
    assertEquals(receipt.messageId, "<1@example.com>");
    const [caught] = catcher.messages;
    assertEquals(new TextDecoder().decode(caught.octets), SENT);
    assertEquals(caught.envelope.reversePath, "ann@example.com");
    assertEquals([given[0].eightBit, given[0].size], [
      true,
      what === "a stream" ? undefined : utf8(SENT).length,
    ]);
  });

  Deno.test(`sendMail() sends ${what} in ASCII where 8BITMIME is not offered`, async () => {
    await using catcher = await catchMail();
    const { plugin, given } = offering();
    await send(catcher, plugin, { raw: source(EIGHT_BIT) });
    const [caught] = catcher.messages;
    assertMatch(
      text(caught.octets),
      /Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n=2E\r\n$/,
    );
    assertEquals(caught.parsed.text, "Grüße\n.\n");
    assertEquals([given[0].eightBit, given[0].size], [
      false,
      what === "a stream" ? undefined : caught.octets.length,
    ]);
  });
}

Deno.test("sendMail() sends a header in raw UTF-8 with SMTPUTF8, and in encoded words without", async () => {
  await using catcher = await catchMail();
  const raw = `Subject: Grüße\n${HEAD}\nx\n`;
  for (const offers of [["8BITMIME", "SMTPUTF8"], ["8BITMIME"], []]) {
    const { plugin, given } = offering(...offers);
    await send(catcher, plugin, { raw });
    const caught = catcher.messages.at(-1)!;
    assertEquals(caught.parsed.subject, "Grüße");
    assertEquals(given[0].utf8, offers.includes("SMTPUTF8"));
    assertEquals(text(caught.octets).startsWith("Subject: Gr\xc3"), offers.includes("SMTPUTF8"));
  }
});

Deno.test("sendMail() says before anything is sent that a message cannot go there", async () => {
  await using catcher = await catchMail();
  const { plugin, given } = offering();
  const raw = `DKIM-Signature: v=1\n${EIGHT_BIT}`;
  const error = await assertRejects(() => send(catcher, plugin, { raw }), PolicyError);
  assertEquals([error.code, error.stage], ["envelope.eight_bit_required", "envelope"]);
  assertEquals(error.recipients?.map((one) => [one.address, one.delivery]), [
    ["bo@example.org", "not sent"],
    ["cy@example.net", "not sent"],
  ]);
  assertEquals([given.length, catcher.messages.length], [0, 0]);
});

Deno.test("sendMail() delivers nothing of a stream that turns out to be wrong in the middle", async () => {
  await using catcher = await catchMail();
  const seven = EIGHT_BIT.replace("8bit", "7bit");
  for (
    const [raw, offers, message] of [
      [octets(`${HEAD}\nx\ry\n`), ["8BITMIME"], "bare CR at octet"],
      [octets(`${HEAD}\nx\0y\n`), ["8BITMIME"], "NUL at octet"],
      [octets(`${HEAD}\n${"x".repeat(1000)}\n`), ["8BITMIME"], "more than 998 octets"],
      [utf8(seven), [], "that is not declared to be 8bit"],
    ] as const
  ) {
    const { plugin } = offering(...offers);
    const error = await assertRejects(
      () => send(catcher, plugin, { raw: stream(CUTS["by line"](raw)) }),
      PolicyError,
      message,
    );
    assertEquals([error.stage, error.retryable], ["data", false]);
    assertEquals(error.recipients?.map((one) => one.delivery), ["not sent", "not sent"]);
  }
  assertEquals(catcher.messages.length, 0);
});

Deno.test("sendMail() takes the envelope from the caller, and the message to nobody else", async () => {
  await using catcher = await catchMail();
  const { plugin } = offering("8BITMIME");
  await send(catcher, plugin, {
    raw: EIGHT_BIT,
    envelope: { reversePath: "", forwardPaths: ["di@example.net"] },
  });
  const [caught] = catcher.messages;
  assertEquals(caught.envelope, { reversePath: "", forwardPaths: ["di@example.net"] });
  assertEquals(new TextDecoder().decode(caught.octets), SENT);
});
