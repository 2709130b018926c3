import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/errors.ts";
import { external } from "../../lib/sasl/external.ts";
import { converse } from "./helpers.ts";

Deno.test("external() says an empty initial response when there is no authorization identity", async () => {
  const exchange = await external().start();
  assertEquals(exchange.initial, new Uint8Array());
});

Deno.test("external() says the authorization identity", async () => {
  const mechanism = external({ authorizationId: "fred@example.com" });
  assertEquals((await converse(mechanism)).said, ["fred@example.com"]);
  assertEquals(mechanism.identity, "fred@example.com");
  assertEquals(mechanism.secrets, []);
});

Deno.test("external() refuses NUL and any challenge", async () => {
  assertThrows(() => external({ authorizationId: "a\0b" }), TypeError, "authorization identity contains");
  await assertRejects(() => converse(external(), "?"), ProtocolError, "a challenge where none belongs");
});
