/**
 * Orders that are to be sent from suspect stock, and whom something else may help: they are looked at one after
 * another, the first that got units there before the others, in pieces, turn by turn.
 */
import type { OrderId } from '../../actors/ids.ts';
import type { StockCell } from '../cells.ts';

/** Orders passed over in one go before others have their turn. */
const passedMax = 1_024;

/** An order with units of suspect stock. */
export interface Doubt {
  readonly stock: StockCell;
  readonly orderId: OrderId;
}

export class Doubts {
  readonly #stocks = new Set<StockCell>();
  #walk: { readonly stock: StockCell; readonly ids: Iterator<OrderId> } | undefined;
  #next: Doubt | undefined;
  #last: Doubt | undefined;

  get isEmpty(): boolean {
    return this.#stocks.size === 0 && this.#walk === undefined && this.#next === undefined;
  }

  /** Look at all whose units are of a stock: from the beginning, also when that is under way. */
  add(stock: StockCell): void {
    this.#stocks.add(stock);
  }

  /** The one just taken could not be looked at now: it is the next one again. */
  putBack(): void {
    this.#next = this.#last;
  }

  /** The next order to look at; undefined when there is none, or none yet. @param isMeant whether it may move. */
  take(isMeant: (doubt: Doubt) => boolean): Doubt | undefined {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) return (this.#last = next);
    for (let passed = 0; passed < passedMax; passed += 1) {
      const walk = (this.#walk ??= this.#nextWalk());
      if (walk === undefined) return undefined;
      const { value, done } = walk.ids.next();
      const doubt = done === true ? undefined : { stock: walk.stock, orderId: value };
      if (doubt === undefined) this.#walk = undefined;
      else if (isMeant(doubt)) return (this.#last = doubt);
    }
    return undefined;
  }

  #nextWalk(): { readonly stock: StockCell; readonly ids: Iterator<OrderId> } | undefined {
    const [stock] = this.#stocks;
    if (stock === undefined) return undefined;
    this.#stocks.delete(stock);
    return { stock, ids: stock.holders.newestFirst().toReversed().values() };
  }
}
