import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** What a server can be told to do. */
export interface ScramServerOptions {
  readonly hash: "sha1" | "sha256" | "sha512";
  /** The password as stored: prepared. */
  readonly password: string;
  readonly iterations?: number;
}

/** The server's side of SCRAM as RFC 5802 section 3 writes it, over node:crypto, apart from the code under test. */
export class ScramServer {
  readonly #options: ScramServerOptions;
  readonly #salt = crypto.getRandomValues(new Uint8Array(16));
  #clientFirst = "";
  #serverFirst = "";

  constructor(options: ScramServerOptions) {
    this.#options = options;
  }

  /** Answers client-first with server-first. */
  first(clientFirst: string): string {
    this.#clientFirst = clientFirst;
    const nonce = /,r=([^,]+)$/.exec(clientFirst)![1] + crypto.randomUUID();
    const salt = Buffer.from(this.#salt).toString("base64");
    this.#serverFirst = `r=${nonce},s=${salt},i=${this.#options.iterations ?? 4096}`;
    return this.#serverFirst;
  }

  /** Verifies the proof in client-final and answers with server-final. */
  final(clientFinal: string): string {
    const { hash, password, iterations = 4096 } = this.#options;
    const hmac = (key: Uint8Array, data: string) => createHmac(hash, key).update(data).digest();
    const digest = (data: Uint8Array) => createHash(hash).update(data).digest();
    const [withoutProof, proof] = clientFinal.split(",p=");
    const header = /^[^,]*,[^,]*,/.exec(this.#clientFirst)![0];
    const bound = Buffer.from(/^c=([^,]+)/.exec(withoutProof)![1], "base64").toString();
    if (bound !== header) return "e=channel-bindings-dont-match";

    const salted = pbkdf2Sync(password, this.#salt, iterations, digest(new Uint8Array()).length, hash);
    const authMessage = [this.#clientFirst.slice(header.length), this.#serverFirst, withoutProof].join(",");
    const storedKey = digest(hmac(salted, "Client Key"));
    const signature = hmac(storedKey, authMessage);
    const clientKey = Buffer.from(proof, "base64").map((octet, i) => octet ^ signature[i]);
    if (!digest(clientKey).equals(storedKey)) return "e=invalid-proof";
    return "v=" + hmac(hmac(salted, "Server Key"), authMessage).toString("base64");
  }
}
