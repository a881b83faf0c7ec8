/** The prices of stock in force: what sourcing adds to the cost of a unit, by SKU and location, in minor units. */
import type { LocationId, Sku } from '../../../actors/ids.ts';

/** Prices are counted in parts of a minor unit, so that sums of them do not depend on their order. */
const priceGrain = 256;

/** A price as decisions count it. */
export const grained = (minor: number): number => Math.round(minor * priceGrain) / priceGrain;

export interface PricesOf {
  /** The version of the book with which these prices came. */
  readonly version: number;
  readonly atMs: number;
  readonly byLocation: ReadonlyMap<LocationId, number>;
}

export class PriceBook {
  /** Grows with every change. 0: there are no prices yet, and sourcing goes by what is cheapest now. */
  version = 0;
  readonly #prices = new Map<Sku, PricesOf>();
  readonly #rooms = new Map<LocationId, number>();

  put(sku: Sku, byLocation: ReadonlyMap<LocationId, number>, atMs: number): void {
    this.version += 1;
    this.#prices.set(sku, { version: this.version, atMs, byLocation });
  }

  /** @param minor price of room for one parcel at a location, in minor units; undefined: none from now on. */
  putRoom(location: LocationId, minor: number | undefined): void {
    this.version += 1;
    if (minor === undefined) this.#rooms.delete(location);
    else this.#rooms.set(location, minor);
  }

  /** What a parcel from a location adds to its cost for the room it takes; undefined: nothing. */
  roomAt(location: LocationId): number | undefined {
    return this.#rooms.size === 0 ? undefined : this.#rooms.get(location);
  }

  /** undefined: none yet. */
  of(sku: Sku): PricesOf | undefined {
    return this.#prices.get(sku);
  }
}
