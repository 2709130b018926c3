import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, ProtocolError, ReplyError, sendOn } from "../../mod.ts";
import { content, dialogueTest, ENVELOPE, greeting, outcomes, send } from "../dialogue.ts";

const ADDRESSED = `
  C: MAIL FROM:<ann@example.com>
  S: 250 ok
  C: RCPT TO:<bo@example.org>
  S: 250 ok
  C: DATA
  S: 354 go`;

/** So many lines of 1,000 octets fill a write; what is less waits for more. */
const LINES = 66;

/** A block that is written at once, and then a source that has nothing more for the time being. */
async function* withoutEnd(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(`${"x".repeat(998)}\r\n`.repeat(LINES));
  for (;;) yield await soon(new Uint8Array());
}

/** Gives a value as a file or the network would: other events have their turn before. */
function soon<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, 0, value));
}

dialogueTest(
  "data() stops in the middle of the content when the server refuses it there",
  `${greeting()}${ADDRESSED}\n${"C: *\n".repeat(LINES)}S: 552 5.3.4 too big`,
  async (d) => {
    const endless = { ...content(""), size: undefined, octets: withoutEnd };
    const error = await assertRejects(() => send(d, ENVELOPE, endless), ReplyError, "552 5.3.4 too big");
    assertEquals([error.stage, error.code], ["data", "data.too_big"]);
    assertEquals(outcomes(error.recipients), ["bo@example.org refused 552"]);
    assertEquals(d.cx.lines.includes("C: ."), false);
  },
);

dialogueTest(
  "data() takes 250 in the middle of the content for what it is, a server out of step",
  `${greeting()}${ADDRESSED}\n${"C: *\n".repeat(LINES)}S: 250 ok`,
  async (d) => {
    const error = await assertRejects(
      () => send(d, ENVELOPE, { ...content(""), size: undefined, octets: withoutEnd }),
      ProtocolError,
    );
    assertEquals([error.code, outcomes(error.recipients)], ["protocol.unexpected_reply", [
      "bo@example.org not sent",
    ]]);
  },
);

for (const chunking of [false, true]) {
  dialogueTest(
    `data() ends when it is aborted while the source is silent${chunking ? ", in BDAT" : ""}`,
    `${greeting("CHUNKING")}${chunking ? ADDRESSED.split("C: DATA")[0] : ADDRESSED}\n-- silence`,
    async (d) => {
      const session = await d.open();
      const controller = new AbortController();
      const octets = () => ({
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => controller.abort()) }),
      });
      const mail = { session, envelope: ENVELOPE, content: { ...content(""), size: undefined, octets } };
      const sending = () => sendOn(d.stages({ chunking }), mail, { ...d.cx, signal: controller.signal });
      const error = await assertRejects(sending, ConnectionError, "aborted");
      assertEquals([error.code, error.delivery, d.stream.closed], ["aborted", "not sent", true]);
    },
  );
}
