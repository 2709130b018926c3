import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  closeSession,
  each,
  extend,
  type LogEntry,
  logging,
  type Middleware,
  only,
  openSession,
  type Plugin,
  ReplyError,
  sendOn,
  StageTimeoutError,
  swap,
  timeLimits,
  type Timing,
  timing,
  transcript,
} from "../../mod.ts";
import {
  content,
  context,
  type Dialogue,
  dialogueTest,
  ENVELOPE,
  GOODBYE,
  greeting,
  TARGET,
} from "../dialogue.ts";

const WHOLE_SESSION = `${greeting("STARTTLS")}
  C: STARTTLS
  S: 220 go
  -- tls
  C: EHLO client.test
  S: 250-mail.example.com
  S: 250 PIPELINING
  C: MAIL FROM:<ann@example.com>
  C: RCPT TO:<bo@example.org>
  C: DATA
  S: 250 ok
  S: 250 ok
  S: 354 go
  C: Hello
  C: .
  S: 250 ok
  C: QUIT
  S: 221 bye`;
const RUN = ["connect", "ehlo", "tls", "ehlo", "auth", "envelope", "data", "quit"];

async function wholeSession(d: Dialogue, ...plugins: Plugin[]): Promise<void> {
  const stages = d.stages({}, ...plugins);
  const session = await openSession(stages, TARGET, d.cx);
  await sendOn(stages, { session, envelope: ENVELOPE, content: content("Hello\r\n") }, d.cx);
  await closeSession(stages, session, d.cx);
}

dialogueTest("timing() measures every stage that ran", WHOLE_SESSION, async (d) => {
  const times: Timing[] = [];
  await wholeSession(d, timing((time) => times.push(time)));
  assertEquals(times.map((time) => time.stage), RUN);
  assert(times.every((time) => time.ok && time.elapsedMs >= 0));
});

dialogueTest("logging() logs the start and the end of every stage", WHOLE_SESSION, async (d) => {
  const log: LogEntry[] = [];
  await wholeSession(d, logging((entry) => log.push(entry)));
  assertEquals(
    log.map((entry) => `${entry.stage} ${entry.event}`),
    RUN.flatMap((name) => [`${name} start`, `${name} end`]),
  );
});

dialogueTest("transcript() writes the dialogue line by line", WHOLE_SESSION, async (d) => {
  const lines: string[] = [];
  await wholeSession(d, transcript((line) => lines.push(line)));
  assertEquals(lines.slice(0, 7), [
    "S: 220 mail.example.com ESMTP",
    "C: EHLO client.test",
    "S: 250-mail.example.com",
    "S: 250 STARTTLS",
    "C: STARTTLS",
    "S: 220 go",
    "-- TLS, certificate verified for mail.example.com",
  ]);
  assertEquals(
    lines.slice(-7),
    [
      "C: (7 octets of content)",
      "C: .",
      "S: 250 ok",
      "C: QUIT",
      "S: 221 bye",
      "-- closed",
    ].toSpliced(0, 0, "S: 354 go"),
  );
  // The caller's own trace gets the same.
  assertEquals(d.cx.lines, lines);
});

dialogueTest("logging() and timing() tell of a failed stage", `S: 554 no`, async (d) => {
  const [log, times]: [LogEntry[], Timing[]] = [[], []];
  const stages = d.stages({}, logging((entry) => log.push(entry)), timing((time) => times.push(time)));
  await assertRejects(() => openSession(stages, TARGET, d.cx), ReplyError);
  assertEquals([log[1].event, log[1].code], ["failed", "connect.greeting_refused"]);
  assertEquals(times.map(({ stage, ok }) => [stage, ok]), [["connect", false]]);
});

const silences: [string, string][] = [
  ["connect", "-- silence"],
  ["ehlo", "S: 220 mail\nC: EHLO client.test\nS: 250-mail\n-- silence"],
  ["tls", `${greeting("STARTTLS")}\nC: STARTTLS\n-- silence`],
  ["auth", `${greeting("AUTH PLAIN")}\nC: *\n-- silence`],
  ["envelope", `${greeting()}\nC: MAIL FROM:<ann@example.com>\n-- silence`],
  [
    "data",
    `${
      greeting("PIPELINING")
    }\nC: MAIL FROM:<ann@example.com>\nC: RCPT TO:<bo@example.org>\nC: DATA\nS: 250 ok\n-- silence`,
  ],
];

for (const [stage, silence] of silences) {
  dialogueTest(`timeLimits() ends ${stage} when the server is silent`, silence, async (d) => {
    const credentials = { user: "tim", password: "tanstaaftanstaaf" };
    const stages = d.stages(stage === "auth" ? { credentials } : {}, timeLimits({ [stage]: 5 }));
    const error = await assertRejects(
      async () => {
        const session = await openSession(stages, TARGET, d.cx);
        await sendOn(stages, { session, envelope: ENVELOPE, content: content("Hello\r\n") }, d.cx);
      },
      StageTimeoutError,
      `Cannot finish ${stage}: nothing was heard for 5 ms`,
    );
    assertEquals([error.stage, error.code, error.retryable], [stage as "data", `timeout.${stage}`, true]);
    assertEquals(d.stream.closed, true);
  });
}

Deno.test("timeLimits() refuses what is no limit", () => {
  for (const ms of [0, -1, NaN]) {
    assertThrows(() => timeLimits({ data: ms }), RangeError, "Cannot limit data");
  }
});

dialogueTest("a plugin can end a session before AUTH", `${greeting("AUTH PLAIN")}\n${GOODBYE}`, async (d) => {
  const stop: Plugin = only("auth", () => () => Promise.reject(new Error("enough")));
  await assertRejects(() => openSession(d.stages({}, stop), TARGET, d.cx), Error, "enough");
});

Deno.test("extend() makes the last listed plugin the outermost", async () => {
  const order: string[] = [];
  const mark = (name: string): Plugin => {
    const wrap: Middleware = (next) => (input, cx) => {
      order.push(name);
      return next(input, cx);
    };
    return each(wrap);
  };
  const quit = () => Promise.resolve(void order.push("quit"));
  const unused = () => Promise.reject(new Error("not run"));
  const none = {
    connect: unused,
    ehlo: unused,
    tls: unused,
    auth: unused,
    envelope: unused,
    data: unused,
    quit,
  };
  const stages = extend(none, mark("inner"), mark("outer"), swap({ tls: unused }));
  await stages.quit(null!, context());
  assertEquals(order, ["outer", "inner", "quit"]);
});

Deno.test("timeLimits() keeps no program alive when the session is over", async () => {
  const code = `
    import { sendMail } from "${new URL("../../mod.ts", import.meta.url)}";
    import { catchMail } from "${new URL("../../lib/catcher/mod.ts", import.meta.url)}";
    await using catcher = await catchMail({ tls: "off" });
    const message = { from: "ann@example.com", to: "bo@example.org" };
    await sendMail({ hostname: "127.0.0.1", port: catcher.port, deadlineMs: 60_000 }, message);
  `;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", new URL("../../deno.json", import.meta.url).pathname, code],
    stdin: "null",
  });
  // A program that is kept alive is ended here, and has then no exit code of 0.
  await using child = command.spawn();
  const ending = AbortSignal.timeout(30_000);
  ending.addEventListener("abort", () => child.kill(), { once: true });
  assertEquals((await child.status).code, 0);
});
