/** The world's time: so many times as fast as ours. What is put off is forgotten when it stops. */
/** The longest that a timer takes: 25 days. */
const timerMsMax = 2 ** 31 - 1;

export class Pace {
  readonly #speed: number;
  readonly #startedAtMs = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  /** @param speed `Infinity`: nothing takes any time. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Our milliseconds for so many minutes of the world. */
  ms(minutes: number): number {
    return (minutes * 60_000) / this.#speed;
  }

  /** Hours of the world since it began, or those in so many of our milliseconds. */
  hours(ms = performance.now() - this.#startedAtMs): number {
    return this.#speed === Infinity ? 0 : (ms * this.#speed) / 3_600_000;
  }

  /** Do it after so many minutes of the world. */
  after(minutes: number, work: () => void): void {
    if (this.#isStopped) return;
    const ms = this.ms(minutes);
    if (ms === 0) return work();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** Resolves when so much of our time is over, or the signal comes. */
export function passed(ms: number, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve(undefined);
    };
    const timer = setTimeout(done, Math.min(ms, timerMsMax));
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
