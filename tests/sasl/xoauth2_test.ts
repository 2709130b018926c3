import { assert, assertEquals, assertNotMatch, assertRejects, assertThrows } from "@std/assert";
import { encodeBase64 } from "@std/encoding/base64";
import { ProtocolError } from "../../lib/errors.ts";
import { xoauth2 } from "../../lib/sasl/xoauth2.ts";
import { converse, octets } from "./helpers.ts";

const credentials = {
  user: "someuser@example.com",
  accessToken: "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg",
};

async function complaintAfter(challenge: string) {
  const { said, exchange } = await converse(xoauth2(credentials), challenge);
  assertEquals(said[1], "");
  return exchange.complaint;
}

Deno.test("xoauth2() says the initial response of Google's documentation", async () => {
  const exchange = await xoauth2(credentials).start();
  assertEquals(
    encodeBase64(exchange.initial!),
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==",
  );
  assertEquals(exchange.complaint, undefined);
});

Deno.test("xoauth2() answers a refusal with nothing and keeps what it says", async () => {
  const refusal = '{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}\n';
  assertEquals(
    await complaintAfter(refusal),
    "status 401, schemes bearer mac, scope https://mail.google.com/",
  );
});

Deno.test("xoauth2() keeps a refusal that is no JSON object as it is", async () => {
  assertEquals(await complaintAfter("token expired"), "token expired");
  assertEquals(await complaintAfter('{"status":'), '{"status":');
  assertEquals(await complaintAfter("400"), "400");
  assertEquals(await complaintAfter("null"), "null");
  assertEquals(await complaintAfter('{"error":{"code":1}}'), '{"error":{"code":1}}');
  assertEquals(await complaintAfter(""), undefined);
});

Deno.test("xoauth2() escapes control characters of a refusal", async () => {
  assertEquals(
    await complaintAfter("a\x1b[2Jb\r\nc\u202ed\u2028e"),
    "a\\u{1b}[2Jb\\u{d}\\u{a}c\\u{202e}d\\u{2028}e",
  );
  assertEquals(await complaintAfter('{"status":"4\\u001b[m"}'), "status 4\\u{1b}[m");
});

Deno.test("xoauth2() bounds a refusal and hides the token in it", async () => {
  const long = await complaintAfter("x".repeat(100_000));
  assertEquals(long?.length, 301);
  const echoed = await complaintAfter(JSON.stringify({ status: "bad: " + credentials.accessToken }));
  assertEquals(echoed, "status bad: [hidden]");
  const line = encodeBase64((await xoauth2(credentials).start()).initial!);
  assertEquals(await complaintAfter(`cannot read ${line}`), "cannot read [hidden]");
  const cut = await complaintAfter("x".repeat(280) + credentials.accessToken);
  assert(cut);
  assertNotMatch(cut, /ya29/);
});

Deno.test("xoauth2() keeps a refusal that is not UTF-8", async () => {
  const exchange = await xoauth2(credentials).start();
  await exchange.next(new Uint8Array([0x41, 0xff, 0x42]));
  assertEquals(exchange.complaint, "A\ufffdB");
});

Deno.test("xoauth2() refuses a second challenge", async () => {
  const { exchange } = await converse(xoauth2(credentials), "{}");
  await assertRejects(async () => await exchange.next(octets("{}")), ProtocolError, "where none belongs");
});

Deno.test("xoauth2() refuses control characters and emptiness, naming the field", () => {
  const because = "Cannot authenticate with XOAUTH2: the ";
  for (const bad of ["a\x01b", "a\rb", "a\n", "a\0b", ""]) {
    assertThrows(() => xoauth2({ ...credentials, user: bad }), TypeError, because + "user ");
    assertThrows(() => xoauth2({ ...credentials, accessToken: bad }), TypeError, because + "access token ");
  }
});
