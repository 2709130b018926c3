import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { ProtocolError } from "../../lib/errors.ts";
import { oauthbearer } from "../../lib/sasl/oauthbearer.ts";
import { converse, octets, text } from "./helpers.ts";

const credentials = { user: "user@example.com", accessToken: "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==" };

Deno.test("oauthbearer() says the initial response of RFC 7628 section 4.1", async () => {
  const exchange = await oauthbearer({ ...credentials, host: "server.example.com", port: 143 }).start();
  assertEquals(
    encodeBase64(exchange.initial!),
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
  );
});

Deno.test("oauthbearer() fails as in the SMTP example of RFC 7628 section 4.4", async () => {
  const exchange = await oauthbearer({ ...credentials, host: "server.example.com", port: 587 }).start();
  assertEquals(
    encodeBase64(exchange.initial!),
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB",
  );
  const challenge = decodeBase64(
    "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NoZW1lcyI6ImJlYXJlciBtYWMiLCJzY29wZSI6Imh0dHBzOi8vbWFpbC5leGFtcGxlLmNvbS8ifQ==",
  );
  assertEquals(encodeBase64(await exchange.next(challenge)), "AQ==");
  assertEquals(
    exchange.complaint,
    "status invalid_token, schemes bearer mac, scope https://mail.example.com/",
  );
  await assertRejects(async () => await exchange.next(octets("{}")), ProtocolError, "where none belongs");
});

Deno.test("oauthbearer() keeps every field of the refusal of RFC 7628 section 4.3", async () => {
  const challenge = text(decodeBase64(
    "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=",
  ))!;
  const { exchange } = await converse(oauthbearer(credentials), challenge);
  assertEquals(
    exchange.complaint,
    "status invalid_token, scope example_scope, " +
      "openid-configuration https://example.com/.well-known/openid-configuration",
  );
});

Deno.test("oauthbearer() leaves out host and port that it does not know", async () => {
  const { said } = await converse(oauthbearer({ user: "u", accessToken: "t" }));
  assertEquals(said, ["n,a=u,\x01auth=Bearer t\x01\x01"]);
});

Deno.test("oauthbearer() escapes comma and equals sign of the user", async () => {
  const { said } = await converse(oauthbearer({ user: "a,b=c", accessToken: "t" }));
  assertEquals(said, ["n,a=a=2Cb=3Dc,\x01auth=Bearer t\x01\x01"]);
});

Deno.test("oauthbearer() refuses control characters, emptiness and a port that is none", () => {
  const because = "Cannot authenticate with OAUTHBEARER: the ";
  for (const bad of ["a\x01b", "a\rb", "a\n", "a\0b", ""]) {
    assertThrows(() => oauthbearer({ ...credentials, user: bad }), TypeError, because + "user ");
    assertThrows(
      () => oauthbearer({ ...credentials, accessToken: bad }),
      TypeError,
      because + "access token ",
    );
    assertThrows(() => oauthbearer({ ...credentials, host: bad }), TypeError, because + "host ");
  }
  for (const port of [0, 65536, 1.5, NaN]) {
    assertThrows(() => oauthbearer({ ...credentials, port }), RangeError, "is not between 1 and 65535");
  }
});
