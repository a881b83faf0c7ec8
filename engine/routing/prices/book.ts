/** The prices of stock in force: what sourcing adds to the cost of a unit, by SKU and location, in minor units. */
import type { LocationId, Sku } from '../../../actors/ids.ts';

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

  put(sku: Sku, byLocation: ReadonlyMap<LocationId, number>, atMs: number): void {
    this.version += 1;
    this.#prices.set(sku, { version: this.version, atMs, byLocation });
  }

  /** undefined: none yet. */
  of(sku: Sku): PricesOf | undefined {
    return this.#prices.get(sku);
  }
}
