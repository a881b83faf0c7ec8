/**
 * Who is woken when stock appears: the orders that wait for that SKU, in line, as long as there is something
 * to promise. A SKU is queued once however often it gains; nothing ever looks for work.
 */
import type { OrderId } from '../actors/ids.ts';
import type { SkuCell } from './cells.ts';
import type { Waiter } from './waiting.ts';

/** SKUs whose line may move: there may be units for the first ticket. */
export class LineWakes {
  readonly #skus = new Set<SkuCell>();

  get isEmpty(): boolean {
    return this.#skus.size === 0;
  }

  /** A SKU has gained units, or another one is first in its line. */
  add(sku: SkuCell): void {
    if (sku.line !== undefined && sku.line.length > 0) this.#skus.add(sku);
  }

  take(): SkuCell | undefined {
    const [sku] = this.#skus;
    if (sku !== undefined) this.#skus.delete(sku);
    return sku;
  }

  /** The one just taken could not be looked at now. */
  putBack(sku: SkuCell): void {
    this.#skus.add(sku);
  }
}

export class Wakes {
  readonly #queue = new Set<SkuCell>();
  /** SKUs whose line may be served: it comes before the orders that wait. */
  readonly lines = new LineWakes();
  /** Whom it woke last, and before that. */
  #current: { readonly sku: SkuCell; last: Waiter | undefined; before: Waiter | undefined } | undefined;

  get isEmpty(): boolean {
    return this.#current === undefined && this.#queue.size === 0 && this.lines.isEmpty;
  }

  /** A SKU has gained units, or somewhere to sell them from. */
  add(sku: SkuCell): void {
    this.lines.add(sku);
    if (sku.waiting !== undefined && sku.waiting.size > 0) this.#queue.add(sku);
  }

  /** Anything may be sold from elsewhere now: all that orders wait for, and all with a line. */
  addAll(waitedFor: Iterable<SkuCell>, lined: Iterable<SkuCell>): void {
    for (const sku of waitedFor) this.add(sku);
    for (const sku of lined) this.lines.add(sku);
  }

  /** The order just taken could not be served now: it is the next one again. */
  putBack(): void {
    if (this.#current !== undefined) this.#current.last = this.#current.before;
  }

  /** The next order to source again. `hasStock` tells whether a SKU still has anything to promise. */
  take(hasStock: (sku: SkuCell) => boolean): OrderId | undefined {
    for (;;) {
      const current = this.#current;
      if (current === undefined) {
        const [sku] = this.#queue;
        if (sku === undefined) return undefined;
        this.#queue.delete(sku);
        this.#current = { sku, last: undefined, before: undefined };
        continue;
      }
      const next = current.sku.waiting?.after(current.last);
      if (next === undefined || !hasStock(current.sku)) this.#current = undefined;
      else {
        current.before = current.last;
        current.last = next;
        return next.id;
      }
    }
  }
}
