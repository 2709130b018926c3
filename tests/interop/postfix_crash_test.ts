/**
 * The client against a Postfix that ends, or loses a process, in the middle of a session. Whatever the caller is told is held
 * against the mailboxes, once Postfix is up again.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  createTransport,
  each,
  type Plugin,
  type RetryOptions,
  sendMail,
  type StageName,
} from "../../mod.ts";
import { endingOf } from "../faults/sending.ts";
import { poll } from "./daemon.ts";
import { FILTERED, type HoldingFilter, startHoldingFilter } from "./holding_filter.ts";
import type { MailServer } from "./mail_server.ts";
import { at, copies, letter, ONE_PROCESS, send, SessionCount, streamed, troubleTests } from "./trouble.ts";

const test = await troubleTests();

const AT_ONCE: RetryOptions = { sleep: () => Promise.resolve() };
const NEVER: RetryOptions = { sleep: () => Promise.reject(new Error("the message was tried again")) };

/** Lets something happen once: when a stage has ended for the n-th time. */
function afterStage(stage: StageName, run: number, happens: () => Promise<void>): Plugin {
  let runs = 0;
  return each((next, name) => async (input, cx) => {
    const output = await next(input, cx);
    if (name === stage && ++runs === run) await happens();
    return output;
  });
}

test(
  "postfix stop after RCPT: nothing was sent, or after BDAT LAST nobody knows",
  {},
  async (server, options) => {
    for (const chunking of [false, true]) {
      const plugins = [afterStage("envelope", 1, () => server.postfix.stop())];
      await using transport = createTransport({ ...options, chunking, pipelining: false, plugins });
      const message = letter("bo");
      const { recipients, exit, error, retry } = await endingOf(() => transport.send(message));
      // BDAT goes out with its octets, into a connection that is closed by then: that cannot be told from a lost reply.
      assertEquals(recipients, [`bo@example.test ${chunking ? "unknown" : "not sent"}`]);
      assertEquals([error, exit, retry], ["ConnectionError connect.lost", chunking ? 74 : 75, !chunking]);

      await server.postfix.start();
      assertEquals(await copies(server, message.content.messageId), {});
      await transport.send(message);
      assertEquals(await copies(server, message.content.messageId), { bo: 1 });
    }
  },
);

test(
  "postfix stop in mid-content: nothing was sent, and another attempt sends all of it",
  {},
  async (server, options) => {
    for (const chunking of [false, true]) {
      let stops = 0;
      const message = streamed(async () => {
        if (stops++ === 0) await server.postfix.stop();
      });
      await using transport = createTransport({ ...options, chunking });
      const { recipients, exit, error, retry } = await endingOf(() => transport.send(message));
      assertEquals(recipients, ["bo@example.test not sent"]);
      assertEquals([error, exit, retry], ["ConnectionError connect.lost", 75, true]);

      await server.postfix.start();
      assertEquals(await copies(server, message.content.messageId), {});
      await transport.send(message);
      assertEquals(await copies(server, message.content.messageId), { bo: 1 });
    }
  },
);

test(
  "postfix stop in mid-content: with retry the message goes out once Postfix is up",
  {},
  async (server, options) => {
    let stops = 0;
    const message = streamed(async () => {
      if (stops++ === 0) await server.postfix.stop();
    });
    const retry = { attempts: 2, sleep: () => server.postfix.start() };
    const receipt = await sendMail({ ...options, retry }, message);
    assertEquals(receipt.recipients[0].delivery, "accepted");
    assertEquals(await copies(server, message.content.messageId), { bo: 1 });
  },
);

test("postfix stop right after a receipt loses nothing", {}, async (server, options) => {
  const message = letter("bo", "ann");
  await using transport = createTransport(options);
  const receipt = await transport.send(message);
  await server.postfix.stop();
  await server.postfix.start();
  assertEquals(receipt.recipients.map((one) => one.delivery), ["accepted", "accepted"]);
  assertEquals(await copies(server, message.content.messageId), { ann: 1, bo: 1 });
});

const HELD = { ...FILTERED, mainCf: { ...FILTERED.mainCf, ...ONE_PROCESS } };
/** Where the message is when smtpd is killed, and how many copies of it there are in the end. */
const PLACES = [["dot", {}], ["reply", { bo: 1 }]] as const;

/** Kills smtpd while Postfix waits for the filter, and gives what the sending ends in. */
async function killedAt<T>(
  place: "dot" | "reply",
  filter: HoldingFilter,
  server: MailServer,
  sending: () => Promise<T>,
): Promise<T> {
  let killed: Promise<void> | undefined;
  filter.hold(place).then(() => killed = server.postfix.killSmtpd());
  const result = await sending();
  assert(killed, "The message never came to the filter");
  await killed;
  return result;
}

test(
  "kill -9 of smtpd after the final dot: nobody knows, and nothing is tried again",
  HELD,
  async (server, options) => {
    await using filter = await startHoldingFilter(server);
    for (const chunking of [false, true]) {
      await using transport = createTransport({ ...options, chunking, retry: NEVER });
      for (const [place, expected] of PLACES) {
        const message = letter("bo");
        const sending = () => endingOf(() => transport.send(message));
        const { recipients, exit, error, retry } = await killedAt(place, filter, server, sending);
        assertEquals(recipients, ["bo@example.test unknown"]);
        assertEquals([error, exit, retry], ["ConnectionError connect.lost", 74, false]);
        assertEquals(await copies(server, message.content.messageId), expected);

        const next = letter("ann");
        await sendMail(options, next);
        assertEquals(await copies(server, next.content.messageId), { ann: 1 });
      }
    }
  },
);

test(
  "kill -9 of smtpd after the final dot is told in words and as data, with exit 74",
  HELD,
  async (server, options) => {
    await using filter = await startHoldingFilter(server);
    for (const [place, expected] of PLACES) {
      const subject = `Held at the ${place}`;
      const sending = () => send(server, subject, at("bo"), ...place === "dot" ? [] : ["--json"]);
      const { exit, out, err } = await killedAt(place, filter, server, sending);
      assertEquals(exit, 74, err);
      if (place === "dot") {
        assertEquals(out, "");
        assertMatch(err, /^ {2}unknown {3}bo@example\.test$/m);
        assertMatch(
          err,
          /^means: the message was complete and its reply was not heard: it may have been delivered$/m,
        );
        assertMatch(err, /^hint: {2}look before you send it again, or it may come twice$/m);
        assertMatch(err, /^code: {2}connect\.lost, exit 74$/m);
      } else {
        const { ok, stage, code, exit, retryable, recipients } = JSON.parse(out);
        assertEquals([ok, stage, code, exit, retryable], [false, "data", "connect.lost", 74, false]);
        assertEquals(recipients, [{ address: "bo@example.test", delivery: "unknown" }]);
      }
      assertEquals(await copies(server, subject), expected);
      await sendMail(options, letter("ann"));
    }
  },
);

test(
  "a session that was lost while it was idle costs no message",
  { mainCf: ONE_PROCESS },
  async (server, options) => {
    const sessions = new SessionCount();
    await using transport = createTransport({ ...options, plugins: [sessions.plugin] });
    const messages = [letter("bo"), letter("bo")];
    await transport.send(messages[0]);
    await server.postfix.killSmtpd();
    const { recipients } = await endingOf(() => transport.send(messages[1]));
    assertEquals(recipients, ["bo@example.test accepted 250"]);
    for (const { content } of messages) {
      assertEquals(await copies(server, content.messageId), { bo: 1 });
    }
    assertEquals(sessions.opened, 2);
  },
);

test("a session that was lost while it was idle: whether BDAT LAST still arrived nobody knows", {
  mainCf: ONE_PROCESS,
}, async (server, options) => {
  await using transport = createTransport({ ...options, chunking: true, retry: NEVER });
  await transport.send(letter("bo"));
  await server.postfix.killSmtpd();
  const message = letter("bo");
  // It leaves together with MAIL, so that there is no reply by which to tell.
  const { recipients, exit } = await endingOf(() => transport.send(message));
  assertEquals([recipients, exit], [["bo@example.test unknown"], 74]);
  assertEquals(await copies(server, message.content.messageId), {});
});

test("a session that Postfix ends with 421 while it is idle costs no message", {
  mainCf: { smtpd_timeout: "1" },
}, async (server, options) => {
  const sessions = new SessionCount();
  await using transport = createTransport({ ...options, plugins: [sessions.plugin] });
  await transport.send(letter("ann"));
  const ended = async () => (await server.log()).includes("timeout after END-OF-MESSAGE") || undefined;
  await poll(ended, AbortSignal.timeout(10_000));
  const message = letter("bo");
  await transport.send(message);
  assertEquals(await copies(server, message.content.messageId), { bo: 1 });
  assertEquals(sessions.opened, 2);
});

/** The stage after which smtpd is killed, at which run of it, and where the client notices. */
const MOMENTS = [["tls", 1, "ehlo EHLO"], ["ehlo", 2, "auth AUTH"], ["auth", 1, "envelope MAIL"]] as const;

test(
  "kill -9 of smtpd after TLS: nothing was sent, and another attempt sends it over TLS again",
  { mainCf: ONE_PROCESS },
  async (server, options) => {
    const credentials = { user: server.user, password: server.password };
    const killSmtpd = () => server.postfix.killSmtpd();
    for (const [stage, run, where] of MOMENTS) {
      const message = letter("bo");
      const once = { ...options, credentials, plugins: [afterStage(stage, run, killSmtpd)] };
      const { recipients, exit, error, at, retry } = await endingOf(() => sendMail(once, message));
      assertEquals(recipients, ["bo@example.test not sent"]);
      assertEquals([error, at, exit, retry], ["ConnectionError connect.lost", where, 75, true]);
      assertEquals(await copies(server, message.content.messageId), {});
      await sendMail(options, message);

      const next = letter("bo");
      const again = { ...once, retry: AT_ONCE, plugins: [afterStage(stage, run, killSmtpd)] };
      const receipt = await sendMail(again, next);
      assertEquals(receipt.recipients[0].delivery, "accepted");
      for (const { content } of [message, next]) {
        assertEquals(await copies(server, content.messageId), { bo: 1 });
      }
    }
    for (const octets of await server.delivered("bo", 2 * MOMENTS.length)) {
      assertMatch(new TextDecoder().decode(octets), /^\tby mail\.example\.test \(Postfix\) with ESMTPSA? /m);
    }
  },
);

test(
  "kill -9 of smtpd in mid-content over TLS: nothing was sent",
  { mainCf: ONE_PROCESS },
  async (server, options) => {
    const message = streamed(() => server.postfix.killSmtpd());
    const { recipients, exit, error, retry } = await endingOf(() => sendMail(options, message));
    assertEquals(recipients, ["bo@example.test not sent"]);
    assertEquals([error, exit, retry], ["ConnectionError connect.lost", 75, true]);
    assertEquals(await copies(server, message.content.messageId), {});
  },
);
