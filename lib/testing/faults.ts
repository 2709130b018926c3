import { connectOver } from "../stages/connect.ts";
import { each, type Middleware, type Plugin } from "../stages/plugin.ts";
import type { Stages } from "../stages/stage.ts";
import { Channel } from "../wire/channel.ts";
import { formatReply } from "../wire/reply.ts";
import { Transcript } from "../wire/transcript.ts";
import { checkFaults, type FaultOptions } from "./fault_options.ts";
import { FaultySession } from "./faulty_session.ts";
import { Meddler } from "./meddler.ts";
import { pause } from "./pause.ts";
import { Relay } from "./relay.ts";
import { script } from "./script.ts";

/** The sessions that a fault stands in, by the channel that the client has. */
const sessions = new WeakMap<Channel, FaultySession>();

/**
 * Makes things go wrong on the way to a real server, so that what a program does about it can be tested.
 *
 * The plugin stands between client and server. The client meets a fault as it would meet a real one, and so its errors are
 * the real ones, with the same class, code and outcome. Several of these plugins work together. A plugin that makes the
 * connection comes before them. What was counted holds for all sessions of a plugin: give each test a new one.
 *
 * @example Two connections are lost, and the third attempt succeeds.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sendMail } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 * import { faults } from "@stagecoach/smtp/testing";
 *
 * await using catcher = await catchMail({ tls: "off" });
 * const { hostname, port } = catcher;
 * const plugins = [faults({ drop: { before: "data" }, times: 2 })];
 * const retry = { attempts: 3, initialDelayMs: 1 };
 * const message = { from: "ann@example.com", to: "bo@example.org", text: "Hello" };
 * const receipt = await sendMail({ hostname, port, plugins, retry }, message);
 * assertEquals(receipt.recipients[0].delivery, "accepted");
 * assertEquals(catcher.messages.length, 1);
 * ```
 *
 * @example The server has the message, and its reply is lost: nobody may send it again unasked.
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { isTransient, sendMail, SmtpError } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 * import { faults } from "@stagecoach/smtp/testing";
 *
 * await using catcher = await catchMail({ tls: "off" });
 * const { hostname, port } = catcher;
 * const options = { hostname, port, plugins: [faults({ loseFinalReply: true })] };
 * const message = { from: "ann@example.com", to: "bo@example.org", text: "Hello" };
 * const error = await assertRejects(() => sendMail(options, message), SmtpError);
 * assertEquals([error.delivery, isTransient(error)], ["unknown", false]);
 * assertEquals(catcher.messages.length, 1);
 * ```
 *
 * @example The second recipient is refused; the server says 421 to the third message.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createTransport } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 * import { faults } from "@stagecoach/smtp/testing";
 *
 * await using catcher = await catchMail({ tls: "off" });
 * const { hostname, port } = catcher;
 * const plugins = [
 *   faults({ refuse: { RCPT: "550 5.1.1 No such user" }, skip: 1, times: 1 }),
 *   faults({ refuse: { MAIL: "421 4.3.2 Closing" }, skip: 2, times: 1 }),
 * ];
 * await using transport = createTransport({ hostname, port, plugins });
 * const message = { from: "ann@example.com", to: ["bo@example.org", "cy@example.org"], text: "Hello" };
 * const deliveries = [];
 * for (let count = 0; count < 3; count++) {
 *   const { recipients } = await transport.send(message);
 *   deliveries.push(recipients.map((one) => one.delivery).join());
 * }
 * // The transport opened another session after 421.
 * assertEquals(deliveries, ["accepted,refused", "accepted,accepted", "accepted,accepted"]);
 * ```
 *
 * @example A server that cannot do what it offers, and one that offers no TLS.
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { PolicyError, ReplyError, sendMail } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 * import { faults } from "@stagecoach/smtp/testing";
 *
 * await using catcher = await catchMail();
 * const server = { hostname: "localhost", port: catcher.port, caCerts: [catcher.certificateAuthority] };
 * const message = { from: "ann@example.com", to: "bo@example.org", text: "Hello" };
 *
 * const plugins = [faults({ falsePipelining: true })];
 * const error = await assertRejects(() => sendMail({ ...server, plugins }, message), ReplyError);
 * assertEquals([error.command, error.reply.code], ["RCPT", 503]);
 * await sendMail({ ...server, plugins, pipelining: false }, message);
 *
 * const clear = { ...server, tls: "starttls" as const, plugins: [faults({ hide: ["STARTTLS"] })] };
 * await assertRejects(() => sendMail(clear, message), PolicyError);
 * ```
 *
 * @example A server that takes its time, and more than the message may take.
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { sendMail, StageTimeoutError } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 * import { faults } from "@stagecoach/smtp/testing";
 *
 * await using catcher = await catchMail({ tls: "off" });
 * const { hostname, port } = catcher;
 * const plugins = [faults({ delayMs: { data: 10_000 } })];
 * const message = { from: "ann@example.com", to: "bo@example.org", text: "Hello" };
 * const send = () => sendMail({ hostname, port, plugins, timeLimits: { data: 20 } }, message);
 * const error = await assertRejects(send, StageTimeoutError);
 * assertEquals(error.code, "timeout.data");
 * ```
 *
 * @param options What goes wrong, and when.
 * @returns The plugin.
 * @throws {TypeError} If a stage or a command is none.
 * @throws {RangeError} If a number is out of its range.
 * @throws {SyntaxError} If a reply or an extension cannot be sent as one.
 */
export function faults(options: FaultOptions): Plugin {
  checkFaults(options);
  const meddler = new Meddler(options);
  const around: Middleware = (next, name) => async (input, cx) => {
    const session = sessionOf(input);
    if (meddler.drops("before", name)) session.lost = true;
    session.delay(meddler.delayMs(name));
    const output = await next(input, cx);
    const channel = channelOf(output);
    // After an upgrade it is another one.
    if (channel) sessions.set(channel, session);
    if (meddler.drops("after", name)) session.lost = true;
    return output;
  };
  return (stages) => ({ ...each(around)(stages), connect: meddledWith(stages.connect, meddler) });
}

function meddledWith(connect: Stages["connect"], meddler: Meddler): Stages["connect"] {
  return async (target, cx) => {
    await pause(meddler.delayMs("connect"), cx.signal);
    const refusal = meddler.refusal("greeting");
    const transcript = refusal ? `S: ${formatReply(refusal)}` : "-- close";
    if (refusal || meddler.drops("before", "connect")) {
      return await connectOver(() => Promise.resolve({ stream: script(transcript) }))(target, cx);
    }
    const connected = await relayed(connect, meddler)(target, cx);
    if (meddler.drops("after", "connect")) sessions.get(connected.channel)!.lost = true;
    return connected;
  };
}

/** Puts a relay into the connection, if there is none yet. */
function relayed(connect: Stages["connect"], meddler: Meddler): Stages["connect"] {
  return async (target, cx) => {
    const heard = new Transcript();
    let quiet = false;
    const connected = await connect(target, {
      ...cx,
      trace(event) {
        // What happens later is told by the channel above.
        if (quiet) return;
        heard.add(event);
        cx.trace(event);
      },
    });
    const known = sessions.get(connected.channel);
    known?.add(meddler);
    if (known) return connected;
    quiet = true;
    const session = new FaultySession();
    session.add(meddler);
    const above = new Channel(new Relay(connected.channel, session), connected.channel.peer, heard);
    sessions.set(above, session);
    return { ...connected, channel: above };
  };
}

/** What the stages hand on, as far as it leads to the channel. */
interface Carrier {
  readonly channel?: Channel;
  readonly session?: Carrier;
  readonly mail?: Carrier;
}

function channelOf(value: unknown): Channel | undefined {
  const { channel, session, mail } = (value ?? {}) as Carrier;
  return channel ?? session?.channel ?? mail?.session?.channel;
}

function sessionOf(input: unknown): FaultySession {
  const channel = channelOf(input);
  const session = channel && sessions.get(channel);
  if (session) return session;
  throw new TypeError(
    "Cannot make faults: the connection was made by a plugin that is listed after faults()",
  );
}
