/** Time and chance for the client: injected by tests, the machine's own otherwise. */

export interface Clock {
  /** Milliseconds, monotonic; only differences mean anything. */
  nowMs(): number;
  /** Run `work` once after a delay; the result cancels it. */
  after(delayMs: number, work: () => void): () => void;
}

export const machineClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface Backoff {
  /** Upper bound of the first delay. */
  readonly firstMs: number;
  /** Upper bound of every delay. */
  readonly maxMs: number;
}

/**
 * Full jitter: anywhere from 0 to the bound, which doubles with each attempt (0, 1, 2 …). Many clients
 * that lost the same server come back spread out instead of all at once.
 */
export function backoffMs(backoff: Backoff, attempt: number, random: () => number): number {
  const bound = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt, 30));
  return random() * bound;
}
