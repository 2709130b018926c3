import { assert, assertEquals, assertThrows } from "@std/assert";
import { command, secretCommand } from "../../mod.ts";
import { xtext } from "../../lib/wire/command.ts";

Deno.test("command() writes verb and arguments", () => {
  assertEquals(command("RSET"), { verb: "RSET", line: "RSET", shown: "RSET" });
  assertEquals(command("MAIL", "FROM:<>", "SIZE=1").line, "MAIL FROM:<> SIZE=1");
  assertEquals(command("RCPT", "TO:<bö@example.org>").line, "RCPT TO:<bö@example.org>");
});

for (
  const bad of ["\r\nDATA", "\n", "\r", "\0", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"]
) {
  Deno.test(`command() refuses ${JSON.stringify(bad)} in an argument`, () => {
    assertThrows(
      () => command("EHLO", `a${bad}b`),
      TypeError,
      "Cannot write EHLO: an argument contains the character U+",
    );
  });
}

Deno.test("secretCommand() shows neither the secret nor, when it is refused, the value", () => {
  assertEquals(secretCommand("AUTH PLAIN", "c2VjcmV0"), {
    verb: "AUTH",
    line: "AUTH PLAIN c2VjcmV0",
    shown: "AUTH PLAIN [hidden]",
    secret: "c2VjcmV0",
  });
  assertEquals(secretCommand("", "c2VjcmV0").shown, "[hidden]");
  const error = assertThrows(() => secretCommand("AUTH PLAIN", "c2VjcmV0\r\n"), TypeError);
  assert(!error.message.includes("c2Vj"));
});

Deno.test("xtext() encodes what RFC 3461 section 4 asks for", () => {
  assertEquals(xtext("Ann+tag=1 x"), "Ann+2Btag+3D1+20x");
  for (const bad of ["\r\n", "ü", "\0"]) assertThrows(() => xtext(bad), TypeError, "not printable ASCII");
});
