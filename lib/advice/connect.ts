import type { Advice } from "./advice.ts";
import { DOTTED_CODES } from "./dotted_codes.ts";

/** What one kind of failure means. */
interface ConnectRule {
  /** The name, the code (`ECONNREFUSED`) or the text of the platform's error. */
  readonly sign: RegExp;
  readonly code: string;
  readonly hint: (at: { hostname: string; port: number }) => string;
}

/** The rules in the order in which they are asked; the last one always fits. Lookups fail as plain errors, known by text. */
export const CONNECT_RULES: readonly ConnectRule[] = [
  {
    sign: /Temporary failure in name resolution|EAI_AGAIN|os error 11002/,
    code: "connect.dns_failed",
    hint: () => "Check that this machine is online and can reach its name server, then try again.",
  },
  {
    // Linux; Linux without addresses; macOS; Windows; a name that cannot be one.
    sign:
      /Name or service not known|No address associated|nodename nor servname|No such host|os error 1100[14]|URIError/,
    code: "connect.no_such_host",
    hint: ({ hostname }) => {
      const mail = /^(?:mail|smtp)\./i.test(hostname)
        ? ""
        : " Its name is often not that of the mail domain.";
      return `Check the server's name for typing errors.${mail}`;
    },
  },
  {
    sign: /ConnectionRefused|ECONNREFUSED/,
    code: "connect.refused",
    hint: ({ port }) => `The host is up and nothing listens there: check host and port. ${otherPorts(port)}`,
  },
  {
    sign: /TimedOut|ETIMEDOUT|TimeoutError/,
    code: "connect.timed_out",
    hint: ({ port }) =>
      port === 25
        ? `Port 25 is often blocked in home and cloud networks, being for servers among themselves. ${
          otherPorts(port)
        }`
        : `A firewall may drop the packets, or the host is down. ${otherPorts(port)}`,
  },
  {
    sign:
      /EHOSTUNREACH|ENETUNREACH|ENETDOWN|NetworkUnreachable|HostUnreachable|AddrNotAvailable|No route to host/,
    code: "connect.unreachable",
    hint: () => "Check that this machine is online; a host that has only IPv6 addresses needs an IPv6 route.",
  },
  {
    sign: /ConnectionReset|ConnectionAborted|ECONNRESET|ECONNABORTED/,
    code: "connect.reset",
    hint: ({ port }) =>
      `A firewall, or a server that is overloaded, cut it off: try again later. ${otherPorts(port)}`,
  },
  {
    sign: /^/,
    code: "connect.failed",
    hint: ({ port }) => `See the platform's error in the cause. ${otherPorts(port)}`,
  },
];

/**
 * Says what a failed connect means.
 *
 * @param error What the platform threw.
 * @param at Where the connection was to go.
 * @returns The dotted code, its meaning and what to do.
 */
export function adviseConnect(error: unknown, at: { hostname: string; port: number }): Advice {
  const text = signsOf(error);
  const { code, hint } = CONNECT_RULES.find(({ sign }) => sign.test(text))!;
  return { code, meaning: DOTTED_CODES[code], hint: hint(at) };
}

/** Name, code and text: the platform gives some errors a class, some a code, and some neither. */
function signsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return `${error.name} ${code} ${error.message}`.slice(0, 4_096);
}

function otherPorts(port: number): string {
  switch (port) {
    case 587:
      return "Port 465 may be open, and 2525 at some providers.";
    case 465:
      return "Port 587 may be open, and 2525 at some providers.";
    default:
      return "Mail is handed in on port 587 or 465.";
  }
}
