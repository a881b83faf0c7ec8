/**
 * Instants worked out ahead, so that a question about them is a search in a sorted list. A list reaches
 * from a day before it was first asked some weeks on; it is made anew when time has moved on, and longer
 * when an answer lies beyond its end.
 */
import { dayMs } from '../../actors/civil.ts';
import type { Zone } from './zones.ts';

/** Days first worked out, and the most that ever are: what lies beyond is never. */
const days = { first: 64, max: 1_024 };
/** A list serves questions about this share of its days; later ones get a new list. */
const servedShare = 0.5;

export class Horizon {
  readonly #zone: Zone;
  readonly #fill: (fromDay: number, toDay: number) => void;
  #count = 0;
  #fromMs = 0;
  #servedToMs = 0;
  #fromDay = 0;

  /** @param fill works out the days from one up to, not including, another, forgetting all others. */
  constructor(zone: Zone, fill: (fromDay: number, toDay: number) => void) {
    this.#zone = zone;
    this.#fill = fill;
  }

  /** Make sure that the list begins before an instant and reaches well beyond it. */
  cover(atMs: number): void {
    if (atMs >= this.#fromMs && atMs < this.#servedToMs && this.#count > 0) return;
    this.#fromDay = this.#zone.dayAt(atMs) - 1;
    this.#make(days.first);
  }

  /** Reach further. False when it reaches as far as it ever does. */
  grow(): boolean {
    if (this.#count >= days.max) return false;
    this.#make(this.#count * 4);
    return true;
  }

  #make(count: number): void {
    this.#count = count;
    this.#fill(this.#fromDay, this.#fromDay + count);
    this.#fromMs = this.#zone.instantOf(this.#fromDay, 1_440);
    this.#servedToMs = this.#fromMs + days.first * servedShare * dayMs;
  }
}

/** The first index of a sorted list whose item is not less than a value; the length when there is none. */
export function firstNotLess(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
