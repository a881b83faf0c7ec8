/**
 * The ways an order could be placed, each the best of its set of locations, found by asking sourcing again with
 * fewer candidates; with the terms of what each costs.
 */
import type { LocationId, Sku } from '../../actors/ids.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { Core } from '../core.ts';
import type { ExplainedWay, MoneyTerm } from '../outcome-plans.ts';
import type { Asked } from './request.ts';
import { grained, type PriceBook } from './prices/book.ts';
import { ruledTerms, type RuledTerms } from './plans/ruled-terms.ts';
import type { Decision } from './decide.ts';
import type { SourcingRequest } from './source.ts';

/** Candidates that are tried alone, and of these, the best that are tried in pairs. */
const singlesMax = 64;
const pairedMax = 10;
/** Ways that are told. */
const waysMax = 6;

/** A request with some of its candidates. */
export function among(request: SourcingRequest, kept: readonly number[]): SourcingRequest {
  const candidates = kept.flatMap((index) => request.candidates[index] ?? []);
  return { ...request, candidates, available: (sku, at) => request.available(sku, kept[at] ?? -1) };
}

/** What tells two ways apart: which units come from where. */
export function wayKey({ fulfillments, short }: Plan): string {
  const parcels = fulfillments.map(({ location, lines }) => {
    return `${location}: ${lines.map(({ lineId, quantity }) => `${lineId} ${quantity}`).sort().join(', ')}`;
  });
  return `${parcels.sort().join('; ')}; ${short}`;
}

export const locationsOf = ({ fulfillments }: Plan): LocationId[] => fulfillments.map(({ location }) => location);

/** Plans that place as much as the one chosen, one for each set of locations, the best first. */
export function waysOf(core: Core, { request, plan }: Decision): Plan[] {
  const { source } = core;
  const chosen = source(request);
  const bySet = new Map<string, Plan>();
  const indexes = request.candidates.map((_, index) => index);
  const alone: { readonly index: number; readonly short: number }[] = [];
  const consider = (found: Plan): Plan => {
    const set = [...locationsOf(found)].sort().join(' ');
    if (set !== '' && !bySet.has(set)) bySet.set(set, found);
    return found;
  };
  if (plan.ruled?.fallback !== 'hold') consider(chosen);
  for (const index of indexes.slice(0, singlesMax)) {
    alone.push({ index, short: consider(source(among(request, [index]))).short });
  }
  for (const location of locationsOf(chosen)) {
    consider(source(among(request, indexes.filter((index) => request.candidates[index]?.location !== location))));
  }
  const all = request.needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const useful = alone.filter(({ short }) => short < all).sort((a, b) => a.short - b.short || a.index - b.index);
  const isSingle = useful[0]?.short === chosen.short;
  const paired = isSingle ? [] : useful.slice(0, pairedMax);
  for (const [at, { index: one }] of paired.entries()) {
    for (const { index: other } of paired.slice(at + 1)) {
      consider(source(among(request, [one, other].sort((a, b) => a - b))));
    }
  }
  const first = wayKey(plan);
  const moneyOf = moneyIn(core, request);
  return [...bySet.values()]
    .filter(({ short }) => short <= chosen.short)
    .sort((a, b) => Number(wayKey(b) === first) - Number(wayKey(a) === first) || isBefore(request, a, b, moneyOf));
}

/** Without a routing plan the fewest parcels come first. */
function isBefore({ ruling }: SourcingRequest, a: Plan, b: Plan, moneyOf: (plan: Plan) => number): number {
  const byParcels = a.fulfillments.length - b.fulfillments.length;
  if (ruling === undefined && byParcels !== 0) return byParcels;
  return a.short - b.short || moneyOf(a) - moneyOf(b) || byParcels;
}

/** By the plan's prices; without a plan, what the parcels cost with the prices of what is in them. */
const moneyIn = ({ prices }: Core, request: SourcingRequest) => ({ ruled, fulfillments }: Plan): number =>
  ruled?.scoreMinor ?? fulfillments.reduce((sum, parcel) => {
    return sum + parcel.costMinor + stockMinorOf(prices, request, parcel) + roomMinorOf(prices, parcel.location);
  }, 0);

/** The price of the units of a parcel; 0 without prices. */
function stockMinorOf(prices: PriceBook | undefined, { needs }: SourcingRequest, parcel: PlannedFulfillment): number {
  const { location, lines } = parcel;
  return lines.reduce((sum, { lineId, quantity }) => {
    const sku = needs.find((need) => need.lineId === lineId)?.sku;
    return sum + quantity * (sku === undefined ? 0 : unitMinorOf(prices, sku, location));
  }, 0);
}

/** What a unit of a SKU takes at a location for being scarce, and a parcel for its room; as decisions count it. */
export const unitMinorOf = (prices: PriceBook | undefined, sku: Sku, location: LocationId): number =>
  grained(prices?.of(sku)?.byLocation.get(location) ?? 0);
export const roomMinorOf = (prices: PriceBook | undefined, location: LocationId): number =>
  grained(prices?.roomAt(location) ?? 0);

/** The best ways with their terms, at most so many; the one chosen first. */
export function explainedWays(core: Core, order: Asked, decision: Decision, atMs: number, ways: readonly Plan[]) {
  const { under, request } = decision;
  const rules = under && ruledTerms(core.world, under.inForce, order, under.facts, request.needs, atMs);
  const chosen = wayKey(decision.plan);
  return ways.slice(0, waysMax).map((way): ExplainedWay => {
    const parcels = way.fulfillments.map((parcel) => explainedParcel(core, decision, parcel, rules?.(parcel)));
    const terms = parcels.reduce((sum, parcel) => sum + parcel.totalMinor, 0);
    // What the planner reckons is what decides; parcels are rounded one by one.
    const totalMinor = way.ruled?.scoreMinor ?? terms;
    const isChosen = wayKey(way) === chosen;
    return { isChosen, parcels, short: way.short, totalMinor, roundingMinor: totalMinor - terms };
  });
}

function explainedParcel(
  { prices }: Core,
  { request }: Decision,
  parcel: PlannedFulfillment,
  ruled: RuledTerms | undefined,
): ExplainedWay['parcels'][number] {
  const { location, carrier, service, distanceKm, costMinor, lines } = parcel;
  const terms: MoneyTerm[] = [];
  const add = (term: string, minor: number, rule?: string): void => {
    if (Math.round(minor) !== 0) terms.push({ term, rule, minor: Math.round(minor) } as MoneyTerm);
  };
  add('carriage', ruled?.carriageMinor ?? costMinor);
  if (ruled !== undefined) {
    add('distance', ruled.distanceMinor);
    add('parcel', ruled.parcelMinor);
    for (const [rule, minor] of ruled.rules) add('rule', minor, rule);
  }
  add('stock', stockMinorOf(prices, request, parcel));
  add('room', roomMinorOf(prices, location));
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const totalMinor = terms.reduce((sum, { minor }) => sum + minor, 0);
  return { location, carrier, service, distanceKm, units, lines, terms, totalMinor };
}
