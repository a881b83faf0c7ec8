/** Which offers are open, by the locations that are asked. Derived: recovery builds it from the orders. */
import type { FulfillmentId, LocationId, OrderId } from '../../actors/ids.ts';
import { askedFor } from '../../actors/offer.ts';
import type { OrderContext } from '../../actors/order-context.ts';

/** A part that is offered. */
export interface OfferedPart {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
}

export class Offers {
  readonly #byLocation = new Map<LocationId, Map<string, OfferedPart>>();
  /** Parts that are offered to anybody. */
  openCount = 0;

  /** What a location is offered. */
  at(location: LocationId): Iterable<OfferedPart> {
    return this.#byLocation.get(location)?.values() ?? [];
  }

  /** Every location that is asked, with what: for checks. */
  get all(): ReadonlyMap<LocationId, ReadonlyMap<string, OfferedPart>> {
    return this.#byLocation;
  }

  /** Of those who could take a part, the best first, who is asked besides the one with the units. */
  chosen(_part: OfferedPart, ranked: readonly LocationId[], max: number): readonly LocationId[] {
    return ranked.slice(0, max);
  }

  /** An order is another one. */
  changed(before: OrderContext | undefined, after: OrderContext): void {
    const { orderId } = after;
    for (const [index, part] of after.fulfillments.entries()) {
      const was = before?.fulfillments[index];
      if (part === was || (part.offer === undefined && was?.offer === undefined)) continue;
      const { fulfillmentId } = part;
      const key = `${fulfillmentId}/${orderId}`;
      const [asked, now] = [askedFor(was), askedFor(part)];
      this.openCount += Number(now.length > 0) - Number(asked.length > 0);
      for (const location of asked) this.#leave(location, key);
      for (const location of now) this.#put(location, key, { orderId, fulfillmentId });
    }
  }

  #put(location: LocationId, key: string, part: OfferedPart): void {
    let parts = this.#byLocation.get(location);
    if (parts === undefined) this.#byLocation.set(location, (parts = new Map()));
    parts.set(key, part);
  }

  #leave(location: LocationId, key: string): void {
    const parts = this.#byLocation.get(location);
    parts?.delete(key);
    if (parts?.size === 0) this.#byLocation.delete(location);
  }
}
