/**
 * Sourcing of orders with kits. Preferences are those of any order (source-naive.ts); what differs is what a
 * set of locations can give: whole kits only, those that must stay together first, then the other kits, then
 * single lines, so that a component that two of them want is given once and to whom it is scarcest.
 *
 * What a set costs is carriage, by the routing plan's own money if there is one, with what its soft rules say of lines
 * and units, and the prices of room and of the units. Where lines cost something themselves, each kit and line comes
 * from the members at which it costs least, as long as they give as much so as in their order and it is less in all.
 */
import { Load, noShape } from '../../actors/item-shape.ts';
import type { Sku } from '../../actors/ids.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import { must } from '../assert.ts';
import { carriageOf, parcelFrom, parcelMinorOf } from './carriage.ts';
import { grained, type PriceBook } from './prices/book.ts';
import { candidatesInSetsMax, setsOf } from './sets.ts';
import type { SourcingRequest } from './source.ts';

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

/** What a unit of a need costs at a candidate beside its parcel, and each line of it there. */
interface LineMoney {
  readonly unit: (need: number, candidate: number) => number;
  readonly line: (need: number, candidate: number) => number;
}

/** The plan, and what it costs; undefined: nothing was placed. */
export interface KitPlan {
  readonly plan: Plan;
  readonly minor: number | undefined;
}

export function sourceKits(request: SourcingRequest, book: PriceBook | undefined): KitPlan {
  const bundles = bundlesOf(request);
  const all = request.candidates.map((_, candidate) => candidate);
  const isPriced = book !== undefined && hasPrices(request, book);
  const most = give(request, bundles, all).units;
  const prices = isPriced ? book.version : undefined;
  if (most === 0) return { plan: planOf(request, [], { byMember: [], units: 0 }, undefined), minor: undefined };
  const useful = all.filter((one) => request.needs.some(({ sku }) => request.available(sku, one) > 0));
  const money = moneyIn(request, isPriced ? book : undefined);
  const search: Search = { request, bundles, most, money, roomAt: (at) => roomAt(request, book, at) };
  const made = (members: readonly number[], nextMinor: number | undefined): KitPlan => {
    const given = cheaply(search, members);
    return { plan: { ...planOf(request, members, given, nextMinor), prices }, minor: costOf(search, members, given) };
  };
  const parcelsMax = request.ruling?.maxParcels ?? Infinity;
  let part: Found | undefined;
  for (const size of [1, 2, 3]) {
    if (size > parcelsMax) break;
    const found = cheapest(search, size === 1 ? useful : useful.slice(0, candidatesInSetsMax), size);
    if (found === undefined) continue;
    if (found.units === most) return made(found.members, found.nextMinor);
    if (part === undefined || found.units > part.units) part = found;
  }
  const members = mostFirst(search, useful, parcelsMax);
  const { units } = give(request, bundles, members);
  return part !== undefined && part.units >= units ? made(part.members, part.nextMinor) : made(members, undefined);
}

function hasPrices({ needs, candidates }: SourcingRequest, book: PriceBook): boolean {
  if (needs.some(({ sku }) => book.of(sku) !== undefined)) return true;
  return candidates.some(({ location }) => book.roomAt(location) !== undefined);
}

/** What lines and units cost themselves; undefined: nothing, whatever is given. */
function moneyIn({ needs, candidates }: SourcingRequest, book: PriceBook | undefined): LineMoney | undefined {
  const hasRules = candidates.some(({ ruled }) => ruled?.lineMinor !== undefined || ruled?.unitMinor !== undefined);
  if (book === undefined && !hasRules) return undefined;
  const unit = (need: number, at: number): number => {
    const { location, ruled } = must(candidates[at], 'a candidate');
    const price = book?.of(must(needs[need], 'a need').sku)?.byLocation.get(location) ?? 0;
    return grained(price) + (ruled?.unitMinor?.[need] ?? 0);
  };
  return { unit, line: (need, at) => candidates[at]?.ruled?.lineMinor?.[need] ?? 0 };
}

function roomAt({ candidates }: SourcingRequest, book: PriceBook | undefined, at: number): number {
  return grained(book?.roomAt(must(candidates[at], 'a candidate').location) ?? 0);
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

/** What a set gives as cheaply as it can, as much as it would in its order. */
function cheaply(search: Search, members: readonly number[]): Given {
  const { request, bundles, money } = search;
  const given = give(request, bundles, members);
  if (money === undefined || members.length < 2) return given;
  const cheap = give(request, bundles, members, money.unit);
  const isLess = cheap.units === given.units && costOf(search, members, cheap) < costOf(search, members, given);
  return isLess ? cheap : given;
}

/** What the parcels of a set cost: those that give something. */
function costOf({ request, money, roomAt: roomOf }: Search, members: readonly number[], given: Given): number {
  let minor = 0;
  for (const [place, member] of members.entries()) {
    const load = loadOf(request, given.byMember[place] ?? []);
    if (load === undefined) continue;
    minor += parcelMinorOf(must(request.candidates[member], 'a candidate'), load) + roomOf(member);
    if (money === undefined) continue;
    for (const [need, units] of (given.byMember[place] ?? []).entries()) {
      if (units > 0) minor += money.line(need, member) + units * money.unit(need, member);
    }
  }
  return minor;
}

/** What is in a parcel; undefined: nothing. */
function loadOf({ needs }: SourcingRequest, row: readonly number[]): Load | undefined {
  if (row.every((units) => units === 0)) return undefined;
  const load = new Load();
  for (const [need, units] of row.entries()) load.add(needs[need]?.shape ?? noShape, units);
  return load;
}

/** What a set of candidates gives, each in turn what it has; or whoever it costs least at first. */
function give(
  { needs, available }: SourcingRequest, bundles: readonly Bundle[], members: readonly number[],
  unit?: LineMoney['unit'],
): Given {
  const places = members.map((_, place) => place);
  const inTurn = (parts: Bundle['parts']): readonly number[] => {
    if (unit === undefined) return places;
    const each = members.map((member) => parts.reduce((sum, part) => sum + part.units * unit(part.need, member), 0));
    return places.toSorted((a, b) => (each[a] ?? 0) - (each[b] ?? 0) || a - b);
  };
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
      for (const place of inTurn(parts)) {
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
      for (const place of inTurn([part])) {
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
  /** Units it gives, no more than all candidates in turn. */
  readonly units: number;
  readonly nextMinor: number | undefined;
}

/** What sets are compared by. */
interface Search {
  readonly request: SourcingRequest;
  readonly bundles: readonly Bundle[];
  readonly most: number;
  readonly money: LineMoney | undefined;
  readonly roomAt: (candidate: number) => number;
}

/** What the parcels of a set are carried for. */
function carriage(request: SourcingRequest, members: readonly number[], given: Given): number {
  let minor = 0;
  for (const [place, member] of members.entries()) {
    const load = loadOf(request, given.byMember[place] ?? []);
    if (load !== undefined) minor += carriageOf(must(request.candidates[member], 'a candidate'), load).costMinor;
  }
  return minor;
}

const flatMinor = ({ candidates }: SourcingRequest, members: readonly number[]): number =>
  members.reduce((sum, member) => sum + parcelMinorOf(must(candidates[member], 'a candidate'), noShape), 0);

/** Of the sets of so many that give most, the cheapest, and what the next is carried for; undefined: none. */
function cheapest(search: Search, among: readonly number[], size: number): Found | undefined {
  const { request } = search;
  let best: readonly number[] | undefined;
  let [units, bestMinor, bestCarriage] = [1, Infinity, 0];
  let [nextMinor, nextCarriage] = [Infinity, 0];
  // Where neither lines nor weight count, what a set costs is known before it is asked what it gives.
  const isFlat = search.money === undefined && request.isWeighed !== true;
  for (const members of setsOf(among, size)) {
    if (isFlat && units === search.most && flatMinor(request, members) >= nextMinor) continue;
    const given = cheaply(search, members);
    // Whoever gives first decides what is left, so some may give more than all: no more is asked for.
    const counted = Math.min(given.units, search.most);
    if (counted < units) continue;
    if (counted > units) [units, bestMinor, nextMinor] = [counted, Infinity, Infinity];
    const own = carriage(request, members, given);
    const minor = costOf(search, members, given);
    if (minor >= nextMinor) continue;
    if (minor < bestMinor) {
      [nextMinor, nextCarriage] = [bestMinor, bestCarriage];
      [bestMinor, bestCarriage, best] = [minor, own, members];
    } else [nextMinor, nextCarriage] = [minor, own];
  }
  if (best === undefined) return undefined;
  return { members: best, units, nextMinor: nextMinor === Infinity ? undefined : nextCarriage };
}

/**
 * Candidates one by one, each the one with which the set gives most, until it gives all there is or is as large as it
 * may be. Whoever gives first decides what is left for others, so this may lose some: then all, in their order.
 */
function mostFirst(
  { request, bundles, most }: Search, useful: readonly number[], parcelsMax: number,
): readonly number[] {
  let members: number[] = [];
  let units = 0;
  while (units < most && members.length < Math.min(useful.length, parcelsMax)) {
    let best: number | undefined;
    let bestUnits = -1;
    for (const candidate of useful) {
      if (members.includes(candidate)) continue;
      const given = give(request, bundles, [...members, candidate]).units;
      if (given <= bestUnits) continue;
      best = candidate;
      bestUnits = given;
    }
    members = [...members, must(best, 'a candidate')];
    units = bestUnits;
  }
  if (units >= most) return members;
  const giving = givingOf(give(request, bundles, useful), useful);
  return giving.length <= parcelsMax ? giving : members;
}

/** Those of a set that give something. */
const givingOf = ({ byMember }: Given, members: readonly number[]): readonly number[] =>
  members.filter((_, place) => byMember[place]?.some((units) => units > 0) === true);

function planOf(
  request: SourcingRequest,
  members: readonly number[],
  { byMember, units }: Given,
  runnerUpMinor: number | undefined,
): Plan {
  const { needs, candidates, removed } = request;
  const fulfillments: PlannedFulfillment[] = [];
  for (const [place, member] of members.entries()) {
    const given = byMember[place] ?? [];
    if (given.some((quantity) => quantity > 0)) fulfillments.push(parcelFrom(request, member, given));
  }
  const short = needs.reduce((sum, { quantity }) => sum + quantity, 0) - units;
  return { fulfillments, short, candidates: candidates.length, runnerUpMinor, removed };
}
