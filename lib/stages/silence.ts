import { ConnectionError } from "../errors.ts";
import type { Context, Target } from "./stage.ts";

/** What rustls says once the peer has answered in TLS, though not to its liking. */
const ANSWERED_IN_TLS = /invalid peer certificate|received fatal alert|AlertReceived/;

/** How long the answer to the question may take, in milliseconds. */
const ANSWER_MS = 3_000;

/**
 * Waits for a server to speak first. One that is silent is asked in TLS meanwhile, on a connection of its own: a port of
 * implicit TLS waits for the client, and both would wait until the time limit.
 *
 * @param target Where to ask.
 * @param cx Stops both.
 * @param silentMs After how many milliseconds of silence it is asked.
 * @param wait Waits for the server to speak.
 * @returns What the wait gives.
 * @throws {ConnectionError} `tls.mode_mismatch`, if the server answers in TLS.
 */
export async function askWhenSilent<T>(
  target: Target,
  cx: Context,
  silentMs: number,
  wait: (cx: Context) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(cx.signal.reason);
  if (cx.signal.aborted) stop();
  cx.signal.addEventListener("abort", stop);
  // The timer of a signal costs a cold start a tenth of setTimeout.
  const silence = AbortSignal.timeout(silentMs);
  let asking: Promise<void> | undefined;
  const ask = () => {
    asking = speaksTls(target, controller.signal).then((yes) => {
      if (yes) controller.abort(mismatch(target));
    });
  };
  silence.addEventListener("abort", ask);
  try {
    return await wait({ ...cx, signal: controller.signal });
  } finally {
    silence.removeEventListener("abort", ask);
    cx.signal.removeEventListener("abort", stop);
    controller.abort();
    await asking;
  }
}

/** Whether a server answers a TLS client; a certificate that cannot be verified is an answer too. */
async function speaksTls({ hostname, port }: Target, signal: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  let conn: Deno.TcpConn | Deno.TlsConn | undefined;
  const close = () => {
    try {
      conn?.close();
    } catch {
      // A handshake that failed has closed it.
    }
  };
  limit.addEventListener("abort", close);
  try {
    conn = await Deno.connect({ hostname, port, signal: limit });
    const secured = await Deno.startTls(conn, { hostname });
    conn = secured;
    if (limit.aborted) return false;
    await secured.handshake();
    return true;
  } catch (error) {
    return error instanceof Error && ANSWERED_IN_TLS.test(error.message);
  } finally {
    limit.removeEventListener("abort", close);
    close();
  }
}

function mismatch({ hostname, port }: Target): ConnectionError {
  return new ConnectionError(`Cannot connect to ${hostname}:${port}: the server speaks TLS at once here`, {
    code: "tls.mode_mismatch",
    stage: "connect",
    retryable: false,
    hint: 'The server waits for TLS here: use tls: "implicit" (`--tls implicit`), usual for 465.',
  });
}
