import type { TraceEvent } from "../../mod.ts";
import type { Ending } from "./random_dialogue.ts";
import { base64, type Login } from "./random_login.ts";

/** What a user may come to see of a dialogue. */
export interface Seen {
  readonly events: readonly TraceEvent[];
  readonly endings: readonly Ending[];
}

/**
 * Tells where a secret can be seen: in a trace, a receipt, an error and all that hangs on it.
 *
 * @param login Whose secret it is.
 * @returns What shows it; nothing, as a rule.
 */
export function leaks({ user, secret }: Login, { events, endings }: Seen): string[] {
  // As it is, as LOGIN and as PLAIN say it, and as it stands in the middle of something longer.
  const forms = [secret, base64(secret), base64(`\0${user}\0${secret}`), ...inside(secret)];
  const found: string[] = [];
  const look = (value: unknown, where: string) => {
    for (const text of textsIn(value)) {
      const form = forms.find((form) => text.includes(form));
      if (form !== undefined) found.push(`${where} shows a secret: ${JSON.stringify(text.slice(0, 200))}`);
    }
  };
  look(events, "the trace");
  for (const { mail, receipt, error } of endings) {
    look(receipt, `the receipt of ${mail.name}`);
    look(error, `the error of ${mail.name}`);
  }
  return found.slice(0, 3);
}

/** Base64 of a secret behind one or two other octets, without what depends on its neighbors. */
function inside(secret: string): string[] {
  return ["x", "xx"].map((before) => base64(before + secret).slice(4, -4));
}

/** All texts in a value, however deep: of errors also what JSON leaves out. */
function textsIn(value: unknown, seen: Set<unknown> = new Set()): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  const more = value instanceof Error ? [value.message, value.stack, value.cause, JSON.stringify(value)] : [];
  return [...Object.values(value), ...more].flatMap((one) => textsIn(one, seen));
}
