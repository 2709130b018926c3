/** What the random dialogues have found, as dialogues that are the same each time. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectOver, type Duplex, sendMail, SmtpError, swap } from "../../mod.ts";
import { content, dialogueTest, ENVELOPE, greeting, outcomes, send, TARGET } from "../dialogue.ts";
import { text } from "./octets.ts";

dialogueTest(
  "data() keeps who was refused when the session ends before all are answered, and BDAT has left",
  `
${greeting("PIPELINING", "CHUNKING")}
C: MAIL FROM:<ann@example.com>
C: RCPT TO:<bo@example.org>
C: RCPT TO:<cy@example.org>
C: BDAT 7 LAST
-- content
S: 250 ok
S: 550 5.1.1 no such user
-- close
`,
  async (dialogue) => {
    const envelope = { ...ENVELOPE, forwardPaths: ["bo@example.org", "cy@example.org"] };
    const sent = send(dialogue, envelope, content("Hello\r\n"), { chunking: true });
    const error = await assertRejects(() => sent, SmtpError, "the server closed the connection");
    assertEquals(outcomes(error.recipients), ["bo@example.org refused 550", "cy@example.org unknown"]);
    assertEquals(error.retryable, false);
  },
);

/** A server that says 421 to MAIL and is gone, while the client still writes a large message behind it. */
class Gone implements Duplex {
  closed = false;
  #said = [`220 mail.example.com\r\n`];

  read(into: Uint8Array): Promise<number | null> {
    const next = this.#said.shift();
    return Promise.resolve(next === undefined ? null : new TextEncoder().encodeInto(next, into).written);
  }

  write(octets: Uint8Array): Promise<number> {
    const heard = text(octets);
    if (heard.startsWith("EHLO")) this.#said = ["250-mail.example.com\r\n250-PIPELINING\r\n250 CHUNKING\r\n"];
    else {
      assert(heard.startsWith("MAIL"), heard);
      this.#said = ["421 4.3.2 shutting down\r\n"];
      return Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
    }
    return Promise.resolve(octets.length);
  }

  close(): void {
    this.closed = true;
  }
}

Deno.test("sendMail() hears 421 to MAIL although writing BDAT behind it has failed", async () => {
  const stream = new Gone();
  const connect = connectOver(() => Promise.resolve({ stream, peer: { loopback: true } }));
  const options = { ...TARGET, name: "client.test", chunking: true, plugins: [swap({ connect })] };
  const message = { envelope: ENVELOPE, content: content("x".repeat(70).concat("\r\n").repeat(1_000)) };
  const error = await assertRejects(() => sendMail(options, message), SmtpError, "421 4.3.2 shutting down");
  assertEquals(outcomes(error.recipients), ["bo@example.org refused 421"]);
  assertEquals([error.stage, error.command, error.retryable], ["envelope", "MAIL", true]);
  assert(stream.closed);
});
