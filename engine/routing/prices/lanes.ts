/**
 * What one parcel from each location to each region costs, by the carriage that decisions go by: base and kilometres,
 * or, where a rate card is in force, what is in the parcel. Kept until the location, a carrier, a card or a region
 * changes, a minute at most: distances, zones and services are not asked again for every SKU.
 */
import { noShape, type Shape } from '../../../actors/item-shape.ts';
import type { Location } from '../../../actors/network-commands.ts';
import type { LocationCell } from '../../cells.ts';
import type { World } from '../../world.ts';
import { isByWeight, minorOf, offersOn, type ServiceOffer } from '../../promise/offers.ts';
import type { CarrierService } from '../../promise/services.ts';
import { distanceKm } from '../distance.ts';
import { byKm } from '../request.ts';
import { openServices } from '../services.ts';
import { regionsMax, type Regions } from './regions.ts';

const keptMs = 60_000;

interface Row {
  readonly card: Location | undefined;
  /** By region: of a parcel, where its weight does not matter, and else what services offer. */
  readonly costs: Float64Array;
  readonly offers: (readonly ServiceOffer[])[];
  regions: number;
}

export class Lanes {
  readonly #world: World;
  readonly #regions: Regions;
  readonly #rows: (Row | undefined)[] = [];
  #services: readonly CarrierService[] = [];
  /** Of each carrier its state and its card: parcels that come and go change neither. */
  #carriers: readonly unknown[] = [];
  /** Of each service its rate card, where it has one. */
  #cards: readonly unknown[] = [];
  readonly #byShape = new Float64Array(regionsMax);
  #atMs = -Infinity;
  /** Whether what a parcel costs depends on what is in it. */
  isWeighed = false;
  /** Grows whenever everything is asked again. */
  version = 0;

  constructor(world: World, regions: Regions) {
    this.#world = world;
    this.#regions = regions;
  }

  /** Before a few are asked for: see whether what is kept still holds. */
  renew(atMs: number): void {
    const carriers = [...this.#world.carriers.values()].flatMap(({ snapshot }) => {
      const { card, health } = snapshot?.context ?? {};
      return [snapshot?.value, card, health?.cut, health?.embargoes];
    });
    const { rates } = this.#world;
    const isKept = isSame(carriers, this.#carriers) && atMs >= this.#atMs && atMs - this.#atMs < keptMs;
    const services = isKept ? this.#services : openServices(this.#world, undefined, undefined);
    const cards = rates.isIdle ? [] : services.map(({ carrier, id }) => rates.inForce(carrier, id, atMs));
    if (isKept && isSame(cards, this.#cards)) return;
    this.#atMs = atMs;
    this.#carriers = carriers;
    this.#services = services;
    this.#cards = cards;
    this.isWeighed = isByWeight(rates, services, atMs);
    this.#rows.length = 0;
    this.version += 1;
  }

  /** The divisor of the first rate card in force that has one: what volume weighs. */
  get divisor(): number | undefined {
    const { rates } = this.#world;
    for (const { carrier, id } of this.#services) {
      const divisor = rates.inForce(carrier, id, this.#atMs)?.card.divisor;
      if (divisor !== undefined) return divisor;
    }
    return undefined;
  }

  /**
   * Costs in minor units by region; those from `regions.places.length` on say nothing. Infinity: nobody carries it.
   * @param load what is in the parcel: where that matters, the answer is overwritten by the next one.
   */
  from(cell: LocationCell, load: Shape = noShape): Float64Array {
    const { places } = this.#regions;
    const card = cell.snapshot?.context;
    let row = this.#rows[cell.index];
    if (row === undefined || row.card !== card) {
      this.#rows[cell.index] = row = { card, costs: new Float64Array(regionsMax), offers: [], regions: 0 };
    }
    for (; row.regions < places.length; row.regions += 1) {
      const place = places[row.regions];
      if (!this.isWeighed) row.costs[row.regions] = byKm(this.#services, place)(cell).costMinor;
      else if (card !== undefined && place !== undefined) {
        const km = distanceKm(card, place);
        row.offers[row.regions] = offersOn(this.#world.rates, this.#services, card, place, km, this.#atMs);
      }
    }
    return this.isWeighed ? this.#costsOf(row.offers, load) : row.costs;
  }

  #costsOf(offers: Row['offers'], load: Shape): Float64Array {
    const costs = this.#byShape.fill(Infinity);
    for (let region = 0; region < offers.length; region += 1) {
      let least = Infinity;
      for (const offer of offers[region] ?? []) least = Math.min(least, minorOf(offer, load));
      costs[region] = least;
    }
    return costs;
  }
}

const isSame = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((one, index) => one === others[index]);
