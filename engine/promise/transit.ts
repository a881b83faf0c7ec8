/** Days in transit: the most particular origin that knows the destination, and there its most particular lane. */
import type { TransitId } from '../../actors/ids.ts';
import type { LocationCard } from '../../actors/network-commands.ts';
import type { Lane, Origin, Transit } from '../../actors/transit-commands.ts';

/** Days of one lane, and the share of parcels that take no more than the typical. */
export interface Days {
  readonly min: number;
  readonly typical: number;
  readonly max: number;
  readonly confidence: number;
}

/** Where a transit table keeps the lanes of an origin: its key among all tables. */
export type FindTransit = (key: string) => Transit | undefined;

const confidenceDefault = 0.9;

/** The name of an origin within its table. */
export function originName(origin: Origin): string {
  if ('group' in origin) return `@${origin.group}`;
  return origin.postalPrefix === undefined ? origin.country : `${origin.country}:${origin.postalPrefix}`;
}

/** The key of a table's lanes from one origin. */
export const transitKey = (table: TransitId, origin: string): string => `${table}/${origin}`;

/** The names a location goes by as an origin: its groups, its postal code, longer prefixes first, its country. */
export function originsOf({ groups = [], country, postalCode }: LocationCard): readonly string[] {
  const code = postalCode === undefined ? '' : plainCode(postalCode).slice(0, 10);
  const prefixes = Array.from(code, (_, index) => `${country}:${code.slice(0, code.length - index)}`);
  return [...groups.map((group) => `@${group}`), ...prefixes, country];
}

/** A postal code as prefixes are compared with it: capitals and digits alone. */
export function plainCode(postalCode: string): string {
  return postalCode.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

/** The days from a place to a destination by a table; undefined where it does not say. */
export function daysBetween(
  find: FindTransit,
  table: TransitId,
  origins: readonly string[],
  country: string,
  postalCode: string | undefined,
): Days | undefined {
  const code = postalCode === undefined ? '' : plainCode(postalCode);
  for (const origin of origins) {
    const transit = find(transitKey(table, origin));
    const days = transit === undefined ? undefined : lanesOf(transit).to(country, code);
    if (days !== undefined) return days;
  }
  return undefined;
}

/** The lanes of one origin by destination. */
class Lanes {
  readonly #byCountry = new Map<string, Days>();
  /** By country, longer prefixes first. */
  readonly #byPrefix = new Map<string, [prefix: string, days: Days][]>();
  #elsewhere: Days | undefined;

  constructor(lanes: readonly Lane[]) {
    for (const lane of lanes) this.#add(lane);
    for (const list of this.#byPrefix.values()) list.sort(([a], [b]) => b.length - a.length);
  }

  #add({ country, postalPrefix, minDays, typicalDays, maxDays, confidence = confidenceDefault }: Lane): void {
    const days = { min: minDays, typical: typicalDays, max: maxDays, confidence };
    if (country === undefined) this.#elsewhere = days;
    else if (postalPrefix === undefined) this.#byCountry.set(country, days);
    else {
      const list = this.#byPrefix.get(country);
      if (list === undefined) this.#byPrefix.set(country, [[postalPrefix, days]]);
      else list.push([postalPrefix, days]);
    }
  }

  to(country: string, code: string): Days | undefined {
    for (const [prefix, days] of this.#byPrefix.get(country) ?? []) if (code.startsWith(prefix)) return days;
    return this.#byCountry.get(country) ?? this.#elsewhere;
  }
}

const compiled = new WeakMap<Transit, Lanes>();

function lanesOf(transit: Transit): Lanes {
  let lanes = compiled.get(transit);
  if (lanes === undefined) compiled.set(transit, (lanes = new Lanes(transit.lanes)));
  return lanes;
}
