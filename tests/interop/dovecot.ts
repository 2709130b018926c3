import { readGreeting, startDaemon } from "./daemon.ts";

/** Debian's place for the server. */
export const DOVECOT = "/usr/sbin/dovecot";

/** A name and the password that goes with it. */
export interface Account {
  readonly user: string;
  /** Holds no colon, which separates the fields of a passwd-file. */
  readonly password: string;
}

/** What {@linkcode startDovecot} has to know. */
export interface DovecotOptions {
  /** An existing folder that belongs to this server alone. */
  readonly folder: string;
  /** The path of the unix socket at which Postfix asks. */
  readonly socket: string;
  /** The mechanisms, separated by spaces. */
  readonly mechanisms: string;
  readonly accounts: readonly Account[];
  readonly signal: AbortSignal;
}

/**
 * Starts Dovecot with nothing but its authentication service, and waits until that answers.
 *
 * Passwords lie in the clear ({@link https://doc.dovecot.org/2.3/configuration_manual/authentication/password_schemes/ | `{PLAIN}`}),
 * because CRAM-MD5 and each SCRAM want to derive another secret from them.
 *
 * @returns The running daemon.
 */
export async function startDovecot(options: DovecotOptions): Promise<AsyncDisposable> {
  const { folder, socket, signal } = options;
  const users = options.accounts.map(({ user, password }) => `${user}:{PLAIN}${password}\n`);
  await Deno.writeTextFile(`${folder}/users`, users.join(""));
  await Deno.writeTextFile(`${folder}/dovecot.conf`, configuration(options));
  return await startDaemon([DOVECOT, "-F", "-c", `${folder}/dovecot.conf`], {
    folder,
    output: `${folder}/dovecot.log`,
    // Postfix gives up for a minute when it finds nobody at the socket, so that it must not be started too early.
    ready: (signal) => answers(socket, signal),
    signal,
  });
}

/** Without penalties and delays for failed attempts, which would slow down the tests of refusals. */
function configuration({ folder, socket, mechanisms }: DovecotOptions): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = ${mechanisms}
auth_username_chars =
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = ${folder}/users
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener ${socket} {
    mode = 0600
    user = postfix
  }
}
`;
}

async function answers(socket: string, signal: AbortSignal): Promise<true | undefined> {
  const greeting = await readGreeting(() => Deno.connect({ transport: "unix", path: socket }), signal);
  return greeting?.startsWith("VERSION\t") || undefined;
}
