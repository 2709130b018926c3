import { complete, PolicyError, ProtocolError, type Reply, ReplyError, SmtpError } from "../errors.ts";
import type { Credentials } from "../sasl/credentials.ts";
import type { Exchange, Mechanism } from "../sasl/mechanism.ts";
import type { Channel } from "../wire/channel.ts";
import { command, secretCommand } from "../wire/command.ts";
import { escapeControls } from "../wire/reply.ts";
import { refusal } from "./refusal.ts";
import type { Context, Greeted, Stages } from "./stage.ts";

/** Longest command line in octets, CRLF included. RFC 5321 section 4.5.3.1.4, RFC 4954 section 4. */
const MAX_COMMAND_LINE = 512;
/** Most challenges of one exchange; SCRAM needs two. */
const MAX_CHALLENGES = 8;
/** Most characters of a list of mechanisms in a message; a server may offer any number. */
const MAX_LIST = 300;
/** The mechanism is refused, not the password: the next one may be tried. RFC 4954 section 6. */
const MECHANISM_REFUSED: readonly number[] = [500, 502, 504];

/** How to authenticate. */
export interface AuthOptions {
  /** Who we are. Absent: nobody, and AUTH is not said. */
  readonly credentials?: Credentials;
  /** The only mechanisms to use, in order of preference, such as `["PLAIN"]`. */
  readonly mechanisms?: readonly string[];
  /**
   * Whether a secret may cross a connection that is neither secured nor on this machine: anyone on the way can read it.
   * @default {false}
   */
  readonly allowCleartextAuth?: boolean;
}

/**
 * Authenticates (RFC 4954) with the strongest mechanism that both sides have.
 *
 * A refused password is not tried again with another mechanism; a refused mechanism is.
 *
 * @param options How to authenticate.
 * @returns The `auth` stage. It throws a {@linkcode ReplyError} when the server refuses, a {@linkcode PolicyError} before
 * anything is said when AUTH is not offered, shares no mechanism, or would go over a clear connection, and a
 * {@linkcode ProtocolError} when the server breaks the exchange or does not prove itself where the mechanism asks it to.
 */
export function auth(options: AuthOptions = {}): Stages["auth"] {
  return async (greeted, cx) => {
    const { channel, extensions } = greeted;
    if (!options.credentials) return { state: "ready", channel, extensions };
    if (!channel.peer.secure && !channel.peer.loopback && !options.allowCleartextAuth) {
      throw declined(
        channel,
        "auth.cleartext",
        "the connection is not secured",
        'Use tls "starttls" or "implicit".',
      );
    }
    const usable = await choose(options, greeted);
    for (const [at, mechanism] of usable.entries()) {
      for (const secret of mechanism.secrets) {
        channel.hide(secret);
        // A server that passes the login on may repeat it as it said it there.
        channel.hide(new TextEncoder().encode(secret).toBase64());
      }
      const exchange = await mechanism.start();
      const reply = await converse(channel, mechanism, exchange, cx);
      if (reply.code === 235) {
        await prove(channel, exchange);
        return { state: "ready", channel, extensions, identity: mechanism.identity };
      }
      const another = MECHANISM_REFUSED.includes(reply.code) && at < usable.length - 1;
      if (another) continue;
      throw await refused(channel, reply, exchange);
    }
    throw new TypeError("Cannot authenticate: no mechanism to try");
  };
}

/** What the server said inside the exchange is more exact than the 535 that follows it. RFC 7628 section 3.2.2. */
async function refused(channel: Channel, reply: Reply, { complaint }: Exchange): Promise<SmtpError> {
  const at = { stage: "auth", command: "AUTH" } as const;
  const error = await refusal(channel, reply, at);
  if (complaint === undefined || reply.code < 400) return error;
  const { adviseReply } = await import("../advice/reply.ts");
  // RFC 7628's own word for it, under which the advice is found however the server words its JSON.
  const { code, hint } = adviseReply({ code: 334, lines: ["invalid_token"] }, at);
  return new ReplyError(`${error.message} (${complaint})`, { ...error, code, hint, retryable: false });
}

/** The mechanisms that the credentials allow and the server offers, strongest first. */
async function choose(options: AuthOptions, { channel, extensions }: Greeted): Promise<readonly Mechanism[]> {
  const offered = extensions.get("AUTH");
  if (!offered) {
    const hint = channel.peer.secure
      ? "Send without credentials, or use the server's submission port."
      : "Secure the " +
        "connection first: most servers offer AUTH only then.";
    throw declined(channel, "auth.not_offered", "the server does not offer AUTH", hint);
  }
  const { mechanismsFor } = await import("../sasl/credentials.ts");
  const { hostname: host, port } = channel.peer;
  const able = await mechanismsFor(options.credentials!, { host, port });
  const wanted = options.mechanisms?.map((name) => name.toUpperCase()) ??
    able.map((mechanism) => mechanism.name);
  const names = new Set(offered.map((name) => name.toUpperCase()));
  const usable = wanted.flatMap((name) => able.filter((m) => m.name === name && names.has(name)));
  if (usable.length > 0) return usable;
  const found = `the server offers ${list(offered)}, and we could use ${list(wanted)}`;
  throw declined(
    channel,
    "auth.no_mechanism",
    found,
    "Give credentials that one of the offered mechanisms takes.",
  );
}

function list(names: readonly string[]): string {
  const text = escapeControls(names.join(", "));
  return text.length > MAX_LIST ? `${text.slice(0, MAX_LIST)}…` : text || "no mechanism";
}

async function converse(
  channel: Channel,
  mechanism: Mechanism,
  exchange: Exchange,
  cx: Context,
): Promise<Reply> {
  const { initial } = exchange;
  let owed = initial;
  let opening = command("AUTH", mechanism.name);
  if (initial) {
    // An empty response is written "=", because nothing would mean that none is sent. RFC 4954 section 4.
    const secret = initial.length === 0 ? "=" : initial.toBase64();
    if (opening.line.length + 1 + secret.length + 2 <= MAX_COMMAND_LINE) {
      opening = secretCommand(opening.line, secret);
      owed = undefined;
    }
  }
  let reply = await channel.send(opening, cx).reply(cx);
  for (let challenges = 1; reply.code === 334; challenges++) {
    let response: Uint8Array;
    try {
      if (challenges > MAX_CHALLENGES) throw broken(mechanism, `more than ${MAX_CHALLENGES} challenges`);
      const challenge = readChallenge(mechanism, reply);
      response = owed ?? await exchange.next(challenge);
      owed = undefined;
    } catch (error) {
      await cancel(channel, cx);
      throw brokenOff(channel, error);
    }
    reply = await channel.send(secretCommand("", response.toBase64()), cx).reply(cx);
  }
  return reply;
}

/** The exchange is over for us: "*" says so, and the server answers 501. RFC 4954 section 4. */
async function cancel(channel: Channel, cx: Context): Promise<void> {
  try {
    await channel.send(command("*"), cx).reply(cx);
  } catch {
    // What broke the exchange is the error to tell.
  }
}

/** The error that ended an exchange; a mechanism knows neither stage nor channel. */
function brokenOff(channel: Channel, error: unknown): unknown {
  if (!(error instanceof SmtpError)) return error;
  const hint = error.code === "auth.server_error"
    ? "Check user name and password; the server's word for the error says what it did not like."
    : "What answers may not be the server that you mean, or its login is broken: check the host name before you try again.";
  return complete(error, { stage: "auth", command: "AUTH", hint, transcript: channel.transcript });
}

function readChallenge(mechanism: Mechanism, reply: Reply): Uint8Array {
  try {
    return Uint8Array.fromBase64(reply.lines[0].trim());
  } catch {
    throw broken(mechanism, "a challenge is not base64", "auth.bad_challenge");
  }
}

/** The server said 235; a mechanism that has it prove itself is asked whether it did. */
function prove(channel: Channel, exchange: Exchange): void {
  try {
    exchange.finish?.();
  } catch (error) {
    // Whoever is there does not know the password: nothing more is said to it.
    channel.close();
    throw brokenOff(channel, error);
  }
}

function broken(mechanism: Mechanism, found: string, code = "auth.bad_challenge"): ProtocolError {
  return new ProtocolError(`Cannot authenticate with ${mechanism.name}: ${found}`, { code });
}

function declined(channel: Channel, code: string, found: string, hint: string): PolicyError {
  return new PolicyError(`Cannot authenticate: ${found}`, {
    code,
    hint,
    stage: "auth",
    command: "AUTH",
    transcript: channel.transcript,
  });
}
