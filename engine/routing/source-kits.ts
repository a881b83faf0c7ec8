/**
 * Sourcing of orders with kits. Preferences are those of any order (source-naive.ts); what differs is what a
 * set of locations can give: whole kits only, those that must stay together first, then the other kits, then
 * single lines, so that a component that two of them want is given once and to whom it is scarcest.
 */
import type { Sku } from '../../actors/ids.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import type { LineUnits } from '../../actors/vocabulary.ts';
import type { SourcingRequest } from './source.ts';

/** Sets of two and three are tried among so many candidates, the cheapest that have anything. */
const candidatesInSetsMax = 16;

/** What is given as one or not at all: a kit, or a line, which is a kit of one component. */
interface Bundle {
  readonly parts: readonly { readonly need: number; readonly sku: Sku; readonly units: number }[];
  readonly count: number;
  readonly together: boolean;
}

/** Units of each need that each member of a set gives, and their sum. */
interface Given {
  readonly byMember: readonly (readonly number[])[];
  readonly units: number;
}

export function sourceKits(request: SourcingRequest): Plan {
  const bundles = bundlesOf(request);
  const all = request.candidates.map((_, candidate) => candidate);
  const most = give(request, bundles, all).units;
  if (most === 0) return planOf(request, [], { byMember: [], units: 0 }, undefined);
  const useful = all.filter((one) => request.needs.some(({ sku }) => request.available(sku, one) > 0));
  for (const size of [1, 2, 3]) {
    const found = cheapest(request, bundles, most, size === 1 ? useful : useful.slice(0, candidatesInSetsMax), size);
    if (found === undefined) continue;
    return planOf(request, found.members, give(request, bundles, found.members), found.nextMinor);
  }
  const members = mostFirst(request, bundles, most, useful);
  return planOf(request, members, give(request, bundles, members), undefined);
}

/** Bundles in the order in which they are served; of one kind, in the order of their lines. */
function bundlesOf({ needs }: SourcingRequest): Bundle[] {
  const kits = new Map<string, { parts: Bundle['parts'][number][]; count: number; together: boolean }>();
  const lines: Bundle[] = [];
  for (const [need, { sku, quantity, kit }] of needs.entries()) {
    const part = { need, sku, units: kit?.units ?? 1 };
    const known = kit === undefined ? undefined : kits.get(kit.id);
    if (kit === undefined) lines.push({ parts: [part], count: quantity, together: false });
    else if (known !== undefined) known.parts.push(part);
    else kits.set(kit.id, { parts: [part], count: quantity / kit.units, together: kit.together });
  }
  const bundles = [...kits.values()];
  return [...bundles.filter(({ together }) => together), ...bundles.filter(({ together }) => !together), ...lines];
}

/** What a set of candidates gives, each in turn what it has. */
function give({ needs, available }: SourcingRequest, bundles: readonly Bundle[], members: readonly number[]): Given {
  const left = new Map<Sku, number[]>();
  for (const { sku } of needs) if (!left.has(sku)) left.set(sku, members.map((member) => available(sku, member)));
  const byMember = members.map(() => needs.map(() => 0));
  let units = 0;
  const has = (sku: Sku, place: number): number => left.get(sku)?.[place] ?? 0;
  const take = (part: Bundle['parts'][number], place: number, quantity: number): void => {
    const row = byMember[place];
    const stock = left.get(part.sku);
    if (row === undefined || stock === undefined || quantity === 0) return;
    row[part.need] = (row[part.need] ?? 0) + quantity;
    stock[place] = has(part.sku, place) - quantity;
    units += quantity;
  };
  for (const { parts, count, together } of bundles) {
    if (together) {
      let wanted = count;
      for (let place = 0; place < members.length && wanted > 0; place += 1) {
        const kits = Math.min(wanted, ...parts.map((part) => Math.floor(has(part.sku, place) / part.units)));
        for (const part of parts) take(part, place, kits * part.units);
        wanted -= kits;
      }
      continue;
    }
    const sum = (sku: Sku): number => (left.get(sku) ?? []).reduce((total, each) => total + each, 0);
    const kits = Math.min(count, ...parts.map((part) => Math.floor(sum(part.sku) / part.units)));
    for (const part of parts) {
      let wanted = kits * part.units;
      for (let place = 0; place < members.length && wanted > 0; place += 1) {
        const quantity = Math.min(wanted, has(part.sku, place));
        take(part, place, quantity);
        wanted -= quantity;
      }
    }
  }
  return { byMember, units };
}

interface Found {
  readonly members: readonly number[];
  readonly nextMinor: number | undefined;
}

/** The cheapest set of so many that gives all there is, and the price of the next. */
function cheapest(
  request: SourcingRequest,
  bundles: readonly Bundle[],
  most: number,
  among: readonly number[],
  size: number,
): Found | undefined {
  let best: readonly number[] | undefined;
  let bestMinor = Infinity;
  let nextMinor = Infinity;
  for (const members of setsOf(among, size)) {
    const minor = members.reduce((sum, member) => sum + (request.candidates[member]?.costMinor ?? 0), 0);
    if (minor >= nextMinor || give(request, bundles, members).units < most) continue;
    if (minor < bestMinor) {
      nextMinor = bestMinor;
      bestMinor = minor;
      best = members;
    } else nextMinor = minor;
  }
  return best === undefined ? undefined : { members: best, nextMinor: nextMinor === Infinity ? undefined : nextMinor };
}

/** Candidates one by one, each the one with which the set gives most, until it gives all there is. */
function mostFirst(
  request: SourcingRequest,
  bundles: readonly Bundle[],
  most: number,
  useful: readonly number[],
): readonly number[] {
  let members: number[] = [];
  let units = 0;
  while (units < most && members.length < useful.length) {
    let best: number | undefined;
    let bestUnits = -1;
    for (const candidate of useful) {
      if (members.includes(candidate)) continue;
      const given = give(request, bundles, [...members, candidate]).units;
      if (given <= bestUnits) continue;
      best = candidate;
      bestUnits = given;
    }
    if (best === undefined) break;
    members = [...members, best];
    units = bestUnits;
  }
  return members;
}

function* setsOf(items: readonly number[], size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= items.length - size; i += 1) {
    for (const rest of setsOf(items, size - 1, i + 1)) yield [items[i] ?? -1, ...rest];
  }
}

function planOf(
  { needs, candidates, removed }: SourcingRequest,
  members: readonly number[],
  { byMember, units }: Given,
  runnerUpMinor: number | undefined,
): Plan {
  const fulfillments: PlannedFulfillment[] = [];
  for (const [place, member] of members.entries()) {
    const candidate = candidates[member];
    const lines: LineUnits[] = [];
    for (const [need, { lineId }] of needs.entries()) {
      const quantity = byMember[place]?.[need] ?? 0;
      if (quantity > 0) lines.push({ lineId, quantity });
    }
    if (candidate === undefined || lines.length === 0) continue;
    const { location, carrier, service, distanceKm, costMinor } = candidate;
    fulfillments.push({ location, carrier, service, distanceKm, costMinor, lines });
  }
  const short = needs.reduce((sum, { quantity }) => sum + quantity, 0) - units;
  return { fulfillments, short, candidates: candidates.length, runnerUpMinor, removed };
}
