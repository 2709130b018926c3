import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createHmac } from "node:crypto";
import { ProtocolError } from "../../lib/errors.ts";
import { cramMd5 } from "../../lib/sasl/cram_md5.ts";
import { converse } from "./helpers.ts";

const credentials = { user: "tim", password: "tanstaaftanstaaf" };
const CHALLENGE = "<1896.697170952@postoffice.reston.mci.net>";

Deno.test("cramMd5() answers the challenge of RFC 2195 section 2", async () => {
  const { said, exchange } = await converse(cramMd5(credentials), CHALLENGE);
  assertEquals(said, ["tim b913a602c7eda7a495b4e6e7334d3890"]);
  assertEquals(exchange.initial, undefined);
});

Deno.test("cramMd5() takes the UTF-8 of a password beyond ASCII", async () => {
  const { said } = await converse(cramMd5({ user: "u", password: "p\u00e4ss" }), CHALLENGE);
  assertEquals(said, ["u " + createHmac("md5", "p\u00e4ss").update(CHALLENGE).digest("hex")]);
});

Deno.test("cramMd5() refuses an empty challenge and a second one", async () => {
  const empty = await assertRejects(
    () => converse(cramMd5(credentials), ""),
    ProtocolError,
    "an empty challenge",
  );
  assertEquals(empty.code, "auth.malformed_challenge");
  const second = await assertRejects(
    () => converse(cramMd5(credentials), CHALLENGE, CHALLENGE),
    ProtocolError,
  );
  assertEquals(second.code, "auth.unexpected_challenge");
});

Deno.test("cramMd5() refuses an authorization identity, which it cannot carry", () => {
  assertThrows(() => cramMd5({ ...credentials, authorizationId: "x" }), TypeError, "cannot carry");
});
