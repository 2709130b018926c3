import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { adviseConnect } from "../../lib/advice/connect.ts";

const AT = { hostname: "mail.example.com", port: 587 };

/** An error as the platform makes it: some have a code beside a plain class. */
function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

const LOOKUP = "failed to lookup address information: ";
const ROWS: readonly (readonly [error: unknown, code: string])[] = [
  [new Error(`${LOOKUP}Name or service not known`), "connect.no_such_host"],
  [new Error(`${LOOKUP}nodename nor servname provided, or not known`), "connect.no_such_host"],
  [new Error(`${LOOKUP}No address associated with hostname`), "connect.no_such_host"],
  [new Error("No such host is known. (os error 11001)"), "connect.no_such_host"],
  [new URIError("invalid host 'a..b': empty label found in FQDN"), "connect.no_such_host"],
  [new Error(`${LOOKUP}Temporary failure in name resolution`), "connect.dns_failed"],
  [new Deno.errors.ConnectionRefused("Connection refused (os error 111)"), "connect.refused"],
  [new Deno.errors.TimedOut("Connection timed out (os error 110)"), "connect.timed_out"],
  [new DOMException("Signal timed out.", "TimeoutError"), "connect.timed_out"],
  [failure("No route to host (os error 113)", "EHOSTUNREACH"), "connect.unreachable"],
  [new Deno.errors.NetworkUnreachable("Network is unreachable (os error 101)"), "connect.unreachable"],
  [new Deno.errors.ConnectionReset("Connection reset by peer (os error 104)"), "connect.reset"],
  [new Error("something else"), "connect.failed"],
  [undefined, "connect.failed"],
];

for (const [error, code] of ROWS) {
  Deno.test(`adviseConnect() says ${code} of "${error}"`, () => {
    const advice = adviseConnect(error, AT);
    assertEquals(advice.code, code);
    assertEquals(/^[a-z].*[^.]$/.test(advice.meaning), true, advice.meaning);
    assertEquals(/^[A-Z].*\.$/.test(advice.hint), true, advice.hint);
  });
}

Deno.test("adviseConnect() knows what the platform throws where nothing listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(() => Deno.connect({ hostname: "127.0.0.1", port }));
  assertEquals(adviseConnect(error, { hostname: "127.0.0.1", port }).code, "connect.refused");
});

Deno.test("adviseConnect() says that port 25 is often blocked, and what else to use", () => {
  const { hint } = adviseConnect(new Deno.errors.TimedOut(), { hostname: "mail.example.com", port: 25 });
  assertStringIncludes(hint, "Port 25 is often blocked");
  assertStringIncludes(hint, "587 or 465");
});

Deno.test("adviseConnect() does not name the port that has just failed", () => {
  for (const [port, other] of [[587, "465"], [465, "587"]] as const) {
    const { hint } = adviseConnect(new Deno.errors.ConnectionRefused(), {
      hostname: "mail.example.com",
      port,
    });
    assertStringIncludes(hint, `Port ${other} may be open`);
    assertEquals(hint.includes(String(port)), false);
  }
});
