/** The most octets of a complaint that are looked at; those of Google and Microsoft have under 200. */
const MAX_OCTETS = 4096;

/** The most characters of a complaint that are kept. */
const MAX_SHOWN = 300;

/**
 * Reads why a token was refused, from the challenge that XOAUTH2 and OAUTHBEARER send in that case.
 *
 * It should be a JSON object (RFC 7628 section 3.2.2) and becomes `status 400, schemes Bearer`; anything else is
 * taken as it is. Secrets are hidden should the server repeat them, and what a terminal would obey is escaped.
 *
 * @param challenge The octets of the challenge.
 * @param secrets What must not be shown: the token, in each form that the server has seen.
 * @returns At most 300 characters and an ellipsis; `undefined` when the server said nothing.
 */
export function readComplaint(challenge: Uint8Array, secrets: readonly string[]): string | undefined {
  const text = new TextDecoder().decode(challenge.subarray(0, MAX_OCTETS)).trim();
  // Hidden before it is cut, so that no half of a token remains.
  const hidden = secrets.reduce(
    (said, secret) => said.replaceAll(secret, "[hidden]"),
    fieldsOf(text) ?? text,
  );
  const shown = hidden.replace(/[\p{C}\u2028\u2029]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
  if (shown === "") return undefined;
  return shown.length > MAX_SHOWN ? shown.slice(0, MAX_SHOWN).toWellFormed() + "…" : shown;
}

/** The plain values of a JSON object, as `name value, name value`; `undefined` when the text is something else. */
function fieldsOf(text: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const plain = Object.entries(parsed).filter(([, value]) =>
    typeof value === "string" || typeof value === "number"
  );
  return plain.length === 0 ? undefined : plain.map(([name, value]) => `${name} ${value}`).join(", ");
}
