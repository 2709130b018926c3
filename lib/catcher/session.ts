/**
 * What happens in a session with the catcher: who may send, who is refused, and how a message is read.
 *
 * @module
 */

import PostalMime from "postal-mime";
import type {
  SMTPServerAuthentication,
  SMTPServerDataStream,
  SMTPServerOptions,
  SMTPServerSession,
} from "smtp-server";
import type { CaughtMessage } from "./inbox.ts";
import type { CatcherOptions } from "./options.ts";

/** Silence after which a client is let go, in milliseconds. RFC 5321 section 4.5.3.2.7. */
const IDLE_MS = 300_000;

/** What AUTH proved; smtp-server keeps it with the session. */
interface Identity {
  readonly user: string;
  readonly mechanism: string;
}

/**
 * Tells smtp-server what the caller asked for.
 *
 * @param options What to offer and what to take.
 * @param take Receives each message before its sender reads 250.
 * @returns The options for the server, all but certificate and size.
 */
export function sessionOptions(
  options: CatcherOptions,
  take: (message: CaughtMessage) => void,
): SMTPServerOptions {
  const { tls = "starttls", auth = "any", mechanisms, refuse } = options;
  const disabledCommands: string[] = [];
  if (tls === "off") disabledCommands.push("STARTTLS");
  if (auth === "none") disabledCommands.push("AUTH");
  return {
    name: "localhost", // Without a name it asks the system for one, which takes --allow-sys.
    disableReverseLookup: true,
    secure: tls === "implicit",
    minVersion: "TLSv1.2",
    disabledCommands,
    authMethods: [...mechanisms ?? ["PLAIN", "LOGIN"]],
    authOptional: typeof auth === "string",
    maxAllowedUnauthenticatedCommands: Infinity,
    rejectOversized: true,
    socketTimeout: IDLE_MS,
    onAuth(given, _session, callback) {
      if (typeof auth === "object" && !proves(given, auth)) {
        // The `data` is the challenge by which XOAUTH2 explains a refusal.
        return callback(null, { data: { status: "401", schemes: "Bearer" } });
      }
      const identity: Identity = { user: given.username ?? "", mechanism: given.method };
      callback(null, { user: identity });
    },
    onRcptTo({ address }, _session, callback) {
      const line = refuse?.(address);
      if (line === undefined) return callback();
      const [, code, text] = /^([45]\d\d)(?: (.*))?$/.exec(line) ??
        ["", "451", `Cannot refuse with "${line}": it is no reply 4yz or 5yz`];
      callback(refusal(Number(code), text));
    },
    onData(stream, session, callback) {
      receive(stream, session).then((message) => {
        if (message) take(message);
        callback();
      }).catch((error) => callback(refusal(554, `Cannot read the message: ${error.message}`)));
    },
  };
}

/** An error that smtp-server sends as a reply. */
function refusal(responseCode: number, text = ""): Error {
  return Object.assign(new Error(text), { responseCode });
}

function proves(given: SMTPServerAuthentication, expected: { user: string; password: string }): boolean {
  if (given.username !== expected.user) return false;
  if (given.method === "CRAM-MD5") return given.validatePassword(expected.password);
  return (given.method === "XOAUTH2" ? given.accessToken : given.password) === expected.password;
}

/** Reads one message to its end; `undefined` if it was too large, which smtp-server answers 552. */
async function receive(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<CaughtMessage | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of stream) {
    if (stream.sizeExceeded) chunks.length = 0; // Read on to the final dot, but keep nothing.
    else chunks.push(chunk);
  }
  if (stream.sizeExceeded) return undefined;
  const { mailFrom, rcptTo } = session.envelope;
  const identity: Identity | undefined = session.user || undefined;
  const receivedAt = new Date();
  const octets = await new Blob(chunks).bytes();
  return {
    envelope: {
      reversePath: mailFrom === false ? "" : mailFrom.address,
      forwardPaths: rcptTo.map(({ address }) => address),
    },
    octets,
    secure: session.secure,
    user: identity?.user,
    mechanism: identity?.mechanism,
    parsed: await PostalMime.parse(octets),
    receivedAt,
  };
}
