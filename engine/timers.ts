/**
 * Due times in a binary heap. A timer is a statement about its owner ("the release delay ends then") that
 * stands in the owner's own row, so nothing here is stored: recovery sets them again. A timer that was
 * overtaken is not searched for; when it comes up, its owner no longer agrees and it is dropped.
 */
import type { LocationId, OrderId } from '../actors/ids.ts';

/** Whose time it is. What happens then: engine/run-command.ts, `timerDue`. */
export type TimerOwner =
  | { readonly kind: 'order'; readonly id: OrderId }
  /** A pause that ends. */
  | { readonly kind: 'location'; readonly id: LocationId };

interface Timer {
  readonly atMs: number;
  readonly owner: TimerOwner;
}

export class Timers {
  readonly #heap: Timer[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** Every timer in no order, overtaken ones included: for checks. */
  get all(): Iterable<Timer> {
    return this.#heap;
  }

  /** The earliest due time, or undefined. */
  get nextAtMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  set(atMs: number, owner: TimerOwner): void {
    const heap = this.#heap;
    const timer = { atMs, owner };
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || parent.atMs <= atMs) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = timer;
  }

  /** Take the earliest timer if it is due. */
  takeDue(nowMs: number): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      let child = heap[down];
      if (child === undefined) break;
      const right = heap[down + 1];
      if (right !== undefined && right.atMs < child.atMs) {
        child = right;
        down += 1;
      }
      if (child.atMs >= timer.atMs) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = timer;
  }
}
