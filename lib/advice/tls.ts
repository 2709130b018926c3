import type { Advice } from "./advice.ts";
import { DOTTED_CODES } from "./dotted_codes.ts";

/** Where the handshake was tried. */
interface Attempt {
  readonly hostname: string;
  readonly port: number;
  readonly implicit: boolean;
}

/** What one kind of failure means. */
interface TlsRule {
  /** What rustls, the TLS library of the platform, writes. */
  readonly text: RegExp;
  readonly code: string;
  readonly meaning?: (found: RegExpExecArray, at: Attempt) => string;
  readonly hint: (found: RegExpExecArray, at: Attempt) => string;
}

const CA_HINT = "If it is yours or your organization's, give the authority with caCerts (`--ca FILE`).";

/** The rules in the order in which they are asked; the last one always fits. */
export const TLS_RULES: readonly TlsRule[] = [
  {
    text: /corrupt message of type InvalidContentType|wrong version number/,
    code: "tls.mode_mismatch",
    meaning: (_, { implicit }) =>
      implicit
        ? "the server speaks plain text first here"
        : "the server agreed to TLS and then went on in plain text",
    hint: (_, { implicit }) =>
      implicit
        ? 'The server speaks plain text first here: use tls: "starttls" (`--tls starttls`), usual for 587, 25 and 2525.'
        : "Something on the way may have answered in the server's place: try from another network, or port 465 with " +
          'tls: "implicit" (`--tls implicit`).',
  },
  {
    text: /certificate expired(?:.{0,80} not valid after (\d{1,11}))?|\bExpired\b/,
    code: "tls.expired",
    meaning: ([, after]) =>
      `the server's certificate ${after ? `expired on ${dateOf(after)}` : "has expired"}`,
    hint: () => "Whoever runs the server must renew it. Check this machine's clock too.",
  },
  {
    text: /not valid yet(?:.{0,80} not valid before (\d{1,11}))?|\bNotValidYet\b/,
    code: "tls.not_yet_valid",
    meaning: ([, before]) =>
      `the server's certificate is not valid ${before ? `before ${dateOf(before)}` : "yet"}`,
    hint: () => "Check this machine's clock: it is probably behind.",
  },
  {
    text: /not valid for name|\bNotValidForName\b/,
    code: "tls.name",
    meaning: (_, { hostname }) => `the server's certificate is not valid for "${hostname}"`,
    hint: ({ input }) => {
      const names = namesIn(input);
      return names.length > 0
        ? `It is valid for ${names.join(", ")}: connect to that name, if it is the server you mean.`
        : "It names no host at all: whoever runs the server must have one issued for its name.";
    },
  },
  {
    text: /\bCaUsedAsEndEntity\b/,
    code: "tls.self_signed",
    hint: () =>
      "Have the authority issue a certificate for the server (basicConstraints CA:FALSE) and give the authority with " +
      "caCerts (`--ca FILE`). Trusting this one does not help: an authority's certificate is not taken for a server's.",
  },
  {
    text: /\bUnknownIssuer\b/,
    code: "tls.issuer",
    hint: () =>
      `${CA_HINT} Else a virus scanner, a proxy or an attacker may be in between, or the server leaves out a ` +
      "certificate of its chain.",
  },
  {
    text: /\bProtocolVersion\b|\bUnknownProtocolVersion\b|Tls1[23]|TlsVersion/,
    code: "tls.protocol_version",
    hint: () =>
      "Whoever runs the server must allow TLS 1.2 or 1.3; older versions can be broken and are not spoken here.",
  },
  {
    text: /\bCertificateRequired\b/,
    code: "tls.handshake",
    meaning: () => "the server wants a certificate from the client",
    hint: () =>
      "Give one with its key (`--cert FILE --key FILE`), or use a port where the server asks for a password.",
  },
  {
    text: /invalid peer certificate/,
    code: "tls.handshake",
    meaning: ({ input }) => `the server's certificate cannot be used (${plain(input)})`,
    hint: () =>
      "Whoever runs the server must replace it. If you gave caCerts (`--ca FILE`), check that it is PEM.",
  },
  {
    text: /unexpected end of file|UnexpectedEof|connection reset|ECONNRESET|broken pipe/i,
    code: "tls.handshake",
    meaning: () => "the connection was closed in the middle of the TLS handshake",
    hint: () =>
      "The server may have only versions older than TLS 1.2, or something on the way does not let TLS through: " +
      "try another port (587, 465) or another network.",
  },
  {
    text: /^/,
    code: "tls.handshake",
    meaning: ({ input }) => `the TLS handshake failed (${plain(input)})`,
    hint: () =>
      "Try another port (587, 465) or another network, and show these words to whoever runs the server.",
  },
];

/**
 * Says what a failed TLS handshake means.
 *
 * @param error What the platform threw.
 * @param at The host name that was to be proved, the port, and whether TLS was implicit or after STARTTLS.
 * @returns The dotted code, its meaning and what to do; never to leave out the verification.
 */
export function adviseTls(error: unknown, at: { hostname: string; port: number; implicit: boolean }): Advice {
  // A certificate may hold any number of names.
  const text = (error instanceof Error ? `${error.message}` : String(error)).slice(0, 4_096);
  for (const { text: pattern, code, meaning, hint } of TLS_RULES) {
    const found = pattern.exec(text);
    if (found) return { code, meaning: meaning?.(found, at) ?? DOTTED_CODES[code], hint: hint(found, at) };
  }
  throw new TypeError("Cannot advise on TLS: no rule is left");
}

function dateOf(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
}

/** The first names that rustls lists, as in `DnsName("mail.example.com") or IpAddress(192.0.2.1)`. */
function namesIn(text: string): string[] {
  const found = text.matchAll(/(?:DnsName\("|IpAddress\()([a-zA-Z0-9*_.:-]{1,255})/g);
  const names = Array.from(found, ([, name]) => name);
  return names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
}

/** The platform's words, without what could steer a terminal, cut to a line. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}
