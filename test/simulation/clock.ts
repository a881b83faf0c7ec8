/**
 * The simulation's clock. Time and scheduled work stand still until the simulation moves them: nothing
 * here runs by itself, so a run is repeated exactly by repeating its actions.
 */
import type { Clock } from '../../engine/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly number: number;
  readonly work: () => void;
}

export class SimulatedClock {
  #nowMs: number;
  #count = 0;
  #timers: Timer[] = [];
  #soon: (() => void)[] = [];
  #process = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** The clock of a process that starts now: what it schedules is gone when it dies. */
  ofProcess(): Clock {
    const mine = this.#process;
    return {
      now: () => this.#nowMs,
      measureMs: () => this.#nowMs,
      after: (delayMs, work) => (mine === this.#process ? this.#after(delayMs, work) : () => undefined),
      soon: (work) => {
        if (mine === this.#process) this.#soon.push(work);
      },
    };
  }

  /** As in Node, no timer is shorter than a millisecond. */
  #after(delayMs: number, work: () => void): () => void {
    this.#count += 1;
    const timer = { atMs: this.#nowMs + Math.max(1, delayMs), number: this.#count, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get hasWork(): boolean {
    return this.#soon.length > 0;
  }

  /** Run what was scheduled so far; what that schedules waits for the next call. */
  runSoon(): boolean {
    const due = this.#soon;
    this.#soon = [];
    for (const work of due) work();
    return due.length > 0;
  }

  /** The time of the next timer up to `endMs`. */
  nextTimer(endMs: number): number | undefined {
    let first: number | undefined;
    for (const { atMs } of this.#timers) {
      if (atMs <= endMs && (first === undefined || atMs < first)) first = atMs;
    }
    return first;
  }

  /** Move time to `nowMs`, then run the timers that are due by then, earliest first. */
  moveTo(nowMs: number): void {
    this.#nowMs = Math.max(nowMs, this.#nowMs);
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    due.sort((a, b) => a.atMs - b.atMs || a.number - b.number);
    for (const timer of due) {
      if (!this.#timers.includes(timer)) continue; // called off by one before it
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.work();
    }
  }

  /** All processes are gone and all it had scheduled; the next finds the wall clock moved by `ms`. */
  restart(ms: number): void {
    this.#timers = [];
    this.#soon = [];
    this.#process += 1;
    this.#nowMs += ms;
  }
}
