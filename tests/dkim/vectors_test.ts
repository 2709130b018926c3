/**
 * The examples of the standards: RFC 6376 sections 3.4.5 and A.2, RFC 8463 appendix A. Both kinds of signature are
 * deterministic, so that the same fields have to give the signatures that are printed there.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Canonicalization, canonicalizeField } from "../../lib/dkim/canonicalize_field.ts";
import { HeaderSection } from "../../lib/dkim/header_section.ts";
import { readKey } from "../../lib/dkim/key.ts";
import { digestMessage } from "../../lib/dkim/message_digest.ts";
import { makeSignature } from "../../lib/dkim/sign.ts";
import { signedOctets } from "../../lib/dkim/signed_header.ts";
import { canonicalBody } from "./canonical_body.ts";
import { contentOf, encode } from "./verify.ts";

/** RFC 6376 appendix C. */
const BRISBANE = `-----BEGIN RSA PRIVATE KEY-----
MIICXwIBAAKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC
jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gb
to/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB
AoGBALmn+XwWk7akvkUlqb+dOxyLB9i5VBVfje89Teolwc9YJT36BGN/l4e0l6QX
/1//6DWUTB3KI6wFcm7TWJcxbS0tcKZX7FsJvUz1SbQnkS54DJck1EZO/BLa5ckJ
gAYIaqlA9C0ZwM6i58lLlPadX/rtHb7pWzeNcZHjKrjM461ZAkEA+itss2nRlmyO
n1/5yDyCluST4dQfO8kAB3toSEVc7DeFeDhnC1mZdjASZNvdHS4gbLIA1hUGEF9m
3hKsGUMMPwJBAPW5v/U+AWTADFCS22t72NUurgzeAbzb1HWMqO4y4+9Hpjk5wvL/
eVYizyuce3/fGke7aRYw/ADKygMJdW8H/OcCQQDz5OQb4j2QDpPZc0Nc4QlbvMsj
7p7otWRO5xRa6SzXqqV3+F0VpqvDmshEBkoCydaYwc2o6WQ5EBmExeV8124XAkEA
qZzGsIxVP+sEVRWZmW6KNFSdVUpk3qzK0Tz/WjQMe5z0UunY9Ax9/4PVhp/j61bf
eAYXunajbBSOLlx4D+TunwJBANkPI5S9iylsbLs6NkaMHV6k5ioHBBmgCak95JGX
GMot/L2x0IYyMLAz6oLWh2hm7zwtb0CgOrPo1ke44hFYnfc=
-----END RSA PRIVATE KEY-----`;

/** RFC 8463 section A.1, of the selector "test". */
const TEST = `-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----`;

/** RFC 8463 section A.1, of the selector "brisbane": the seed, in the 16 octets of PKCS #8 around it. */
const SEED = Uint8Array.fromBase64("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
const PKCS8 = [...Uint8Array.fromHex("302e020100300506032b657004220420"), ...SEED];
const ED25519 = `-----BEGIN PRIVATE KEY-----\n${new Uint8Array(PKCS8).toBase64()}\n-----END PRIVATE KEY-----`;

const HEADER = `From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>
`;

/** The same in both, save that the later one has two spaces after "game.", which the relaxed form makes one. */
const BODY_6376 = "Hi.\n\nWe lost the game. Are you hungry yet?\n\nJoe.\n";
const BODY_8463 = "Hi.\n\nWe lost the game.  Are you hungry yet?\n\nJoe.\n";
const BODY_HASH = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";

const RECEIVED = `Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
`;

interface Vector {
  readonly key: string;
  readonly form: Canonicalization;
  readonly header: string;
  readonly body: string;
  readonly draft: string;
  readonly signature: string;
}

const vectors: Record<string, Vector> = {
  "RFC 6376 A.2": {
    key: BRISBANE,
    form: "simple",
    header: RECEIVED + HEADER,
    body: BODY_6376,
    draft: `DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=${BODY_HASH};
      b=;`,
    signature: "AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB" +
      "4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut" +
      "KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV" +
      "4bmp/YzhwvcubU4=",
  },
  "RFC 8463 A.3, Ed25519": {
    key: ED25519,
    form: "relaxed",
    header: HEADER,
    body: BODY_8463,
    draft: `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=${BODY_HASH};
 b=`,
    signature: "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus" +
      "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
  },
  "RFC 8463 A.3, RSA": {
    key: TEST,
    form: "relaxed",
    header: HEADER,
    body: BODY_8463,
    draft: `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=${BODY_HASH};
 b=`,
    signature: "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3" +
      "DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz" +
      "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=",
  },
};

for (const [name, { key, form, header, body, draft, signature }] of Object.entries(vectors)) {
  Deno.test(`makeSignature() makes the signature of ${name}`, async () => {
    const section = new HeaderSection();
    section.push(encode(`${header}\n`));
    const octets = signedOctets(section.fields(), encode(draft), form);
    assertEquals((await makeSignature(readKey(key), octets)).toBase64(), signature);
  });

  Deno.test(`digestMessage() makes the body hash of ${name}`, async () => {
    const content = contentOf(`${header}\n${body}`);
    const { bodyHashes } = await digestMessage(content, new Set([form]), new AbortController().signal);
    assertEquals(bodyHashes.get(form), BODY_HASH);
  });
}

/** RFC 6376 section 3.4.5. */
const FIELDS = ["A: X\n", "B : Y\t\n\tZ  \n"];
const BODY = " C \nD \t E\n\n\n";

Deno.test("canonicalizeField() gives what RFC 6376 section 3.4.5 prints", () => {
  const given = (form: Canonicalization) => FIELDS.map((field) => canonicalizeField(encode(field), form));
  assertEquals(given("relaxed"), ["a:X\n", "b:Y Z\n"].map(encode));
  assertEquals(given("simple"), FIELDS.map(encode));
});

Deno.test("BodyCanonicalizer gives what RFC 6376 section 3.4.5 prints", () => {
  assertEquals(canonicalBody([encode(BODY)], "relaxed"), encode(" C\nD E\n"));
  assertEquals(canonicalBody([encode(BODY)], "simple"), encode(" C \nD \t E\n"));
});

Deno.test("BodyCanonicalizer makes of no body what RFC 6376 sections 3.4.3 and 3.4.4 hash", async () => {
  const hash = async (form: Canonicalization) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", canonicalBody([], form) as BufferSource)).toBase64();
  assertEquals(await hash("simple"), "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  assertEquals(await hash("relaxed"), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
});
