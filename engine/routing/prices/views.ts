/** Prices and forecasts as they are told. */
import type { LocationId, Sku } from '../../../actors/ids.ts';
import type { ForecastView, LocationPrice, PriceView, SolverState } from '../../outcome-prices.ts';
import type { PricesOf } from './book.ts';
import type { Demand } from './demand.ts';
import { dayHours } from './loaded.ts';
import { regionsMax } from './regions.ts';

const byName = (a: { readonly location: LocationId }, b: { readonly location: LocationId }): number =>
  a.location < b.location ? -1 : 1;

export function priceView(found: PricesOf | undefined, solver: SolverState): PriceView | null {
  if (found === undefined) return null;
  const { version, atMs, byLocation, closed, sampled } = found;
  const prices = [...byLocation].map(([location, priceMinor]): LocationPrice => {
    const sampledMinor = sampled?.byLocation.get(location);
    return { location, priceMinor, closedMinor: closed.get(location) ?? 0, sampledMinor };
  });
  prices.sort(byName);
  const basis = sampled === undefined ? 'closed' : 'blended';
  return { version, atMs, prices, basis, sampledAtMs: sampled?.atMs, solver };
}

/** undefined: nothing was learnt. */
export function forecastView(demand: Demand, sku: Sku, hour: number): ForecastView['learnt'] {
  if (demand.numberOf(sku) === undefined) return undefined;
  const perHour = new Float64Array(regionsMax);
  demand.learntPerHour(sku, hour, perHour);
  const perDay = (region: number): number => dayHours * (perHour[region] ?? 0);
  const regions = demand.regions.places.map(({ country, latitude, longitude }, region) => {
    const place = latitude === undefined ? { country } : { country, latitude, longitude };
    return { ...place, perDay: perDay(region) };
  });
  const walkIns = [...demand.storesOf(sku)].map((location) => {
    return { location, perDay: dayHours * demand.walkInsPerHour(sku, location, hour) };
  });
  return { regions, walkIns: walkIns.sort(byName) };
}
