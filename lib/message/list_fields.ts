import { checkText, fault } from "./fault.ts";
import { fold, formatPhrase } from "./header.ts";
import { quoted } from "./text.ts";

/** The fields of a mailing list. A URL is one that a reader can follow: `mailto:` or `https:`. */
export interface ListFields {
  /** The list's identifier, such as `news.example.com`, with a name if it has one. RFC 2919. */
  readonly id?: string | { readonly name?: string; readonly id: string };
  /** How to leave the list; readers try the URLs in order. RFC 2369 section 3.2. */
  readonly unsubscribe?: string | readonly string[];
  /**
   * Whether a POST of `List-Unsubscribe=One-Click` to the `https:` URL of `unsubscribe` is enough. Large providers ask for it in
   * bulk mail, signed with DKIM. RFC 8058.
   * @default {false}
   */
  readonly oneClick?: boolean;
  /** How to join. */
  readonly subscribe?: string | readonly string[];
  /** How to get help. */
  readonly help?: string | readonly string[];
  /** How to write to the list; `false` where nobody may. RFC 2369 section 3.4. */
  readonly post?: string | readonly string[] | false;
  /** How to reach its owner. */
  readonly owner?: string | readonly string[];
  /** Where its messages are kept. */
  readonly archive?: string | readonly string[];
}

const URL_FIELDS = {
  "List-Unsubscribe": "unsubscribe",
  "List-Subscribe": "subscribe",
  "List-Help": "help",
  "List-Post": "post",
  "List-Owner": "owner",
  "List-Archive": "archive",
} as const;

/** Longest URL in characters: it cannot be folded, and must fit on a line of 998. */
const MAX_URL = 900;

/**
 * Writes the fields of a mailing list.
 *
 * @param list The list.
 * @returns The fields.
 * @throws {TypeError} If something of it is malformed; the error names it.
 */
export function formatList(list: ListFields): string[] {
  const fields: string[] = [];
  if (list.id !== undefined) fields.push(listId(typeof list.id === "string" ? { id: list.id } : list.id));
  for (const [name, key] of Object.entries(URL_FIELDS)) {
    const value = list[key];
    if (value === undefined) continue;
    if (value === false) fields.push(`${name}: NO`);
    else fields.push(fold(`${name}:`, urls([value].flat(), `list.${key}`)));
  }
  if (list.oneClick) {
    // A POST needs somewhere to go. RFC 8058 section 3.1.
    const { unsubscribe = [] } = list;
    if (![unsubscribe].flat().some((url) => /^https:/i.test(url))) {
      throw fault('field "list.oneClick" needs an https: URL in "list.unsubscribe"');
    }
    fields.push("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
  }
  return fields;
}

function listId({ name, id }: { readonly name?: string; readonly id: string }): string {
  // A dot-atom with at least one dot. RFC 2919 section 3.
  if (!/^[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)+$/.test(id) || id.length > 255) {
    throw fault(`field "list.id" is ${quoted(String(id))}, not a name such as "news.example.com"`);
  }
  const phrase = name === undefined ? [] : formatPhrase(checkText(name, "list.id.name"));
  return fold("List-ID:", [...phrase, `<${id}>`].map((piece) => ` ${piece}`));
}

function urls(list: readonly string[], field: string): string[] {
  if (list.length === 0) throw fault(`field "${field}" holds no URL`);
  return list.map((url, i) => {
    checkText(url, field);
    if (!/^[a-z][a-z0-9+.-]*:[!-;=?-~]+$/i.test(url) || url.length > MAX_URL) {
      throw fault(`field "${field}" is ${quoted(url)}, not a URL in ASCII`);
    }
    // A comma in a URL would be read as the end of it. RFC 2369 section 2.
    const escaped = url.replaceAll(",", "%2C");
    return ` <${escaped}>${i < list.length - 1 ? "," : ""}`;
  });
}
