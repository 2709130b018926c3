import { assertEquals, assertRejects } from "@std/assert";
import { type Catcher, catchMail, type CaughtMessage } from "../../lib/catcher/mod.ts";
import { Dialogue } from "./dialogue.ts";

const subject = (wanted: string) => ({ parsed }: CaughtMessage) => parsed.subject === wanted;

async function sendSubjects(catcher: Catcher, ...subjects: string[]): Promise<void> {
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  for (const text of subjects) await client.send(`Subject: ${text}\r\n\r\n`);
}

Deno.test("waitFor() gives the first that fits of the messages already there", async () => {
  await using catcher = await catchMail();
  await sendSubjects(catcher, "one", "two", "two");
  assertEquals(await catcher.waitFor(subject("two")), catcher.messages[1]);
});

Deno.test("waitFor() waits for a message yet to come and passes over those that do not fit", async () => {
  await using catcher = await catchMail();
  const waiting = catcher.waitFor(subject("two"));
  const alsoWaiting = catcher.waitFor(() => true);
  await sendSubjects(catcher, "one", "two");
  assertEquals((await waiting).parsed.subject, "two");
  assertEquals((await alsoWaiting).parsed.subject, "one");
});

Deno.test("waitFor() rejects with the signal's reason, before and while it waits", async () => {
  await using catcher = await catchMail();
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = catcher.waitFor(() => true, { signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  await sendSubjects(catcher, "one");
  assertEquals(await assertRejects(() => catcher.waitFor(() => true, { signal })), reason);
});

Deno.test("waitFor() rejects with what the caller's function throws, and the sender does not notice", async () => {
  await using catcher = await catchMail();
  const waiting = catcher.waitFor(() => {
    throw new Error("mistake");
  });
  await Promise.all([assertRejects(() => waiting, Error, "mistake"), sendSubjects(catcher, "one")]);
  assertEquals(catcher.messages.length, 1);
});

Deno.test("waitFor() rejects when the catcher closes, and finds what was caught before", async () => {
  const catcher = await catchMail();
  await sendSubjects(catcher, "one");
  const waiting = catcher.waitFor(subject("two"));
  await Promise.all([assertRejects(() => waiting, Error, "the catcher is closed"), catcher.close()]);
  await assertRejects(() => catcher.waitFor(subject("two")), Error, "the catcher is closed");
  assertEquals((await catcher.waitFor(subject("one"))).parsed.subject, "one");
});
