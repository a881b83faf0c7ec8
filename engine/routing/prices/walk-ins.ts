/**
 * Units that people take out of stores without an order, as movements tell: what an adjustment or a count takes off
 * a store. Counted with a memory that fades by half in three weeks.
 */
import type { LocationId, Sku } from '../../../actors/ids.ts';

const halfLifeHours = 24 * 21;
/** SKU-stores counted; later ones are not. */
const placesMax = 200_000;

interface Count {
  /** Units, faded as of `atHour`. */
  units: number;
  atHour: number;
}

const faded = ({ units, atHour }: Count, hour: number): number =>
  units * 2 ** (Math.min(0, atHour - hour) / halfLifeHours);

export class WalkIns {
  readonly #counts = new Map<Sku, Map<LocationId, Count>>();
  #places = 0;

  add(sku: Sku, location: LocationId, units: number, hour: number): void {
    let places = this.#counts.get(sku);
    if (places === undefined) this.#counts.set(sku, (places = new Map()));
    const count = places.get(location);
    if (count !== undefined) {
      count.units = faded(count, hour) + units;
      count.atHour = Math.max(count.atHour, hour);
    } else if (this.#places < placesMax) {
      this.#places += 1;
      places.set(location, { units, atHour: hour });
    }
  }

  /** @param fromHour since when is counted. */
  perHour(sku: Sku, location: LocationId, hour: number, fromHour: number): number {
    const count = this.#counts.get(sku)?.get(location);
    if (count === undefined) return 0;
    const passed = Math.max(1, hour - fromHour);
    return (faded(count, hour) * Math.LN2) / ((1 - 2 ** (-passed / halfLifeHours)) * halfLifeHours);
  }

  storesOf(sku: Sku): Iterable<LocationId> {
    return this.#counts.get(sku)?.keys() ?? [];
  }
}
