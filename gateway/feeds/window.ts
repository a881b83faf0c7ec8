/** Work under way, bounded: `start` waits while there is too much of it. */
export class Window {
  readonly #countMax: number;
  #count = 0;
  #failure: unknown;
  #waiting: (() => void)[] = [];

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Begin some work once there is room. Rejects with what earlier work rejected with. */
  async start(work: () => Promise<void>): Promise<void> {
    while (this.#count >= this.#countMax) await this.#change();
    this.#rethrow();
    this.#count += 1;
    void work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#count -= 1;
        for (const wake of this.#waiting.splice(0)) wake();
      });
  }

  /** Resolves when all is done. Rejects with what any of it rejected with. */
  async settled(): Promise<void> {
    while (this.#count > 0) await this.#change();
    this.#rethrow();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #rethrow(): void {
    const failure = this.#failure as { readonly error: unknown } | undefined;
    if (failure !== undefined) throw failure.error;
  }
}
