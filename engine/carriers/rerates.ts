/**
 * Parcels planned with a carrier that takes them no more. The open orders are walked once when carriers change, in
 * pieces, turn by turn; whoever is not concerned is passed over.
 */
import type { FulfillmentId, OrderId } from '../../actors/ids.ts';

/** Orders passed over in one go before others have their turn. */
const passedMax = 1_024;

/** A parcel that is to be planned anew. */
export interface Stranded {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
}

export class Rerates {
  #walk: Iterator<OrderId> | undefined;
  /** Parcels of the order the walk has come to. */
  #parts: Stranded[] = [];
  #last: Stranded | undefined;

  get isEmpty(): boolean {
    return this.#walk === undefined && this.#parts.length === 0;
  }

  /** Walk these from the beginning; without any, nobody can be concerned. */
  begin(ids: Iterable<OrderId> | undefined): void {
    this.#walk = ids?.[Symbol.iterator]();
    this.#parts = [];
  }

  /** The next parcel that is concerned; undefined when there is none, or none yet. */
  take(partsOf: (id: OrderId) => readonly FulfillmentId[]): Stranded | undefined {
    for (let passed = 0; passed < passedMax; passed += 1) {
      const first = this.#parts.shift();
      if (first !== undefined) return (this.#last = first);
      const next = this.#walk?.next();
      if (next === undefined) return undefined;
      if (next.done === true) this.#walk = undefined;
      else for (const fulfillmentId of partsOf(next.value)) this.#parts.push({ orderId: next.value, fulfillmentId });
    }
    return undefined;
  }

  /** The one just taken could not be looked at now: it is the next one again. */
  putBack(): void {
    if (this.#last !== undefined) this.#parts.unshift(this.#last);
  }
}
