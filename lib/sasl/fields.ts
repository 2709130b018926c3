/**
 * What the mechanisms ask of a user, a password and the like before a single octet is sent.
 *
 * @module
 */

/** Who one is and the password that proves it. */
export interface PasswordCredentials {
  /** The authentication identity: whose password it is. */
  readonly user: string;
  /** The password. */
  readonly password: string;
  /** The authorization identity: whom to act as, where that is someone else. RFC 4422 section 3.4.1. */
  readonly authorizationId?: string;
}

/** What a field must not hold, and for which mechanism. */
export interface FieldRule {
  /** The mechanism, for the message. */
  readonly mechanism?: string;
  /** The characters that the mechanism cannot carry. @default NUL alone */
  readonly forbidden?: RegExp;
}

/** What no mechanism carries; in PLAIN it separates the fields. RFC 4616 section 2. */
const NUL = /\0/;

/** C0 and DEL: a mechanism of text fields separates them by one of these. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
export const CONTROLS = /[\x00-\x1f\x7f]/;

/**
 * Refuses a field that is empty or that the mechanism cannot carry.
 *
 * The value is never part of the message, for it may be a secret.
 *
 * @param name What the field is, such as `password`.
 * @param value The field.
 * @param rule The mechanism, and what it cannot carry.
 * @throws {TypeError} If the field is empty, holds a forbidden character or half of a surrogate pair.
 */
export function checkField(name: string, value: string, rule: FieldRule = {}): void {
  const fault = faultOf(value, rule.forbidden ?? NUL);
  if (fault === undefined) return;
  const how = rule.mechanism === undefined ? "" : ` with ${rule.mechanism}`;
  throw new TypeError(`Cannot authenticate${how}: the ${name} ${fault}`);
}

function faultOf(value: string, forbidden: RegExp): string | undefined {
  // A caller without types may pass the `undefined` of a variable that is not set.
  if (!value) return "is empty";
  // Half of a pair would be sent as U+FFFD: another password than the one that was given.
  if (!value.isWellFormed()) return "contains half of a surrogate pair";
  const found = forbidden.exec(value)?.[0];
  if (found === undefined) return undefined;
  return `contains the character U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Refuses a user, password or authorization identity that the mechanism cannot carry.
 *
 * @param credentials The fields.
 * @param mechanism The mechanism, for the message.
 * @throws {TypeError} If a field is empty, holds NUL or half of a surrogate pair.
 */
export function checkPassword(credentials: PasswordCredentials, mechanism?: string): void {
  const { user, password, authorizationId } = credentials;
  checkField("user", user, { mechanism });
  checkField("password", password, { mechanism });
  if (authorizationId !== undefined) checkField("authorization identity", authorizationId, { mechanism });
}

/**
 * Refuses an authorization identity where the mechanism has no place for one: leaving it out would be to act as
 * someone else than asked.
 *
 * @param credentials The fields.
 * @param mechanism The mechanism, for the message.
 * @throws {TypeError} If there is an authorization identity.
 */
export function checkNoAuthorizationId(credentials: PasswordCredentials, mechanism: string): void {
  if (credentials.authorizationId === undefined) return;
  throw new TypeError(`Cannot authenticate with ${mechanism}: it cannot carry an authorization identity`);
}

/** The octets of a text in UTF-8, which is what every mechanism here sends. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
