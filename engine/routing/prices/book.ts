/**
 * The prices in force: what sourcing adds to the cost of a unit, by SKU and location, and to that of a parcel, by
 * location, in minor units. A price of stock is the closed form, or the mean of it and of sampled futures as long as
 * those are fresh. Written between turns; a decision names the version it found.
 */
import type { LocationId, Sku } from '../../../actors/ids.ts';

/** Prices are counted in parts of a minor unit, so that sums of them do not depend on their order. */
const priceGrain = 256;

/** A price in such parts. */
export const grainsOf = (minor: number): number => Math.round(minor * priceGrain);

/** A price as decisions count it. */
export const grained = (minor: number): number => grainsOf(minor) / priceGrain;

/** What so many parts are in minor units. */
export const minorOfGrains = (grains: number): number => grains / priceGrain;

/** How long sampled futures have a say after the instant they looked at. */
export const sampledMsMax = 12 * 3_600_000;
/** The share of sampled futures in a price that has both; neither is much better (docs/PLANNER.md). */
const sampledShare = 0.5;

/** A closed-form price with one of sampled futures; undefined: there is none of that stock. */
export const blended = (closed: number, sampled: number | undefined): number =>
  sampled === undefined ? closed : (1 - sampledShare) * closed + sampledShare * sampled;

export type ByLocation = ReadonlyMap<LocationId, number>;

/** Prices from sampled futures, and the instant whose stock they were reckoned from. */
export interface SampledPrices {
  readonly atMs: number;
  /** Above `levelMinor`. */
  readonly byLocation: ByLocation;
  /** What every unit is worth wherever it is taken from: it would be paid anyhow, so it is no part of a price. */
  readonly levelMinor: number;
}

export interface PricesOf {
  /** The version of the book with which these prices came. */
  readonly version: number;
  readonly atMs: number;
  readonly byLocation: ByLocation;
  readonly closed: ByLocation;
  /** Absent: the closed form stands alone. */
  readonly sampled?: SampledPrices | undefined;
}

export class PriceBook {
  /** Grows with every change. 0: there are no prices yet, and sourcing goes by what is cheapest now. */
  version = 0;
  /** Grows with every change of what room costs. */
  roomsVersion = 0;
  readonly #prices = new Map<Sku, PricesOf>();
  readonly #rooms = new Map<LocationId, number>();

  /** @param sampled what counts beside the closed form; undefined: nothing does. */
  put(sku: Sku, closed: ByLocation, atMs: number, sampled?: SampledPrices): void {
    this.version += 1;
    this.#set(sku, closed, atMs, sampled);
  }

  /** Prices of many SKUs from one answer, as one change of the book. Those without a closed form are left out. */
  putSampled(answers: ReadonlyMap<Sku, SampledPrices>): void {
    this.version += 1;
    for (const [sku, sampled] of answers) {
      const known = this.#prices.get(sku);
      if (known !== undefined) this.#set(sku, known.closed, known.atMs, sampled);
    }
  }

  #set(sku: Sku, closed: ByLocation, atMs: number, sampled: SampledPrices | undefined): void {
    const { version } = this;
    if (sampled === undefined) {
      this.#prices.set(sku, { version, atMs, byLocation: closed, closed });
      return;
    }
    const byLocation = new Map<LocationId, number>();
    for (const [location, price] of closed) byLocation.set(location, blended(price, sampled.byLocation.get(location)));
    this.#prices.set(sku, { version, atMs, byLocation, closed, sampled });
  }

  /** @param minor price of room for one parcel at a location, in minor units; undefined: none from now on. */
  putRoom(location: LocationId, minor: number | undefined): void {
    this.version += 1;
    this.roomsVersion += 1;
    if (minor === undefined) this.#rooms.delete(location);
    else this.#rooms.set(location, minor);
  }

  /** There are no prices of a SKU any more. */
  drop(sku: Sku): void {
    this.#prices.delete(sku);
  }

  /** What a parcel from a location adds to its cost for the room it takes; undefined: nothing. */
  roomAt(location: LocationId): number | undefined {
    return this.#rooms.size === 0 ? undefined : this.#rooms.get(location);
  }

  /** Locations whose room has a price. */
  get rooms(): ByLocation {
    return this.#rooms;
  }

  /** undefined: none yet. */
  of(sku: Sku): PricesOf | undefined {
    return this.#prices.get(sku);
  }

  /** SKUs with prices. */
  get size(): number {
    return this.#prices.size;
  }
}
