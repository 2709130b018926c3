import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { STAGE_NAMES } from "../../mod.ts";
import { catchMail } from "../../lib/catcher/mod.ts";
import { stagecoach } from "./fake_io.ts";

const ENVELOPE = ["-f", "ann@example.com", "-t", "bo@example.org", "--yes"];

async function check(args: readonly string[], env: Record<string, string> = { SMTP_PASSWORD: "s3cret-x" }) {
  await using catcher = await catchMail({ auth: { user: "ann", password: "s3cret-x" } });
  const server = ["-s", `localhost:${catcher.port}`, "--ca", "ca"];
  const outcome = await stagecoach(["check", ...server, ...args], {
    env,
    files: { ca: catcher.certificateAuthority },
  });
  return { ...outcome, messages: [...catcher.messages] };
}

const RUN = ["connect", "ehlo", "tls", "ehlo", "auth", "envelope", "data"];

for (const stage of STAGE_NAMES) {
  Deno.test(`check --stop-after ${stage} shows the stages up to it`, async () => {
    const { exit, out, err, messages } = await check(["--stop-after", stage, "-u", "ann", ...ENVELOPE]);
    assertEquals(exit, 0, err);
    const shown = out.trim().split("\n").map((line) => line.split(" ", 1)[0]).slice(0, -1).filter((
      name,
    ) => name !== "");
    const expected = stage === "quit" ? [...RUN.slice(0, 5), "quit"] : RUN.slice(0, RUN.indexOf(stage) + 1);
    // Without the second EHLO nobody knows what the secured server offers.
    assertEquals(shown, stage === "tls" ? [...expected, "ehlo"] : expected);
    assertMatch(out, new RegExp(`stopped after ${stage}, as asked +[\\d.]+ m?s\\n$`));
    assertEquals(messages.length, stage === "data" ? 1 : 0);
  });
}

Deno.test("check shows what each stage saw", async () => {
  const { out } = await check(["-u", "ann"]);
  assertMatch(out, /^connect {4}127\.0\.0\.1:\d+ \(IPv4\) +[\d.]+ ms {3}220 localhost ESMTP\n/);
  assertMatch(
    out,
    /\nehlo {7}PIPELINING, 8BITMIME, SMTPUTF8, AUTH PLAIN +[\d.]+ ms\n {11}LOGIN, STARTTLS, SIZE 25 MB\n/,
  );
  assertMatch(out, /\ntls {8}TLS, verified for localhost +[\d.]+ ms\n/);
  assertMatch(out, /\nauth {7}PLAIN as ann +[\d.]+ ms {3}235 Authentication successful\n/);
});

Deno.test("check stops after the second EHLO when no user is given", async () => {
  const { exit, out } = await check([], {});
  assertEquals(exit, 0);
  assertStringIncludes(out, "stopped after tls, as asked");
});

Deno.test("check says why a stage failed, after those that went well", async () => {
  const { exit, out, err } = await check(["-u", "ann"], { SMTP_PASSWORD: "wrong-x" });
  assertEquals(exit, 77);
  assertMatch(out, /^connect[^]*ehlo[^]*tls[^]*ehlo[^\n]*\nauth {7}failed +[\d.]+ ms\n +535 [^\n]*\n$/);
  assertStringIncludes(err, 'error: Cannot authenticate: the server said to AUTH "535');
  assertStringIncludes(err, "hint: ");
});

Deno.test("check --json prints one object with the stages", async () => {
  const { out } = await check(["-u", "ann", "--json"]);
  const data = JSON.parse(out);
  assertEquals([data.ok, data.stage], [true, "auth"]);
  assertEquals(data.stages.map(({ stage }: { stage: string }) => stage), RUN.slice(0, 5));
});
