/** Random choices that are the same for the same seed. */
export class Random {
  #state: number;

  /**
   * @param seed Any whole number.
   */
  constructor(seed: number) {
    this.#state = seed;
    // Neighboring seeds begin alike.
    for (let count = 0; count < 4; count++) this.#next();
  }

  /** A whole number from 0, below a bound. */
  below(bound: number): number {
    return Math.floor(this.#next() * bound);
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of several. */
  pick<T>(...choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** Some of several, in their order. */
  some<T>(...choices: readonly T[]): T[] {
    return choices.filter(() => this.chance(0.5));
  }

  /** One of several, each as likely as its weight among the others. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries<number>(weights) as [T, number][];
    let left = this.#next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of entries) {
      left -= weight;
      if (left < 0) return choice;
    }
    return entries[0][0];
  }

  /** mulberry32: from 0, below 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
