import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/errors.ts";
import { scram } from "../../lib/sasl/scram.ts";
import { converse, octets } from "./helpers.ts";

const GOOD = "r=abcDEF,s=QSXCR+Q6sek8bf92,i=4096";
const mechanism = () => scram("SHA-256", { user: "user", password: "pencil" }, { nonce: "abc" });

/** Refused first messages: what the server says, what the error says, and its code. */
const BAD_FIRST: readonly (readonly [string, string, string])[] = [
  ["", "the message of the server has no nonce", "auth.malformed_challenge"],
  ["s=QSXCR+Q6sek8bf92,i=4096", "has no nonce", "auth.malformed_challenge"],
  ["r=abcDEF", "has no salt", "auth.malformed_challenge"],
  ["r=abcDEF,i=4096,s=QSXCR+Q6sek8bf92", "has no salt", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92", "has no iteration count", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=", "has no iteration count", "auth.malformed_challenge"],
  ["r=abcDEF,s=,i=4096", "has no salt", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXC*,i=4096", "the salt is not base64", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR,i=4096", "the salt is not base64", "auth.malformed_challenge"],
  ["r=abc,s=QSXCR+Q6sek8bf92,i=4096", "does not extend that of the client", "auth.server_nonce"],
  ["r=xyzDEF,s=QSXCR+Q6sek8bf92,i=4096", "does not extend that of the client", "auth.server_nonce"],
  ["r=abcD\u00e9F,s=QSXCR+Q6sek8bf92,i=4096", "does not extend that of the client", "auth.server_nonce"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=0", "not a positive number", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=-4096", "not a positive number", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=4096.5", "not a positive number", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=4e3", "not a positive number", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=many", "not a positive number", "auth.malformed_challenge"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=4095", "fewer than 4096 iterations", "auth.iteration_count"],
  ["r=abcDEF,s=QSXCR+Q6sek8bf92,i=1000001", "more than 1000000 iterations", "auth.iteration_count"],
  [`r=abcDEF,s=QSXCR+Q6sek8bf92,i=${"9".repeat(400)}`, "more than 1000000", "auth.iteration_count"],
  [
    "m=new,r=abcDEF,s=QSXCR+Q6sek8bf92,i=4096",
    "an extension that is not supported",
    "auth.mandatory_extension",
  ],
  ["e=unknown-user", 'the server reports "unknown-user"', "auth.server_error"],
  ["e=pencil", 'the server reports "other-error"', "auth.server_error"],
];

for (const [message, found, code] of BAD_FIRST) {
  Deno.test(`scram() refuses a server that begins with ${JSON.stringify(message.slice(0, 50))}`, async () => {
    const { exchange } = await converse(mechanism());
    const error = await assertRejects(async () => await exchange.next(octets(message)), ProtocolError, found);
    assertEquals(error.message.startsWith("Cannot authenticate with SCRAM-SHA-256: "), true);
    assertEquals(error.code, code);
    // What failed stays failed, whatever the server says next.
    await assertRejects(async () => await exchange.next(octets(GOOD)), ProtocolError, "where none belongs");
    assertThrows(() => exchange.finish?.(), ProtocolError, "without proving");
  });
}

/** Refused final messages. A SHA-256 signature has 32 octets. */
const BAD_FINAL: readonly (readonly [string, string, string])[] = [
  [
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    "signature of the server is wrong",
    "auth.server_signature",
  ],
  ["v=6rriTRBi", "signature of the server is wrong", "auth.server_signature"],
  ["v=!", "the signature is not base64", "auth.malformed_challenge"],
  ["v=", "has no signature", "auth.malformed_challenge"],
  ["", "has no signature", "auth.malformed_challenge"],
  ["e=invalid-proof", 'the server reports "invalid-proof"', "auth.server_error"],
  ["m=x,v=6rriTRBi", "an extension that is not supported", "auth.mandatory_extension"],
];

for (const [message, found, code] of BAD_FINAL) {
  Deno.test(`scram() refuses a server that ends with ${JSON.stringify(message)}`, async () => {
    const { exchange } = await converse(mechanism(), GOOD);
    const error = await assertRejects(async () => await exchange.next(octets(message)), ProtocolError, found);
    assertEquals(error.code, code);
    assertThrows(() => exchange.finish?.(), ProtocolError, "without proving");
  });
}

Deno.test("scram() refuses a server that says 235 before its signature was verified", async () => {
  for (const challenges of [[], [GOOD]]) {
    const { exchange } = await converse(mechanism(), ...challenges);
    const error = assertThrows(() => exchange.finish?.(), ProtocolError);
    assertEquals(error.code, "auth.server_signature");
    assertEquals(
      error.message,
      "Cannot authenticate with SCRAM-SHA-256: the server accepted without proving that it knows the password",
    );
  }
});

Deno.test("scram() refuses a challenge after the end", async () => {
  const { exchange } = await converse(
    scram("SHA-256", { user: "user", password: "pencil" }, { nonce: "rOprNGfwEbeRWgbNEkqO" }),
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  );
  const error = await assertRejects(async () => await exchange.next(octets("more")), ProtocolError);
  assertEquals(error.code, "auth.unexpected_challenge");
});

Deno.test("scram() refuses a message that is not UTF-8", async () => {
  const { exchange } = await converse(mechanism());
  const error = await assertRejects(
    async () => await exchange.next(new Uint8Array([0xff])),
    ProtocolError,
    "UTF-8",
  );
  assertEquals(error.code, "auth.malformed_challenge");
});

Deno.test("scram() ignores optional extensions", async () => {
  const { said } = await converse(mechanism(), GOOD + ",x=1,y=2");
  assertEquals(said[1]!.startsWith("c=biws,r=abcDEF,p="), true);
});
