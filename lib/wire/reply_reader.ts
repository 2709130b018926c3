import type { Reply } from "../errors.ts";
import type { Duplex } from "./duplex.ts";
import { LineReader } from "./line_reader.ts";
import { ReplyParser } from "./reply.ts";

/** Reads replies from a stream, on demand. */
export class ReplyReader {
  readonly #lines: LineReader;
  readonly #parser = new ReplyParser();

  constructor(stream: Pick<Duplex, "read">) {
    this.#lines = new LineReader(stream);
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
    for (let line = this.#lines.take(); line; line = this.#lines.take()) {
      const reply = this.#parser.add(line);
      if (reply) return reply;
    }
    return undefined;
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
