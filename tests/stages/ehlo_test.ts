import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, ehlo, ReplyError } from "../../mod.ts";
import { readExtensions } from "../../lib/stages/ehlo.ts";
import { context, dialogueTest, GOODBYE, greeting, TARGET } from "../dialogue.ts";

dialogueTest(
  "ehlo() reads extensions with their parameters and keeps unknown ones",
  greeting("SIZE 1000", "pipelining", "XYZZY a b", "AUTH=LOGIN", "AUTH PLAIN  LOGIN"),
  async (d) => {
    const { extensions, channel } = await d.open();
    assertEquals([...extensions], [
      ["SIZE", ["1000"]],
      ["PIPELINING", []],
      ["XYZZY", ["a", "b"]],
      ["AUTH", ["LOGIN", "PLAIN"]],
    ]);
    channel.close();
  },
);

for (const code of [500, 502]) {
  dialogueTest(
    `ehlo() says HELO after ${code}`,
    `S: 220 old\nC: EHLO client.test\nS: ${code} what\nC: HELO client.test\nS: 250 old`,
    async (d) => {
      const { extensions, channel } = await d.open();
      assertEquals(extensions.size, 0);
      channel.close();
    },
  );
}

dialogueTest(
  "ehlo() says what the server said when it refuses",
  `S: 220 mail\nC: EHLO client.test\nS: 550 5.7.1 Bad name\n${GOODBYE}`,
  async (d) => {
    const error = await assertRejects(() => d.open(), ReplyError, "550 5.7.1 Bad name");
    assertEquals([error.stage, error.command, error.reply.enhanced], ["ehlo", "EHLO", "5.7.1"]);
  },
);

dialogueTest(
  "ehlo() says that the server hung up in the middle of its reply",
  "S: 220 mail\nC: EHLO client.test\nS: 250-mail\n-- close",
  async (d) => {
    const error = await assertRejects(() => d.open(), ConnectionError, "Cannot read reply to EHLO");
    assertEquals([error.stage, error.code], ["ehlo", "connect.lost"]);
    assertEquals(error.transcript, [
      "S: 220 mail",
      "C: EHLO client.test",
      "-- closed: Cannot read reply to EHLO: the server closed the connection",
    ]);
  },
);

for (const [localAddress, literal] of [["192.0.2.1", "[192.0.2.1]"], ["2001:db8::1", "[IPv6:2001:db8::1]"]]) {
  dialogueTest(
    `ehlo() introduces itself by the address literal ${literal}`,
    `S: 220 mail\nC: EHLO ${literal}\nS: 250 mail`,
    async (d) => {
      const connected = await d.stages().connect(TARGET, d.cx);
      const { state, channel } = await ehlo()(connected, context());
      assertEquals(state, "greeted");
      channel.close();
    },
    { localAddress },
  );
}

Deno.test("readExtensions() takes a reply of one line for one without extensions", () => {
  assertEquals(readExtensions({ code: 250, lines: ["mail"] }).size, 0);
  assertEquals(readExtensions({ code: 250, lines: ["mail", "", " "] }).size, 0);
});
