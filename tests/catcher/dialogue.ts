import { assertEquals } from "@std/assert";
import type { Catcher } from "../../lib/catcher/mod.ts";

/** A dialogue by hand: what is typed goes out, what comes back is shown. */
export class Dialogue implements Disposable {
  #connection: Deno.Conn;
  #unread = "";

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Connects and reads the greeting. */
  static async with({ hostname, port }: Catcher): Promise<Dialogue> {
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    const dialogue = new Dialogue(connection);
    assertEquals(code(await dialogue.reply()), 220);
    return dialogue;
  }

  /** Connects over TLS and reads the greeting. */
  static async overTls({ port, certificateAuthority }: Catcher): Promise<Dialogue> {
    const options = { hostname: "localhost", port, caCerts: [certificateAuthority] };
    const dialogue = new Dialogue(await Deno.connectTls(options));
    assertEquals(code(await dialogue.reply()), 220);
    return dialogue;
  }

  /** Says STARTTLS, shakes hands and says EHLO again. */
  async startTls(catcher: Catcher): Promise<void> {
    assertEquals(code(await this.say("STARTTLS")), 220);
    await this.shakeHands(catcher);
    assertEquals(code(await this.say("EHLO client.example")), 250);
  }

  /** Goes on over TLS. */
  async shakeHands({ certificateAuthority }: Catcher): Promise<void> {
    const options = { hostname: "localhost", caCerts: [certificateAuthority] };
    const secure = await Deno.startTls(this.#connection as Deno.TcpConn, options);
    this.#connection = secure;
    await secure.handshake();
  }

  /** Sends text as it stands. */
  async write(text: string | Uint8Array): Promise<void> {
    let octets = typeof text === "string" ? new TextEncoder().encode(text) : text;
    while (octets.length > 0) octets = octets.subarray(await this.#connection.write(octets));
  }

  /** Sends a line and reads the reply to it. */
  async say(line: string): Promise<string> {
    await this.write(line + "\r\n");
    return await this.reply();
  }

  /** Says MAIL, one RCPT for each recipient, DATA and the content; gives the last reply. */
  async send(content: string | Uint8Array, ...recipients: string[]): Promise<string> {
    assertEquals(code(await this.say("MAIL FROM:<from@example.com>")), 250);
    for (const recipient of recipients.length > 0 ? recipients : ["to@example.com"]) {
      await this.say(`RCPT TO:<${recipient}>`);
    }
    assertEquals(code(await this.say("DATA")), 354);
    await this.write(content);
    return await this.say(".");
  }

  /** Reads one reply, its lines joined with LF; empty when the server has hung up. */
  async reply(): Promise<string> {
    const complete = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/;
    const buffer = new Uint8Array(4096);
    for (;;) {
      const [found] = complete.exec(this.#unread) ?? [];
      if (found !== undefined) {
        this.#unread = this.#unread.slice(found.length);
        return found.trimEnd().replaceAll("\r\n", "\n");
      }
      const count = await this.#connection.read(buffer).catch(() => null);
      if (count === null) return "";
      this.#unread += new TextDecoder().decode(buffer.subarray(0, count));
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** The three digits of a reply. */
export function code(reply: string): number {
  return Number(reply.slice(0, 3));
}

/** The base64 of AUTH. */
export function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
