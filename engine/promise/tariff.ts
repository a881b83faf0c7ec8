/**
 * A rate card as tables: zones by place and distance, prices by zone and weight break. Asking for a price makes
 * nothing new: it is two look-ups and a few sums.
 */
import type { Shape } from '../../actors/item-shape.ts';
import type { LocationCard } from '../../actors/network-commands.ts';
import type { Destination } from '../../actors/order-commands.ts';
import type { RateCard, RateLane } from '../../actors/rate-commands.ts';
import { must } from '../assert.ts';
import { originName, originsOf, plainCode } from './transit.ts';

/** What is charged for one parcel, term by term, in minor units. */
export interface Charged {
  /** Weight that is paid for: the larger of weight and volume by the divisor. */
  readonly billedGrams: number;
  readonly volumeGrams: number;
  readonly packages: number;
  readonly freightMinor: number;
  readonly residentialMinor: number;
  readonly remoteMinor: number;
  readonly oversizeMinor: number;
  readonly fuelMinor: number;
  readonly costMinor: number;
}

/** Names by place: the longest postal prefix, the country, everywhere else. */
class Places<T> {
  readonly #byCountry = new Map<string, { whole: T | undefined; readonly byPrefix: Map<string, T>; longest: number }>();
  #elsewhere: T | undefined;

  add(country: string | undefined, prefixes: readonly string[] | undefined, value: T): void {
    if (country === undefined) {
      this.#elsewhere = value;
      return;
    }
    let known = this.#byCountry.get(country);
    if (known === undefined) {
      known = { whole: undefined, byPrefix: new Map(), longest: 0 };
      this.#byCountry.set(country, known);
    }
    if (prefixes === undefined) known.whole = value;
    for (const prefix of prefixes ?? []) {
      known.byPrefix.set(prefix, value);
      known.longest = Math.max(known.longest, prefix.length);
    }
  }

  to(country: string, code: string): T | undefined {
    const known = this.#byCountry.get(country);
    if (known === undefined) return this.#elsewhere;
    for (let length = Math.min(known.longest, code.length); length > 0; length -= 1) {
      const found = known.byPrefix.get(code.slice(0, length));
      if (found !== undefined) return found;
    }
    return known.whole ?? this.#elsewhere;
  }
}

/** The origin of lanes that name none. */
const anywhere = '';

export class Tariff {
  readonly card: RateCard;
  readonly #breaks: Float64Array;
  /** Prices by zone × break; the minimum is in them. */
  readonly #rates: Float64Array;
  /** By zone: what each step beyond the last break takes; -1: several packages instead. */
  readonly #beyond: Float64Array;
  readonly #lanes = new Map<string, Places<number>>();
  readonly #bandKm: Float64Array;
  readonly #bandZone: Int32Array;
  readonly #remote = new Places<number>();
  /** The lanes of a location, the most particular origin first. */
  readonly #lanesFrom = new WeakMap<LocationCard, readonly Places<number>[]>();

  constructor(card: RateCard) {
    this.card = card;
    const { breaks, zones, minimumMinor = 0, lanes = [], bands = [], surcharges } = card;
    this.#breaks = Float64Array.from(breaks);
    this.#rates = new Float64Array(zones.length * breaks.length);
    this.#beyond = Float64Array.from(zones, ({ beyondMinor }) => beyondMinor ?? -1);
    for (const [zone, { minor }] of zones.entries()) {
      for (const [at, price] of minor.entries()) this.#rates[zone * breaks.length + at] = Math.max(price, minimumMinor);
    }
    const zoneNamed = new Map(zones.map(({ zone }, index) => [zone, index]));
    const indexOf = (zone: string): number => must(zoneNamed.get(zone), 'a zone of the card');
    for (const lane of lanes) this.#addLane(lane, indexOf(lane.zone));
    this.#bandKm = Float64Array.from(bands, ({ upToKm }) => upToKm);
    this.#bandZone = Int32Array.from(bands, ({ zone }) => indexOf(zone));
    for (const { country, postalPrefixes, minor } of surcharges?.remote ?? []) {
      this.#remote.add(country, postalPrefixes, minor);
    }
  }

  #addLane({ from, country, postalPrefixes }: RateLane, zone: number): void {
    const origin = from === undefined ? anywhere : originName(from);
    let places = this.#lanes.get(origin);
    if (places === undefined) this.#lanes.set(origin, (places = new Places()));
    places.add(country, postalPrefixes, zone);
  }

  /** The index of the zone of a lane; -1: it has none. */
  zoneOf(from: LocationCard, { country, postalCode }: Destination, km: number): number {
    const code = postalCode === undefined ? '' : plainCode(postalCode);
    for (const places of this.#placesFrom(from)) {
      const zone = places.to(country, code);
      if (zone !== undefined) return zone;
    }
    for (let band = 0; band < this.#bandKm.length; band += 1) {
      if (km <= (this.#bandKm[band] ?? 0)) return this.#bandZone[band] ?? -1;
    }
    return -1;
  }

  #placesFrom(from: LocationCard): readonly Places<number>[] {
    let places = this.#lanesFrom.get(from);
    if (places === undefined) {
      places = [...originsOf(from), anywhere].flatMap((origin) => this.#lanes.get(origin) ?? []);
      this.#lanesFrom.set(from, places);
    }
    return places;
  }

  zoneName(zone: number): string {
    return must(this.card.zones[zone], 'a zone of the card').zone;
  }

  /** Weight a unit may have at most. */
  unitGramsMax(zone: number): number {
    return (this.#beyond[zone] ?? -1) >= 0 ? Infinity : (this.#breaks[this.#breaks.length - 1] ?? 0);
  }

  volumeGrams({ mm3 }: Shape): number {
    const { divisor } = this.card;
    return divisor === undefined ? 0 : Math.ceil(mm3 / divisor);
  }

  /** What the surcharges of a destination are, whatever the parcel. */
  placeMinor({ country, postalCode, residential }: Destination): number {
    return this.remoteMinor(country, postalCode) + (residential === true ? this.residentialMinor : 0);
  }

  get residentialMinor(): number {
    return this.card.surcharges?.residentialMinor ?? 0;
  }

  remoteMinor(country: string, postalCode: string | undefined): number {
    return this.#remote.to(country, postalCode === undefined ? '' : plainCode(postalCode)) ?? 0;
  }

  oversizeMinor({ sideMm, girthMm }: Shape): number {
    const oversize = this.card.surcharges?.oversize;
    if (oversize === undefined) return 0;
    const isOver = sideMm > (oversize.sideMm ?? Infinity) || girthMm > (oversize.girthMm ?? Infinity);
    return isOver ? oversize.minor : 0;
  }

  /** Price of a weight in a zone, without surcharges. */
  freightMinor(zone: number, grams: number): number {
    const steps = this.#breaks.length;
    const last = this.#breaks[steps - 1] ?? 0;
    const lastMinor = this.#rates[zone * steps + steps - 1] ?? 0;
    if (grams <= last) return this.#rates[zone * steps + this.#stepOf(grams)] ?? 0;
    const beyond = this.#beyond[zone] ?? -1;
    if (beyond >= 0) return lastMinor + beyond * Math.ceil((grams - last) / (this.card.beyondGrams ?? 1));
    const full = Math.ceil(grams / last) - 1;
    return full * lastMinor + (this.#rates[zone * steps + this.#stepOf(grams - full * last)] ?? 0);
  }

  /** The first break that is not below a weight, which is not above the last. */
  #stepOf(grams: number): number {
    let low = 0;
    let high = this.#breaks.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#breaks[middle] ?? 0) < grams) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Packages a weight goes in. */
  packagesOf(zone: number, grams: number): number {
    const last = this.#breaks[this.#breaks.length - 1] ?? 0;
    return grams <= last || (this.#beyond[zone] ?? -1) >= 0 ? 1 : Math.ceil(grams / last);
  }

  /** What a parcel costs in a zone; Infinity: one of its units is too heavy. */
  minor(zone: number, placeMinor: number, load: Shape): number {
    if (load.unitGrams > this.unitGramsMax(zone)) return Infinity;
    const billed = Math.max(load.grams, this.volumeGrams(load));
    const sum = this.freightMinor(zone, billed) + placeMinor + this.oversizeMinor(load);
    return sum + this.#fuel(sum);
  }

  #fuel(minor: number): number {
    return Math.round((minor * (this.card.surcharges?.fuelPercent ?? 0)) / 100);
  }

  /** The same, term by term, of what is carried. */
  charged(zone: number, { country, postalCode, residential }: Destination, load: Shape): Charged {
    const volumeGrams = this.volumeGrams(load);
    const billedGrams = Math.max(load.grams, volumeGrams);
    const freightMinor = this.freightMinor(zone, billedGrams);
    const residentialMinor = residential === true ? this.residentialMinor : 0;
    const remoteMinor = this.remoteMinor(country, postalCode);
    const oversizeMinor = this.oversizeMinor(load);
    const sum = freightMinor + residentialMinor + remoteMinor + oversizeMinor;
    const fuelMinor = this.#fuel(sum);
    const packages = this.packagesOf(zone, billedGrams);
    const terms = { freightMinor, residentialMinor, remoteMinor, oversizeMinor, fuelMinor };
    return { billedGrams, volumeGrams, packages, ...terms, costMinor: sum + fuelMinor };
  }
}
