/** What is due a fixed time after it was set last: the first set is the first due, so nothing is searched. */
export class DueList<T> {
  readonly #afterMs: number;
  readonly #due = new Map<T, number>();

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  set(one: T, atMs: number): void {
    this.#due.delete(one);
    this.#due.set(one, atMs + this.#afterMs);
  }

  delete(one: T): void {
    this.#due.delete(one);
  }

  /** Infinity: nothing is due ever. */
  get nextMs(): number {
    for (const dueMs of this.#due.values()) return dueMs;
    return Infinity;
  }

  /** Take what is due. A clock that was set back makes some wait for those before them. */
  take(nowMs: number, each: (one: T) => void): void {
    for (const [one, dueMs] of this.#due) {
      if (dueMs > nowMs) return;
      this.#due.delete(one);
      each(one);
    }
  }
}
