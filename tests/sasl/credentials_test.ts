import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Credentials, mechanismsFor } from "../../lib/sasl/credentials.ts";
import { plain } from "../../lib/sasl/plain.ts";
import { converse } from "./helpers.ts";

const namesFor = async (credentials: Credentials) => (await mechanismsFor(credentials)).map((m) => m.name);

Deno.test("mechanismsFor() orders the mechanisms of a password by strength", async () => {
  assertEquals(
    await namesFor({ user: "u", password: "p" }),
    ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"],
  );
});

Deno.test("mechanismsFor() leaves out what cannot carry an authorization identity", async () => {
  assertEquals(
    await namesFor({ user: "u", password: "p", authorizationId: "other" }),
    ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"],
  );
});

Deno.test("mechanismsFor() gives SCRAM that works once it is started", async () => {
  const mechanisms = await mechanismsFor({ user: "u,1", password: "p", authorizationId: "other" });
  for (const mechanism of mechanisms.filter((m) => m.name.startsWith("SCRAM-"))) {
    assertEquals((await converse(mechanism)).said[0]!.startsWith("n,a=other,n=u=2C1,r="), true);
    assertEquals(mechanism.identity, "other");
  }
});

Deno.test("mechanismsFor() marks the password and the token as secrets, and nothing else", async () => {
  for (const mechanism of await mechanismsFor({ user: "u", password: "p" })) {
    assertEquals(mechanism.secrets, ["p"]);
  }
  for (const mechanism of await mechanismsFor({ user: "u", accessToken: "t" })) {
    assertEquals(mechanism.secrets, ["t"]);
  }
});

Deno.test("mechanismsFor() fetches a token once and tells OAUTHBEARER where it is", async () => {
  let fetched = 0;
  const accessToken = () => Promise.resolve(`token${++fetched}`);
  const [oauthbearer, xoauth2] = await mechanismsFor({ user: "u", accessToken }, { host: "h", port: 587 });
  assertEquals((await converse(oauthbearer)).said, [
    "n,a=u,\x01host=h\x01port=587\x01auth=Bearer token1\x01\x01",
  ]);
  assertEquals((await converse(xoauth2)).said, ["user=u\x01auth=Bearer token1\x01\x01"]);
  assertEquals(fetched, 1);
});

Deno.test("mechanismsFor() takes a token as text", async () => {
  assertEquals(await namesFor({ user: "u", accessToken: "t" }), ["OAUTHBEARER", "XOAUTH2"]);
});

Deno.test("mechanismsFor() lets the error of a token function through", async () => {
  const own = new Error("no network");
  const error = await assertRejects(() =>
    mechanismsFor({ user: "u", accessToken: () => Promise.reject(own) })
  );
  assertStrictEquals(error, own);
});

Deno.test("mechanismsFor() gives EXTERNAL with its authorization identity", async () => {
  const [mechanism] = await mechanismsFor({ external: true, authorizationId: "fred" });
  assertEquals(mechanism.name, "EXTERNAL");
  assertEquals((await converse(mechanism)).said, ["fred"]);
});

Deno.test("mechanismsFor() keeps the caller's own mechanisms in their order", async () => {
  const own = { ...plain({ user: "u", password: "p" }), name: "X-OWN" };
  assertEquals(await namesFor({ mechanisms: [own, plain({ user: "u", password: "p" })] }), [
    "X-OWN",
    "PLAIN",
  ]);
});

Deno.test("mechanismsFor() refuses what is empty, naming it", async () => {
  const cases: [Credentials, string][] = [
    [{ user: "", password: "p" }, "Cannot authenticate: the user is empty"],
    [{ user: "u", password: "" }, "Cannot authenticate: the password is empty"],
    [
      { user: "u", password: "p", authorizationId: "" },
      "Cannot authenticate: the authorization identity is empty",
    ],
    [{ user: "", accessToken: "t" }, "Cannot authenticate: the user is empty"],
    [{ user: "u", accessToken: "" }, "Cannot authenticate: the access token is empty"],
    [{ user: "u", accessToken: () => "" }, "Cannot authenticate: the access token is empty"],
    [{ mechanisms: [] }, "Cannot authenticate: the list of mechanisms is empty"],
  ];
  for (const [credentials, message] of cases) {
    const error = await assertRejects(() => mechanismsFor(credentials), TypeError);
    assertEquals(error.message, message);
  }
});
