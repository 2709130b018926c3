import type { Credentials } from "../../mod.ts";
import { readText } from "./connection.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Settings } from "./settings.ts";

/** How long a program may take to print a secret, in milliseconds. */
const COMMAND_MS = 30_000;

/** Google shows an app password in four groups of four letters; the spaces are not part of it. */
const APP_PASSWORD = /^[a-z]{4}(?: [a-z]{4}){3}$/;

/** What the URL says of the login. */
export interface UrlLogin {
  readonly user?: string;
  readonly password?: string;
}

/**
 * Finds the user and the secret, and asks for the secret when that is possible.
 *
 * @param settings The settings.
 * @param io The world.
 * @param url What the URL says.
 * @returns The credentials; `undefined` when there is no user, or AUTH is not wanted.
 * @throws {CliError} If there is a user and no secret, or the secret cannot be read.
 */
export async function readCredentials(
  settings: Settings,
  io: Io,
  url: UrlLogin = {},
): Promise<Credentials | undefined> {
  if (settings.get("auth")?.value === "none") return undefined;
  const user = settings.get("user")?.value ?? url.user;
  const token = await readToken(settings, io);
  const given = ["password-env", "password-file", "password-stdin", "password-command"].filter((name) =>
    settings.given.has(name) || settings.given.value(name) !== undefined
  );
  if (given.length > 1) throw new CliError(`Cannot read --${given[1]}: --${given[0]} is given too`);
  if (!user) {
    if (given.length === 0 && token === undefined) return undefined;
    throw new CliError("Cannot log in: --user is missing");
  }
  if (token !== undefined) return { user, accessToken: token };
  const password = await readPassword(settings, io, given[0]) ?? url.password ??
    await ask(settings, io, user);
  if (password === "") {
    throw new CliError("Cannot log in: the password is empty", EXIT.CONFIG, { code: "cli.password" });
  }
  return { user, password: APP_PASSWORD.test(password) ? password.replaceAll(" ", "") : password };
}

async function readPassword(
  settings: Settings,
  io: Io,
  way: string | undefined,
): Promise<string | undefined> {
  const { given } = settings;
  switch (way) {
    case "password-file":
      return firstLine(await readText(io, "--password-file", given.value("password-file")!));
    case "password-stdin":
      return firstLine(decode(await io.readStdin(), "--password-stdin"));
    case "password-command":
      return await runFor("--password-command", given.value("password-command")!, io);
    case "password-env": {
      const name = given.value("password-env")!;
      const found = settings.variable(name);
      if (found) return found.value;
      throw new CliError(`Cannot read --password-env: the variable ${name} is not set`, EXIT.CONFIG, {
        code: "cli.password",
        hint: `Set it, and let it be read: --allow-env=${name}.`,
      });
    }
  }
  return (settings.variable("SMTP_PASSWORD") ?? settings.variable("SMTP_PASS"))?.value;
}

async function readToken(settings: Settings, io: Io): Promise<string | undefined> {
  const { given } = settings;
  const [file, command] = [given.value("token-file"), given.value("token-command")];
  if (file !== undefined && command !== undefined) {
    throw new CliError("Cannot read --token-command: --token-file is given too");
  }
  if (file !== undefined) return firstLine(await readText(io, "--token-file", file));
  if (command !== undefined) return await runFor("--token-command", command, io);
  return (settings.variable("SMTP_TOKEN") ?? settings.variable("SMTP_OAUTH_TOKEN"))?.value;
}

async function ask(settings: Settings, io: Io, user: string): Promise<string> {
  const may = io.stdinIsTerminal && io.stderrIsTerminal && !settings.given.has("no-input") && !io.env("CI");
  const answer = may ? await io.askSecret(`Password for ${user}:`) : null;
  if (answer !== null) return answer;
  throw new CliError(`Cannot log in as ${user}: there is no password`, EXIT.CONFIG, {
    code: "cli.password",
    hint: "Set SMTP_PASSWORD, or give --password-file, --password-command or --password-stdin.",
  });
}

/** Runs a program for the secret that it prints; no shell reads the words. */
async function runFor(option: string, text: string, io: Io): Promise<string> {
  const argv = [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c);
  const fail = (found: string) =>
    new CliError(`Cannot read ${option}: "${argv[0] ?? ""}" ${found}`, EXIT.CONFIG, {
      code: "cli.password_command",
    });
  if (argv.length === 0) throw fail("is no program");
  try {
    const { code, stdout } = await io.run(argv, AbortSignal.timeout(COMMAND_MS));
    if (code !== 0) throw fail(`ended with exit code ${code}`);
    return firstLine(stdout);
  } catch (error) {
    if (error instanceof CliError || error instanceof Deno.errors.NotCapable) throw error;
    throw fail(
      error instanceof Deno.errors.NotFound ? "is not found" : "did not end within 30 s, or cannot be run",
    );
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0];
}

function decode(octets: Uint8Array, option: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    throw new CliError(`Cannot read ${option}: it is not UTF-8`, EXIT.DATAERR, { code: "cli.not_utf8" });
  }
}
