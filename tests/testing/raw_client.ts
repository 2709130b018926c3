/**
 * A client that is not one of mail: it says what it is told and tells how the connection ended.
 *
 * @module
 */

import type { ScriptedServer } from "../../lib/testing/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** How much a read takes at most; a write of the server's is then one read. */
const BUFFER = 65_536;

/** A connection to a scripted server. */
export class RawClient implements Disposable {
  readonly #conn: Deno.Conn;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Connects; with TLS when there is an authority to trust. */
  static async to({ hostname, port }: ScriptedServer, authority?: string): Promise<RawClient> {
    const conn = await Deno.connect({ hostname, port });
    // Else a second small write waits for the peer's delayed acknowledgment.
    conn.setNoDelay(true);
    return new RawClient(
      authority === undefined ? conn : await Deno.startTls(conn, { hostname, caCerts: [authority] }),
    );
  }

  async say(text: string): Promise<void> {
    const octets = encoder.encode(text);
    for (let from = 0; from < octets.length;) from += await this.#conn.write(octets.subarray(from));
  }

  /** What one read gives: a text, `null` at the end, or the name of the error. */
  async hear(): Promise<string | null> {
    const into = new Uint8Array(BUFFER);
    try {
      const count = await this.#conn.read(into);
      return count === null ? null : decoder.decode(into.subarray(0, count));
    } catch (error) {
      return (error as Error).name;
    }
  }

  /** Reads to the end: everything that was said, and `null` or the name of the error. */
  async hearAll(): Promise<[said: string, end: string | null]> {
    let said = "";
    for (;;) {
      const heard = await this.hear();
      if (heard === null || /^[A-Z]\w+$/.test(heard)) return [said, heard];
      said += heard;
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}
