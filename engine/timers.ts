/**
 * Due times in a binary heap. A timer is a statement about its owner ("the release delay ends then") that
 * stands in the owner's own row, so nothing here is stored: recovery sets them again. A timer that was
 * overtaken is not searched for; when it comes up, its owner no longer agrees and it is dropped. Where many
 * are, because their owners mostly end before their time, they are cleared away by half.
 */
import type { BufferId, CarrierId, CaseId, LocationId, OrderId, ReservationId, ReturnId } from '../actors/ids.ts';
import type { Sku, TerminalId } from '../actors/ids.ts';

/** Whose time it is. What happens then: engine/timer-due.ts. */
export type TimerOwner =
  /** A release delay or a hold ends. */
  | { readonly kind: 'order'; readonly id: OrderId }
  | { readonly kind: 'reservation'; readonly id: ReservationId }
  /** Nothing of a return came in time. */
  | { readonly kind: 'return'; readonly id: ReturnId }
  /** Nothing of a parcel was scanned in time; its name is carrier and number. */
  | { readonly kind: 'parcel'; readonly id: string }
  /** The promise of an order is looked at. */
  | { readonly kind: 'promise'; readonly id: OrderId }
  /** An authorisation of an order's payment expires, or will soon. */
  | { readonly kind: 'payment'; readonly id: OrderId }
  /** A circuit is tried again, or an embargo ends. */
  | { readonly kind: 'carrier'; readonly id: CarrierId }
  /** A terminal was silent for too long, or has not acknowledged a task, or has been gone for long. */
  | { readonly kind: 'terminal'; readonly id: TerminalId }
  /** A step of a playbook is due, or a case should have ended. */
  | { readonly kind: 'case'; readonly id: CaseId }
  /** Stock is suspect no more; its name is location and SKU. */
  | { readonly kind: 'suspect'; readonly id: string }
  /** A pause ends. */
  | { readonly kind: 'location'; readonly id: LocationId }
  /** A location with a capacity takes work for another day. */
  | { readonly kind: 'capacity'; readonly id: LocationId }
  /** A buffer rule takes a step. */
  | { readonly kind: 'buffer'; readonly id: BufferId }
  /** A routing plan in force, or a rule of one, begins or ends. */
  | { readonly kind: 'plan'; readonly id: '*' }
  /** A moment at which time may change the answer to some who wait (moments.ts); its name is its time. */
  | { readonly kind: 'moment'; readonly id: string }
  /** A rate card begins or ends. */
  | { readonly kind: 'rates'; readonly id: '*' }
  /** An item on preorder becomes available. */
  | { readonly kind: 'item'; readonly id: Sku }
  /** A lot leaves sale, or units of one that may not be sold are still with orders (engine/lots.ts, `lotKey`). */
  | { readonly kind: 'lot'; readonly id: string };

export interface Timer {
  readonly atMs: number;
  readonly owner: TimerOwner;
}

/** Below so many timers a clean-up is not worth it. */
const cleanUpCountMin = 1_024;

export class Timers {
  readonly #heap: Timer[] = [];
  #overtaken = 0;

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

  /** A timer was overtaken. Once half of all may be, those that `isNeeded` does not know are let go. */
  overtaken(isNeeded: (timer: Timer) => boolean): void {
    const heap = this.#heap;
    this.#overtaken += 1;
    if (heap.length < cleanUpCountMin || this.#overtaken * 2 < heap.length) return;
    this.#overtaken = 0;
    let kept = 0;
    for (const timer of heap) if (isNeeded(timer)) heap[kept++] = timer;
    heap.length = kept;
    for (let at = (kept >> 1) - 1; at >= 0; at -= 1) {
      const timer = heap[at];
      if (timer !== undefined) this.#sink(timer, at);
    }
  }

  #sink(timer: Timer, from = 0): void {
    const heap = this.#heap;
    let at = from;
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
