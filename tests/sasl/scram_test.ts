import { assertEquals, assertMatch, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/errors.ts";
import { scram, type ScramHash } from "../../lib/sasl/scram.ts";
import { converse, octets, text } from "./helpers.ts";
import { ScramServer } from "./scram_server.ts";

const HASHES = [["SHA-1", "sha1"], ["SHA-256", "sha256"], ["SHA-512", "sha512"]] as const;

/** Runs an exchange against the independent server; `stored` is the password as the server knows it. */
async function authenticate(hash: ScramHash, credentials: Parameters<typeof scram>[1], stored: string) {
  const server = new ScramServer({ hash: HASHES.find(([name]) => name === hash)![1], password: stored });
  const exchange = await scram(hash, credentials).start();
  const clientFinal = text(await exchange.next(octets(server.first(text(exchange.initial)!))))!;
  const last = text(await exchange.next(octets(server.final(clientFinal))));
  exchange.finish?.();
  return last;
}

Deno.test("scram() with SHA-1 holds the exchange of RFC 5802 section 5", async () => {
  const mechanism = scram("SHA-1", { user: "user", password: "pencil" }, {
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
  });
  assertEquals(mechanism.name, "SCRAM-SHA-1");
  const { said, exchange } = await converse(
    mechanism,
    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  );
  assertEquals(said, [
    "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    "",
  ]);
  exchange.finish?.();
});

Deno.test("scram() with SHA-256 holds the exchange of RFC 7677 section 3", async () => {
  const mechanism = scram("SHA-256", { user: "user", password: "pencil" }, { nonce: "rOprNGfwEbeRWgbNEkqO" });
  assertEquals(mechanism.name, "SCRAM-SHA-256");
  const { said, exchange } = await converse(
    mechanism,
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  );
  assertEquals(said, [
    "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    "",
  ]);
  exchange.finish?.();
});

for (const [hash] of HASHES) {
  Deno.test(`scram() with ${hash} authenticates to a server that knows the password`, async () => {
    assertEquals(await authenticate(hash, { user: "user", password: "pencil" }, "pencil"), "");
  });

  Deno.test(`scram() with ${hash} prepares a password beyond ASCII`, async () => {
    const given = "p\u00e4ss\u00a0e\u0301\u00ad\u2168\u{1f511}";
    assertEquals(
      await authenticate(hash, { user: "user", password: given }, "p\u00e4ss \u00e9IX\u{1f511}"),
      "",
    );
  });

  Deno.test(`scram() with ${hash} reports a wrong password that the server names in the exchange`, async () => {
    const error = await assertRejects(
      () => authenticate(hash, { user: "user", password: "pencil" }, "crayon"),
      ProtocolError,
      `Cannot authenticate with SCRAM-${hash}: the server reports "invalid-proof"`,
    );
    assertEquals(error.code, "auth.server_error");
  });
}

Deno.test("scram() sends an authorization identity, bound by the proof", async () => {
  const credentials = { user: "admin", password: "pencil", authorizationId: "a=b,c" };
  const mechanism = scram("SHA-256", credentials, { nonce: "abc" });
  assertEquals((await converse(mechanism)).said, ["n,a=a=3Db=2Cc,n=admin,r=abc"]);
  assertEquals(mechanism.identity, "a=b,c");
  assertEquals(await authenticate("SHA-256", credentials, "pencil"), "");
});

Deno.test("scram() escapes and prepares the user", async () => {
  const { said } = await converse(scram("SHA-1", { user: "a,b=\u2168", password: "p" }, { nonce: "abc" }));
  assertEquals(said, ["n,,n=a=2Cb=3DIX,r=abc"]);
});

Deno.test("scram() takes a fresh nonce at every attempt", async () => {
  const mechanism = scram("SHA-256", { user: "user", password: "pencil" });
  const first = (await converse(mechanism)).said[0]!;
  assertMatch(first, /^n,,n=user,r=[A-Za-z0-9+/]{32}$/);
  assertNotEquals((await converse(mechanism)).said[0], first);
});

Deno.test("scram() refuses fields that cannot be prepared and a nonce with a comma", () => {
  const make = (user: string, password: string, nonce?: string) => () =>
    scram("SHA-1", { user, password }, { nonce });
  assertThrows(make("", "p"), TypeError, "Cannot authenticate with SCRAM-SHA-1: the user is empty");
  assertThrows(make("u", "\u00ad"), TypeError, "the password is empty once prepared");
  assertThrows(make("\u200c", "p"), TypeError, "the user is empty once prepared");
  assertThrows(make("u", "p\u0007"), TypeError, "Cannot prepare the password");
  assertThrows(make("u", "p", "a,b"), TypeError, "the nonce is not printable ASCII without comma");
});
