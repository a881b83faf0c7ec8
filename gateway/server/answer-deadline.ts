/**
 * Requests that were handed to a handler and not answered yet. One that is never answered would
 * keep its client waiting for ever; this ends it. A set and one slow timer, so that a request costs
 * next to nothing.
 */

/** What is waiting: it is told when its time is over. */
export interface Waiting {
  readonly sinceMs: number;
  onOverdue(): void;
}

export class AnswerDeadline {
  readonly #waiting = new Set<Waiting>();
  readonly #limitMs: number;
  readonly #timer: NodeJS.Timeout;

  /** @param limitSeconds how long a request may wait; checked four times in it. */
  constructor(limitSeconds: number) {
    this.#limitMs = limitSeconds * 1_000;
    this.#timer = setInterval(() => this.#sweep(), this.#limitMs / 4);
    this.#timer.unref();
  }

  get count(): number {
    return this.#waiting.size;
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const dueMs = performance.now() - this.#limitMs;
    // A set keeps the order of insertion: the first one in time ends the walk.
    for (const waiting of this.#waiting) {
      if (waiting.sinceMs > dueMs) return;
      this.#waiting.delete(waiting);
      waiting.onOverdue();
    }
  }
}

export const answerTimeoutDefaultSeconds = 120;
