import type { SignOptions } from "../dkim/sign.ts";
import { type DkimSigner, readSigner, type Signer } from "../dkim/signer.ts";
import type { Content } from "../message/content.ts";
import { extend, only, type Plugin } from "../stages/plugin.ts";
import type { Context, Mail } from "../stages/stage.ts";

/**
 * Signs every message with DKIM (RFC 6376), with RSA (rsa-sha256), Ed25519 (ed25519-sha256, RFC 8463) or both.
 *
 * The message is read twice, before MAIL to hash it and then to send it, in constant memory: a file of any size can be signed,
 * a stream that can be read only once cannot. The signatures are made while the network works, and SIZE counts them. They
 * are always over the whole body: the tag `l=` is not to be had.
 *
 * Unless a signer names others, these header fields are signed: From, Reply-To, To, Cc, Subject, MIME-Version, Content-Type and
 * Content-Transfer-Encoding, also where they are absent; Sender, Date, Message-ID, In-Reply-To, References,
 * Content-Disposition, the List fields and the Resent fields where they occur. Each is signed once more than it occurs, so that a
 * field of that name added on the way makes the signature invalid; only Resent fields may be added.
 *
 * What the server gets has to be what was signed. So list it before the plugins that change content, which then run first, and
 * send text that is 7-bit already: a server that converts 8-bit text breaks the signature (RFC 6376 section 5.3).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { sendMail, signDkim } from "@stagecoach/smtp";
 * import { catchMail } from "@stagecoach/smtp/catcher";
 *
 * const { privateKey } = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
 * const dkim = signDkim({ domain: "example.com", selector: "ed1", key: privateKey });
 * await using catcher = await catchMail({ tls: "off" });
 * await sendMail({ hostname: "127.0.0.1", port: catcher.port, plugins: [dkim] }, {
 *   from: "ann@example.com",
 *   to: "bo@example.org",
 *   subject: "Hello",
 * });
 * const [caught] = catcher.messages;
 * assert(new TextDecoder().decode(caught.octets).startsWith("DKIM-Signature: v=1; a=ed25519-sha256;"));
 * ```
 *
 * @param signers Who signs: one, or several for both algorithms or several domains. Their signatures stand in this order.
 * @returns A plugin. Its stage `envelope` throws a {@linkcode TypeError} when the platform cannot use a key, and a
 * {@linkcode PolicyError} when the message cannot be signed.
 * @throws {TypeError} If there is no signer, or a part of one is malformed; also when a key is not for its algorithm.
 * @throws {RangeError} If `expiresInMs` is out of range.
 * @throws {SyntaxError} If a key cannot be read.
 */
export function signDkim(signers: DkimSigner | readonly DkimSigner[]): Plugin {
  const all = readSigners(signers);
  return (stages) =>
    extend(
      stages,
      only("connect", (next) => (target, cx) => {
        // Loading takes longer than signing, and has time while the connection is made. What fails is told by envelope.
        prepare(all).catch(() => {});
        return next(target, cx);
      }),
      only("envelope", (next) => async (mail, cx) => await next(await signed(mail, all, cx), cx)),
    );
}

/**
 * Signs one message with DKIM, without a session: to keep it in a file, or to look at it.
 *
 * @param content The message; read here and again when it is sent.
 * @param signers Who signs, as for {@linkcode signDkim}.
 * @param options When, and how to stop.
 * @returns The message with the signatures in front of it.
 * @throws {TypeError} If there is no signer, a part of one is malformed, or the platform cannot use its key.
 * @throws {RangeError} If `expiresInMs` is out of range.
 * @throws {SyntaxError} If a key cannot be read.
 * @throws {PolicyError} If the message cannot be read twice, or is not one that can be signed.
 */
export async function signContent(
  content: Content,
  signers: DkimSigner | readonly DkimSigner[],
  options: SignOptions = {},
): Promise<Content> {
  const all = readSigners(signers);
  const { addSignatures } = await load();
  return await addSignatures(content, all, options);
}

function readSigners(signers: DkimSigner | readonly DkimSigner[]): readonly Signer[] {
  const all = [signers].flat().map(readSigner);
  if (all.length === 0) throw new TypeError("Cannot sign: there is no signer");
  return all;
}

/** Not at the top, so that a send without signatures does not load what makes them. */
const load = () => import("../dkim/sign.ts");

async function prepare(signers: readonly Signer[]): Promise<void> {
  const { prepareSigners } = await load();
  await prepareSigners(signers);
}

async function signed(mail: Mail, signers: readonly Signer[], cx: Context): Promise<Mail> {
  const { addSignatures } = await load();
  try {
    return { ...mail, content: await addSignatures(mail.content, signers, cx) };
  } catch (error) {
    // An abort is to look like every other: the channel makes the error of it, and is closed.
    if (cx.signal.aborted) await mail.session.channel.flush(cx);
    throw error;
  }
}
