import { createTransport, type TlsMode, type TransportOptions } from "../../mod.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { PRESETS } from "./presets.ts";
import { malformed, type Setting, type Settings } from "./settings.ts";
import { readText } from "./unreadable.ts";
import { type Place, readPort, readUrl } from "./url.ts";

/** Where to connect and how, and what was said of the login along with it. */
export interface Connection {
  readonly options: TransportOptions & { readonly port: number };
  /** The user and password of the URL, and where they stood. */
  readonly login?: Place["login"];
  /** What is known of the provider. */
  readonly note?: string;
}

const MODES: readonly TlsMode[] = ["auto", "starttls", "implicit", "off"];

const TIME = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)$/;
const UNIT = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Reads the options of the group "Server".
 *
 * @param settings The settings.
 * @param io The world; receives warnings.
 * @returns The connection; `undefined` when no server is named.
 * @throws {CliError} If one of them is malformed, or TLS cannot work like this on that port.
 */
export async function readConnection(settings: Settings, io: Io): Promise<Connection | undefined> {
  const place = readPlace(settings, io);
  if (!place) return undefined;
  const { hostname, login, preset } = place;
  const asked = readTls(settings, place.port ?? preset?.port, io);
  const tls = asked?.mode ?? place.tls ?? preset?.tls;
  const port = place.port ?? preset?.port ?? (tls === "implicit" ? 465 : 587);
  const ca = settings.get("ca");
  const options = {
    hostname,
    port,
    tls,
    caCerts: ca && [await readAuthority(io, ca)],
    name: readName(settings),
  };
  try {
    // What can never work is said before anything else is read or asked.
    createTransport(options);
  } catch (error) {
    const message = (error as Error).message.replace(/tls "(\w+)"/, `${asked?.source ?? "--tls"} $1`);
    throw new CliError(message, EXIT.USAGE, { cause: error });
  }
  return { options, login, note: preset?.note };
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

async function readAuthority(io: Io, { source, value }: Setting): Promise<string> {
  const text = await readText(io, source, value);
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new CliError(`Cannot read ${source} "${value}": there is no certificate in PEM in it`, EXIT.DATAERR, {
    code: "cli.malformed",
  });
}

function readName(settings: Settings): string | undefined {
  const name = settings.get("ehlo");
  if (!name || /^[!-~]{1,255}$/.test(name.value)) return name?.value;
  throw malformed(name, "is not one word of printable ASCII");
}

function readPlace(settings: Settings, io: Io): Place | undefined {
  const [server, url] = [settings.get("server"), settings.get("url")];
  const isOption = server?.source === "--server";
  if (isOption && url?.source === "--url") {
    throw new CliError("Cannot read --url: --server is given too, and they say the same");
  }
  // An option wins over a variable; among variables SMTP_URL says more.
  if (url && !isOption) return readUrl(url, settings, io);
  if (!server) return undefined;
  const preset = Object.hasOwn(PRESETS, server.value) ? PRESETS[server.value] : undefined;
  const [, literal, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(server.value) ?? [];
  const hostname = preset?.hostname ?? literal ?? name;
  if (server.value.includes("@") || server.value.includes("//")) {
    // Not repeated: there may be a password in it.
    throw new CliError(`Cannot read ${server.source}: it is not HOST or HOST:PORT`, EXIT.USAGE, {
      hint: "A URL is given by --url, a user by --user.",
    });
  }
  // deno-lint-ignore no-control-regex -- control characters are among what is refused
  if (!hostname || /[\x00-\x20\x7f/]/.test(hostname)) {
    throw malformed(server, "is not HOST or HOST:PORT (an IPv6 address stands in brackets)");
  }
  const own = port === undefined ? undefined : { value: port, source: server.source };
  // A port of the environment belongs to the host of the environment.
  const apart = settings.get("port");
  const fits = apart && (apart.source.startsWith("--") || !isOption);
  return { hostname, port: readPort(own ?? (fits ? apart : undefined)), preset };
}

function readTls(
  settings: Settings,
  port: number | undefined,
  io: Io,
): { mode: TlsMode; source: string } | undefined {
  const setting = settings.get("tls");
  if (setting) {
    const mode = MODES.find((one) => one === setting.value);
    if (mode) return { mode, source: setting.source };
    throw malformed(setting, `is not one of ${MODES.join(", ")}`);
  }
  const secure = settings.variable("SMTP_SECURE");
  if (!secure || secure.value === "false") return undefined;
  const { source } = secure;
  if (secure.value !== "true") throw malformed(secure, "is neither true nor false");
  if (port !== undefined && port !== 587 && port !== 25) return { mode: "implicit", source };
  const where = `which port ${port ?? 587} does not speak`;
  io.err(`warning: ${source} asks for TLS from the first octet, ${where}; using starttls\n`);
  return { mode: "starttls", source };
}
