/**
 * Which orders may have a better place, and what says so. Nobody registers: whoever could move to units that came
 * has units of the same SKU elsewhere, and each stock knows its holders. What may concern all (places, plans,
 * carriers) goes behind that: all that are not begun are walked, in small pieces.
 */
import type { OrderId } from '../actors/ids.ts';
import type { SkuCell } from './cells.ts';
import type { Views } from './views.ts';
import { WalkQueue } from './walk-queue.ts';

/** Orders passed over in one go before others have their turn. */
const passedMax = 4_096;

export class Improvements {
  readonly #skus = new Set<SkuCell>();
  #all: (() => readonly OrderId[]) | undefined;
  readonly #queue = new WalkQueue<OrderId>(() => this.#nextWalk(), passedMax);

  get isEmpty(): boolean {
    return this.#skus.size === 0 && this.#all === undefined && !this.#queue.isWalking;
  }

  /** There is more of a SKU somewhere: whoever has some of it may have it from there. */
  add(sku: SkuCell): void {
    this.#skus.add(sku);
  }

  /** Anybody may have a better place. The same again, while it is not begun yet, is one. */
  addAll(orders: () => readonly OrderId[]): void {
    this.#all = orders;
  }

  /** The order just taken could not be looked at now: it is the next one again. */
  putBack(): void {
    this.#queue.putBack();
  }

  /** The next order to look at; undefined when there is none, or none yet. @param isMeant whether it may move. */
  take(isMeant: (id: OrderId) => boolean): OrderId | undefined {
    return this.#queue.take(isMeant);
  }

  #nextWalk(): Iterator<OrderId> | undefined {
    const [sku] = this.#skus;
    if (sku !== undefined) {
      this.#skus.delete(sku);
      const holders = new Set(sku.stocks.flatMap((stock) => stock.holders.newestFirst().toReversed()));
      return holders.values();
    }
    const all = this.#all;
    this.#all = undefined;
    return all?.().values();
  }
}

/** Whether an order may move: nobody has begun it. What is released, only where a plan says so (improve.ts). */
export const mayImprove = ({ views }: { readonly views: Views }, id: OrderId): boolean =>
  views.inState('allocated').has(id) || views.inState('released').has(id);

/** Every order that may. */
export const improvable = ({ views }: { readonly views: Views }): readonly OrderId[] => [
  ...views.inState('allocated'), ...views.inState('released'),
];
