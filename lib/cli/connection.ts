import type { TlsMode, TransportOptions } from "../../mod.ts";
import { CliError } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { type Preset, PRESETS } from "./presets.ts";
import { type Setting, type Settings, unreadable } from "./settings.ts";

/** Where to connect and how, and what the URL says of the login. */
export interface Connection {
  readonly options: TransportOptions;
  readonly user?: string;
  readonly password?: string;
}

const TIME = /^(\d+(?:\.\d+)?)(ms|s|m)$/;
const UNIT = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Reads the options of the group "Server".
 *
 * @param settings The settings.
 * @param io The world; receives warnings.
 * @returns The connection; `undefined` when no server is named.
 * @throws {CliError} If one of them is malformed.
 */
export async function readConnection(settings: Settings, io: Io): Promise<Connection | undefined> {
  const place = readPlace(settings, io);
  if (!place) return undefined;
  const { hostname, port, user, password, preset } = place;
  const tls = readTls(settings, port ?? preset?.port, io) ?? place.tls ?? preset?.tls;
  const ca = settings.get("ca");
  const caCerts = ca && [await readText(io, ca.source, ca.value)];
  const name = settings.get("ehlo")?.value;
  const options = { hostname, port: port ?? preset?.port, tls, caCerts, name };
  return { options, user, password };
}

/** Reads a text file named by an option. */
export async function readText(io: Io, option: string, path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await io.readFile(path));
  } catch (error) {
    throw unreadable(option, path, error);
  }
}

/** Reads `--timeout`; in milliseconds. */
export function readDeadline(settings: Settings): number | undefined {
  const setting = settings.get("timeout");
  if (!setting) return undefined;
  const [, count, unit] = TIME.exec(setting.value) ?? [];
  const ms = Number(count) * UNIT[unit as keyof typeof UNIT];
  if (ms > 0) return ms;
  throw malformed(setting, "is no time such as 30s, 2m or 500ms");
}

/** The error for a setting that cannot be read. */
export function malformed({ source, value }: Setting, why: string): CliError {
  return new CliError(`Cannot read ${source}: ${JSON.stringify(value)} ${why}`);
}

interface Place {
  readonly hostname: string;
  readonly port?: number;
  readonly tls?: TlsMode;
  readonly user?: string;
  readonly password?: string;
  readonly preset?: Preset;
}

function readPlace(settings: Settings, io: Io): Place | undefined {
  const [server, url] = [settings.get("server"), settings.get("url")];
  if (server?.source === "--server" && url?.source === "--url") {
    throw new CliError("Cannot read --url: --server is given too, and they say the same");
  }
  // An option wins over a variable; among variables SMTP_URL says more.
  if (url && !(server?.source === "--server")) return readUrl(url, io);
  if (!server) return undefined;
  const preset = Object.hasOwn(PRESETS, server.value) ? PRESETS[server.value] : undefined;
  if (preset) return { hostname: preset.hostname, port: readPort(settings.get("port")), preset };
  const [, literal, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(server.value) ?? [];
  const hostname = literal ?? name;
  if (!hostname) throw malformed(server, "is not HOST or HOST:PORT (an IPv6 address stands in brackets)");
  const own = port === undefined ? undefined : { value: port, source: server.source };
  return { hostname, port: readPort(own ?? settings.get("port")) };
}

function readPort(setting: Setting | undefined): number | undefined {
  if (!setting) return undefined;
  const port = Number(setting.value);
  if (/^\d{1,5}$/.test(setting.value) && port >= 1 && port <= 65_535) return port;
  throw malformed(setting, "is no port (1 to 65535)");
}

function readUrl(setting: Setting, io: Io): Place {
  const url = URL.parse(setting.value);
  const tls = url?.protocol === "smtps:" ? "implicit" : undefined;
  if (!url || (!tls && url.protocol !== "smtp:") || url.hostname === "") {
    // Not repeated: there may be a password in it.
    throw new CliError(`Cannot read ${setting.source}: it is not smtp://[user@]host[:port] or smtps://…`);
  }
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  if (password) {
    io.err(`warning: ${setting.source} holds a password; others may see it in the list of processes\n`);
  }
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? undefined : Number(url.port);
  return { hostname, port, tls, user: user || undefined, password: password || undefined };
}

function readTls(settings: Settings, port: number | undefined, io: Io): TlsMode | undefined {
  const setting = settings.get("tls");
  if (setting) {
    const { value } = setting;
    if (value === "auto" || value === "starttls" || value === "implicit" || value === "off") return value;
    throw malformed(setting, "is not auto, starttls, implicit or off");
  }
  const secure = settings.variable("SMTP_SECURE");
  if (!secure || secure.value === "false") return undefined;
  if (secure.value !== "true") throw malformed(secure, "is neither true nor false");
  if (port !== undefined && port !== 587 && port !== 25) return "implicit";
  io.err(
    `warning: ${secure.source} asks for TLS at once, which port ${
      port ?? 587
    } does not speak; using starttls\n`,
  );
  return "starttls";
}
