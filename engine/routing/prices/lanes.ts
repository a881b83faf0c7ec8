/**
 * What one parcel from each location to each region costs, kept until the location, a carrier or a region changes,
 * a minute at most: distances and services are not asked again for every SKU.
 */
import type { Location } from '../../../actors/network-commands.ts';
import type { LocationCell } from '../../cells.ts';
import type { World } from '../../world.ts';
import type { CarrierService } from '../../promise/services.ts';
import { byKm } from '../request.ts';
import { openServices } from '../services.ts';
import { regionsMax, type Regions } from './regions.ts';

const keptMs = 60_000;

interface Row {
  readonly card: Location | undefined;
  readonly costs: Float64Array;
  regions: number;
}

export class Lanes {
  readonly #world: World;
  readonly #regions: Regions;
  readonly #rows: (Row | undefined)[] = [];
  #services: readonly CarrierService[] = [];
  /** Of each carrier its state and its card: parcels that come and go change neither. */
  #carriers: readonly unknown[] = [];
  #atMs = -Infinity;
  /** Grows whenever everything is asked again. */
  version = 0;

  constructor(world: World, regions: Regions) {
    this.#world = world;
    this.#regions = regions;
  }

  /** Before a few are asked for: see whether what is kept still holds. */
  renew(atMs: number): void {
    const carriers = [...this.#world.carriers.values()].flatMap(({ snapshot }) => {
      return [snapshot?.value, snapshot?.context.card];
    });
    const isSame = carriers.length === this.#carriers.length &&
      carriers.every((one, index) => one === this.#carriers[index]);
    if (isSame && atMs >= this.#atMs && atMs - this.#atMs < keptMs) return;
    this.#atMs = atMs;
    this.#carriers = carriers;
    this.#services = openServices(this.#world, undefined);
    this.#rows.length = 0;
    this.version += 1;
  }

  /** Costs in minor units by region; those from `regions.places.length` on say nothing. */
  from(cell: LocationCell): Float64Array {
    const { places } = this.#regions;
    const card = cell.snapshot?.context;
    let row = this.#rows[cell.index];
    if (row === undefined || row.card !== card) {
      this.#rows[cell.index] = row = { card, costs: new Float64Array(regionsMax), regions: 0 };
    }
    for (; row.regions < places.length; row.regions += 1) {
      row.costs[row.regions] = byKm(this.#services, places[row.regions])(cell).costMinor;
    }
    return row.costs;
  }
}
