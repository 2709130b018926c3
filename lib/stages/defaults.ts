import type { Credentials } from "../sasl/credentials.ts";
import { auth } from "./auth.ts";
import { connect } from "./connect.ts";
import { data } from "./data.ts";
import { ehlo } from "./ehlo.ts";
import { envelope } from "./envelope.ts";
import { quit } from "./quit.ts";
import type { Stages } from "./stage.ts";
import { tls } from "./tls.ts";
import type { TlsMode } from "./tls_mode.ts";

/** What the default stages can be told. */
export interface StageOptions {
  /**
   * How the connection is secured.
   * @default {"auto"}
   */
  readonly tls?: TlsMode;
  /** Certificates of authorities to trust beside the system's, in PEM. */
  readonly caCerts?: readonly string[];
  /**
   * Our name in EHLO: a domain or an address literal.
   * @default The address literal of our end of the connection.
   */
  readonly name?: string;
  /** Who we are; absent, AUTH is not said. */
  readonly credentials?: Credentials;
  /** The only SASL mechanisms to use, in order of preference. */
  readonly mechanisms?: readonly string[];
  /**
   * Whether a secret may cross a connection that is neither secured nor on this machine.
   * @default {false}
   */
  readonly allowCleartextAuth?: boolean;
  /**
   * What to do when some recipients are refused.
   * @default {"deliver"}
   */
  readonly partial?: "deliver" | "abort";
  /**
   * Whether commands leave in groups where the server offers PIPELINING.
   * @default {true}
   */
  readonly pipelining?: boolean;
  /**
   * Whether BDAT is used where the server offers CHUNKING.
   * @default {false}
   */
  readonly chunking?: boolean;
}

/**
 * Makes the seven stages.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { defaultStages } from "@stagecoach/smtp";
 *
 * const stages = defaultStages({ tls: "starttls", credentials: { user: "ann", password: "secret" } });
 * assert(Object.keys(stages).join() === "connect,ehlo,tls,auth,envelope,data,quit");
 * ```
 *
 * @param options What they are to do; everything has a safe default.
 * @returns The stages, to be run as they are or given to plugins.
 * @throws {TypeError} If an option is malformed.
 */
export function defaultStages(options: StageOptions = {}): Stages {
  return {
    connect: connect(options),
    ehlo: ehlo(options),
    tls: tls(options),
    auth: auth(options),
    envelope: envelope(options),
    data: data(options),
    quit: quit(),
  };
}
