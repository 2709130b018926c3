import type { Duplex } from "../../lib/wire/duplex.ts";
import { text } from "./octets.ts";
import type { Random } from "./random.ts";
import type { RandomServer } from "./random_server.ts";
import type { StageClock } from "./stage_clock.ts";

/** What stands around a stream. */
export interface Surroundings {
  readonly random: Random;
  readonly clock: StageClock;
  /** Called whenever the client reads or writes: the moment at which something else may happen. */
  readonly moment: () => void;
  /** Called when nothing would ever end a wait. */
  readonly hung: (where: string) => void;
}

/** A stream to a random server: octets come in any pieces, each call takes its time, and after an end all fails as on a socket. */
export class RandomStream implements Duplex {
  readonly #server: RandomServer;
  readonly #around: Surroundings;
  /** How many octets come at once, and are taken at once. */
  readonly #piece: { readonly in: number; readonly out: number };
  #change = Promise.withResolvers<void>();
  #closed = false;

  constructor(server: RandomServer, around: Surroundings) {
    this.#server = server;
    this.#around = around;
    const { random } = around;
    this.#piece = {
      in: random.pick(1, 3, 20, 100_000, 100_000),
      out: random.pick(7, 2_000, 1_000_000, 1_000_000),
    };
  }

  async read(into: Uint8Array): Promise<number | null> {
    await this.#turn();
    const { queue } = this.#server.voice;
    for (;;) {
      if (this.#closed) throw new Deno.errors.Interrupted("operation canceled");
      const [next] = queue;
      if (!next) await this.#wait("read");
      else if ("end" in next) {
        if (next.end === "close") return null;
        throw next.end === "reset"
          ? new Deno.errors.ConnectionReset("Connection reset by peer (os error 104)")
          : new Deno.errors.UnexpectedEof("peer closed connection without sending TLS close_notify");
      } else return this.#deliver(into.subarray(0, 1 + this.#around.random.below(this.#piece.in)));
    }
  }

  async write(octets: Uint8Array): Promise<number> {
    if (this.#closed) throw new Deno.errors.BadResource("Bad resource ID");
    const { record, voice } = this.#server;
    const { random } = this.#around;
    record.offer(text(octets));
    await this.#turn();
    while (voice.deaf && !this.#closed) await this.#wait("write");
    if (this.#closed) throw new Deno.errors.Interrupted("operation canceled");
    if (voice.gone && random.chance(0.7)) {
      throw random.chance(0.5)
        ? new Deno.errors.BrokenPipe("Broken pipe (os error 32)")
        : new Deno.errors.ConnectionReset("Connection reset by peer (os error 104)");
    }
    // A few octets at once, but a large message need not take all day.
    const least = Math.ceil(octets.length / 50);
    const piece = octets.subarray(0, Math.max(least, 1 + random.below(this.#piece.out)));
    this.#server.hear(text(piece));
    this.#changed();
    return piece.length;
  }

  async startTls(): Promise<Duplex> {
    await this.#turn();
    // What is still on its way comes between the octets of TLS.
    const how = this.#server.voice.queue.length > 0 ? "refused" : this.#server.upgrade();
    while (how === "stalls" && !this.#closed) await this.#wait("startTls");
    if (this.#closed) throw new Deno.errors.Interrupted("operation canceled");
    if (how === "refused") {
      this.#server.record.closed = this.#closed = true;
      throw new Deno.errors.InvalidData("received fatal alert: HandshakeFailure");
    }
    return this;
  }

  close(): void {
    if (!this.#closed) this.#server.record.log.push("-- the client closes");
    this.#server.record.closed = this.#closed = true;
    this.#changed();
  }

  /** Hands out what is here, several replies together where they fit. */
  #deliver(into: Uint8Array): number {
    const { record, voice: { queue } } = this.#server;
    let count = 0;
    for (let [next] = queue; next && "octets" in next && count < into.length; [next] = queue) {
      const piece = next.octets.subarray(0, into.length - count);
      into.set(piece, count);
      count += piece.length;
      if (piece.length === next.octets.length) queue.shift();
      else queue[0] = { octets: next.octets.subarray(piece.length) };
    }
    record.delivered += count;
    return count;
  }

  /** Takes some time, so that reading and writing come in any order. */
  async #turn(): Promise<void> {
    this.#around.clock.hear();
    this.#around.moment();
    for (let turns = this.#around.random.below(4); turns > 0; turns--) await Promise.resolve();
  }

  async #wait(where: string): Promise<void> {
    try {
      await this.#around.clock.wait(this.#change.promise);
    } catch {
      this.#around.hung(where);
      this.close();
    }
  }

  #changed(): void {
    this.#around.clock.hear();
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
