/**
 * A server that does as it pleases, thousands of times: every send ends, leaves nothing open, shows no secret and says of each
 * recipient what the server knows too.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { playDialogue } from "./random_dialogue.ts";
import { StageClock } from "./stage_clock.ts";

/** The seeds: from the first, so many. For a long search, raise the number; for one dialogue, its seed and 1. */
const SEEDS = { first: 1, count: 3000 };

Deno.test("sendMail() and SmtpTransport tell the truth, whatever a server does", async () => {
  using clock = new StageClock();
  const deliveries = new Set<string>();
  for (let seed = SEEDS.first; seed < SEEDS.first + SEEDS.count; seed++) {
    const { wrong, told, endings } = await playDialogue(seed, clock);
    assertEquals(wrong, [], told);
    for (const { receipt, error } of endings) {
      for (const { delivery } of (receipt ?? error as NonNullable<typeof receipt>).recipients) {
        deliveries.add(delivery);
      }
    }
  }
  // The dialogues are worth their time only if every outcome is among them.
  assertEquals([...deliveries].sort(), ["accepted", "not sent", "refused", "unknown"]);
});
