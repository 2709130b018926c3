import type { SecureContext } from "node:tls";
import { Play } from "./play.ts";
import type { ServerSocket } from "./server_socket.ts";
import { isEnding, type Step } from "./transcript.ts";

/** Plays a transcript to one client. */
export class ServerSession {
  /** Settles when the session has ended. */
  readonly ended: Promise<void>;
  readonly #judged = Promise.withResolvers<void>();
  readonly #play: Play;
  readonly #socket: ServerSocket;
  readonly #context?: SecureContext;
  #secure = false;
  #drip = false;

  /**
   * Begins to play.
   *
   * @param steps The transcript.
   * @param socket The client.
   * @param context The certificate, where the transcript has TLS in it.
   */
  constructor(steps: readonly Step[], socket: ServerSocket, context?: SecureContext) {
    this.#play = new Play(steps);
    this.#socket = socket;
    this.#context = context;
    this.ended = this.#run();
  }

  /** What the client has said. */
  get lines(): readonly string[] {
    return this.#play.lines;
  }

  /** Whether TLS stands. */
  get secure(): boolean {
    return this.#secure;
  }

  /** Settles when it is known whether the client plays its part. */
  get judged(): Promise<void> {
    return this.#judged.promise;
  }

  /** Throws unless the client has played its part. */
  done(): void {
    this.#play.done();
  }

  async #run(): Promise<void> {
    try {
      while (this.#play.next && !isEnding(this.#play.next)) {
        if (!await this.#playStep(this.#play.next)) return;
      }
      await this.#end(this.#play.next?.kind);
    } catch (error) {
      this.#play.fail(error as Error);
    } finally {
      this.#judged.resolve();
      this.#socket.destroy();
    }
  }

  /** Plays one step; false when the client has gone. */
  async #playStep({ kind }: Step): Promise<boolean> {
    switch (kind) {
      case "server":
        return await this.#say();
      case "drip":
        this.#drip = true;
        break;
      case "tls":
        await this.#socket.startTls(this.#context!);
        this.#secure = true;
        break;
      default:
        return await this.#hear();
    }
    this.#play.pass();
    return true;
  }

  async #say(): Promise<boolean> {
    const octets = this.#play.say(true);
    if (!this.#drip) return await this.#socket.write(octets);
    for (let at = 0; at < octets.length; at++) {
      // The client has its turn; else it would find several octets at once.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (!await this.#socket.write(octets.subarray(at, at + 1))) return false;
    }
    return true;
  }

  async #hear(): Promise<boolean> {
    const octets = await this.#socket.read();
    if (octets) this.#play.hear(octets);
    return octets !== null;
  }

  async #end(ending: Step["kind"] | undefined): Promise<void> {
    // Whatever the client does now is well; only after the last line it must be silent.
    if (ending) this.#judged.resolve();
    switch (ending) {
      case "reset":
        return this.#socket.reset();
      case "stop reading":
        this.#socket.stopReading();
        return await this.#socket.gone;
      case "silence":
        while (await this.#hear());
        return;
      case "no close_notify":
        this.#socket.cut();
        break;
      default:
        this.#socket.end();
    }
    // Read on, since closing with something unread would be a reset.
    while (ending ? await this.#socket.read() : await this.#hear());
  }
}
