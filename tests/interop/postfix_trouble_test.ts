/**
 * The client against a Postfix that has had enough: of errors, of recipients, of what its disk holds. Whatever the caller is
 * told is held against the mailboxes.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createTransport, type RetryOptions, sendMail } from "../../mod.ts";
import { endingOf } from "../faults/sending.ts";
import { missingSmallDisk } from "./small_disk.ts";
import { at, copies, letter, send, SessionCount, streamed, troubleTests } from "./trouble.ts";

const test = await troubleTests();
const diskTest = await troubleTests(missingSmallDisk);

const AT_ONCE: RetryOptions = { sleep: () => Promise.resolve() };

const TOO_MANY_ERRORS = "421 4.7.0 mail.example.test Error: too many errors";

test(
  "after too many errors Postfix hangs up: each recipient has an outcome, and the next message a session",
  { mainCf: { smtpd_hard_error_limit: "3" } },
  async (server, options) => {
    for (const pipelining of [true, false]) {
      const sessions = new SessionCount();
      await using transport = createTransport({ ...options, pipelining, plugins: [sessions.plugin] });

      const among = letter("bo", "no1", "no2", "no3", "jörg");
      const { recipients, reply, exit, retry } = await endingOf(() => transport.send(among));
      assertEquals([reply, exit, retry], [TOO_MANY_ERRORS, 75, true]);
      assertEquals(recipients, [
        "bo@example.test not sent 250",
        "no1@example.test refused 550",
        "no2@example.test refused 550",
        "no3@example.test refused 550",
        "jörg@example.test refused 421",
      ]);
      assertEquals(await copies(server, among.content.messageId), {});

      const next = letter("bo");
      await transport.send(next);
      assertEquals(sessions.opened, 2);
      assertEquals(await copies(server, next.content.messageId), { bo: 1 });
    }
  },
);

test(
  "after too many errors Postfix does not hear DATA, and another attempt reaches those who are left",
  { mainCf: { smtpd_hard_error_limit: "3" } },
  async (server, options) => {
    for (const pipelining of [true, false]) {
      const among = letter("bo", "no1", "no2", "no3");
      const once = await endingOf(() => sendMail({ ...options, pipelining }, among));
      assertEquals([once.reply, once.exit, once.retry], [TOO_MANY_ERRORS, 75, true]);
      assertMatch(once.recipients[0], /^bo@example.test (?:not sent|refused 421)$/);
      assertEquals(await copies(server, among.content.messageId), {});

      const { recipients } = await endingOf(() =>
        sendMail({ ...options, pipelining, retry: AT_ONCE }, among)
      );
      assertEquals(recipients, [
        "bo@example.test accepted 250",
        "no1@example.test refused 550",
        "no2@example.test refused 550",
        "no3@example.test refused 550",
      ]);
      assertEquals(await copies(server, among.content.messageId), { bo: 1 });
    }
  },
);

const MANY = Array.from({ length: 25 }, (_, i) => `guest${i + 1}`);
const ONE_EACH = Object.fromEntries(MANY.map((name) => [name, 1]));

test(
  "more recipients than Postfix takes at once get the message in several transactions, each of them once",
  { people: MANY, mainCf: { smtpd_recipient_limit: "10" } },
  async (server, options) => {
    for (const chunking of [false, true]) {
      const sessions = new SessionCount();
      const message = letter(...MANY);
      const receipt = await sendMail({ ...options, chunking, plugins: [sessions.plugin] }, message);
      assertEquals(receipt.recipients.map((one) => one.address), at(...MANY));
      assert(receipt.recipients.every((one) => one.delivery === "accepted"));
      // Ten, ten and five of them.
      assertEquals(new Set(receipt.recipients.map((one) => one.reply?.lines[0])).size, 3);
      assertEquals(await copies(server, message.content.messageId), ONE_EACH);
      assertEquals(sessions.opened, 1);
    }
  },
);

test(
  "recipients whom Postfix does not know are refused once, wherever they stand among too many",
  { people: MANY, mainCf: { smtpd_recipient_limit: "10" } },
  async (server, options) => {
    const names = [...MANY.slice(0, 4), "no1", ...MANY.slice(4, 12), "no2", ...MANY.slice(12), "no3"];
    const expected = at(...names).map((address) =>
      address.startsWith("no") ? `${address} refused 550` : `${address} accepted 250`
    );
    for (const pipelining of [true, false]) {
      const message = letter(...names);
      const { recipients, exit } = await endingOf(() => sendMail({ ...options, pipelining }, message));
      assertEquals([recipients, exit], [expected, 1]);
      assertEquals(await copies(server, message.content.messageId), ONE_EACH);
    }
    const { exit, out } = await send(server, "From the command line", at(...names), "--json");
    const told: { address: string; delivery: string; reply: { code: number } }[] = JSON.parse(out).recipients;
    assertEquals(told.map((one) => `${one.address} ${one.delivery} ${one.reply.code}`), expected);
    assertEquals(exit, 1);
    assertEquals(await copies(server, "From the command line"), ONE_EACH);
    // Three messages, each with three whom nobody knows.
    assertEquals((await server.log()).match(/: 550 5\.1\.1 /g)?.length, 9);
  },
);

/** Postfix wants one and a half times as much room as the largest message that it takes. */
const SMALL = { queueBytes: 8_000_000, mainCf: { message_size_limit: "2000000" } };
const LITTLE_ROOM = 2_500_000;

diskTest(
  "a full disk is no number of recipients that is too high: it is asked once, and again when there is room",
  SMALL,
  async (server, options) => {
    const message = letter("bo", "ann");
    const makeRoom = await server.postfix.fillDisk(LITTLE_ROOM);
    assertEquals(await endingOf(() => sendMail(options, message)), {
      recipients: ["bo@example.test refused 452", "ann@example.test refused 452"],
      exit: 75,
      reply: "452 4.3.1 Insufficient system storage",
      error: "ReplyError server.storage",
      at: "envelope MAIL",
      retry: true,
    });
    assertEquals((await server.log()).match(/reject: MAIL .*: 452 4\.3\.1 /g)?.length, 1);
    assertEquals(await copies(server, message.content.messageId), {});

    const told = await send(server, "To a full disk", at("bo"));
    assertEquals([told.exit, told.out], [75, ""]);
    assertMatch(told.err, /"452 4\.3\.1 Insufficient system storage"/);
    assertMatch(told.err, /^means: the server has no room for the message$/m);
    assertMatch(told.err, /^code: {2}server\.storage, exit 75$/m);

    const retry = { attempts: 2, sleep: makeRoom };
    const { recipients } = await endingOf(() => sendMail({ ...options, retry }, message));
    assertEquals(recipients, ["bo@example.test accepted 250", "ann@example.test accepted 250"]);
    assertEquals(await copies(server, message.content.messageId), { ann: 1, bo: 1 });
  },
);

test(
  "452 at RCPT for want of room is no number of recipients that is too high, and stops nobody else",
  {
    mainCf: {
      smtpd_recipient_restrictions:
        "check_recipient_access inline:{ {ann@example.test = 452 4.3.1 Insufficient system storage} }",
    },
  },
  async (server, options) => {
    const expected = ["bo@example.test accepted 250", "ann@example.test refused 452"];
    const refusals = async () => (await server.log()).match(/: 452 4\.3\.1 <ann@example\.test>/g)?.length;
    const message = letter("bo", "ann");
    const once = await endingOf(() => sendMail(options, message));
    assertEquals([once.recipients, once.exit], [expected, 1]);
    assertEquals(await copies(server, message.content.messageId), { bo: 1 });
    assertEquals(await refusals(), 1);

    const next = letter("bo", "ann");
    const again = await endingOf(() => sendMail({ ...options, retry: { ...AT_ONCE, attempts: 3 } }, next));
    assertEquals([again.recipients, again.exit], [expected, 1]);
    assertEquals(await copies(server, next.content.messageId), { bo: 1 });
    assertEquals(await refusals(), 1 + 3);
  },
);

diskTest(
  "a disk that becomes full in mid-content leaves nothing of the message, until there is room",
  SMALL,
  async (server, options) => {
    for (const chunking of [false, true]) {
      let makeRoom: (() => Promise<void>) | undefined;
      const message = streamed(async () => void (makeRoom ??= await server.postfix.fillDisk(0)));
      const once = await endingOf(() => sendMail({ ...options, chunking }, message));
      assertEquals(once.recipients, ["bo@example.test refused 451"]);
      assertEquals([once.error, once.exit, once.retry], ["ReplyError data.try_later", 75, true]);
      assertEquals(await copies(server, message.content.messageId), {});
      await makeRoom!();

      makeRoom = undefined;
      const retry = { attempts: 2, sleep: () => makeRoom!() };
      const { recipients } = await endingOf(() => sendMail({ ...options, chunking, retry }, message));
      assertEquals(recipients, ["bo@example.test accepted 250"]);
      assertEquals(await copies(server, message.content.messageId), { bo: 1 });
    }
  },
);
