/**
 * Orders that are to be sent from suspect stock, and whom something else may help: they are looked at one after
 * another, the first that got units there before the others, in pieces, turn by turn.
 */
import type { OrderId } from '../../actors/ids.ts';
import type { StockCell } from '../cells.ts';
import { WalkQueue } from '../walk-queue.ts';

/** Orders passed over in one go before others have their turn. */
const passedMax = 1_024;

/** An order with units of suspect stock. */
export interface Doubt {
  readonly stock: StockCell;
  readonly orderId: OrderId;
}

export class Doubts {
  readonly #stocks = new Set<StockCell>();
  readonly #queue = new WalkQueue<Doubt>(() => this.#nextWalk(), passedMax);

  get isEmpty(): boolean {
    return this.#stocks.size === 0 && !this.#queue.isWalking;
  }

  /** Look at all whose units are of a stock: from the beginning, also when that is under way. */
  add(stock: StockCell): void {
    this.#stocks.add(stock);
  }

  /** The one just taken could not be looked at now: it is the next one again. */
  putBack(): void {
    this.#queue.putBack();
  }

  /** The next order to look at; undefined when there is none, or none yet. @param isMeant whether it may move. */
  take(isMeant: (doubt: Doubt) => boolean): Doubt | undefined {
    return this.#queue.take(isMeant);
  }

  #nextWalk(): Iterator<Doubt> | undefined {
    const [stock] = this.#stocks;
    if (stock === undefined) return undefined;
    this.#stocks.delete(stock);
    return stock.holders.newestFirst().toReversed().map((orderId) => ({ stock, orderId })).values();
  }
}
