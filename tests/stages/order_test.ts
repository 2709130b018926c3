import { assertEquals } from "@std/assert";
import {
  type Addressed,
  type Connected,
  type Context,
  each,
  type Greeted,
  type Mail,
  type Middleware,
  only,
  type Ready,
  type Stages,
  swap,
} from "../../mod.ts";

// What must not compile; `deno check` reports an @ts-expect-error that expects in vain. None of it is run.

/** A wrong order. */
export async function wrongOrder(
  stages: Stages,
  connected: Connected,
  greeted: Greeted,
  ready: Ready,
  cx: Context,
) {
  // @ts-expect-error: AUTH before EHLO
  await stages.auth(connected, cx);
  // @ts-expect-error: STARTTLS before EHLO
  await stages.tls(connected, cx);
  // @ts-expect-error: QUIT takes a session that went through auth
  await stages.quit(greeted, cx);
  // @ts-expect-error: a message needs a session that went through auth
  const mail: Mail = { session: greeted, envelope: { reversePath: "", forwardPaths: [] }, content: null! };
  // @ts-expect-error: DATA before MAIL
  await stages.data(mail, cx);
  // @ts-expect-error: a session is no message
  await stages.envelope(ready, cx);
}

/** EHLO is missing after TLS: what `tls` gives may be `Connected` again. */
export async function missingEhlo(stages: Stages, greeted: Greeted, cx: Context) {
  const secured = await stages.tls(greeted, cx);
  // @ts-expect-error: after an upgrade EHLO must be said again
  await stages.auth(secured, cx);
  const again = secured.state === "connected" ? await stages.ehlo(secured, cx) : secured;
  await stages.auth(again, cx);
}

/** Swaps whose output the next stage could not use. */
export function wrongSwaps(connected: Connected, addressed: Addressed) {
  // @ts-expect-error: ehlo leaves Greeted behind
  swap({ ehlo: () => Promise.resolve(connected) });
  // @ts-expect-error: data leaves a Receipt behind
  swap({ data: () => Promise.resolve(addressed) });
  // @ts-expect-error: there is no eighth stage
  swap({ xclient: () => Promise.resolve(connected) });
  // @ts-expect-error: a stage is asynchronous
  swap({ quit: () => undefined as unknown as string });
}

/** Wrappers that drop what `next` returned. */
export function forgetfulWrappers() {
  // @ts-expect-error: the receipt is dropped
  only("data", (next) => async (addressed, cx) => {
    await next(addressed, cx);
  });
  // @ts-expect-error: what every stage leaves behind is dropped
  const forgetful: Middleware = (next) => async (input, cx) => {
    await next(input, cx);
  };
  each(forgetful);
}

Deno.test("the order of the stages is held by their types", () => {
  assertEquals([wrongOrder, missingEhlo, wrongSwaps, forgetfulWrappers].length, 4);
});
