/**
 * Sends what sessions have queued, once the task that queued it is over: the engine answers a whole
 * turn in one task, so the replies and pushes of a turn leave each connection together.
 */

/** Something with frames to send. */
export interface Flushable {
  flush(): void;
}

export class Flusher {
  readonly #onIncident: (error: unknown, where: string) => void;
  #queued: Flushable[] = [];

  constructor(onIncident: (error: unknown, where: string) => void) {
    this.#onIncident = onIncident;
  }

  /** Flush this one soon. Harmless when it has nothing left by then. */
  add(one: Flushable): void {
    this.#queued.push(one);
    if (this.#queued.length === 1) queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    const queued = this.#queued;
    this.#queued = [];
    for (const one of queued) {
      try {
        one.flush();
      } catch (error) {
        // A frame that cannot be encoded is a bug of ours; the other connections get theirs.
        this.#onIncident(error, 'flush');
      }
    }
  };
}
