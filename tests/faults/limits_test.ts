import { assertEquals } from "@std/assert";
import { type Content, sendMail } from "../../mod.ts";
import { content, greeting } from "../dialogue.ts";
import { stopClock } from "./clock.ts";
import { BO, endingOf, GO, HELLO, MAIL, mail, overScripts, said, SENDER, TO_BO, WAYS } from "./sending.ts";

const MINUTE = 60_000;
const NOT_SENT = [`${BO} not sent`];
const UNKNOWN = [`${BO} unknown`];
/** How no line may begin once the send has been stopped. */
const AFTERWARDS = [".", "RSET", "QUIT"];

/** More than fills any buffer of ours. */
const LARGE = content(`${"x".repeat(998)}\r\n`.repeat(200));

/** A content that gives its first line and then nothing more. */
function stalling(): Content {
  const octets = async function* () {
    yield new TextEncoder().encode("Hello\r\n");
    await new Promise(() => {});
  };
  return { ...content(""), size: undefined, octets };
}

/** Where a send can be stuck. */
interface Stuck {
  readonly where: string;
  readonly dialogue: string;
  /** Stage and command that wait. */
  readonly at: string;
  /** For how long RFC 5321 section 4.5.3.2 has it wait, in milliseconds. */
  readonly limitMs: number;
  readonly recipients?: string[];
  readonly body?: () => Content;
  readonly login?: boolean;
  readonly never?: string[];
  readonly chunking?: boolean;
}

const addressed = greeting() + said("HELP", [SENDER, TO_BO, GO]);
const chunked = greeting("CHUNKING") + said("HELP", [SENDER, TO_BO]);

const stuck: Stuck[] = [
  { where: "before the greeting", dialogue: "-- silence", at: "connect", limitMs: 5 * MINUTE },
  {
    where: "in the middle of the greeting",
    dialogue: "S: 220-mail.example.com\n-- silence",
    at: "connect",
    limitMs: 5 * MINUTE,
  },
  {
    where: "after EHLO",
    dialogue: "S: 220 mail.example.com\nC: EHLO client.test\nS: 250-mail.example.com\n-- silence",
    at: "ehlo EHLO",
    limitMs: 5 * MINUTE,
  },
  {
    where: "after STARTTLS",
    dialogue: `${greeting("STARTTLS")}\nC: STARTTLS\n-- silence`,
    at: "tls STARTTLS",
    limitMs: 2 * MINUTE,
  },
  {
    where: "after AUTH",
    dialogue: `${greeting("AUTH PLAIN")}\nC: *\n-- silence`,
    at: "auth AUTH",
    limitMs: 2 * MINUTE,
    login: true,
  },
  {
    where: "after MAIL",
    dialogue: `${greeting()}\n${MAIL}\n-- silence`,
    at: "envelope MAIL",
    limitMs: 5 * MINUTE,
    never: ["RCPT"],
  },
  {
    where: "after RCPT",
    dialogue: `${greeting()}\n${MAIL}\nS: 250 ok\n${TO_BO[0]}\n-- silence`,
    at: "envelope RCPT",
    limitMs: 5 * MINUTE,
    never: ["DATA"],
  },
  {
    where: "after DATA",
    dialogue: `${greeting()}${said("HELP", [SENDER, TO_BO, ["C: DATA"]])}-- silence`,
    at: "data DATA",
    limitMs: 2 * MINUTE,
    never: ["Hello"],
  },
  {
    where: "in mid-content, while the server reads nothing",
    dialogue: `${addressed}-- stop reading`,
    at: "data content",
    limitMs: 3 * MINUTE,
    body: () => LARGE,
  },
  {
    where: "in mid-content, while the source gives nothing",
    dialogue: `${addressed}-- silence`,
    at: "data content",
    limitMs: 3 * MINUTE,
    body: stalling,
  },
  {
    where: "in a chunk, while the server reads nothing",
    dialogue: `${chunked}-- stop reading`,
    at: "data BDAT",
    limitMs: 3 * MINUTE,
    body: () => ({ ...LARGE, octets: () => [...LARGE.octets() as Uint8Array[], new Uint8Array()] }),
    chunking: true,
  },
  {
    where: "after the dot",
    dialogue: `${addressed}${HELLO}\n-- silence`,
    at: "data content",
    limitMs: 10 * MINUTE,
    recipients: UNKNOWN,
    never: [],
  },
  {
    where: "after LAST",
    dialogue: `${chunked}C: BDAT 7 LAST\nC: Hello\n-- silence`,
    at: "data BDAT",
    limitMs: 10 * MINUTE,
    recipients: UNKNOWN,
    chunking: true,
  },
];

/** Sends to where it gets stuck. */
function sendTo(one: Stuck, by: typeof WAYS[number], more: { signal?: AbortSignal; deadlineMs?: number }) {
  const login = { credentials: { user: "ann", password: "secret-1" }, mechanisms: ["PLAIN"] };
  const options = { ...more, chunking: one.chunking, ...one.login ? login : {} };
  const server = overScripts([one.dialogue], { deadlineMs: undefined, ...options }, { by });
  const sending = endingOf(() => sendMail(server.options, mail(["bo"], one.body?.())));
  let ended = false;
  sending.then(() => ended = true, () => ended = true);
  return { server, sending, ended: () => ended };
}

for (const one of stuck) {
  const { where, at, limitMs, recipients = NOT_SENT, never = [] } = one;
  const stage = at.split(" ")[0];
  const unknown = recipients === UNKNOWN;
  const neverSaid = [...never, ...unknown ? ["RSET", "QUIT"] : AFTERWARDS];
  const timedOut = { recipients, error: `StageTimeoutError timeout.${stage}`, at, exit: unknown ? 74 : 75 };

  for (const by of WAYS) {
    Deno.test(`sendMail() ends ${where} after ${limitMs / MINUTE} minutes (${by})`, async () => {
      using clock = stopClock();
      const { server, sending, ended } = sendTo(one, by, {});
      await clock.advance(limitMs - 1);
      assertEquals(ended(), false);
      await clock.advance(1);
      assertEquals(ended(), true);
      assertEquals(await sending, { ...timedOut, retry: !unknown });
      server.done(neverSaid);
    });

    Deno.test(`sendMail() ends ${where} at its deadline (${by})`, async () => {
      using clock = stopClock();
      const { server, sending, ended } = sendTo(one, by, { deadlineMs: MINUTE });
      await clock.advance(MINUTE - 1);
      assertEquals(ended(), false);
      await clock.advance(1);
      assertEquals(ended(), true);
      assertEquals(await sending, { ...timedOut, retry: !unknown });
      server.done(neverSaid);
    });

    Deno.test(`sendMail() ends ${where} when it is aborted (${by})`, async () => {
      using clock = stopClock();
      const controller = new AbortController();
      const { server, sending, ended } = sendTo(one, by, { signal: controller.signal });
      await clock.advance(1_000);
      assertEquals(ended(), false);
      controller.abort();
      await clock.advance(0);
      assertEquals(ended(), true);
      assertEquals(await sending, {
        recipients,
        error: "ConnectionError aborted",
        at,
        exit: 130,
        retry: false,
      });
      server.done(neverSaid);
    });
  }
}
