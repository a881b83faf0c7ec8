/**
 * What every micro bench shares: how a figure is taken, what it says of itself, how results become a
 * hash. A figure is the median of several rounds; its hash is over what the work produced, so work that
 * is skipped or done wrongly shows.
 */
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';

/** `tiny` proves in a test that a bench runs and gives the same hash twice; its times mean nothing. */
export type Size = 'full' | 'tiny';

export interface Figure {
  /** What was done, such as `place, 3 lines, LMDB`. */
  readonly name: string;
  readonly value: number;
  /** Such as `orders/s` or `µs/step`. */
  readonly unit: string;
  /** Further facts of the same rounds, with their units, for people. */
  readonly also: Readonly<Record<string, string>>;
  /** First 12 hex digits of SHA-256 over what the work gave. Equal inputs give equal hashes. */
  readonly hash: string;
}

export interface Bench {
  readonly name: string;
  /** What is measured, in one sentence. */
  readonly measures: string;
  /** What the figure does not hold, so that nobody reads more into it. */
  readonly leavesOut: string;
  /** Gives figures as they are ready. Rejects when the work went wrong. */
  run(size: Size, only?: string): AsyncIterable<Figure>;
}

/** A running hash over JSON values. */
export class Digest {
  readonly #hash = createHash('sha256');
  #buffered: string[] = [];

  add(value: unknown): void {
    this.#buffered.push(JSON.stringify(value) ?? 'undefined');
    if (this.#buffered.length >= 1_024) this.#flush();
  }

  /** Ends it. */
  hex(): string {
    this.#flush();
    return this.#hash.digest('hex').slice(0, 12);
  }

  #flush(): void {
    this.#hash.update(this.#buffered.join('\n'));
    this.#buffered = [];
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? 0;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export interface Timing {
  /** Median over the rounds, microseconds per operation. */
  readonly micros: number;
  /** Slowest round over fastest: how quiet the machine was. */
  readonly spread: number;
}

/**
 * Time synchronous work: rounds of `perRound` calls, one round to warm up that does not count.
 * `work` gets the running number of the call.
 */
export function time(size: Size, perRound: number, work: (index: number) => void, rounds = 7): Timing {
  const calls = size === 'tiny' ? Math.min(perRound, 20) : perRound;
  const micros: number[] = [];
  let index = 0;
  for (let round = 0; round <= (size === 'tiny' ? 1 : rounds); round += 1) {
    const startMs = performance.now();
    for (let call = 0; call < calls; call += 1) work(index++);
    if (round > 0) micros.push(((performance.now() - startMs) * 1_000) / calls);
  }
  return { micros: median(micros), spread: Math.max(...micros) / Math.min(...micros) };
}

/** The figure of a timed piece of synchronous work. */
export function timed(name: string, unit: string, timing: Timing, hash: string, also: Figure['also'] = {}): Figure {
  const perSecond = `${Math.round(1e6 / timing.micros).toLocaleString('en-US')}/s`;
  const spread = `${timing.spread.toFixed(2)}×`;
  return { name, value: timing.micros, unit, also: { rate: perSecond, ...also, spread }, hash };
}

/** Three figures that say something, whatever the size. */
export function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

/** Each call timed by itself; reading the clock is in it. */
export function tails(size: Size, calls: number, work: (index: number) => void): Figure['also'] {
  const micros = new Float64Array(size === 'tiny' ? 20 : calls);
  for (let call = 0; call < micros.length; call += 1) {
    const startMs = performance.now();
    work(call);
    micros[call] = (performance.now() - startMs) * 1_000;
  }
  micros.sort();
  const at = (share: number): string => `${number(micros[Math.floor(micros.length * share)] ?? 0)} µs`;
  return { p50: at(0.5), p99: at(0.99) };
}
