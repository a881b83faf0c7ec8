/**
 * The price of room for a parcel at a location with a capacity: the chance that what is still to come today fills it,
 * halved, times what sending the next parcel from the second best location costs more (capacity.ts). Room is what is
 * left of the day by units and by parcels, as days and as the hours that remain; a parcel given after the day's end
 * counts for the next day, so the day is over when its work is.
 */
import type { LocationId } from '../../../actors/ids.ts';
import type { LocationCell } from '../../cells.ts';
import { nextDayMs } from '../../promise/capacity.ts';
import { placeOf } from '../../promise/places.ts';
import { roomLeft } from '../../promise/room-left.ts';
import type { World } from '../../world.ts';
import { capacityPrice } from './capacity.ts';
import type { PriceBook } from './book.ts';
import type { Demand } from './demand.ts';
import type { Lanes } from './lanes.ts';

const hourMs = 3_600_000;

export class RoomPrices {
  readonly #world: World;
  readonly #book: PriceBook;
  readonly #demand: Demand;
  readonly #lanes: Lanes;
  #displaced = new Map<LocationCell, number>();
  #displacedBy = -1;

  constructor(world: World, book: PriceBook, demand: Demand, lanes: Lanes) {
    this.#world = world;
    this.#book = book;
    this.#demand = demand;
    this.#lanes = lanes;
  }

  /** True: it has a price that time alone changes. */
  refresh(id: LocationId, atMs: number): boolean {
    const minor = this.#price(id, atMs);
    const before = this.#book.roomAt(id);
    if (minor !== before) this.#book.putRoom(id, minor);
    return minor !== undefined;
  }

  /** undefined: it has no capacity, no work or no room left; without room it is no candidate anyhow. */
  #price(id: LocationId, atMs: number): number | undefined {
    const cell = this.#world.locations.get(id);
    const card = cell?.snapshot?.context;
    const place = card?.capacity === undefined ? undefined : placeOf(card);
    if (cell === undefined || place === undefined) return undefined;
    const room = roomLeft(place, this.#world.works.get(id)?.snapshot?.context, atMs);
    const endMs = nextDayMs(place, atMs);
    if (room === undefined || endMs === undefined) return undefined;
    const each = room.parcels === 0 ? 1 : Math.max(1, room.units / room.parcels);
    const left = Math.min(room.parcelsLeft, Math.floor(room.unitsLeft / each));
    if (left < 1) return undefined;
    const elapsed = Math.max(0, 1 - this.#demand.shareOfDay(atMs / hourMs, endMs / hourMs));
    const day = { used: room.parcels, capacity: room.parcels + left, usual: room.usual, elapsed };
    const minor = capacityPrice(day, this.#displacement(cell));
    return minor > 0 ? minor : undefined;
  }

  /** What a parcel costs more from the second best location, over the regions that the location is the best for. */
  #displacement(cell: LocationCell): number {
    if (this.#displacedBy !== this.#lanes.version) {
      this.#displacedBy = this.#lanes.version;
      this.#displaced = this.#displacements();
    }
    return this.#displaced.get(cell) ?? 0;
  }

  #displacements(): Map<LocationCell, number> {
    const sums = new Map<LocationCell, { minor: number; orders: number }>();
    const usual = this.#demand.usualParcel;
    const open = this.#world.locationList.filter(({ snapshot }) => snapshot?.context.state === 'open');
    for (let region = 0; region < this.#demand.regions.places.length; region += 1) {
      const orders = this.#demand.ordersTo(region);
      let [best, second] = [Infinity, Infinity];
      let where: LocationCell | undefined;
      for (const cell of open) {
        const minor = this.#lanes.from(cell, usual)[region] ?? Infinity;
        if (minor < best) [best, second, where] = [minor, best, cell];
        else if (minor < second) second = minor;
      }
      if (where === undefined || second === Infinity || orders === 0) continue;
      const sum = sums.get(where) ?? { minor: 0, orders: 0 };
      sums.set(where, { minor: sum.minor + orders * (second - best), orders: sum.orders + orders });
    }
    return new Map([...sums].map(([cell, { minor, orders }]) => [cell, minor / orders]));
  }
}
