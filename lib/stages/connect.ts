import { complete, ConnectionError, ProtocolError, SmtpError } from "../errors.ts";
import { Channel } from "../wire/channel.ts";
import { aborted } from "../wire/death.ts";
import { type Duplex, fromConn } from "../wire/duplex.ts";
import { isLoopback, type Peer } from "../wire/peer.ts";
import { refusal } from "./refusal.ts";
import { askWhenSilent } from "./silence.ts";
import type { Connected, Context, Stages, Target } from "./stage.ts";
import { secure } from "./tls.ts";
import { isImplicit, type TlsMode } from "./tls_mode.ts";

/** How to connect. */
export interface ConnectOptions {
  /**
   * How the connection is secured; here only whether TLS comes first.
   * @default {"auto"}
   */
  readonly tls?: TlsMode;
  /** Certificates of authorities to trust beside the system's, in PEM. */
  readonly caCerts?: readonly string[];
  /**
   * After how many milliseconds of silence a server that should speak first is asked whether it speaks TLS.
   * @default {3000}
   */
  readonly askAfterMs?: number;
}

/**
 * Opens a TCP connection, with TLS at once where that is the mode, and reads the greeting (RFC 5321 section 3.1).
 *
 * @param options How to connect.
 * @returns The `connect` stage. It throws a {@linkcode ConnectionError} when no connection comes about, a
 * {@linkcode ReplyError} when the greeting refuses, a {@linkcode ProtocolError} when the server does not speak SMTP.
 */
export function connect(options: ConnectOptions = {}): Stages["connect"] {
  const { tls = "auto", caCerts, askAfterMs = 3_000 } = options;
  return async (target, cx) => {
    const implicit = isImplicit(tls, target.port);
    if (target.hostname === "") throw new TypeError("Cannot connect: the host name is empty");
    const warm = tls === "off" ? undefined : warmUpTls(target);
    let channel: Channel | undefined;
    try {
      const conn = await dial(target, cx);
      channel = new Channel(fromConn(conn), peerOf(conn, target));
      cx.trace({ kind: "connected", address: addressOf(conn) });
      await warm;
      if (!implicit) return await askWhenSilent(target, cx, askAfterMs, (cx) => greet(channel!, cx));
      channel = await secure(channel, { stage: "connect", implicit, caCerts }, cx);
      return await greet(channel, cx);
    } catch (error) {
      channel?.close();
      await warm;
      throw error;
    }
  };
}

/**
 * Makes the `connect` stage of streams of one's own: a proxy, a Unix socket, a test's script.
 *
 * @param open Gives the stream, and what is known of the peer beside its name.
 * @returns The `connect` stage; it reads the greeting.
 */
export function connectOver(
  open: (target: Target, cx: Context) => Promise<{ stream: Duplex; peer?: Partial<Peer> }>,
): Stages["connect"] {
  return async (target, cx) => {
    const { stream, peer } = await open(target, cx);
    return await greet(new Channel(stream, { ...target, secure: false, loopback: false, ...peer }), cx);
  };
}

async function greet(channel: Channel, cx: Context): Promise<Connected> {
  try {
    const reply = await channel.expect("", cx).reply(cx);
    if (reply.code === 220) return { state: "connected", channel };
    throw await refusal(channel, reply, { stage: "connect", command: "" });
  } catch (error) {
    channel.close();
    if (!(error instanceof ProtocolError) || error.code !== "protocol.malformed_reply") throw error;
    throw new ProtocolError(error.message.replace("read reply", "read greeting"), {
      code: "protocol.not_smtp",
      stage: "connect",
      hint:
        'What answers there is not an SMTP server, or it speaks TLS at once: check host and port, or use tls "implicit".',
      transcript: channel.transcript,
      cause: error,
    });
  }
}

async function dial(target: Target, cx: Context): Promise<Deno.TcpConn> {
  try {
    const conn = await Deno.connect({ ...target, transport: "tcp", signal: cx.signal });
    // Two small writes in a row would otherwise wait 40 ms for the peer's delayed acknowledgment.
    conn.setNoDelay(true);
    return conn;
  } catch (error) {
    const to = `${target.hostname}:${target.port}`;
    // A missing permission is the caller's to give; Deno's own error names the flag.
    if (error instanceof Deno.errors.NotCapable || error instanceof SmtpError) throw error;
    if (cx.signal.aborted) throw complete(aborted(cx.signal.reason), { stage: "connect" });
    const { adviseConnect } = await import("../advice/connect.ts");
    const { code, meaning, hint } = adviseConnect(error, target);
    throw new ConnectionError(`Cannot connect to ${to}: ${meaning}`, {
      code,
      hint,
      stage: "connect",
      retryable: code !== "connect.no_such_host",
      cause: error,
    });
  }
}

function peerOf(conn: Deno.TcpConn, target: Target): Peer {
  const { hostname, port } = target;
  const loopback = isLoopback(conn.remoteAddr.hostname);
  return { hostname, port, secure: false, loopback, localAddress: conn.localAddr.hostname };
}

function addressOf(conn: Deno.TcpConn): string {
  const { hostname, port } = conn.remoteAddr;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Has the platform load its cryptography while the network works: the first `Deno.startTls` of a process blocks for about
 * 25 ms otherwise. To this machine there is nothing to hide it behind, and often no TLS.
 */
async function warmUpTls(target: Target): Promise<void> {
  if (target.hostname === "localhost" || isLoopback(target.hostname)) return;
  await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
}
