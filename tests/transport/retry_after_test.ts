import { assertEquals } from "@std/assert";
import { retryAfterMs } from "../../lib/transport/retry_after.ts";

for (
  const [text, expected] of [
    ["4.7.1 Greylisted, please try again in 300 seconds", 300_000],
    ["4.2.0 <bo@example.org>: Recipient address rejected: Greylisted for 5 minutes", 300_000],
    ["4.7.1 Please retry after 10 min", 600_000],
    ["Try again later, wait 90s", 90_000],
    ["Deferred, come back in 1 hour", 3_600_000],
    ["greylisted: retry in 60", 60_000],
    ["Try again later", 0],
    ["4.7.1 Client host [192.0.2.1] rejected", 0],
    ["", 0],
    ["again " + "x".repeat(1_000_000), 0],
    ["again ".repeat(200_000) + "5 s", 0],
  ] as const
) {
  Deno.test(`retryAfterMs() reads ${expected} from ${text.slice(0, 60) || "nothing"}`, () => {
    assertEquals(retryAfterMs([undefined, { code: 450, lines: [text] }]), expected);
  });
}

Deno.test("retryAfterMs() takes the longest of several, and reads over lines", () => {
  const replies = ["try again in 5 s", "try again in 1 min"].map((line) => ({ code: 450, lines: [line] }));
  assertEquals(retryAfterMs(replies), 60_000);
  assertEquals(retryAfterMs([{ code: 451, lines: ["4.7.1 Please try", "again in 7 seconds"] }]), 7_000);
  assertEquals(retryAfterMs([]), 0);
});
