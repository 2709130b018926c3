/**
 * A fault of the plugin must end a send just as the real thing does: each is played by a server too, and compared.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { sendMail, type TransportOptions } from "../../mod.ts";
import { catchMail } from "../../lib/catcher/mod.ts";
import { type FaultOptions, faults, scriptedServer } from "../../lib/testing/mod.ts";
import { greeting } from "../dialogue.ts";
import { endingOf, mail } from "./ending.ts";

/** A fault by the plugin, and a transcript in which a server does the same. */
interface Case {
  readonly fault: FaultOptions;
  readonly real: string;
  /** How many messages the server has in the end. @default {0} */
  readonly caught?: number;
  readonly options?: Partial<TransportOptions>;
}

const GROUP: Partial<TransportOptions> = { pipelining: true };
const ONE_BY_ONE: Partial<TransportOptions> = { pipelining: false };
const LOGIN: Partial<TransportOptions> = { credentials: { user: "ann", password: "secret-1" } };
const BDAT: Partial<TransportOptions> = { chunking: true, pipelining: false };

const G = greeting("PIPELINING", "AUTH PLAIN");
const BYE = "C: QUIT\nS: 221 bye";
const RSET = `C: RSET\nS: 250 ok\n${BYE}`;
const MAIL = "C: MAIL FROM:<ann@example.com>\nS: 250 ok\n";
const RCPT = "C: RCPT TO:<bo@example.org>\nS: 250 ok\nC: RCPT TO:<cy@example.org>\nS: 250 ok\n";
const DATA = `${MAIL}${RCPT}C: DATA\nS: 354 go\n-- content\n`;
const ALL =
  "C: MAIL FROM:<ann@example.com>\nC: RCPT TO:<bo@example.org>\nC: RCPT TO:<cy@example.org>\nC: DATA\n";

const CASES: Readonly<Record<string, Case>> = {
  "loses the connection before connect": { fault: { drop: { before: "connect" } }, real: "-- close" },
  "loses the connection after connect": {
    fault: { drop: { after: "connect" } },
    real: "S: 220 mail\n-- close",
  },
  "loses the connection before ehlo": { fault: { drop: { before: "ehlo" } }, real: "S: 220 mail\n-- close" },
  "loses the connection before auth": {
    fault: { drop: { before: "auth" } },
    real: `${G}\n-- close`,
    options: LOGIN,
  },
  "loses the connection after auth": {
    fault: { drop: { after: "auth" } },
    real: `${G}\nC: *\nS: 235 ok\n-- close`,
    options: LOGIN,
  },
  "loses the connection before envelope, in a group": {
    fault: { drop: { before: "envelope" } },
    real: `${G}\n-- close`,
    options: GROUP,
  },
  "loses the connection before envelope": {
    fault: { drop: { before: "envelope" } },
    real: `${G}\n-- close`,
    options: ONE_BY_ONE,
  },
  "loses the connection after envelope, in a group": {
    fault: { drop: { after: "envelope" } },
    real: `${G}\n-- close`,
    options: GROUP,
  },
  "loses the connection before data": {
    fault: { drop: { before: "data" } },
    real: `${G}\n${MAIL}${RCPT}-- close`,
    options: ONE_BY_ONE,
  },
  "loses the connection after data": {
    fault: { drop: { after: "data" } },
    real: `${G}\n${DATA}S: 250 OK: message queued\n-- close`,
    options: ONE_BY_ONE,
    caught: 1,
  },
  "loses the reply to the content": {
    fault: { loseFinalReply: true },
    real: `${G}\n${DATA}-- close`,
    options: ONE_BY_ONE,
    caught: 1,
  },
  "refuses with 554 in the greeting": {
    fault: { refuse: { greeting: "554 5.7.1 no" } },
    real: "S: 554 5.7.1 no",
  },
  "refuses with 421 in the greeting": {
    fault: { refuse: { greeting: "421 4.3.2 no" } },
    real: "S: 421 4.3.2 no",
  },
  "refuses EHLO": {
    fault: { refuse: { EHLO: "550 no" } },
    real: `S: 220 mail\nC: EHLO client.test\nS: 550 no\n${BYE}`,
  },
  "refuses a password": {
    fault: { refuse: { AUTH: "535 5.7.8 no" } },
    real: `${G}\nC: *\nS: 535 5.7.8 no\n${BYE}`,
    options: LOGIN,
  },
  "refuses the sender for good": {
    fault: { refuse: { MAIL: "550 5.7.1 no" } },
    real: `${G}\n${MAIL.replace("250 ok", "550 5.7.1 no")}${RSET}`,
    options: ONE_BY_ONE,
  },
  "refuses the sender for good, in a group": {
    fault: { refuse: { MAIL: "550 5.7.1 no" } },
    real: `${G}\n${ALL}S: 550 5.7.1 no\nS: 503 no\nS: 503 no\nS: 503 no\n${RSET}`,
    options: GROUP,
  },
  "says 421 to MAIL": {
    fault: { refuse: { MAIL: "421 4.3.2 bye" } },
    real: `${G}\n${MAIL.replace("250 ok", "421 4.3.2 bye")}`,
    options: ONE_BY_ONE,
  },
  "says 421 to MAIL, in a group": {
    fault: { refuse: { MAIL: "421 4.3.2 bye" } },
    real: `${G}\n${ALL}S: 421 4.3.2 bye`,
    options: GROUP,
  },
  "refuses every recipient for now": {
    fault: { refuse: { RCPT: "450 4.2.0 later" } },
    real: `${G}\n${MAIL}${RCPT.replaceAll("250 ok", "450 4.2.0 later")}${RSET}`,
    options: ONE_BY_ONE,
  },
  "refuses every recipient for now, in a group": {
    fault: { refuse: { RCPT: "450 4.2.0 later" } },
    real: `${G}\n${ALL}S: 250 ok\nS: 450 4.2.0 later\nS: 450 4.2.0 later\nS: 503 no\n${RSET}`,
    options: GROUP,
  },
  "refuses the second recipient": {
    fault: { refuse: { RCPT: "550 5.1.1 no" }, skip: 1, times: 1 },
    real: `${G}\n${DATA.replace("cy@example.org>\nS: 250 ok", "cy@example.org>\nS: 550 5.1.1 no")}
      S: 250 OK: message queued\n${BYE}`,
    options: ONE_BY_ONE,
    caught: 1,
  },
  "refuses DATA": {
    fault: { refuse: { DATA: "451 4.3.0 later" } },
    real: `${G}\n${MAIL}${RCPT}C: DATA\nS: 451 4.3.0 later\n${RSET}`,
    options: ONE_BY_ONE,
  },
  "refuses the content for good": {
    fault: { refuse: { content: "554 5.7.1 spam" } },
    real: `${G}\n${DATA}S: 554 5.7.1 spam\n${RSET}`,
    options: ONE_BY_ONE,
  },
  "refuses the content for now": {
    fault: { refuse: { content: "451 4.7.1 greylisted" } },
    real: `${G}\n${DATA}S: 451 4.7.1 greylisted\n${RSET}`,
    options: ONE_BY_ONE,
  },
  "says 421 to the content": {
    fault: { refuse: { content: "421 4.3.2 bye" } },
    real: `${G}\n${DATA}S: 421 4.3.2 bye`,
    options: ONE_BY_ONE,
  },
  "refuses the content of BDAT": {
    fault: { refuse: { content: "554 5.7.1 spam" }, offer: ["CHUNKING"] },
    real: `${greeting("CHUNKING")}\n${MAIL}${RCPT}C: BDAT 7 LAST\n-- content\nS: 554 5.7.1 spam\n${RSET}`,
    options: BDAT,
  },
  "claims PIPELINING and cannot do it": {
    fault: { falsePipelining: true },
    real: `${G}\n${ALL}S: 250 ok\n${
      "S: 503 5.5.1 Error: another command is still under way\n".repeat(3)
    }${RSET}`,
    options: GROUP,
  },
  "claims PIPELINING and is not believed": {
    fault: { falsePipelining: true },
    real: `${G}\n${DATA}S: 250 OK: message queued\n${BYE}`,
    options: ONE_BY_ONE,
    caught: 1,
  },
  "hides STARTTLS": {
    fault: { hide: ["starttls"] },
    real: `${greeting()}\n${BYE}`,
    options: { tls: "starttls" },
  },
  "offers a SIZE that is too small": {
    fault: { offer: ["SIZE 6"] },
    real: `${greeting("SIZE 6")}\n${RSET}`,
  },
  "is slow to greet, for the deadline": {
    fault: { delayMs: { connect: 10_000 } },
    real: "-- silence",
    options: { deadlineMs: 20 } as Partial<TransportOptions>,
  },
  "is slow after EHLO": {
    fault: { delayMs: { ehlo: 10_000 } },
    real: "S: 220 mail\nC: EHLO client.test\n-- silence",
    options: { timeLimits: { ehlo: 10 } },
  },
  "is slow after MAIL": {
    fault: { delayMs: { envelope: 10_000 } },
    real: `${G}\nC: MAIL FROM:<ann@example.com>\n-- silence`,
    options: { ...ONE_BY_ONE, timeLimits: { envelope: 10 } },
  },
  "is slow after a group": {
    fault: { delayMs: { envelope: 10_000 } },
    real: `${G}\n${ALL}-- silence`,
    options: { ...GROUP, timeLimits: { data: 10 } },
  },
  "is slow after DATA": {
    fault: { delayMs: { data: 10_000 } },
    real: `${G}\n${MAIL}${RCPT}C: DATA\n-- silence`,
    options: { ...ONE_BY_ONE, timeLimits: { data: 10 } },
  },
};

for (const [what, { fault, real, caught = 0, options }] of Object.entries(CASES)) {
  Deno.test(`faults() ${what}, as a server does`, async () => {
    await using catcher = await catchMail({ tls: "off" });
    await using server = await scriptedServer(real);
    const send = (port: number, more: Partial<TransportOptions>) =>
      endingOf(() =>
        sendMail(
          { hostname: "127.0.0.1", port, name: "client.test", ...options, ...more },
          mail(["bo", "cy"]),
        )
      );
    const expected = await send(server.port, {});
    await server.done();
    assertEquals(await send(catcher.port, { plugins: [faults(fault)] }), expected);
    assertEquals(catcher.messages.length, caught);
  });
}
