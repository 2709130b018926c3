/** Ctrl-C in `stagecoach send`, at each stage: the outcome is said, and the exit status is that of the signal. */

import { assertEquals, assertStringIncludes } from "@std/assert";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

/** What a server says to each command, in order; to the next one it says nothing, and tells that it was asked. */
function silentAfter(answers: readonly (string | undefined)[]) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const serving = (async () => {
    using conn = await listener.accept();
    const buffer = new Uint8Array(4_096);
    const left = [...answers];
    if (left.length === 0) resolve();
    else await conn.write(new TextEncoder().encode(`${left.shift()}\r\n`));
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      if (left.length === 0) resolve();
      else await conn.write(new TextEncoder().encode(`${left.shift()}\r\n`));
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    asked,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving.catch(() => {});
    },
  };
}

const OK = "250 ok";
const EHLO = "250-mail\r\n250 AUTH PLAIN";

const STAGES: [stage: string, answers: string[], delivery: string][] = [
  ["connect", [], "not sent"],
  ["ehlo", ["220 mail"], "not sent"],
  ["auth", ["220 mail", EHLO], "not sent"],
  ["envelope, at MAIL", ["220 mail", EHLO, "235 ok"], "not sent"],
  ["envelope, at RCPT", ["220 mail", EHLO, "235 ok", OK], "not sent"],
  ["data, at DATA", ["220 mail", EHLO, "235 ok", OK, OK], "not sent"],
  ["data, after the dot", ["220 mail", EHLO, "235 ok", OK, OK, "354 go"], "unknown"],
  ["tls", ["220 mail", "250-mail\r\n250 STARTTLS"], "not sent"],
];

for (const [stage, answers, delivery] of STAGES) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (signal === "SIGTERM" && !stage.startsWith("data")) continue;
    Deno.test(`send says what became of the message when it is ended by ${signal} in ${stage}`, async () => {
      await using server = silentAfter(answers);
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--no-prompt", "--allow-net=127.0.0.1", "--allow-env", CLI, "send"],
          ...[
            "-s",
            `127.0.0.1:${server.port}`,
            "-u",
            "ann@example.com",
            "-t",
            "bo@example.org",
            "--text",
            "Hello",
          ],
        ],
        env: { SMTP_PASSWORD: "secret-1", NO_COLOR: "1" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      await server.asked;
      child.kill(signal);
      const { code, stdout, stderr } = await child.output();
      const said = new TextDecoder().decode(stderr);
      assertEquals([code, stdout.length], [signal === "SIGINT" ? 130 : 143, 0], said);
      assertStringIncludes(said, `  ${delivery.padEnd(9)} bo@example.org\n`);
      assertStringIncludes(said, "code:  aborted, exit 1");
      if (delivery === "unknown") assertStringIncludes(said, "it may have been delivered");
      assertEquals(said.includes("secret-1"), false);
    });
  }
}
