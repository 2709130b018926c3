/**
 * The one place that knows the order of the stages; it reads like RFC 5321 section 3.
 *
 * @module
 */

import { complete, SmtpError, type StageName, StageTimeoutError } from "../errors.ts";
import type { Channel } from "../wire/channel.ts";
import { command } from "../wire/command.ts";
import { addressOf } from "./envelope_lines.ts";
import type { Context, Mail, Ready, Receipt, Stage, Stages, Target } from "./stage.ts";

/**
 * Opens a session: connect, ehlo, tls, ehlo again after an upgrade, auth.
 *
 * @param stages The stages.
 * @param target Where to connect.
 * @param cx How to stop, and where news goes.
 * @returns A session that may send. Whoever opens it closes it.
 * @throws {SmtpError} What a stage throws; nothing is left open then.
 */
export async function openSession(stages: Stages, target: Target, cx: Context): Promise<Ready> {
  let channel: Channel | undefined;
  try {
    const connected = await run(stages, "connect", target, cx);
    channel = connected.channel;
    let greeted = await run(stages, "ehlo", connected, cx);
    const secured = await run(stages, "tls", greeted, cx);
    channel = secured.channel;
    greeted = secured.state === "connected" ? await run(stages, "ehlo", secured, cx) : secured;
    return await run(stages, "auth", greeted, cx);
  } catch (error) {
    const transcript = channel?.transcript;
    if (channel) await leave(channel, cx);
    throw error instanceof SmtpError ? complete(error, { transcript }) : error;
  }
}

/**
 * Sends a message on a session: envelope, data. After a refusal the session can be used again.
 *
 * @param stages The stages.
 * @param mail The session, the envelope and the content.
 * @param cx How to stop, and where news goes.
 * @returns The receipt.
 * @throws {SmtpError} What a stage throws, with the outcome for every recipient.
 */
export async function sendOn(stages: Stages, mail: Mail, cx: Context): Promise<Receipt> {
  try {
    const addressed = await run(stages, "envelope", await fitted(mail), cx);
    return await run(stages, "data", addressed, cx);
  } catch (error) {
    const { channel } = mail.session;
    const { transcript } = channel;
    await reset(channel, cx);
    if (!(error instanceof SmtpError)) throw error;
    if (error.recipients) throw complete(error, { transcript });
    // Only the stage data knows better than "not sent", and it says so itself.
    const recipients = mail.envelope.forwardPaths.map((path) => ({
      address: addressOf(path),
      delivery: "not sent" as const,
    }));
    throw complete(error, { delivery: "not sent", recipients, transcript });
  }
}

/** The mail with its content in the form that this server takes, before a plugin around `envelope` looks at it. */
async function fitted(mail: Mail): Promise<Mail> {
  const { content, session } = mail;
  return content.fit ? { ...mail, content: await content.fit(session.extensions) } : mail;
}

/**
 * Ends a session: quit. Nothing is open afterwards.
 *
 * @param stages The stages.
 * @param session The session.
 * @param cx How to stop, and where news goes.
 */
export async function closeSession(stages: Stages, session: Ready, cx: Context): Promise<void> {
  try {
    await run(stages, "quit", session, cx);
  } finally {
    session.channel.close();
  }
}

/** How long the reply to RSET may take, in milliseconds: the caller waits for its error, and RSET has nothing to do. */
const RESET_MS = 30_000;

/** How long a server that does not read may keep QUIT from leaving, in milliseconds. */
const LEAVE_MS = 1_000;

/** Runs a stage; an error that leaves it knows the stage's name. */
async function run<Name extends StageName>(
  stages: Stages,
  name: Name,
  input: Parameters<Stages[Name]>[0],
  cx: Context,
): Promise<Awaited<ReturnType<Stages[Name]>>> {
  try {
    const stage = stages[name] as Stage<typeof input, Awaited<ReturnType<Stages[Name]>>>;
    return await stage(input, cx);
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    throw error.code === "timeout" ? timedOut(error, name) : complete(error, { stage: name });
  }
}

/** The caller's deadline passed: the stage in which it did makes the code. */
function timedOut(error: SmtpError, stage: StageName): StageTimeoutError {
  const { command, recipients, delivery, transcript, cause } = error;
  const waiting = command === undefined ? "" : ` while waiting for the reply to ${command}`;
  return new StageTimeoutError(`Cannot finish ${stage}: the deadline passed${waiting}`, {
    code: `timeout.${stage}`,
    stage,
    command,
    recipients,
    delivery,
    transcript,
    retryable: true,
    cause,
  });
}

/** Makes a session usable after a refusal; closes it where that fails, since the first error is the one to tell. */
async function reset(channel: Channel, cx: Context): Promise<void> {
  if (channel.dead) return;
  try {
    const reply = await limited(channel, RESET_MS, () => channel.send(command("RSET"), cx).reply(cx));
    if (reply.code !== 250) channel.close();
  } catch {
    channel.close();
  }
}

/** Says QUIT without waiting for the answer: the server need not guess why the line went dead. */
async function leave(channel: Channel, cx: Context): Promise<void> {
  try {
    if (channel.dead) return;
    channel.send(command("QUIT"), cx);
    await limited(channel, LEAVE_MS, () => channel.flush(cx));
  } catch {
    // It was a courtesy.
  } finally {
    channel.close();
  }
}

/** Waits for what belongs to no stage, and so has no limit of its own: past the time the channel is closed, which ends it. */
async function limited<T>(channel: Channel, limitMs: number, work: () => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  const close = () => channel.close();
  limit.addEventListener("abort", close);
  try {
    return await work();
  } finally {
    limit.removeEventListener("abort", close);
  }
}
