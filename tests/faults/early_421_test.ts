/** 421 in one piece with the reply before it, as Postfix says it after too many errors. */

import { assertEquals } from "@std/assert";
import { sendMail } from "../../mod.ts";
import { greeting } from "../dialogue.ts";
import { BO, endingOf, mail, overScripts, rcpt, said, SENDER, TO_BO, type Turn } from "./sending.ts";

const OVER = "421 4.7.0 too many errors";
const UNKNOWN = "S: 550 5.1.1 unknown";

Deno.test("sendMail() keeps what it heard of each recipient when 421 comes ahead of the next RCPT", async () => {
  const cy: Turn = [rcpt("cy"), UNKNOWN, `S: ${OVER}`];
  const dialogue = `${greeting()}${said("", [SENDER, TO_BO, cy])}`;
  const server = overScripts([dialogue], {}, { by: "whole" });
  assertEquals(await endingOf(() => sendMail(server.options, mail(["bo", "cy", "di", "ed"]))), {
    recipients: [
      `${BO} not sent 250`,
      "cy@example.org refused 550",
      "di@example.org refused 421",
      "ed@example.org not sent",
    ],
    exit: 75,
    reply: OVER,
    error: "ReplyError server.busy",
    at: "envelope RCPT",
    retry: true,
  });
  server.done(["RCPT TO:<di", "DATA", "RSET", "QUIT"]);
});

Deno.test("sendMail() keeps what it heard of each recipient when 421 comes ahead of DATA", async () => {
  const cy: Turn = [rcpt("cy"), UNKNOWN, `S: ${OVER}`];
  const dialogue = `${greeting()}${said("", [SENDER, TO_BO, cy])}`;
  const server = overScripts([dialogue], {}, { by: "whole" });
  const { recipients, exit, reply, retry } = await endingOf(() =>
    sendMail(server.options, mail(["bo", "cy"]))
  );
  assertEquals(recipients, [`${BO} not sent`, "cy@example.org refused 550"]);
  assertEquals([exit, reply, retry], [75, OVER, true]);
  server.done(["DATA", "RSET", "QUIT"]);
});
