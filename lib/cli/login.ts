import type { StageOptions } from "../../mod.ts";
import type { Connection } from "./connection.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { SECRET_OPTIONS, SECRET_VARIABLES } from "./option_groups.ts";
import type { Settings } from "./settings.ts";

/** The mechanisms that a password or a token can be given for. */
const MECHANISMS: readonly string[] = [
  "SCRAM-SHA-512",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1",
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
  "OAUTHBEARER",
  "XOAUTH2",
];

/** What the stages are told of the login. */
export type Login = Pick<StageOptions, "credentials" | "mechanisms" | "allowCleartextAuth">;

/**
 * Reads the options of the group "Login"; the secret last, since it may have to be asked for.
 *
 * @param settings The settings.
 * @param io The world.
 * @param connection What the URL says of the login.
 * @returns What the stages are told.
 * @throws {CliError} If a mechanism is unknown, or there is no secret.
 */
export async function readLogin(settings: Settings, io: Io, connection: Connection): Promise<Login> {
  const mechanisms = await readMechanisms(settings);
  const allowCleartextAuth = settings.given.has("insecure-auth");
  if (allowCleartextAuth) {
    io.err("warning: --insecure-auth lets the password cross a connection that anyone on the way can read\n");
  }
  const { given } = settings;
  const asked = settings.get("user") || connection.login ||
    SECRET_OPTIONS.some((name) => given.has(name) || given.value(name) !== undefined) ||
    SECRET_VARIABLES.some((name) => settings.variable(name));
  // The code for it is loaded only when somebody logs in.
  if (!asked) return {};
  const { readCredentials } = await import("./secret.ts");
  return { credentials: await readCredentials(settings, io, connection), mechanisms, allowCleartextAuth };
}

async function readMechanisms(settings: Settings): Promise<readonly string[] | undefined> {
  const setting = settings.get("auth");
  if (!setting || setting.value === "none") return undefined;
  const names = setting.value.split(",").map((name) => name.trim().toUpperCase());
  const odd = names.find((name) => !MECHANISMS.includes(name));
  if (odd === undefined) return names;
  const { nearest } = await import("./nearest.ts");
  const close = nearest(odd, MECHANISMS);
  const meant = close ? `did you mean ${close}?` : `there are ${MECHANISMS.join(", ")} and none`;
  throw new CliError(
    `Cannot read ${setting.source}: ${JSON.stringify(odd)} is no mechanism known here; ${meant}`,
  );
}

/**
 * Sees to it that the connection is permitted, before anything is asked or read, and without a prompt.
 *
 * @param options Where to connect.
 * @param io The world.
 * @throws {CliError} If it is not; the flag is named.
 */
export function checkNet({ hostname, port }: Connection["options"], io: Io): void {
  if (io.mayConnect(hostname, port)) return;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  throw new CliError(`Cannot connect to ${host}:${port}: Deno does not permit it`, EXIT.OSERR, {
    code: "cli.permission",
    hint: `Run it with --allow-net=${host}:${port}.`,
  });
}
