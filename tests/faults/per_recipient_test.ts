import {
  command,
  formatReply,
  type RecipientResult,
  ReplyError,
  SmtpError,
  type Stages,
  swap,
  type TransportOptions,
} from "../../mod.ts";
import { greeting } from "../dialogue.ts";
import {
  BO,
  faultTest,
  GO,
  GOODBYE,
  HELLO,
  mail,
  rcpt,
  RESET,
  said,
  SENDER,
  TO_BO,
  type Turn,
} from "./sending.ts";

/**
 * The stage `data` as LMTP has it (RFC 2033 section 4.2): after the dot comes a reply for each recipient that was accepted,
 * in the order of the RCPT commands. Such a server may take a message for one and not for another.
 */
const dataOfLmtp: Stages["data"] = async (addressed, cx) => {
  const { session: { channel }, content } = addressed.mail;
  const go = channel.send(command("DATA"), cx);
  const { recipients } = await addressed.verdicts(cx);
  const reply = await go.reply(cx);
  if (reply.code !== 354) {
    const { transcript } = channel;
    throw new ReplyError(`Cannot send: ${formatReply(reply)}`, { code: "data.refused", reply, transcript });
  }
  const pending = recipients.map((one) =>
    one.delivery === "accepted" ? channel.expect("content", cx) : undefined
  );
  let octets = 0;
  for await (const chunk of content.octets()) {
    octets += chunk.length;
    await channel.write([chunk], cx);
  }
  await channel.write([], cx, { dot: true });
  const results: RecipientResult[] = recipients.map((one) =>
    one.delivery === "accepted" ? { ...one, delivery: "unknown", reply: undefined } : one
  );
  const retryable = false;
  for (const [at, one] of pending.entries()) {
    if (!one) continue;
    try {
      const reply = await one.reply(cx);
      const delivery = reply.code < 300 ? "accepted" : "refused";
      results[at] = { address: results[at].address, delivery, reply };
    } catch (error) {
      if (!(error instanceof SmtpError)) throw error;
      const { code, cause, transcript } = error;
      throw new SmtpError(error.message, { code, cause, transcript, recipients: results, retryable });
    }
  }
  const accepted = results.find((one) => one.delivery === "accepted");
  if (accepted) {
    return { messageId: content.messageId, recipients: results, reply: accepted.reply!, octets };
  }
  const [{ reply: refused }] = results;
  throw new ReplyError("Cannot send: everybody was refused", {
    code: "data.refused",
    command: "content",
    reply: refused,
    recipients: results,
    transcript: channel.transcript,
  });
};

const options: Partial<TransportOptions> = { plugins: [swap({ data: dataOfLmtp })] };
const CY = "cy@example.org";
const DI = "di@example.org";
const ED = "ed@example.org";
const turns: Turn[] = [
  SENDER,
  TO_BO,
  [rcpt("cy"), "S: 250 ok"],
  [rcpt("di"), "S: 550 5.1.1 no such user"],
  [rcpt("ed"), "S: 250 ok"],
  GO,
];
const message = () => mail(["bo", "cy", "di", "ed"]);
const replies = (...lines: string[]) => lines.map((line) => `S: ${line}`).join("\n");

for (const extension of ["PIPELINING", "HELP"]) {
  const sent = `${greeting(extension)}${said(extension, turns)}${HELLO}\n`;

  faultTest(`gives a receipt with one reply for each recipient, as LMTP has it (${extension})`, {
    sessions: [`${sent}${replies("250 2.0.0 to bo", "452 4.2.2 cy is full", "250 2.0.0 to ed")}\n${GOODBYE}`],
    message,
    options,
    ends: {
      recipients: [`${BO} accepted 250`, `${CY} refused 452`, `${DI} refused 550`, `${ED} accepted 250`],
      exit: 1,
      reply: "250 2.0.0 to bo",
    },
  });

  faultTest(`tells that everybody was refused, each by a reply of their own (${extension})`, {
    sessions: [`${sent}${replies("451 4.3.0 not bo", "550 5.7.1 not cy", "552 5.2.2 not ed")}\n${RESET}`],
    message,
    options,
    ends: {
      recipients: [`${BO} refused 451`, `${CY} refused 550`, `${DI} refused 550`, `${ED} refused 552`],
      exit: 75,
      reply: "451 4.3.0 not bo",
      error: "ReplyError data.refused",
      at: "data content",
      retry: true,
    },
  });

  faultTest(`calls the outcome unknown only for those whose reply did not come (${extension})`, {
    sessions: [`${sent}${replies("250 2.0.0 to bo")}\n-- close`],
    message,
    options,
    ends: {
      recipients: [`${BO} accepted 250`, `${CY} unknown`, `${DI} refused 550`, `${ED} unknown`],
      exit: 74,
      error: "SmtpError connect.lost",
      at: "data",
      retry: false,
    },
    never: ["RSET", "QUIT"],
  });
}
