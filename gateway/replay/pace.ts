/** When each order is due. Open loop: what is due is sent whether or not earlier answers are late. */

export type Pace =
  /** As fast as answers come, with so many in flight as the player allows. */
  | { readonly kind: 'max' }
  /** So many orders a second, evenly. */
  | { readonly kind: 'rate'; readonly perSecond: number }
  /** The file's own times, so many times as fast. */
  | { readonly kind: 'speedup'; readonly factor: number };

export class Pacer {
  readonly #pace: Pace;
  readonly #nowMs: () => number;
  #startedAtMs: number | undefined;
  #fileStartMs = 0;
  #count = 0;

  constructor(pace: Pace, nowMs: () => number) {
    this.#pace = pace;
    this.#nowMs = nowMs;
  }

  /**
   * Wait until the next order is due; resolves with the time it was due, from which its latency counts.
   * @param atMs the order's time in the file
   */
  async next(atMs: number): Promise<number> {
    const dueMs = this.#due(atMs);
    const waitMs = dueMs - this.#nowMs();
    // Timers are no finer than this: what is due within it goes out with what is due now.
    if (waitMs >= 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    return this.#pace.kind === 'max' ? this.#nowMs() : dueMs;
  }

  #due(atMs: number): number {
    const nowMs = this.#nowMs();
    if (this.#startedAtMs === undefined) {
      this.#startedAtMs = nowMs;
      this.#fileStartMs = atMs;
    }
    const index = this.#count;
    this.#count += 1;
    switch (this.#pace.kind) {
      case 'max':
        return nowMs;
      case 'rate':
        return this.#startedAtMs + (index * 1_000) / this.#pace.perSecond;
      case 'speedup':
        return this.#startedAtMs + (atMs - this.#fileStartMs) / this.#pace.factor;
    }
  }
}
