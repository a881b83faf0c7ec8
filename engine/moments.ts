/**
 * The moments at which time may change the answer to orders that wait, each with those it may change. One timer for
 * each moment, however many wait for it. Derived: after a start everybody who waits is woken once and says anew.
 */
import type { OrderId, Sku } from '../actors/ids.ts';
import type { Timers } from './timers.ts';

/** Who is to be woken at one moment, and the SKUs in whose lines they stand. */
interface Moment {
  readonly orders: Set<OrderId>;
  readonly skus: Set<Sku>;
}

export class Moments {
  readonly #at = new Map<number, Moment>();
  readonly #of = new Map<OrderId, number>();
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Moments that somebody waits for. */
  get size(): number {
    return this.#at.size;
  }

  /** When an order is to be woken, if time may change its answer. */
  of(id: OrderId): number | undefined {
    return this.#of.get(id);
  }

  /** An order that waits for these SKUs is to be woken then, and not when it was said before. Infinity: never. */
  expect(id: OrderId, skus: Iterable<Sku>, atMs: number): void {
    if (this.#of.get(id) !== atMs) this.leave(id);
    if (atMs === Infinity) return;
    this.#of.set(id, atMs);
    let moment = this.#at.get(atMs);
    if (moment === undefined) {
      this.#at.set(atMs, (moment = { orders: new Set(), skus: new Set() }));
      this.#timers.set(atMs, { kind: 'moment', id: String(atMs) });
    }
    moment.orders.add(id);
    for (const sku of skus) moment.skus.add(sku);
  }

  /** An order waits no more. Its moment stays while others wait for it; a timer for nobody wakes nobody. */
  leave(id: OrderId): void {
    const atMs = this.#of.get(id);
    if (atMs === undefined) return;
    this.#of.delete(id);
    const moment = this.#at.get(atMs);
    moment?.orders.delete(id);
    if (moment?.orders.size === 0) this.#at.delete(atMs);
  }

  /** A moment has come: who is to be woken, and in whose lines they stand. They are to say the next one then. */
  take(atMs: number): Moment | undefined {
    const moment = this.#at.get(atMs);
    this.#at.delete(atMs);
    for (const id of moment?.orders ?? []) this.#of.delete(id);
    return moment;
  }
}
