import { cramMd5 } from "./cram_md5.ts";
import { checkField, checkPassword, type PasswordCredentials } from "./fields.ts";
import { login } from "./login.ts";
import type { Mechanism } from "./mechanism.ts";
import { plain } from "./plain.ts";
import type { ScramHash } from "./scram.ts";

/** What a caller has to prove who it is: a password, a token, a TLS certificate, or mechanisms of its own. */
export type Credentials =
  | PasswordCredentials
  | { readonly user: string; readonly accessToken: string | (() => string | Promise<string>) }
  | { readonly external: true; readonly authorizationId?: string }
  | { readonly mechanisms: readonly Mechanism[] };

/**
 * Gives the mechanisms that the credentials allow, in the order of preference.
 *
 * For a password: SCRAM-SHA-512, SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, LOGIN, CRAM-MD5. PLAIN and LOGIN rely on TLS,
 * without which the stage `auth` sends neither, save over loopback or where the caller allowed it; PLAIN over TLS is
 * what every server with AUTH must implement (RFC 4954 section 4). CRAM-MD5 is last because over TLS it adds nothing,
 * needs the password as good as in clear on the server, so that servers offer it and then refuse good passwords, and
 * never settled the octets of a password beyond ASCII. Who must authenticate in clear to a server that knows it says
 * so: `{ mechanisms: [cramMd5({ user, password })] }`.
 *
 * For a token: OAUTHBEARER, XOAUTH2. LOGIN and CRAM-MD5 are left out where there is an authorization identity, which
 * they cannot carry. A caller's own mechanisms stay in the caller's order.
 *
 * @param credentials What there is.
 * @param at The host and port dialed, which OAUTHBEARER tells the server.
 * @returns The mechanisms. A function for the access token is called once.
 * @throws {TypeError} If user, password, token or list of mechanisms is missing or empty, or holds what cannot be sent.
 */
export async function mechanismsFor(
  credentials: Credentials,
  at: { readonly host?: string; readonly port?: number } = {},
): Promise<readonly Mechanism[]> {
  if ("mechanisms" in credentials) {
    if (credentials.mechanisms.length > 0) return credentials.mechanisms;
    throw new TypeError("Cannot authenticate: the list of mechanisms is empty");
  }
  if ("external" in credentials) {
    const { external } = await import("./external.ts");
    return [external(credentials)];
  }
  if ("accessToken" in credentials) return await forToken(credentials, at);
  return forPassword(credentials);
}

function forPassword(credentials: PasswordCredentials): Mechanism[] {
  checkPassword(credentials);
  const sealed = (["SHA-512", "SHA-256", "SHA-1"] as const).map((hash) => lazyScram(hash, credentials));
  const carriesAny = [...sealed, plain(credentials)];
  return credentials.authorizationId === undefined
    ? [...carriesAny, login(credentials), cramMd5(credentials)]
    : carriesAny;
}

/** SCRAM by its name alone: the code and its tables are loaded when a server offers it. */
function lazyScram(hash: ScramHash, credentials: PasswordCredentials): Mechanism {
  return {
    name: `SCRAM-${hash}`,
    secrets: [credentials.password],
    identity: credentials.authorizationId ?? credentials.user,
    start: async () => (await import("./scram.ts")).scram(hash, credentials).start(),
  };
}

async function forToken(
  credentials: { readonly user: string; readonly accessToken: string | (() => string | Promise<string>) },
  at: { readonly host?: string; readonly port?: number },
): Promise<Mechanism[]> {
  const { user } = credentials;
  checkField("user", user);
  const fetched = credentials.accessToken;
  const accessToken = typeof fetched === "function" ? await fetched() : fetched;
  checkField("access token", accessToken);
  const [{ oauthbearer }, { xoauth2 }] = await Promise.all([
    import("./oauthbearer.ts"),
    import("./xoauth2.ts"),
  ]);
  return [oauthbearer({ ...at, user, accessToken }), xoauth2({ user, accessToken })];
}
