/**
 * What the engine was heard deciding: the prices it went by, which the shadow takes from here, and plans that rules
 * bound without fixing (many parts, prices without a routing plan). Those are not believed: each must be possible,
 * place as much as could be placed, in as few parcels, for as little money, by the shadow's own count.
 */
import { Violation } from '../actions.ts';
import { giveKits, type ShadowNeed } from './kits.ts';
import { sentFrom, subsets, type Candidate, type ShadowPlan } from './seeking.ts';

/** One answer of sourcing, with what it was asked. */
export interface Told {
  /** A SKU by itself or of a kit: the same units are another question then. */
  readonly needs: readonly { readonly sku: string; readonly quantity: number; readonly isOfKit: boolean }[];
  readonly locations: readonly string[];
  /** By SKU, what each location was said to have. */
  readonly has: ReadonlyMap<string, readonly number[]>;
  /** Plan and version; empty without. */
  readonly ruledBy: string;
  readonly parcels: readonly { readonly location: string; readonly units: readonly (readonly [need: number, quantity: number])[] }[];
  readonly short: number;
  readonly runnerUpMinor: number | undefined;
  readonly gapMinor: number | undefined;
  readonly scoreMinor: number | undefined;
  /** Version of the prices, and their values; undefined: there were none for it. */
  readonly prices: number | undefined;
  readonly price: (sku: string, location: string) => number;
  readonly room: (location: string) => number;
}

/** Units of what is sold without stock, as the engine counts them: more than any order may want. */
const plenty = 2_000 * 1_000_000_000;

type Has = (candidate: number, sku: string) => number;

const isAsked = (asked: Told['needs'][number] | undefined, { sku, quantity, kit }: ShadowNeed): boolean =>
  asked?.sku === sku && asked.quantity === quantity && asked.isOfKit === (kit !== undefined);

/** What was heard of exactly this question. */
export function toldOf(
  told: readonly Told[], candidates: readonly Candidate[], needs: readonly ShadowNeed[], has: Has, ruledBy: string,
): Told | undefined {
  return told.findLast((one) =>
    one.ruledBy === ruledBy &&
    one.needs.length === needs.length &&
    needs.every((need, index) => isAsked(one.needs[index], need)) &&
    one.locations.length === candidates.length &&
    candidates.every(({ location }, at) => one.locations[at] === location && needs.every(({ sku }) => one.has.get(sku)?.[at] === Math.min(plenty, has(at, sku)))));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function must(isSo: boolean, told: Told, what: string): void {
  if (!isSo) throw new Violation(`a plan ${what}: ${JSON.stringify(told)}`);
}

/** The parcels heard of, once it is shown that they can be. */
export function believed(told: Told, candidates: readonly Candidate[], needs: readonly ShadowNeed[], has: Has): ShadowPlan['parcels'] {
  const given = needs.map(() => 0);
  const parcels = told.parcels.map(({ location, units }) => {
    const at = candidates.findIndex((one) => one.location === location);
    must(at >= 0, told, `sends from ${location}, which is no candidate`);
    const taken = new Map<string, number>();
    for (const [need, quantity] of units) {
      const { sku = '' } = needs[need] ?? {};
      given[need] = (given[need] ?? 0) + quantity;
      taken.set(sku, (taken.get(sku) ?? 0) + quantity);
    }
    for (const [sku, quantity] of taken) must(quantity > 0 && quantity <= has(at, sku), told, `takes ${quantity} of ${sku} from ${location}`);
    const skus = [...taken].map(([sku, quantity]) => ({ sku, quantity }));
    return { from: sentFrom(candidates[at] as Candidate, skus), units: units.map(([need, quantity]) => ({ line: needs[need]?.line ?? -1, quantity })) };
  });
  must(given.every((units, need) => units <= (needs[need]?.quantity ?? 0)), told, 'gives a line more than it wants');
  must(sum(given) + told.short === sum(needs.map(({ quantity }) => quantity)), told, 'loses units');
  must(new Set(told.parcels.map(({ location }) => location)).size === told.parcels.length, told, 'has two parcels from one place');
  return parcels;
}

/** Carriage, room and prices of what a plan takes. */
export function paid(told: Told, parcels: ShadowPlan['parcels'], needs: readonly ShadowNeed[]): number {
  return sum(parcels.map(({ from, units }) => {
    const prices = units.map(({ line, quantity }) => quantity * told.price(needs.find((need) => need.line === line)?.sku ?? '', from.location));
    return from.costMinor + told.room(from.location) + sum(prices);
  }));
}

/**
 * A plan by prices, without a routing plan: what is placed without them, in as few parcels; up to three and without
 * kits for the least that any set of so many locations costs, each SKU taken where it is cheapest in the set.
 * @param own what is planned without prices.
 */
export function pricedPlan(told: Told, own: ShadowPlan, candidates: readonly Candidate[], needs: readonly ShadowNeed[], has: Has): ShadowPlan {
  const parcels = believed(told, candidates, needs, has);
  const isKits = needs.some(({ kit }) => kit !== undefined);
  // Of sets that give as many whole kits as all places do in turn some may give more.
  must(isKits ? hasMost(told, candidates, needs, has) : told.short === own.short, told, `leaves ${told.short} units without a place, and ${own.short} without prices`);
  must(parcels.length <= own.parcels.length, told, `has more than ${own.parcels.length} parcels`);
  const minor = paid(told, parcels, needs);
  if (parcels.length === own.parcels.length) must(minor <= paid(told, own.parcels, needs), told, 'costs more than the one without prices');
  const size = parcels.length;
  if (size > 0 && size <= 3 && !isKits) {
    must(size === own.parcels.length, told, 'has fewer parcels than can be');
    const least = Math.min(...subsets(candidates.length, size).map((set) => cheapestFrom(told, set, candidates, needs, has)));
    must(minor === least, told, `costs ${minor}, and ${least} would do`);
  }
  return { ...own, parcels, short: told.short, runnerUpMinor: told.runnerUpMinor, gapMinor: told.gapMinor, prices: told.prices };
}

/** Whether kits are placed as far as all places give them in turn. */
function hasMost(told: Told, candidates: readonly Candidate[], needs: readonly ShadowNeed[], has: Has): boolean {
  const most = sum(giveKits(needs, [...candidates.keys()], has).flatMap((units) => [...units.values()]));
  return sum(needs.map(({ quantity }) => quantity)) - told.short >= most;
}

/** Infinity: the set does not have all that there is. */
function cheapestFrom(told: Told, set: readonly number[], candidates: readonly Candidate[], needs: readonly ShadowNeed[], has: Has): number {
  let minor = sum(set.map((at) => (candidates[at]?.costMinor ?? 0) + told.room(candidates[at]?.location ?? '')));
  for (const sku of new Set(needs.map((need) => need.sku))) {
    const all = sum(candidates.map((_, at) => has(at, sku)));
    let left = Math.min(all, sum(needs.map((need) => (need.sku === sku ? need.quantity : 0))));
    const priceAt = (at: number): number => told.price(sku, candidates[at]?.location ?? '');
    for (const at of [...set].sort((a, b) => priceAt(a) - priceAt(b))) {
      const units = Math.min(left, has(at, sku));
      left -= units;
      minor += units * priceAt(at);
    }
    if (left > 0) return Infinity;
  }
  return minor;
}
