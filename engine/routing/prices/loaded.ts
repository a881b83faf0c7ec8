/** A loaded forecast by day: on the days it speaks of, it stands in for what was learnt. */
import { parseDate } from '../../../actors/civil.ts';
import type { LoadedForecast } from '../../../actors/forecast-commands.ts';
import type { LocationId } from '../../../actors/ids.ts';
import { must } from '../../assert.ts';
import type { Regions } from './regions.ts';

export const dayHours = 24;

interface DayUnits {
  /** Region and units, for those of orders. */
  readonly regions: (readonly [region: number, units: number])[];
  readonly stores: Map<LocationId, number>;
}

export interface LoadedDays {
  /** Bring averages by hour from one hour to another up to what was loaded for days among them. */
  replaceDemand(fromHour: number, toHour: number, perHour: Float64Array): void;
  /** Units in a store from one hour to another, where so many an hour are usual. */
  replaceWalkIns(location: LocationId, fromHour: number, toHour: number, perHour: number): number;
}

const compiled = new WeakMap<LoadedForecast, Days>();

/** A loaded forecast never changes, so it is made ready once. */
export function loadedDays(forecast: LoadedForecast, regions: Regions): LoadedDays {
  let days = compiled.get(forecast);
  if (days === undefined) compiled.set(forecast, (days = new Days(forecast, regions)));
  return days;
}

class Days implements LoadedDays {
  readonly #days = new Map<number, DayUnits>();
  #hasOrders = false;

  constructor({ rows }: LoadedForecast, regions: Regions) {
    for (const row of rows) {
      const day = must(parseDate(row.day), 'a day that was checked');
      let units = this.#days.get(day);
      if (units === undefined) this.#days.set(day, (units = { regions: [], stores: new Map() }));
      if ('location' in row) units.stores.set(row.location, (units.stores.get(row.location) ?? 0) + row.units);
      else {
        units.regions.push([regions.of(row), row.units]);
        this.#hasOrders = true;
      }
    }
  }

  replaceDemand(fromHour: number, toHour: number, perHour: Float64Array): void {
    const hours = toHour - fromHour;
    if (!this.#hasOrders || hours <= 0) return;
    let spoken = 0;
    const sums = new Float64Array(perHour.length);
    for (const [share, { regions }] of this.#within(fromHour, toHour)) {
      if (regions.length === 0) continue;
      spoken += share * dayHours;
      for (const [region, units] of regions) sums[region] = (sums[region] ?? 0) + units * share;
    }
    for (let region = 0; region < perHour.length; region += 1) {
      perHour[region] = ((perHour[region] ?? 0) * (hours - spoken) + (sums[region] ?? 0)) / hours;
    }
  }

  replaceWalkIns(location: LocationId, fromHour: number, toHour: number, perHour: number): number {
    let units = perHour * (toHour - fromHour);
    for (const [share, { stores }] of this.#within(fromHour, toHour)) {
      const loaded = stores.get(location);
      if (loaded !== undefined) units += share * (loaded - perHour * dayHours);
    }
    return Math.max(0, units);
  }

  /** The days it speaks of between two hours, each with the share of it that lies there. */
  *#within(fromHour: number, toHour: number): Iterable<readonly [share: number, units: DayUnits]> {
    for (let day = Math.floor(fromHour / dayHours); day * dayHours < toHour; day += 1) {
      const units = this.#days.get(day);
      if (units === undefined) continue;
      const from = Math.max(fromHour, day * dayHours);
      yield [(Math.min(toHour, (day + 1) * dayHours) - from) / dayHours, units];
    }
  }
}
