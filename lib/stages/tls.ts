import { complete, ConnectionError, PolicyError, SmtpError, type StageName } from "../errors.ts";
import type { Channel } from "../wire/channel.ts";
import { command } from "../wire/command.ts";
import { refusal } from "./refusal.ts";
import type { Context, Stages } from "./stage.ts";
import type { TlsMode } from "./tls_mode.ts";

/** How to secure the connection. */
export interface TlsStageOptions {
  /**
   * Whether TLS is asked for, and whether the session may go on without.
   * @default {"auto"}
   */
  readonly tls?: TlsMode;
  /** Certificates of authorities to trust beside the system's, in PEM. */
  readonly caCerts?: readonly string[];
}

/**
 * Upgrades to TLS by STARTTLS (RFC 3207), certificate and host name verified, handshake awaited.
 *
 * What EHLO said before is forgotten: the stage then gives `Connected`, and EHLO is said again.
 *
 * @param options How to secure the connection.
 * @returns The `tls` stage. It throws a {@linkcode PolicyError} when TLS is required and not offered, a
 * {@linkcode ReplyError} when STARTTLS is refused, a {@linkcode ConnectionError} when the handshake fails.
 */
export function tls(options: TlsStageOptions = {}): Stages["tls"] {
  const { tls: mode = "auto", caCerts } = options;
  return async (greeted, cx) => {
    const { channel, extensions } = greeted;
    if (channel.peer.secure || mode === "off") return greeted;
    if (!extensions.has("STARTTLS")) {
      if (mode === "auto" && channel.peer.loopback) return greeted;
      throw new PolicyError("Cannot start TLS: the server does not offer STARTTLS", {
        code: "tls.not_offered",
        stage: "tls",
        command: "STARTTLS",
        hint:
          "The connection would be readable by anyone on the way. Use port 465 with implicit TLS if the server has it; " +
          "if STARTTLS is offered from another network, something here removes it.",
        transcript: channel.transcript,
      });
    }
    const reply = await channel.send(command("STARTTLS"), cx).reply(cx);
    if (reply.code !== 220) throw await refusal(channel, reply, { stage: "tls", command: "STARTTLS" });
    return {
      state: "connected",
      channel: await secure(channel, { stage: "tls", implicit: false, caCerts }, cx),
    };
  };
}

/** Which stage asks for TLS, and how. */
interface Securing {
  readonly stage: StageName;
  readonly implicit: boolean;
  readonly caCerts?: readonly string[];
}

/**
 * Runs the handshake and says in plain words what is wrong when it fails.
 *
 * @param channel The plain channel; dead afterwards.
 * @param how Which stage asks, and how.
 * @param cx Stops the handshake.
 * @returns The secured channel.
 */
export async function secure(channel: Channel, how: Securing, cx: Context): Promise<Channel> {
  const { hostname, port } = channel.peer;
  try {
    return await channel.startTls({ hostname, caCerts: how.caCerts }, cx);
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    // Aborted, or data ahead of the handshake: these say what they are.
    if (cx.signal.aborted || error.code !== "connect.lost") throw complete(error, { stage: how.stage });
    const { adviseTls } = await import("../advice/tls.ts");
    const { code, meaning, hint } = adviseTls(error.cause, { hostname, port, implicit: how.implicit });
    throw new ConnectionError(`Cannot start TLS with ${hostname}: ${meaning}`, {
      code,
      hint,
      stage: how.stage,
      command: how.implicit ? undefined : "STARTTLS",
      retryable: false,
      transcript: channel.transcript,
      cause: error.cause,
    });
  }
}
