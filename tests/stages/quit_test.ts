import { assertEquals, assertRejects } from "@std/assert";
import { closeSession, ConnectionError } from "../../mod.ts";
import { context, dialogueTest, greeting } from "../dialogue.ts";

for (
  const [what, answer] of [["221", "S: 221 bye"], ["another code", "S: 500 what"], ["nothing", "-- close"]]
) {
  dialogueTest(`quit() closes when the answer is ${what}`, `${greeting()}\nC: QUIT\n${answer}`, async (d) => {
    await closeSession(d.stages(), await d.open(), d.cx);
    assertEquals(d.stream.closed, true);
  });
}

dialogueTest("quit() does nothing on a session that is over", greeting(), async (d) => {
  const session = await d.open();
  session.channel.close();
  await closeSession(d.stages(), session, d.cx);
});

dialogueTest("quit() stops waiting when it is aborted", `${greeting()}\nC: QUIT\n-- silence`, async (d) => {
  const session = await d.open();
  const controller = new AbortController();
  const closing = closeSession(d.stages(), session, context(controller.signal));
  controller.abort();
  const error = await assertRejects(() => closing, ConnectionError, "aborted");
  assertEquals([error.stage, d.stream.closed], ["quit", true]);
});
