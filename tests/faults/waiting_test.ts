import { assertEquals } from "@std/assert";
import { createTransport, type Duplex, sendMail } from "../../mod.ts";
import { content, greeting } from "../dialogue.ts";
import { stopClock, type StoppedClock } from "./clock.ts";
import {
  BO,
  type Ending,
  endingOf,
  GO,
  GOODBYE,
  HELLO,
  MAIL,
  mail,
  OK,
  overScripts,
  rcpt,
  said,
  SENDER,
  TO_BO,
  type Turn,
  WAYS,
} from "./sending.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const NOT_SENT = [`${BO} not sent`];
const ACCEPTED: Ending = { recipients: [`${BO} accepted 250`], exit: 0, reply: OK.slice(3), queueId: "4F1" };
const sent = `${said("HELP", [SENDER, TO_BO, GO])}${HELLO}\n${OK}\n`;

/** A stream each of whose reads or writes takes a while by the stopped clock. */
function slow(clock: StoppedClock, { readMs = 0, writeMs = 0 }: { readMs?: number; writeMs?: number }) {
  return (stream: Duplex): Duplex => ({
    ...stream,
    async read(into) {
      const count = await stream.read(into);
      await clock.sleep(readMs);
      return count;
    },
    async write(octets) {
      await clock.sleep(writeMs);
      return await stream.write(octets);
    },
    close: () => stream.close(),
  });
}

for (const extension of ["PIPELINING", "HELP"]) {
  Deno.test(`sendMail() does not cut off a server that is slow and goes on (${extension})`, async () => {
    using clock = stopClock();
    const names = ["bo", "cy", "di", "ed", "fay"];
    const turns = names.map((name): Turn => [rcpt(name), "S: 250 ok"]);
    const dialogue = greeting(extension) + said(extension, [SENDER, ...turns, GO]) +
      `${HELLO}\n${OK}\n${GOODBYE}`;
    const options = { deadlineMs: undefined, timeLimits: { quit: 2 * MINUTE } };
    const through = slow(clock, { readMs: 110 * SECOND });
    const server = overScripts([dialogue], options, { through });
    const sending = endingOf(() => sendMail(server.options, mail(names)));
    await clock.advance(60 * MINUTE);
    assertEquals((await sending).recipients, names.map((name) => `${name}@example.org accepted 250`));
    server.done();
  });
}

Deno.test("sendMail() does not cut off a large message that moves slowly", async () => {
  using clock = stopClock();
  const lines = 400;
  const large = content(`${"x".repeat(998)}\r\n`.repeat(lines));
  const octets = [...large.octets() as Iterable<Uint8Array>][0];
  const blocks = function* () {
    for (let at = 0; at < octets.length; at += 65_536) yield octets.subarray(at, at + 65_536);
  };
  const dialogue = `${greeting()}${said("HELP", [SENDER, TO_BO, GO])}-- content\n${OK}\n${GOODBYE}`;
  const through = slow(clock, { writeMs: 170 * SECOND });
  const options = { deadlineMs: undefined, timeLimits: { dataCommand: 3 * MINUTE, quit: 3 * MINUTE } };
  const server = overScripts([dialogue], options, { through });
  const sending = endingOf(() => sendMail(server.options, mail(["bo"], { ...large, octets: blocks })));
  await clock.advance(120 * MINUTE);
  assertEquals(await sending, ACCEPTED);
  server.done();
});

Deno.test("sendMail() cuts off a server that says its greeting an octet at a time, and never to its end", async () => {
  using clock = stopClock();
  const through = slow(clock, { readMs: 10 * SECOND });
  const options = { deadlineMs: undefined };
  const server = overScripts([`S: 220 ${"x".repeat(500)}\n-- silence`], options, { by: "byte", through });
  const sending = endingOf(() => sendMail(server.options, mail()));
  await clock.advance(6 * MINUTE);
  assertEquals(await sending, {
    recipients: NOT_SENT,
    exit: 75,
    error: "StageTimeoutError timeout.connect",
    at: "connect",
    retry: true,
  });
});

Deno.test("sendMail() ends at its deadline, however busy the server is", async () => {
  using clock = stopClock();
  const through = slow(clock, { readMs: 50 * SECOND });
  const server = overScripts([greeting() + said("HELP", [SENDER, TO_BO, ["C: DATA"]])], {
    deadlineMs: 4 * MINUTE,
  }, { through });
  const sending = endingOf(() => sendMail(server.options, mail()));
  await clock.advance(5 * MINUTE);
  const { recipients, exit, error } = await sending;
  assertEquals({ recipients, exit, error }, {
    recipients: NOT_SENT,
    exit: 75,
    error: "StageTimeoutError timeout.data",
  });
});

/** A stream whose TLS handshake never ends, but by its signal. */
function withoutHandshake(stream: Duplex): Duplex {
  return {
    read: (into) => stream.read(into),
    write: (octets) => stream.write(octets),
    close: () => stream.close(),
    startTls: (_options, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          stream.close();
          reject(new Deno.errors.Interrupted("operation canceled"));
        })
      ),
  };
}

const handshakes: [
  what: string,
  error: string,
  exit: number,
  more: { deadlineMs?: number; abort?: boolean },
][] = [
  ["after two minutes", "StageTimeoutError timeout.tls", 75, {}],
  ["at the deadline", "StageTimeoutError timeout.tls", 75, { deadlineMs: MINUTE }],
  ["when it is aborted", "ConnectionError aborted", 130, { abort: true }],
];
for (const [what, error, exit, { deadlineMs, abort }] of handshakes) {
  for (const by of WAYS) {
    Deno.test(`sendMail() ends a TLS handshake that stalls ${what} (${by})`, async () => {
      using clock = stopClock();
      const controller = new AbortController();
      const options = { deadlineMs, signal: controller.signal };
      const dialogue = `${greeting("STARTTLS")}\nC: STARTTLS\nS: 220 go\n-- silence`;
      const server = overScripts([dialogue], options, { by, through: withoutHandshake });
      const sending = endingOf(() => sendMail(server.options, mail()));
      await clock.advance(0);
      if (abort) controller.abort();
      await clock.advance(2 * MINUTE);
      const ending = await sending;
      assertEquals(ending, { recipients: NOT_SENT, exit, error, at: "tls", retry: exit === 75 });
      server.done(["MAIL", "QUIT"]);
    });
  }
}

for (const by of WAYS) {
  Deno.test(`sendMail() says nothing when it is aborted beforehand (${by})`, async () => {
    const server = overScripts([greeting()], { signal: AbortSignal.abort() }, { by });
    const ending = await endingOf(() => sendMail(server.options, mail()));
    assertEquals(ending, {
      recipients: NOT_SENT,
      exit: 130,
      error: "ConnectionError aborted",
      at: "connect",
      retry: false,
    });
    assertEquals(server.lines(), [""]);
  });

  Deno.test(`SmtpTransport says nothing of a message that is aborted while it waits for its turn (${by})`, async () => {
    using clock = stopClock();
    const server = overScripts([`${greeting()}\n${MAIL}\n-- silence`, greeting() + sent + GOODBYE], {}, {
      by,
    });
    const transport = createTransport(server.options);
    const [first, second] = [new AbortController(), new AbortController()];
    const signals = [first.signal, second.signal, new AbortController().signal];
    const endings = signals.map((signal) => endingOf(() => transport.send(mail(), { signal })));
    await clock.advance(0);
    second.abort();
    const aborted = { recipients: NOT_SENT, exit: 130, error: "ConnectionError aborted", retry: false };
    assertEquals(await endings[1], { ...aborted, at: "" });
    // The one before it, and the one behind it, have nothing to do with that.
    first.abort();
    assertEquals(await endings[0], { ...aborted, at: "envelope MAIL" });
    assertEquals(await endings[2], ACCEPTED);
    await transport.close();
    server.done();
  });

  Deno.test(`SmtpTransport ends the wait for a turn at the deadline (${by})`, async () => {
    using clock = stopClock();
    const server = overScripts([`${greeting()}\n${MAIL}\n-- silence`], {}, { by });
    const transport = createTransport(server.options);
    const controller = new AbortController();
    const first = endingOf(() => transport.send(mail(), { signal: controller.signal }));
    const second = endingOf(() => transport.send(mail(), { deadlineMs: MINUTE }));
    await clock.advance(MINUTE);
    assertEquals(await second, {
      recipients: NOT_SENT,
      exit: 75,
      error: "StageTimeoutError timeout.queue",
      at: "",
      retry: true,
    });
    controller.abort();
    assertEquals((await first).at, "envelope MAIL");
    await transport.close();
    server.done(["RCPT", "DATA", "RSET", "QUIT"]);
  });

  Deno.test(`SmtpTransport does not wait without end for the reply to RSET (${by})`, async () => {
    using clock = stopClock();
    const refused = `${MAIL}\nS: 550 5.7.1 not yours\nC: RSET\n-- silence`;
    const server = overScripts([`${greeting()}\n${refused}`, greeting() + sent + GOODBYE], {}, { by });
    const transport = createTransport(server.options);
    const endings = [1, 2].map(() => endingOf(() => transport.send(mail())));
    let ended: Ending | undefined;
    endings[0].then((ending) => ended = ending);
    // RFC 5321 has no limit for RSET; none of its limits is longer than this.
    await clock.advance(10 * MINUTE);
    assertEquals(ended?.recipients, [`${BO} refused 550`]);
    assertEquals(await endings[1], ACCEPTED);
    await transport.close();
    server.done();
  });

  Deno.test(`sendMail() closes the source of a message that is stopped (${by})`, async () => {
    using clock = stopClock();
    const server = overScripts([`${greeting()}${said("HELP", [SENDER, TO_BO, GO])}-- silence`], {
      timeLimits: { dataBlock: MINUTE },
      deadlineMs: undefined,
    }, { by });
    const { promise, resolve } = Promise.withResolvers<void>();
    let closed = false;
    const octets = async function* () {
      try {
        yield new TextEncoder().encode("Hello\r\n");
        await promise;
        yield new TextEncoder().encode("Bo\r\n");
      } finally {
        closed = true;
      }
    };
    const body = { ...content(""), size: undefined, octets };
    const sending = endingOf(() => sendMail(server.options, mail(["bo"], body)));
    await clock.advance(MINUTE);
    assertEquals((await sending).error, "StageTimeoutError timeout.data");
    // What it was waiting for comes after all.
    resolve();
    await clock.advance(0);
    assertEquals(closed, true);
    server.done([".", "RSET", "QUIT"]);
  });
}
