/**
 * The orders that have units allocated at one stock, in the order they got them. Adding is the hot path,
 * so it is a push; who left stays in the list until half of it is stale. A reader asks each order anyway
 * what it still holds, so a stale name does no harm.
 */
import type { OrderId } from '../actors/ids.ts';

/** Below so many names a clean-up is not worth it. */
const cleanUpCountMin = 32;

export class Holders {
  #orders: OrderId[] = [];
  #gone = 0;

  add(id: OrderId): void {
    this.#orders.push(id);
  }

  /** An order let go of what it had here. `isOpen` tells which of all named orders are still alive. */
  leave(isOpen: (id: OrderId) => boolean): void {
    this.#gone += 1;
    if (this.#orders.length < cleanUpCountMin || this.#gone * 2 < this.#orders.length) return;
    this.#orders = this.#orders.filter(isOpen);
    this.#gone = 0;
  }

  /** Names, newest first, each once; some may hold nothing here any more. */
  newestFirst(): OrderId[] {
    return [...new Set(this.#orders.toReversed())];
  }

  /** Recovery: put the names in an order of age. */
  sort(byAge: (a: OrderId, b: OrderId) => number): void {
    if (this.#orders.length > 1) this.#orders.sort(byAge);
  }
}
