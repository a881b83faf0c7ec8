/** A location ready to be asked when its work is done and when its parcels leave. */
import type { Capacity, LocationCard } from '../../actors/network-commands.ts';
import { dayPlan, timesByWeekday } from './days.ts';
import { Departures } from './departures.ts';
import { Opening } from './opening.ts';
import type { CarrierService } from './services.ts';
import { originsOf } from './transit.ts';
import { zoneNamed, type Zone } from './zones.ts';

export class Place {
  readonly zone: Zone;
  /** The names under which transit tables may know it, the most particular first. */
  readonly origins: readonly string[];
  readonly capacity: Capacity | undefined;
  readonly #opening: Opening;
  readonly #card: LocationCard;
  readonly #plan: ReturnType<typeof dayPlan>;
  readonly #isAlwaysOpen: boolean;
  readonly #departures = new WeakMap<CarrierService, Departures>();

  constructor(card: LocationCard, zone: Zone) {
    this.#card = card;
    this.zone = zone;
    this.origins = originsOf(card);
    this.#plan = dayPlan(card.hours, card.holidays ?? []);
    this.#isAlwaysOpen = card.hours === undefined && card.holidays === undefined;
    this.capacity = card.capacity;
    this.#opening = new Opening(this.#plan, zone);
  }

  /** When an order given to the location at an instant is ready to leave; undefined: never, it does not work. */
  readyMs(atMs: number): number | undefined {
    const { leadTimeMs = 0, processingMs = 0 } = this.#card;
    if (this.#isAlwaysOpen) return atMs + leadTimeMs + processingMs;
    return this.#opening.after(atMs + leadTimeMs, processingMs);
  }

  /** When it will have worked for so long from an instant on; undefined: never, it does not work. */
  workedMs(atMs: number, spanMs: number): number | undefined {
    return this.#isAlwaysOpen ? atMs + spanMs : this.#opening.after(atMs, spanMs);
  }

  /** The first instant within an hour of a day at which the location works; undefined: it does not. */
  openInHour(day: number, hour: number): number | undefined {
    const fromMs = this.zone.instantOf(day, 60 * hour);
    const openMs = this.#isAlwaysOpen ? fromMs : this.#opening.after(fromMs, 0);
    return openMs !== undefined && openMs < this.zone.instantOf(day, 60 * hour + 60) ? openMs : undefined;
  }

  /** When a parcel that is ready leaves with a service: its earliest cut-off from then on. */
  shipByMs(service: CarrierService, readyMs: number): number | undefined {
    let departures = this.#departures.get(service);
    if (departures === undefined) this.#departures.set(service, (departures = this.#departuresOf(service)));
    return departures.from(readyMs);
  }

  #departuresOf(service: CarrierService): Departures {
    const { country, cutOffs = [] } = this.#card;
    const own = cutOffs.find((one) => one.carrier === service.carrier && one.service === service.id);
    return new Departures({
      zone: this.zone,
      plan: this.#plan,
      pickupMask: service.pickupMask,
      isHoliday: (day) => service.isHoliday(country, day),
      cutOffs: own === undefined ? service.cutOffs : timesByWeekday(own.times),
    });
  }
}

const places = new WeakMap<LocationCard, Place | null>();

/** The place of a location; undefined where it has no time zone. A card never changes, so it is made once. */
export function placeOf(card: LocationCard): Place | undefined {
  let place = places.get(card);
  if (place === undefined) {
    const zone = card.timeZone === undefined ? undefined : zoneNamed(card.timeZone);
    places.set(card, (place = zone === undefined ? null : new Place(card, zone)));
  }
  return place ?? undefined;
}
