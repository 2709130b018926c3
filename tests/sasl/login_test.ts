import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/errors.ts";
import { login } from "../../lib/sasl/login.ts";
import { converse } from "./helpers.ts";

const credentials = { user: "ted", password: "s3cr\u00e9t" };

Deno.test("login() says user, then password, whatever the prompts are", async () => {
  for (
    const prompts of [["Username:", "Password:"], ["User Name\0", "Password\0"], ["", ""], ["Password:", "?"]]
  ) {
    const { said, exchange } = await converse(login(credentials), ...prompts);
    assertEquals(said, ["ted", "s3cr\u00e9t"]);
    assertEquals(exchange.initial, undefined);
  }
});

Deno.test("login() refuses a third challenge", async () => {
  const error = await assertRejects(
    () => converse(login(credentials), "Username:", "Password:", "Password again:"),
    ProtocolError,
    "Cannot authenticate with LOGIN: the server sent a challenge where none belongs",
  );
  assertEquals(error.code, "auth.unexpected_challenge");
});

Deno.test("login() starts afresh at every attempt", async () => {
  const mechanism = login(credentials);
  await converse(mechanism, "Username:");
  assertEquals((await converse(mechanism, "Username:")).said, ["ted"]);
});

Deno.test("login() refuses an authorization identity, which it cannot carry", () => {
  assertThrows(
    () => login({ ...credentials, authorizationId: "other" }),
    TypeError,
    "Cannot authenticate with LOGIN: it cannot carry an authorization identity",
  );
});
