import type { Credentials } from "../../mod.ts";
import type { Connection } from "./connection.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { SECRET_OPTIONS } from "./option_groups.ts";
import type { Setting, Settings } from "./settings.ts";
import { readText } from "./unreadable.ts";

/** Google shows an app password in four groups of four letters; the spaces are not part of it. */
const APP_PASSWORD = /^[a-z]{4}(?:\s[a-z]{4}){3}$/i;

/** A password or a token, and the option or variable that it came from. */
interface Secret extends Setting {
  readonly token: boolean;
}

/**
 * Finds the user and the secret, and asks for the secret when that is possible.
 *
 * @param settings The settings.
 * @param io The world.
 * @param connection What the URL says of the login, and what is known of the provider.
 * @returns The credentials; `undefined` when there is no user, or AUTH is not wanted.
 * @throws {CliError} If there is a user and no secret or the other way round, or the secret cannot be read.
 */
export async function readCredentials(
  settings: Settings,
  io: Io,
  { login, note }: Pick<Connection, "login" | "note"> = {},
): Promise<Credentials | undefined> {
  const auth = settings.get("auth")?.value;
  if (auth === "none") return undefined;
  const set = settings.get("user");
  // A URL on the command line wins over a variable, as every option does.
  const user = login?.user && (login.source === "--url" || !set) && set?.source !== "--user"
    ? { value: login.user, source: login.source }
    : set;
  const given = await readGiven(settings, io);
  const fromUrl = login?.password === undefined
    ? undefined
    : { value: login.password, source: login.source, token: false };
  const secret = given ?? (login?.source === "--url" ? fromUrl : undefined) ??
    readVariables(settings, auth) ?? fromUrl;
  if (!user) {
    if (!secret) return undefined;
    throw new CliError(`Cannot log in: --user is missing (or SMTP_USER), and ${secret.source} is given`);
  }
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(user.value)) {
    throw new CliError(`Cannot read ${user.source}: it has a control character`);
  }
  const found = checked(secret ?? await ask(settings, io, { user: user.value, note }));
  if (found.token) return { user: user.value, accessToken: found.value };
  const password = APP_PASSWORD.test(found.value) ? found.value.replace(/\s/g, "") : found.value;
  return { user: user.value, password };
}

/** The secret that an option names. */
async function readGiven(settings: Settings, io: Io): Promise<Secret | undefined> {
  const { given } = settings;
  const [way, second] = SECRET_OPTIONS.filter((name) => given.has(name) || given.value(name) !== undefined);
  if (second) throw new CliError(`Cannot read --${second}: --${way} is given too`);
  if (!way) return undefined;
  const value = given.value(way) ?? "";
  const secret = (text: string): Secret => ({
    value: text.split(/\r?\n/, 1)[0],
    source: `--${way}`,
    token: way.startsWith("token"),
  });
  switch (way) {
    case "password-env": {
      const found = settings.variable(value);
      if (found) return secret(found.value);
      throw new CliError(
        `Cannot read --password-env: the variable ${JSON.stringify(value)} is not set`,
        EXIT.CONFIG,
        {
          code: "cli.password",
          hint: `Set it, and let it be read: --allow-env=${value}.`,
        },
      );
    }
    case "password-file":
    case "token-file":
      return secret(await readText(io, `--${way}`, value));
    case "password-stdin":
      return secret(decode(await io.readStdin()));
    case "password-command":
    case "token-command": {
      const { printed } = await import("./secret_command.ts");
      return secret(await printed(`--${way}`, value, io));
    }
  }
}

/** The secret that a variable holds: a token before a password, unless the mechanisms take only a password. */
function readVariables(settings: Settings, auth: string | undefined): Secret | undefined {
  const token = settings.variable("SMTP_TOKEN") ?? settings.variable("SMTP_OAUTH_TOKEN");
  const password = settings.variable("SMTP_PASSWORD") ?? settings.variable("SMTP_PASS");
  const takesToken = auth === undefined || /\b(?:XOAUTH2|OAUTHBEARER)\b/i.test(auth);
  if (token && (takesToken || !password)) return { ...token, token: true };
  return password && { ...password, token: false };
}

async function ask(
  { given }: Settings,
  io: Io,
  { user, note }: { user: string; note?: string },
): Promise<Secret> {
  const may = io.stdinIsTerminal && io.stderrIsTerminal && !given.has("no-input") && !io.env("CI");
  if (may && note) io.err(`${note}\n`);
  const value = may ? await io.askSecret(`Password for ${user}:`) : null;
  if (value !== null) return { value, source: "the password", token: false };
  throw new CliError(`Cannot log in as ${user}: there is no password`, EXIT.CONFIG, {
    code: "cli.password",
    hint: `Set SMTP_PASSWORD, or give --password-file, --password-command or --password-stdin.${
      note ? ` ${note}` : ""
    }`,
  });
}

/** Refuses what cannot be a secret, without saying what it was. */
function checked(secret: Secret): Secret {
  const { value, source, token } = secret;
  const kind = token ? "token" : "password";
  // RFC 6750 section 2.1 for tokens.
  const odd = token ? !/^[!-~]+$/.test(value) : /[\0\r\n]/.test(value);
  const fault = value === "" ? "is empty" : odd ? "has a character that none can have" : undefined;
  if (!fault) return secret;
  throw new CliError(`Cannot read ${source}: the ${kind} ${fault}`, EXIT.CONFIG, { code: "cli.password" });
}

function decode(octets: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    throw new CliError("Cannot read --password-stdin: it is not UTF-8", EXIT.DATAERR, {
      code: "cli.not_utf8",
    });
  }
}
