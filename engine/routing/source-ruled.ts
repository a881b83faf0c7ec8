/**
 * Sourcing under a routing plan: as many of the wanted units as the plan lets be placed, of these ways the
 * cheapest by the plan's own prices, of equal ones the fewest parcels, then the first candidates for the first
 * needs. Exact up to `exactPartsMax` parts that must not be divided, by dynamic programming over their subsets;
 * beyond, parcel by parcel, each the one that places most.
 *
 * A part is what leaves in one parcel: a SKU, or the SKUs of a group that stays together. A SKU that no candidate
 * has enough of is given by several, the first candidates first, unless its group or the plan forbids it.
 */
import type { Sku } from '../../actors/ids.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import { sourceKits } from './source-kits.ts';
import type { Candidate, Ruled, Ruling, SourcingRequest } from './source.ts';

/** Parts that are tried in every combination. */
export const exactPartsMax = 8;

/** Units of one SKU, with the needs they are for. */
interface SkuPart {
  readonly sku: Sku;
  readonly needs: readonly number[];
  quantity: number;
  readonly group: string | undefined;
}

/** What leaves as one. */
interface Part {
  readonly items: readonly { readonly sku: Sku; readonly needs: readonly number[]; readonly units: number }[];
  readonly units: number;
  readonly valueMinor: number;
  /** What each candidate takes for it beside its parcel; Infinity: it cannot give it. */
  readonly byCandidate: readonly number[];
}

/** A way to place some parts: the candidate of each, -1 for none. */
interface Way {
  readonly minor: number;
  readonly parcels: number;
  readonly of: readonly number[];
}

export function sourceRuled(request: SourcingRequest): Plan {
  const { ruling, needs } = request;
  const rules = must(ruling, 'a request under a plan');
  if (needs.some(({ kit }) => kit !== undefined)) return checked(request, rules, sourceKits(request), undefined);
  const parts = partsOf(request, rules);
  const way = parts.length <= exactPartsMax ? exact(request, rules, parts) : greedy(request, rules, parts);
  return checked(request, rules, assemble(request, parts, way), way.minor);
}

const ruledOf = ({ ruled }: Candidate): Ruled => must(ruled, 'a candidate under a plan');

/** What the plan says of the whole: not more parcels than it allows, all or nothing. */
function checked(
  request: SourcingRequest,
  { maxParcels, allOrNothing, use }: Ruling,
  plan: Plan,
  scoreMinor: number | undefined,
): Plan {
  const isTooMany = plan.fulfillments.length > maxParcels;
  if (!isTooMany && (!allOrNothing || plan.short === 0)) {
    return { ...plan, ruled: plan.fulfillments.length === 0 ? use : { ...use, scoreMinor } };
  }
  const short = request.needs.reduce((sum, { quantity }) => sum + quantity, 0);
  return { ...plan, fulfillments: [], short, runnerUpMinor: undefined, ruled: use };
}

function partsOf(request: SourcingRequest, rules: Ruling): Part[] {
  const { candidates } = request;
  const parts: Part[] = [];
  for (const items of groupsOf(request, rules)) {
    const whole = partOf(
      request,
      rules,
      items.map(({ sku, needs, quantity }) => ({ sku, needs, units: quantity })),
    );
    if (whole.byCandidate.some((minor) => minor < Infinity)) parts.push(whole);
    else if (items.length === 1 && items[0]?.group === undefined && rules.maxParcels > 1) {
      parts.push(...pieces(request, rules, must(items[0], 'an item'), candidates.length));
    }
  }
  return parts;
}

/** SKUs that leave together: all that a group names, and whatever shares a SKU with them. */
function groupsOf({ needs, available, candidates }: SourcingRequest, { groups }: Ruling): SkuPart[][] {
  const skus = new Map<Sku, { readonly needs: number[]; quantity: number; readonly groups: Set<string> }>();
  for (const [need, { sku, quantity }] of needs.entries()) {
    const known = skus.get(sku) ?? { needs: [], quantity: 0, groups: new Set<string>() };
    known.needs.push(need);
    known.quantity += quantity;
    const group = groups?.[need];
    if (group !== undefined && group !== '') known.groups.add(group);
    skus.set(sku, known);
  }
  const joined: { readonly names: Set<string>; readonly items: SkuPart[] }[] = [];
  for (const [sku, { needs: of, quantity, groups: names }] of skus) {
    const item: SkuPart = { sku, needs: of, quantity, group: [...names][0] };
    const touching = joined.filter((one) => [...names].some((name) => one.names.has(name)));
    const first = touching[0];
    if (first === undefined) joined.push({ names: new Set(names), items: [item] });
    else {
      for (const other of touching.slice(1)) {
        first.items.push(...other.items);
        for (const name of other.names) first.names.add(name);
        joined.splice(joined.indexOf(other), 1);
      }
      for (const name of names) first.names.add(name);
      first.items.push(item);
    }
  }
  for (const { items } of joined) {
    if (items.length > 1 || items[0]?.group !== undefined) continue;
    // Units that nobody has are short and decide nothing.
    for (const item of items) {
      const there = candidates.reduce((sum, _, candidate) => sum + available(item.sku, candidate), 0);
      item.quantity = Math.min(item.quantity, there);
    }
  }
  return joined.map(({ items }) => items).filter((items) => items.some(({ quantity }) => quantity > 0));
}

function partOf(request: SourcingRequest, { unitPricesMinor }: Ruling, items: Part['items']): Part {
  const { available, candidates } = request;
  const byCandidate = candidates.map((candidate, index) => {
    if (items.some(({ sku, units }) => available(sku, index) < units)) return Infinity;
    return items.reduce((sum, item) => sum + takingMinor(request, ruledOf(candidate), item), 0);
  });
  const units = items.reduce((sum, item) => sum + item.units, 0);
  const valueMinor = items.reduce(
    (sum, { needs, units: taken }) => sum + taken * (unitPricesMinor[needs[0] ?? -1] ?? 0),
    0,
  );
  return { items, units, valueMinor, byCandidate };
}

/** What the rules take for units of a SKU: for each of its lines, and for each unit of them, the first lines first. */
function takingMinor({ needs }: SourcingRequest, { lineMinor, unitMinor }: Ruled, item: Part['items'][number]): number {
  if (lineMinor === undefined && unitMinor === undefined) return 0;
  let left = item.units;
  let minor = 0;
  for (const need of item.needs) {
    const units = Math.min(left, needs[need]?.quantity ?? 0);
    if (units === 0) break;
    left -= units;
    minor += (lineMinor?.[need] ?? 0) + units * (unitMinor?.[need] ?? 0);
  }
  return minor;
}

/** Units of a SKU that nobody has enough of: the first candidates give what they have. */
function pieces(request: SourcingRequest, rules: Ruling, { sku, needs, quantity }: SkuPart, count: number): Part[] {
  const parts: Part[] = [];
  let left = quantity;
  for (let candidate = 0; candidate < count && left > 0; candidate += 1) {
    const units = Math.min(left, request.available(sku, candidate));
    if (units === 0) continue;
    left -= units;
    const part = partOf(request, rules, [{ sku, needs, units }]);
    parts.push({
      ...part,
      byCandidate: part.byCandidate.map((minor, index) => (index === candidate ? minor : Infinity)),
    });
  }
  return parts;
}

/** The best way over every set of parts that can be placed: most units, then as `isBetter` says. */
function exact(request: SourcingRequest, rules: Ruling, parts: readonly Part[]): Way {
  const full = (1 << parts.length) - 1;
  const parcels = request.candidates.map((candidate) => ruledOf(candidate).parcelMinor);
  const singles = Array.from({ length: full + 1 }, (_, mask) =>
    mask === 0 ? undefined : single(parts, parcels, mask),
  );
  const isWorthIt = (mask: number): boolean => worth(parts, mask) >= rules.minShipmentMinor;
  const most = Math.min(parts.length, rules.maxParcels);
  let ways: (Way | undefined)[] = singles.map((way, mask) =>
    mask === 0 ? none(parts) : isWorthIt(mask) ? way : undefined,
  );
  const steps = ways;
  for (let parcel = 2; parcel <= most; parcel += 1)
    ways = ways.map((way, mask) => withOneMore(ways, steps, mask) ?? way);
  let best: Way = none(parts);
  let bestUnits = 0;
  for (let mask = 1; mask <= full; mask += 1) {
    const units = parts.reduce((sum, part, index) => sum + ((mask >> index) & 1 ? part.units : 0), 0);
    for (const way of [singles[mask], ways[mask]]) {
      if (way === undefined || units < bestUnits) continue;
      if (units > bestUnits || isBetter(way, best)) best = way;
      bestUnits = units;
    }
  }
  return best;
}

const none = (parts: readonly Part[]): Way => ({ minor: 0, parcels: 0, of: parts.map(() => -1) });

const worth = (parts: readonly Part[], mask: number): number =>
  parts.reduce((sum, part, index) => sum + ((mask >> index) & 1 ? part.valueMinor : 0), 0);

/** The cheapest single parcel with exactly these parts. */
function single(parts: readonly Part[], parcelMinor: readonly number[], mask: number): Way | undefined {
  let best = -1;
  let bestMinor = Infinity;
  for (let candidate = 0; candidate < parcelMinor.length; candidate += 1) {
    let minor = parcelMinor[candidate] ?? Infinity;
    for (let index = 0; index < parts.length && minor < Infinity; index += 1) {
      if ((mask >> index) & 1) minor += parts[index]?.byCandidate[candidate] ?? Infinity;
    }
    if (minor >= bestMinor) continue;
    best = candidate;
    bestMinor = minor;
  }
  if (best < 0) return undefined;
  return { minor: bestMinor, parcels: 1, of: parts.map((_, index) => ((mask >> index) & 1 ? best : -1)) };
}

/** The best of what is known for these parts and one parcel more: that with the first part, and the rest. */
function withOneMore(
  ways: readonly (Way | undefined)[],
  steps: readonly (Way | undefined)[],
  mask: number,
): Way | undefined {
  let best = ways[mask];
  const lowest = mask & -mask;
  for (let rest = (mask - 1) & mask; rest > 0; rest = (rest - 1) & mask) {
    if ((rest & lowest) !== 0) continue;
    const [step, before] = [steps[mask ^ rest], ways[rest]];
    if (step === undefined || before === undefined) continue;
    const [minor, parcels] = [step.minor + before.minor, step.parcels + before.parcels];
    if (best !== undefined && (minor > best.minor || (minor === best.minor && parcels > best.parcels))) continue;
    const way = {
      minor,
      parcels,
      of: step.of.map((candidate, index) => (candidate < 0 ? (before.of[index] ?? -1) : candidate)),
    };
    if (best === undefined || isBetter(way, best)) best = way;
  }
  return best;
}

/** Cheaper; of equal price fewer parcels; then the first candidate for the first part, and so on. */
function isBetter(a: Way, b: Way): boolean {
  if (a.minor !== b.minor) return a.minor < b.minor;
  if (a.parcels !== b.parcels) return a.parcels < b.parcels;
  for (let index = 0; index < a.of.length; index += 1) {
    const [one, other] = [a.of[index] ?? -1, b.of[index] ?? -1];
    if (one !== other) return one < other;
  }
  return false;
}

/** Parcel by parcel, each from the candidate that places most units, of these the one that takes least for a unit. */
function greedy(request: SourcingRequest, rules: Ruling, parts: readonly Part[]): Way {
  const of = parts.map(() => -1);
  const used: number[] = [];
  while (used.length < rules.maxParcels) {
    const next = mostPlaced(request, parts, of);
    if (next === undefined) break;
    used.push(next.candidate);
    for (const index of next.takes) of[index] = next.candidate;
  }
  for (const candidate of used.slice()) {
    const valueMinor = parts.reduce((sum, part, index) => sum + (of[index] === candidate ? part.valueMinor : 0), 0);
    if (used.length === 1 || valueMinor >= rules.minShipmentMinor) continue;
    for (const [index, at] of of.entries()) if (at === candidate) of[index] = -1;
    used.splice(used.indexOf(candidate), 1);
  }
  const parcelMinor = (candidate: number): number =>
    ruledOf(must(request.candidates[candidate], 'a candidate')).parcelMinor;
  const ofParcels = used.reduce((sum, candidate) => sum + parcelMinor(candidate), 0);
  const minor = parts.reduce((sum, part, index) => sum + (part.byCandidate[of[index] ?? -1] ?? 0), ofParcels);
  return { minor, parcels: used.length, of };
}

function mostPlaced(
  { candidates }: SourcingRequest,
  parts: readonly Part[],
  of: readonly number[],
): { readonly candidate: number; readonly takes: readonly number[] } | undefined {
  let best: { candidate: number; units: number; minor: number; takes: number[] } | undefined;
  for (const [candidate, one] of candidates.entries()) {
    if (of.includes(candidate)) continue;
    const takes = parts.flatMap((part, index) =>
      of[index] === -1 && (part.byCandidate[candidate] ?? Infinity) < Infinity ? [index] : [],
    );
    if (takes.length === 0) continue;
    const units = takes.reduce((sum, index) => sum + (parts[index]?.units ?? 0), 0);
    const minor = takes.reduce(
      (sum, index) => sum + (parts[index]?.byCandidate[candidate] ?? 0),
      ruledOf(one).parcelMinor,
    );
    const isLess = best !== undefined && (units < best.units || (units === best.units && minor >= best.minor));
    if (!isLess) best = { candidate, units, minor, takes };
  }
  return best;
}

/** Parcels in the order of the candidates; within a SKU, the first lines first. */
function assemble(request: SourcingRequest, parts: readonly Part[], { of }: Way): Plan {
  const { needs, candidates, removed } = request;
  const left = needs.map(({ quantity }) => quantity);
  const fulfillments: PlannedFulfillment[] = [];
  for (const candidate of [...new Set(of)].filter((one) => one >= 0).sort((a, b) => a - b)) {
    const units = new Map<number, number>();
    for (const [index, { items }] of parts.entries()) {
      if (of[index] === candidate) for (const item of items) giveOut(item, left, units);
    }
    const lines = needs.flatMap(({ lineId }, need): LineUnits[] => {
      const quantity = units.get(need) ?? 0;
      return quantity === 0 ? [] : [{ lineId, quantity }];
    });
    const { location, carrier, service, distanceKm, costMinor } = must(candidates[candidate], 'a candidate');
    fulfillments.push({ location, carrier, service, distanceKm, costMinor, lines });
  }
  const short = left.reduce((sum, quantity) => sum + quantity, 0);
  return { fulfillments, short, candidates: candidates.length, runnerUpMinor: undefined, removed };
}

function giveOut({ needs, units }: Part['items'][number], left: number[], given: Map<number, number>): void {
  let more = units;
  for (const need of needs) {
    const quantity = Math.min(more, left[need] ?? 0);
    if (quantity === 0) continue;
    more -= quantity;
    left[need] = (left[need] ?? 0) - quantity;
    given.set(need, (given.get(need) ?? 0) + quantity);
  }
}
