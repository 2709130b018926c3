import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/errors.ts";
import { plain } from "../../lib/sasl/plain.ts";
import { converse } from "./helpers.ts";

Deno.test("plain() says user and password as in RFC 4616 section 4", async () => {
  const { said } = await converse(plain({ user: "tim", password: "tanstaaftanstaaf" }));
  assertEquals(said, ["\0tim\0tanstaaftanstaaf"]);
});

Deno.test("plain() says the authorization identity first, as in RFC 4616 section 4", async () => {
  const mechanism = plain({ user: "Kurt", password: "xipj3plmq", authorizationId: "Ursel" });
  assertEquals((await converse(mechanism)).said, ["Ursel\0Kurt\0xipj3plmq"]);
  assertEquals(mechanism.identity, "Ursel");
  assertEquals(mechanism.secrets, ["xipj3plmq"]);
});

Deno.test("plain() sends UTF-8 as it was given", async () => {
  const exchange = await plain({ user: "u", password: "\u00e9\u{1f511}" }).start();
  assertEquals(exchange.initial, new Uint8Array([0, 117, 0, 0xc3, 0xa9, 0xf0, 0x9f, 0x94, 0x91]));
});

Deno.test("plain() refuses NUL, emptiness and half of a surrogate pair, naming the field", () => {
  const good = { user: "u", password: "p", authorizationId: "a" };
  const because = "Cannot authenticate with PLAIN: the ";
  assertThrows(
    () => plain({ ...good, user: "u\0" }),
    TypeError,
    because + "user contains the character U+0000",
  );
  assertThrows(() => plain({ ...good, password: "\0p" }), TypeError, because + "password contains");
  assertThrows(
    () => plain({ ...good, authorizationId: "\0" }),
    TypeError,
    because + "authorization identity contains",
  );
  assertThrows(() => plain({ ...good, user: "" }), TypeError, because + "user is empty");
  assertThrows(() => plain({ ...good, password: "" }), TypeError, because + "password is empty");
  assertThrows(
    () => plain({ ...good, password: "p\ud800" }),
    TypeError,
    because + "password contains half of",
  );
});

Deno.test("plain() refuses any challenge", async () => {
  const error = await assertRejects(
    () => converse(plain({ user: "u", password: "p" }), "more?"),
    ProtocolError,
    "Cannot authenticate with PLAIN: the server sent a challenge where none belongs",
  );
  assertEquals(error.code, "auth.unexpected_challenge");
});
