import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { STAGE_NAMES } from "../../mod.ts";
import { demo } from "../../lib/cli/demo.ts";

Deno.test("the demo shows all seven stages, with STARTTLS and AUTH, and the received mail", async () => {
  let out = "";
  await demo({ out: (text) => void (out += text) });
  const shown = out.split("\n").filter((line) => (STAGE_NAMES as readonly string[]).includes(line));
  assertEquals(shown, ["connect", "ehlo", "tls", "ehlo", "auth", "envelope", "data", "quit"]);
  for (
    const line of [
      "C: STARTTLS",
      "C: AUTH PLAIN [hidden]",
      "C: DATA",
      "received over TLS, from ann@example.com by PLAIN",
    ]
  ) {
    assertStringIncludes(out, line);
  }
  assertMatch(out, /accepted: bo@example\.org\naccepted: cy@example\.org\n$/);
});
