/**
 * Sourcing of orders with kits. Preferences are those of any order (source-naive.ts); what differs is what a
 * set of locations can give: whole kits only, those that must stay together first, then the other kits, then
 * single lines, so that a component that two of them want is given once and to whom it is scarcest.
 *
 * With prices of stock and room a set costs what it gives as well as its carriage, and each kit and line comes from
 * the members at which it costs least, as long as they give as much so as in their order.
 */
import { Load, noShape } from '../../actors/item-shape.ts';
import type { Sku } from '../../actors/ids.ts';
import type { Plan, PlannedFulfillment } from '../../actors/order-context.ts';
import { must } from '../assert.ts';
import { carriageOf, parcelFrom } from './carriage.ts';
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

/** The price of a unit of a SKU at a candidate. */
type UnitPrice = (sku: Sku, candidate: number) => number;

export function sourceKits(request: SourcingRequest, book: PriceBook | undefined): Plan {
  const bundles = bundlesOf(request);
  const all = request.candidates.map((_, candidate) => candidate);
  const price = book === undefined ? undefined : pricesIn(request, book);
  const most = give(request, bundles, all).units;
  if (most === 0) return planOf(request, [], { byMember: [], units: 0 }, undefined);
  const useful = all.filter((one) => request.needs.some(({ sku }) => request.available(sku, one) > 0));
  const search: Search = { request, bundles, most, price, roomAt: (at) => roomAt(request, book, at) };
  for (const size of [1, 2, 3]) {
    const found = cheapest(search, size === 1 ? useful : useful.slice(0, candidatesInSetsMax), size);
    if (found === undefined) continue;
    const plan = planOf(request, found.members, cheaply(search, found.members), found.nextMinor);
    return price === undefined ? plan : { ...plan, prices: book?.version };
  }
  const members = mostFirst(request, bundles, most, useful);
  const plan = planOf(request, members, cheaply(search, members), undefined);
  return price === undefined ? plan : { ...plan, prices: book?.version };
}

/** The prices of the SKUs of an order; undefined: there are none, of room neither. */
function pricesIn({ needs, candidates }: SourcingRequest, book: PriceBook): UnitPrice | undefined {
  const isPriced = ({ sku }: { readonly sku: Sku }): boolean => book.of(sku) !== undefined;
  const hasRoom = candidates.some(({ location }) => book.roomAt(location) !== undefined);
  if (!needs.some(isPriced) && !hasRoom) return undefined;
  return (sku, at) => grained(book.of(sku)?.byLocation.get(must(candidates[at], 'a candidate').location) ?? 0);
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

/** What a set gives as cheaply as it can without giving less than it would in its order. */
function cheaply({ request, bundles, price }: Search, members: readonly number[]): Given {
  const given = give(request, bundles, members);
  if (price === undefined || members.length < 2) return given;
  const cheap = give(request, bundles, members, price);
  if (cheap.units !== given.units) return cheap.units > given.units ? cheap : given;
  const minorOf = (one: Given): number => {
    const byWeight = request.isWeighed === true ? carriage(request, members, one) : 0;
    return byWeight + pricesOf(request, one, members, price);
  };
  return minorOf(cheap) < minorOf(given) ? cheap : given;
}

function pricesOf(
  { needs }: SourcingRequest, { byMember }: Given, members: readonly number[], price: UnitPrice,
): number {
  let minor = 0;
  for (const [place, row] of byMember.entries()) {
    for (const [need, { sku }] of needs.entries()) minor += (row[need] ?? 0) * price(sku, members[place] ?? -1);
  }
  return minor;
}

/** What a set of candidates gives, each in turn what it has; with prices, whoever it costs least at first. */
function give(
  { needs, available }: SourcingRequest, bundles: readonly Bundle[], members: readonly number[], price?: UnitPrice,
): Given {
  const places = members.map((_, place) => place);
  const inTurn = (parts: Bundle['parts']): readonly number[] => {
    if (price === undefined) return places;
    const each = members.map((member) => parts.reduce((sum, { sku, units }) => sum + units * price(sku, member), 0));
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
  readonly nextMinor: number | undefined;
}

/** What sets are compared by. */
interface Search {
  readonly request: SourcingRequest;
  readonly bundles: readonly Bundle[];
  readonly most: number;
  readonly price: UnitPrice | undefined;
  readonly roomAt: (candidate: number) => number;
}

/** What the parcels of a set are carried for: those that give something. */
function carriage({ needs, candidates }: SourcingRequest, members: readonly number[], given: Given): number {
  let minor = 0;
  for (const [place, member] of members.entries()) {
    const load = new Load();
    for (const [need, units] of (given.byMember[place] ?? []).entries()) load.add(needs[need]?.shape ?? noShape, units);
    minor += carriageOf(must(candidates[member], 'a candidate'), load).costMinor;
  }
  return minor;
}

const costMinor = ({ candidates }: SourcingRequest, members: readonly number[]): number =>
  members.reduce((sum, member) => sum + (candidates[member]?.costMinor ?? 0), 0);

/** The cheapest set of so many that gives all there is, and what the next is carried for. */
function cheapest(search: Search, among: readonly number[], size: number): Found | undefined {
  const { request, price, roomAt: roomOf } = search;
  let best: readonly number[] | undefined;
  let [bestMinor, bestCarriage] = [Infinity, 0];
  let [nextMinor, nextCarriage] = [Infinity, 0];
  const isPlain = price === undefined && request.isWeighed !== true;
  for (const members of setsOf(among, size)) {
    if (isPlain && costMinor(request, members) >= nextMinor) continue;
    const given = cheaply(search, members);
    if (given.units < search.most) continue;
    const own = carriage(request, members, given);
    const prices = price === undefined ? 0 : pricesOf(request, given, members, price);
    const minor = members.reduce((sum, member) => sum + roomOf(member), own + prices);
    if (minor >= nextMinor) continue;
    if (minor < bestMinor) {
      [nextMinor, nextCarriage] = [bestMinor, bestCarriage];
      [bestMinor, bestCarriage, best] = [minor, own, members];
    } else [nextMinor, nextCarriage] = [minor, own];
  }
  if (best === undefined) return undefined;
  return { members: best, nextMinor: nextMinor === Infinity ? undefined : nextCarriage };
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
