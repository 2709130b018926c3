import type { TlsMode } from "../../mod.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Preset } from "./presets.ts";
import { malformed, type Setting, type Settings } from "./settings.ts";

/** What a server's setting says. */
export interface Place {
  readonly hostname: string;
  readonly port?: number;
  readonly tls?: TlsMode;
  /** What a URL says of the login. */
  readonly login?: { readonly user?: string; readonly password?: string; readonly source: string };
  readonly preset?: Preset;
}

/**
 * Reads `smtp://user@host:port` or `smtps://…`; the URL is never repeated, for there may be a password in it.
 *
 * @param setting The URL.
 * @param settings The settings.
 * @param io Receives a warning when there is a password in it.
 * @returns What it says.
 * @throws {CliError} If it is not of that form.
 */
export function readUrl({ source, value }: Setting, settings: Settings, io: Io): Place {
  const refuse = (found: string) =>
    new CliError(`Cannot read ${source}: ${found}`, EXIT.USAGE, {
      hint:
        "It reads smtp://user@host:port, or smtps:// for implicit TLS; write @ : / # % in a user or password " +
        "as %40 %3A %2F %23 %25.",
    });
  const url = URL.parse(value);
  if (url?.protocol !== "smtp:" && url?.protocol !== "smtps:") throw refuse("it is not smtp:// or smtps://");
  if (url.search || url.hash || !["", "/"].includes(url.pathname)) {
    throw refuse("something follows host and port");
  }
  const hostname = decode(url.hostname.replace(/^\[(.*)\]$/, "$1"));
  // deno-lint-ignore no-control-regex -- control characters are among what is refused
  if (!hostname || /[\x00-\x20\x7f/@:]/.test(hostname) !== url.hostname.startsWith("[")) {
    throw refuse("its host is no host name");
  }
  const [user, password] = [decode(url.username), decode(url.password)];
  if (user === undefined || password === undefined) {
    throw refuse("a percent sign is not followed by two digits");
  }
  if (password && !settings.given.has("quiet")) {
    const seen = source === "--url" ? "other users of this machine can see it" : "URLs end up in logs";
    io.err(`warning: ${source} holds a password, and ${seen}; SMTP_PASSWORD keeps it apart\n`);
  }
  return {
    hostname,
    port: url.port === "" ? undefined : readPort({ source, value: url.port }),
    tls: url.protocol === "smtps:" ? "implicit" : undefined,
    login: { user: user || undefined, password: password || undefined, source },
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a port.
 *
 * @param setting The port, if one is given.
 * @returns The port.
 * @throws {CliError} If it is not a whole number from 1 to 65535.
 */
export function readPort(setting: Setting | undefined): number | undefined {
  if (!setting) return undefined;
  const port = Number(setting.value);
  if (/^\d{1,5}$/.test(setting.value) && port >= 1 && port <= 65_535) return port;
  throw malformed(setting, "is no port (1 to 65535)");
}
