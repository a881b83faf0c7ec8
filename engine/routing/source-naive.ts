/**
 * Sourcing by brute force. In order of preference (rules R1–R4 in docs/SPEC.md):
 *   1. one parcel: the cheapest single candidate that has everything;
 *   2. the fewest parcels: the cheapest pair, then the cheapest triple, that together have everything;
 *   3. more: whoever can give the most units of what is left, the cheaper of equals, until all is found.
 * "Everything" is what there is: units that nobody has are short and decide nothing. A SKU on several
 * lines is one need. Within a set, cheaper candidates give first.
 */
import type { Sku } from '../../actors/ids.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import { noDates } from './carriage.ts';
import { sourceKits } from './source-kits.ts';
import { candidatesInSetsMax, setsOf } from './sets.ts';
import type { Candidate, Need, Source, SourcingRequest } from './source.ts';

export const sourceNaive: Source = (request) => {
  for (const { kit } of request.needs) if (kit !== undefined) return sourceKits(request, undefined).plan;
  const skus = new Map<Sku, number>();
  for (const { sku, quantity } of request.needs) skus.set(sku, (skus.get(sku) ?? 0) + quantity);
  const stock = [...skus].map(([sku, needed]): SkuNeed => {
    const available = request.candidates.map((_, candidate) => request.available(sku, candidate));
    const quantity = Math.min(needed, available.reduce((sum, units) => sum + units, 0));
    return { sku, quantity, available };
  });
  if (stock.every(({ quantity }) => quantity === 0)) return assemble(request, stock, [], undefined);
  const found =
    cheapestSingle(request, stock) ??
    cheapestSet(request, stock, 2) ??
    cheapestSet(request, stock, 3) ??
    mostUnitsFirst(request, stock);
  return assemble(request, stock, found.members, found.runnerUpMinor);
};

interface SkuNeed {
  readonly sku: Sku;
  /** Units wanted, as far as there are any. */
  readonly quantity: number;
  /** By candidate. */
  readonly available: readonly number[];
}

interface Found {
  readonly members: readonly number[];
  readonly runnerUpMinor: number | undefined;
}

function cheapestSingle({ candidates }: SourcingRequest, stock: readonly SkuNeed[]): Found | undefined {
  let first = -1;
  for (let candidate = 0; candidate < candidates.length; candidate += 1) {
    if (!stock.every(({ available, quantity }) => (available[candidate] ?? 0) >= quantity)) continue;
    if (first >= 0) return { members: [first], runnerUpMinor: candidates[candidate]?.costMinor };
    first = candidate;
  }
  return first < 0 ? undefined : { members: [first], runnerUpMinor: undefined };
}

/** The cheapest set of `size` candidates that has everything, each member of which is needed. */
function cheapestSet(
  { candidates }: SourcingRequest,
  stock: readonly SkuNeed[],
  size: 2 | 3,
): Found | undefined {
  const useful = candidates
    .map((_, candidate) => candidate)
    .filter((candidate) => stock.some(({ available }) => (available[candidate] ?? 0) > 0))
    .slice(0, candidatesInSetsMax);
  const cost = (members: readonly number[]) =>
    members.reduce((sum, member) => sum + (candidates[member]?.costMinor ?? 0), 0);
  let best: readonly number[] | undefined;
  let bestMinor = Infinity;
  let nextMinor = Infinity;
  for (const members of setsOf(useful, size)) {
    const minor = cost(members);
    if (minor >= nextMinor || !covers(stock, members)) continue;
    if (minor < bestMinor) {
      nextMinor = bestMinor;
      bestMinor = minor;
      best = members;
    } else nextMinor = minor;
  }
  if (best === undefined) return undefined;
  return { members: best, runnerUpMinor: nextMinor === Infinity ? undefined : nextMinor };
}

/** Candidates one by one, each the one that gives the most of what is left. */
function mostUnitsFirst({ candidates }: SourcingRequest, stock: readonly SkuNeed[]): Found {
  const left = stock.map(({ quantity }) => quantity);
  const gives = (candidate: number): number =>
    stock.reduce((sum, { available }, i) => sum + Math.min(left[i] ?? 0, available[candidate] ?? 0), 0);
  const members: number[] = [];
  while (left.some((quantity) => quantity > 0)) {
    let best = -1;
    for (let candidate = 0; candidate < candidates.length; candidate += 1) {
      if (members.includes(candidate)) continue;
      if (best < 0 || gives(candidate) > gives(best)) best = candidate;
    }
    members.push(best);
    stock.forEach(({ available }, i) => (left[i] = Math.max(0, (left[i] ?? 0) - (available[best] ?? 0))));
  }
  return { members, runnerUpMinor: undefined };
}

function covers(stock: readonly SkuNeed[], members: readonly number[]): boolean {
  return stock.every(({ available, quantity }) => {
    let sum = 0;
    for (const member of members) sum += available[member] ?? 0;
    return sum >= quantity;
  });
}

/** Let each member in turn give what it has to the lines in turn. */
function assemble(
  request: SourcingRequest,
  stock: readonly SkuNeed[],
  members: readonly number[],
  runnerUpMinor: number | undefined,
): Plan {
  const left = request.needs.map(({ quantity }) => quantity);
  const available = new Map(stock.map((need) => [need.sku, need.available]));
  const fulfillments: PlannedFulfillment[] = [];
  for (const member of members) {
    const candidate = request.candidates[member];
    const lines = candidate === undefined ? [] : give(request.needs, left, available, member);
    if (candidate !== undefined && lines.length > 0) fulfillments.push(parcel(candidate, lines));
  }
  const short = left.reduce((sum, quantity) => sum + quantity, 0);
  // A plan of no parcels has no rival.
  const next = fulfillments.length === 0 ? undefined : runnerUpMinor;
  const { candidates, removed } = request;
  return { fulfillments, short, candidates: candidates.length, runnerUpMinor: next, removed };
}

function give(
  needs: readonly Need[],
  left: number[],
  available: ReadonlyMap<Sku, readonly number[]>,
  member: number,
): LineUnits[] {
  const given = new Map<Sku, number>();
  const lines: LineUnits[] = [];
  for (const [index, { lineId, sku }] of needs.entries()) {
    const free = (available.get(sku)?.[member] ?? 0) - (given.get(sku) ?? 0);
    const quantity = Math.min(left[index] ?? 0, free);
    if (quantity <= 0) continue;
    lines.push({ lineId, quantity });
    left[index] = (left[index] ?? 0) - quantity;
    given.set(sku, (given.get(sku) ?? 0) + quantity);
  }
  return lines;
}

function parcel(candidate: Candidate, lines: readonly LineUnits[]): PlannedFulfillment {
  const { location, carrier, service, distanceKm, costMinor } = candidate;
  return { location, carrier, service, distanceKm, costMinor, lines, ...noDates };
}
