/**
 * Ends a wait when something else has happened: a refusal in the middle of the content, an abort while a source is silent.
 *
 * `Promise.race` with a promise that lives as long as a message would keep something of every wait until its end.
 */
export class Interrupt {
  #happened = false;
  #reject?: (reason: unknown) => void;

  /** Makes it happen: the wait under way ends, and so does every later one. */
  trigger(): void {
    this.#happened = true;
    this.#reject?.(new Interrupted());
  }

  /**
   * Waits, unless it has happened.
   *
   * @param work What is waited for; it goes on unheard when it is interrupted.
   * @returns What the work gives.
   * @throws {Interrupted} If it happens first.
   */
  async before<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#reject = reject;
    work.then(resolve, reject);
    if (this.#happened) reject(new Interrupted());
    return await promise;
  }
}

/** A wait was interrupted; whoever waited knows by what. */
export class Interrupted extends Error {}
