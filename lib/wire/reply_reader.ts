import { ProtocolError, type Reply } from "../errors.ts";
import type { Duplex } from "./duplex.ts";
import { LineReader } from "./line_reader.ts";
import { ReplyParser } from "./reply.ts";
import type { Secrets } from "./secrets.ts";

/** The first octets of records by which a server speaks TLS where it should speak plain text. RFC 8446 section 5.1. */
const TLS_ALERT = 21;
const TLS_HANDSHAKE = 22;

/** Reads replies from a stream, on demand. */
export class ReplyReader {
  readonly #lines: LineReader;
  readonly #parser: ReplyParser;

  /**
   * @param stream What the server says.
   * @param secrets What no error may show of it.
   */
  constructor(stream: Pick<Duplex, "read">, secrets?: Secrets) {
    this.#lines = new LineReader(stream);
    this.#parser = new ReplyParser(secrets);
  }

  /** Whether the server has said more than was taken: even a part of a line. */
  get unread(): boolean {
    return this.#lines.buffered > 0 || this.#parser.open;
  }

  /**
   * Takes the next reply that is already here.
   *
   * @throws {ProtocolError} If it is malformed.
   */
  take(): Reply | undefined {
    for (;;) {
      // A record of TLS has no line end to wait for.
      const { first } = this.#lines;
      if (first === TLS_ALERT || first === TLS_HANDSHAKE) throw tlsRecord();
      const line = this.#lines.take();
      if (!line) return undefined;
      const reply = this.#parser.add(line);
      if (reply) return reply;
    }
  }

  /** Reads more; false at the end of the stream. */
  async fill(): Promise<boolean> {
    try {
      return await this.#lines.fill();
    } catch (error) {
      // A server that closes TLS without close_notify has only closed.
      if (error instanceof Deno.errors.UnexpectedEof) return false;
      throw error;
    }
  }
}

function tlsRecord(): ProtocolError {
  return new ProtocolError("Cannot read reply: it is a record of TLS, and no line of text", {
    code: "protocol.malformed_reply",
    hint: "The server speaks TLS where plain text belongs: use implicit TLS on this port, or another port.",
  });
}
