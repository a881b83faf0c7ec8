/** When a place works, as instants: its days' spans in its time zone, and work counted in them. */
import type { DayPlan } from './days.ts';
import { firstNotLess, Horizon } from './horizon.ts';
import type { Zone } from './zones.ts';

export class Opening {
  readonly #plan: DayPlan;
  readonly #zone: Zone;
  readonly #horizon: Horizon;
  #starts: number[] = [];
  #ends: number[] = [];
  /** Open milliseconds up to the end of each span. */
  #sums: number[] = [];

  constructor(plan: DayPlan, zone: Zone) {
    this.#plan = plan;
    this.#zone = zone;
    this.#horizon = new Horizon(zone, (fromDay, toDay) => this.#fill(fromDay, toDay));
  }

  /** Whether the place works at any time of a day. */
  worksOn(day: number): boolean {
    return this.#plan(day).length > 0;
  }

  /**
   * The instant by which so much work is done that begins at `atMs` and goes on while the place is open:
   * with no work, the first instant from `atMs` at which it is open. Undefined: never within a thousand days.
   */
  after(atMs: number, workMs: number): number | undefined {
    this.#horizon.cover(atMs);
    do {
      const doneMs = this.#doneAt(atMs, workMs);
      if (doneMs !== undefined) return doneMs;
    } while (this.#horizon.grow());
    return undefined;
  }

  #doneAt(atMs: number, workMs: number): number | undefined {
    const first = firstNotLess(this.#ends, atMs + 1);
    const [startMs, endMs, sum] = [this.#starts[first], this.#ends[first], this.#sums[first]];
    if (startMs === undefined || endMs === undefined || sum === undefined) return undefined;
    const goal = sum - (endMs - Math.max(startMs, atMs)) + workMs;
    const last = Math.max(first, firstNotLess(this.#sums, goal));
    const [end, done] = [this.#ends[last], this.#sums[last]];
    return end === undefined || done === undefined ? undefined : end - (done - goal);
  }

  #fill(fromDay: number, toDay: number): void {
    this.#starts = [];
    this.#ends = [];
    this.#sums = [];
    let sum = 0;
    for (let day = fromDay; day < toDay; day += 1) {
      for (const { from, to } of this.#plan(day)) {
        const startMs = this.#zone.instantOf(day, from);
        const endMs = this.#zone.instantOf(day, to);
        // A span that falls into an hour the clocks skip is none.
        if (endMs <= startMs) continue;
        sum += endMs - startMs;
        this.#starts.push(startMs);
        this.#ends.push(endMs);
        this.#sums.push(sum);
      }
    }
  }
}
