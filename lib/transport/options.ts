import { type TimeLimits, timeLimits } from "../plugins/time_limits.ts";
import { defaultStages, type StageOptions } from "../stages/defaults.ts";
import { extend, type Plugin } from "../stages/plugin.ts";
import type { Stages, Target } from "../stages/stage.ts";
import { isImplicit } from "../stages/tls_mode.ts";
import type { RetryOptions } from "./retry.ts";

/** Where to send and how. */
export interface TransportOptions extends StageOptions {
  /** The server's name or IP address; its certificate must be valid for it. */
  readonly hostname: string;
  /**
   * The TCP port, 1 to 65535.
   * @default {587}, or 465 with `tls: "implicit"`. RFC 8314 section 3.3.
   */
  readonly port?: number;
  /** Plugins around the default stages; the last listed is outermost. */
  readonly plugins?: readonly Plugin[];
  /**
   * For how long nothing may happen in a stage, in milliseconds.
   * @default Those of RFC 5321 section 4.5.3.2.
   */
  readonly timeLimits?: Partial<TimeLimits>;
  /**
   * Whether a message is sent again to those whom it certainly has not reached and may reach later: after 4yz, a time-out, a
   * lost connection. Never when the outcome is not known.
   * @default {false}
   */
  readonly retry?: boolean | RetryOptions;
}

/** How one message is sent. */
export interface SendOptions {
  /** Stops the send and closes its session. */
  readonly signal?: AbortSignal;
  /** How long the whole send may take, in milliseconds: connecting, if need be, included. */
  readonly deadlineMs?: number;
}

/**
 * Reads the target of a transport.
 *
 * @throws {TypeError} If the host name is missing, or the mode of TLS cannot work on the port.
 * @throws {RangeError} If the port is not one.
 */
export function readTarget(options: TransportOptions): Target {
  const { hostname, tls = "auto" } = options;
  // deno-lint-ignore no-control-regex -- control characters are among what is refused
  const odd = /[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff/@]/u;
  if (typeof hostname !== "string" || hostname === "" || odd.test(hostname)) {
    throw new TypeError(`Cannot connect: ${JSON.stringify(hostname)} is no host name`);
  }
  const port = options.port ?? (tls === "implicit" ? 465 : 587);
  isImplicit(tls, port);
  return { hostname, port };
}

/** Makes the stages of a transport: the default ones, the caller's plugins, and time limits around all, swapped ones too. */
export function makeStages(options: TransportOptions): Stages {
  return extend(defaultStages(options), ...options.plugins ?? [], timeLimits(options.timeLimits));
}

/** Makes the signal of one send. */
export function makeSignal({ signal, deadlineMs }: SendOptions): AbortSignal {
  if (deadlineMs !== undefined && !(deadlineMs > 0)) {
    throw new RangeError(`Cannot send within ${deadlineMs} ms: deadlineMs is a positive number`);
  }
  if (deadlineMs === undefined) return signal ?? new AbortController().signal;
  const deadline = AbortSignal.timeout(deadlineMs);
  return signal ? AbortSignal.any([signal, deadline]) : deadline;
}
