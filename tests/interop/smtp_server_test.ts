/**
 * The whole client against npm's smtp-server, as the catcher runs it.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Credentials, prepare, ReplyError, sendMail } from "../../mod.ts";
import { type CatcherOptions, catchMail } from "../../lib/catcher/mod.ts";
import { cramMd5, login, plain } from "../../lib/sasl/mod.ts";

const USER = "ann@example.com";
const PASSWORD = "Schlüssel-1";
const MESSAGE = { from: USER, to: "bo@example.org", subject: "Grüße 📮", text: ".\n..\nпривет\n" };

const LOGIN = { user: USER, password: PASSWORD };
const ways: [NonNullable<CatcherOptions["mechanisms"]>[number], Credentials][] = [
  ["PLAIN", { mechanisms: [plain(LOGIN)] }],
  ["LOGIN", { mechanisms: [login(LOGIN)] }],
  ["CRAM-MD5", { mechanisms: [cramMd5(LOGIN)] }],
  ["XOAUTH2", { user: USER, accessToken: PASSWORD }],
];

for (const tls of ["starttls", "implicit"] as const) {
  for (const [mechanism, credentials] of ways) {
    Deno.test(`smtp-server takes a message over ${tls} TLS after ${mechanism}`, async () => {
      await using catcher = await catchMail({ tls, auth: LOGIN, mechanisms: [mechanism] });
      const caCerts = [catcher.certificateAuthority];
      const message = prepare(MESSAGE);
      await sendMail({ hostname: "localhost", port: catcher.port, tls, caCerts, credentials }, message);
      const [caught] = catcher.messages;
      assertEquals([caught.secure, caught.user, caught.mechanism], [true, USER, mechanism]);
      assertEquals([...message.content.octets() as Iterable<Uint8Array>], [new Uint8Array(caught.octets)]);
    });
  }
}

Deno.test("smtp-server refuses a wrong password, whatever the mechanism", async () => {
  await using catcher = await catchMail({ auth: LOGIN, mechanisms: ways.map(([mechanism]) => mechanism) });
  const caCerts = [catcher.certificateAuthority];
  const wrong: Credentials[] = [{ user: USER, password: "not-this-one" }, {
    user: USER,
    accessToken: "not-this-one",
  }];
  for (const credentials of wrong) {
    const sending = () =>
      sendMail({ hostname: "localhost", port: catcher.port, caCerts, credentials }, MESSAGE);
    const error = await assertRejects(sending, ReplyError);
    assertEquals([error.stage, error.command, error.retryable], ["auth", "AUTH", false]);
    assert(!JSON.stringify([error, error.transcript]).includes("not-this-one"));
  }
  assertEquals(catcher.messages, []);
});
