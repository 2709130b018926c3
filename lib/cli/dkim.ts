import {
  type Content,
  type DkimSigner,
  parseAddressList,
  PolicyError,
  signContent,
  signDkim,
} from "../../mod.ts";
import { octetsOf, replayable } from "./content_octets.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { readText, together } from "./unreadable.ts";

/** A value of `--sign`. */
interface Wish {
  /** The file that holds the key. */
  readonly path: string;
  readonly selector: string;
  /** The domain that signs; that of the author when it is left out. */
  readonly domain?: string;
}

/** Signs a message. */
export type Sign = (content: Content) => Promise<Content>;

/**
 * Reads the values of `--sign`.
 *
 * @param values Values such as `dkim:key.pem,s1` and `dkim:key.pem,s1,example.com`.
 * @returns What they say.
 * @throws {CliError} If one is malformed; it is not repeated, for a key may have been put there.
 */
export function readSignatures(values: readonly string[]): Wish[] {
  return values.map((value) => {
    const [, path, selector, domain] = /^dkim:([^,\r\n]+),([^,\r\n]+)(?:,([^,\r\n]+))?$/.exec(value) ?? [];
    if (path !== undefined && !path.includes("-----BEGIN")) return { path, selector, domain };
    throw new CliError("Cannot read --sign: it is not dkim:KEYFILE,SELECTOR or dkim:KEYFILE,SELECTOR,DOMAIN");
  });
}

/**
 * Reads the keys, and looks at them before anything is asked or sent.
 *
 * @param wishes What `--sign` says.
 * @param io The world.
 * @returns Signs a message.
 * @throws {CliError} If a key cannot be read, or a selector or a domain is malformed; no key is shown.
 */
export async function readKeys(wishes: readonly Wish[], io: Io): Promise<Sign> {
  const keys = await together(wishes.map(({ path }) => readText(io, "--sign", path)));
  const signers = (author: string): DkimSigner[] =>
    wishes.map(({ selector, domain = author }, at) => ({ domain, selector, key: keys[at] }));
  for (const [at, signer] of signers("example.com").entries()) {
    naming(wishes[at], () => signDkim(signer));
  }
  return async (content) => {
    const ready = await replayable(await sevenBit(content));
    const all = signers(wishes.every(({ domain }) => domain) ? "" : await authorDomain(ready));
    return await naming(wishes[0], () => signContent(ready, all));
  };
}

/** A server that converts 8-bit text on the way breaks the signature. RFC 6376 section 5.3. */
async function sevenBit(content: Content): Promise<Content> {
  try {
    return await content.fit?.({ has: () => false }) ?? content;
  } catch (error) {
    // An address needs SMTPUTF8, or another signature forbids it: the server has to take it as it is.
    if (error instanceof PolicyError) return content;
    throw error;
  }
}

/** The domain of the first author: that is what readers of a signature compare with. */
async function authorDomain(content: Content): Promise<string> {
  const decoder = new TextDecoder();
  let head = "";
  for await (const chunk of octetsOf(content)) {
    head += decoder.decode(chunk, { stream: true });
    if (head.includes("\r\n\r\n")) break;
  }
  const [, from = ""] = /^from[ \t]*:((?:.|\r\n[ \t])*)/im.exec(head.split("\r\n\r\n", 1)[0]) ?? [];
  try {
    const [{ address }] = parseAddressList(from.replaceAll("\r\n", ""));
    return address.slice(address.lastIndexOf("@") + 1);
  } catch (error) {
    const found = "it names no DOMAIN, and there is no author in From that could have one";
    throw new CliError(`Cannot read --sign: ${found}`, EXIT.DATAERR, { code: "cli.message", cause: error });
  }
}

/** Names the option in place of the library's argument. */
function naming<T>({ path }: Wish, make: () => T): T {
  const rename = (error: unknown) => {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) return error;
    const [, key, other] = /^Cannot (?:read DKIM key: (.*)|sign: (.*))$/s.exec(error.message) ?? [];
    if (key !== undefined) {
      return new CliError(`Cannot read --sign ${JSON.stringify(path)}: ${key}`, EXIT.CONFIG, {
        code: "cli.key",
      });
    }
    return other === undefined ? error : new CliError(`Cannot read --sign: ${other}`);
  };
  try {
    const made = make();
    return made instanceof Promise
      ? made.catch((error) => {
        throw rename(error);
      }) as T
      : made;
  } catch (error) {
    throw rename(error);
  }
}
