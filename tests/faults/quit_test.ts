import { assert, assertEquals } from "@std/assert";
import { createTransport, sendMail } from "../../mod.ts";
import { greeting } from "../dialogue.ts";
import {
  BO,
  endingOf,
  faultTest,
  GO,
  HELLO,
  MAIL,
  mail,
  OK,
  overScripts,
  said,
  SENDER,
  TO_BO,
  WAYS,
} from "./sending.ts";

const sent = `${greeting()}${said("HELP", [SENDER, TO_BO, GO])}${HELLO}\n${OK}\n`;
const ACCEPTED = { recipients: [`${BO} accepted 250`], exit: 0, reply: OK.slice(3), queueId: "4F1" };

/** What a server may do after QUIT: the message is its own by then, and nothing of this changes that. */
const answers: [what: string, dialogue: string][] = [
  ["221", "S: 221 2.0.0 bye"],
  ["221 in several lines", "S: 221-2.0.0 closing\nS: 221 2.0.0 bye"],
  ["silence", "-- silence"],
  ["half a reply", "S: 221-2.0.0 closing\n-- silence"],
  ["a close", "-- close"],
  ["a reset", "-- reset"],
  ["a close without close_notify", "-- no close_notify"],
  ["a server that reads no more", "-- stop reading"],
  ["an error for now", "S: 451 4.3.0 local error"],
  ["an error", "S: 500 5.5.1 what"],
  ["421", "S: 421 4.3.2 shutting down"],
  ["250", "S: 250 ok"],
  ["354", "S: 354 go"],
  ["no SMTP", "S: Goodbye"],
];

for (const [what, answer] of answers) {
  // A server that reads no more does not read QUIT.
  const quit = answer === "-- stop reading" ? "" : "C: QUIT\n";
  const options = { timeLimits: { quit: 5 } };

  faultTest(`gives the receipt when QUIT is answered by ${what}`, {
    sessions: [sent + quit + answer],
    options,
    ends: ACCEPTED,
  });

  faultTest(`tells of the refusal when QUIT is answered by ${what}`, {
    sessions: [
      `${greeting()}\n${MAIL}\nS: 550 5.7.1 not yours\nC: RSET\nS: 250 ok\n${quit}${answer}`,
    ],
    options,
    ends: {
      recipients: [`${BO} refused 550`],
      exit: 77,
      reply: "550 5.7.1 not yours",
      error: "ReplyError envelope.sender_refused",
      at: "envelope MAIL",
      retry: false,
    },
    never: ["RCPT", "DATA"],
  });

  for (const by of WAYS) {
    Deno.test(`SmtpTransport closes in good order when QUIT is answered by ${what} (${by})`, async () => {
      const server = overScripts([sent + quit + answer], options, { by });
      const transport = createTransport(server.options);
      assertEquals(await endingOf(() => transport.send(mail())), ACCEPTED);
      await transport.close();
      await transport.close();
      server.done();
    });
  }
}

Deno.test("sendMail() says QUIT although its own time is up, and gives the receipt", async () => {
  const controller = new AbortController();
  const server = overScripts([`${sent}C: QUIT\nS: 221 bye`], {
    signal: controller.signal,
    plugins: [(stages) => ({
      ...stages,
      quit(session, cx) {
        controller.abort();
        return stages.quit(session, cx);
      },
    })],
  });
  assertEquals(await endingOf(() => sendMail(server.options, mail())), ACCEPTED);
  assert(controller.signal.aborted);
  server.done();
});
