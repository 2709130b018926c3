import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeBase64 } from "@std/encoding/base64";
import { SmtpError } from "../../lib/errors.ts";
import { type Credentials, mechanismsFor } from "../../lib/sasl/credentials.ts";
import { octets, text } from "./helpers.ts";

const SECRET = "hunter2hunter2";

/** Everything that an error shows, its causes included. */
function shown(error: Error): string {
  const fields = error instanceof SmtpError ? JSON.stringify(error) : "";
  const cause = error.cause instanceof Error ? shown(error.cause) : String(error.cause ?? "");
  return [error.name, error.message, error.stack, fields, cause].join("\n");
}

function assertHidden(found: string, said: readonly string[] = []): void {
  for (const part of [SECRET, encodeBase64(SECRET), ...said.filter((one) => one.length > 8)]) {
    assert(!found.includes(part), `shows ${part}`);
  }
}

/** Challenges of a server that repeats whatever it was told, in the places where a mechanism looks. */
function echoes(said: readonly string[]): string[] {
  const nonce = /r=([^,]+)/.exec(said[0] ?? "")?.[1] ?? "";
  const all = [SECRET, ...said, encodeBase64(SECRET)].join("");
  const first = `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=4096`;
  return [
    all,
    `e=${all}`,
    `r=${all},s=AAAA,i=4096`,
    `r=${nonce}x,s=${SECRET}!,i=4096`,
    `r=${nonce}x,s=AAAA,i=${SECRET}`,
    first,
    `m=${all}`,
    `v=${SECRET}!`,
    `v=${encodeBase64(all)}`,
    JSON.stringify({ status: all, [SECRET]: SECRET }),
    "",
  ];
}

Deno.test("no mechanism shows a secret when the server repeats it", async () => {
  let failures = 0;
  for (const credentials of [{ user: "u", password: SECRET }, { user: "u", accessToken: SECRET }]) {
    for (const mechanism of await mechanismsFor(credentials)) {
      const tries = echoes([]).length;
      for (let first = 0; first < tries; first++) {
        for (let second = 0; second < tries; second++) {
          const exchange = await mechanism.start();
          const said = exchange.initial ? [text(exchange.initial)!] : [];
          try {
            for (const index of [first, second, second]) {
              said.push(text(await exchange.next(octets(echoes(said)[index])))!);
            }
            exchange.finish?.();
          } catch (error) {
            failures++;
            assertHidden(shown(error as Error), said);
          }
          // A user or a scope may be repeated to the caller; the token may not.
          assertHidden(exchange.complaint ?? "");
        }
      }
    }
  }
  assertEquals(failures > 900, true);
});

Deno.test("no mechanism shows a secret that it refuses to carry", async () => {
  const bad: Credentials[] = [
    ...["\0", "\ud800"].flatMap((c) => [
      { user: "u", password: SECRET + c },
      { user: "u", accessToken: SECRET + c },
    ]),
    ...["\x01", "\r\n"].map((c) => ({ user: "u", accessToken: SECRET + c })),
  ];
  for (const credentials of bad) {
    const error = await assertRejects(() => mechanismsFor(credentials), TypeError);
    assertHidden(shown(error));
  }
  for (const suffix of ["\u0007", "\u0378", "\u0627", "\u0627a"]) {
    const [scram] = await mechanismsFor({ user: "u", password: SECRET + suffix });
    const error = await assertRejects(async () => await scram.start(), TypeError);
    assertHidden(shown(error));
  }
});
