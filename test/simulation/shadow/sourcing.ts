/**
 * The plan sourcing must make, by trying everything: all units there are in the fewest parcels up to
 * three, of those the cheapest, ties to the nearer and then the first by name; beyond three, whoever
 * gives the most of what is left, the cheaper of equals.
 */
import type { Location } from '../../../actors/network-commands.ts';
import type { Destination } from '../../../actors/order-commands.ts';
import { hasRoom } from './capacity.ts';
import { isUntracked } from './items.ts';
import { giveKits, needsOf, type ShadowNeed } from './kits.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import type { Part, Shadow, ShadowOrder } from './state.ts';

export interface Candidate {
  readonly location: string;
  readonly carrier: string | undefined;
  readonly service: string | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
}

export interface ShadowPlan {
  readonly parcels: readonly {
    readonly from: Candidate & Partial<Pick<Part, 'shipByMs' | 'deliverByMs'>>;
    readonly units: readonly { readonly line: number; readonly quantity: number }[];
    /** Lines of which the units take no stock. */
    readonly untracked?: readonly number[] | undefined;
  }[];
  readonly short: number;
  readonly candidates: number;
  readonly runnerUpMinor: number | undefined;
  readonly removed: readonly { readonly location: string; readonly reason: 'no-capacity' }[] | undefined;
}


export function planFor(shadow: Shadow, order: ShadowOrder, atMs: number): ShadowPlan {
  return planUnits(shadow, order, needsOf(order), atMs);
}

/** Whose units are sought: from where they may come, and where they go if that is known. */
interface Seeker {
  readonly channel: string;
  readonly segment?: string | undefined;
  readonly destination: Destination | undefined;
  readonly service: string | undefined;
  readonly locations?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** A plan of which every parcel says what of it takes no stock. */
export function planUnits(shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number): ShadowPlan {
  const plan = planned(shadow, seeker, needs, atMs);
  const free = new Set(needs.flatMap(({ line, sku }) => (isUntracked(shadow, sku, seeker.channel) ? [line] : [])));
  const parcels = plan.parcels.map((parcel) => {
    const untracked = parcel.units.flatMap(({ line }) => (free.has(line) ? [line] : []));
    return untracked.length === 0 ? parcel : { ...parcel, untracked };
  });
  return { ...plan, parcels };
}

function planned(
  shadow: Shadow,
  seeker: Seeker,
  needs: readonly ShadowNeed[],
  atMs: number,
): ShadowPlan {
  const all = candidatesFor(shadow, seeker);
  const wanted = needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const isFull = ({ location }: Candidate): boolean => !hasRoom(shadow, shadow.locations.get(location) as Location, wanted, atMs);
  const candidates = all.filter((one) => !isFull(one));
  const full = all.filter(isFull).map(({ location }) => ({ location, reason: 'no-capacity' as const }));
  const removed = full.length === 0 ? undefined : full.sort((a, b) => (a.location < b.location ? -1 : 1));
  const totals = new Map<string, number>();
  for (const { sku, quantity } of needs) totals.set(sku, (totals.get(sku) ?? 0) + quantity);
  const has = (candidate: number, sku: string): number =>
    unitsFrom(shadow, sku, candidates[candidate]?.location ?? '', { channel: seeker.channel, segment: seeker.segment, method: 'ship' });
  if (needs.some(({ kit }) => kit !== undefined)) return { ...planKits(candidates, needs, has), removed };
  const found = new Map([...totals].map(([sku, quantity]) => [sku, Math.min(quantity, sumOf(candidates, (one) => has(one, sku)))]));
  const { members, runnerUpMinor } = choose(candidates, found, has);
  const left = needs.map(({ quantity }) => quantity);
  const parcels = [];
  for (const member of members) {
    const rest = new Map([...totals.keys()].map((sku) => [sku, has(member, sku)]));
    const units = [];
    for (const [index, { line, sku }] of needs.entries()) {
      const quantity = Math.min(left[index] ?? 0, rest.get(sku) ?? 0);
      if (quantity === 0) continue;
      left[index] = (left[index] ?? 0) - quantity;
      rest.set(sku, (rest.get(sku) ?? 0) - quantity);
      units.push({ line, quantity });
    }
    const from = candidates[member];
    if (from !== undefined && units.length > 0) parcels.push({ from, units });
  }
  const short = left.reduce((sum, quantity) => sum + quantity, 0);
  return { parcels, short, candidates: candidates.length, runnerUpMinor, removed };
}

/** The same preferences for kits: which sets give all there is is found by giving it. */
function planKits(
  candidates: readonly Candidate[],
  needs: readonly ShadowNeed[],
  has: (candidate: number, sku: string) => number,
): ShadowPlan {
  const parcelsOf = (set: readonly number[]): ShadowPlan['parcels'] =>
    giveKits(needs, set, has).flatMap((given, at) => {
      const units = needs.flatMap(({ line }, need) => (given.has(need) ? [{ line, quantity: given.get(need) ?? 0 }] : []));
      return units.length === 0 ? [] : [{ from: candidates[set[at] ?? 0] as Candidate, units }];
    });
  const unitsIn = (parcels: ShadowPlan['parcels']): number =>
    parcels.reduce((sum, { units }) => sum + units.reduce((total, { quantity }) => total + quantity, 0), 0);
  const units = (set: readonly number[]): number => unitsIn(parcelsOf(set));
  const all = candidates.map((_, one) => one);
  const most = units(all);
  const plan = (set: readonly number[], runnerUpMinor?: number): ShadowPlan => {
    const parcels = parcelsOf(set);
    const short = needs.reduce((sum, { quantity }) => sum + quantity, 0) - unitsIn(parcels);
    return { parcels, short, candidates: candidates.length, runnerUpMinor, removed: undefined };
  };
  if (most === 0) return plan([]);
  for (const size of [1, 2, 3]) {
    const found = subsets(candidates.length, size)
      .filter((set) => units(set) >= most)
      .map((set) => ({ set, minor: set.reduce((sum, one) => sum + (candidates[one]?.costMinor ?? 0), 0) }))
      .sort((a, b) => a.minor - b.minor);
    if (found[0] !== undefined) return plan(found[0].set, found[1]?.minor);
  }
  const useful = all.filter((one) => needs.some(({ sku }) => has(one, sku) > 0));
  let set: number[] = [];
  while (units(set) < most && set.length < useful.length) {
    const ways = useful.filter((one) => !set.includes(one)).map((one) => [...set, one]);
    set = ways.sort((a, b) => units(b) - units(a))[0] as number[];
  }
  return plan(set);
}

const sumOf = (candidates: readonly Candidate[], units: (candidate: number) => number): number =>
  candidates.reduce((sum, _, index) => sum + units(index), 0);

function choose(
  candidates: readonly Candidate[],
  totals: ReadonlyMap<string, number>,
  has: (candidate: number, sku: string) => number,
): { readonly members: readonly number[]; readonly runnerUpMinor: number | undefined } {
  if ([...totals.values()].every((quantity) => quantity === 0)) return { members: [], runnerUpMinor: undefined };
  const covers = (set: readonly number[]): boolean =>
    [...totals].every(([sku, quantity]) => set.reduce((sum, one) => sum + has(one, sku), 0) >= quantity);
  for (const size of [1, 2, 3]) {
    const found = subsets(candidates.length, size)
      .filter(covers)
      .map((set) => ({ set, minor: set.reduce((sum, one) => sum + (candidates[one]?.costMinor ?? 0), 0) }))
      .sort((a, b) => a.minor - b.minor); // stable: ties stay in the order of the candidates
    const best = found[0];
    if (best !== undefined) return { members: best.set, runnerUpMinor: found[1]?.minor };
  }
  return { members: mostFirst(candidates.length, totals, has), runnerUpMinor: undefined };
}

function mostFirst(
  count: number,
  totals: ReadonlyMap<string, number>,
  has: (candidate: number, sku: string) => number,
): number[] {
  const left = new Map(totals);
  const members: number[] = [];
  const gain = (one: number): number => [...left].reduce((sum, [sku, units]) => sum + Math.min(units, has(one, sku)), 0);
  while (members.length < count && [...left.values()].some((units) => units > 0)) {
    const rest = Array.from({ length: count }, (_, one) => one).filter((one) => !members.includes(one));
    const best = rest.sort((a, b) => gain(b) - gain(a) || a - b)[0] as number;
    members.push(best);
    for (const [sku, units] of left) left.set(sku, Math.max(0, units - has(best, sku)));
  }
  return members;
}

const subsetsKept = new Map<string, number[][]>();

/** All sets of `size` out of `count`, in the order of their members. */
function subsets(count: number, size: number): readonly number[][] {
  const key = `${count}/${size}`;
  let sets = subsetsKept.get(key);
  if (sets !== undefined) return sets;
  sets = [];
  for (let mask = 0; mask < 1 << count; mask += 1) {
    const set = [];
    for (let i = 0; i < count; i += 1) if ((mask >> i) & 1) set.push(i);
    if (set.length === size) sets.push(set);
  }
  sets.sort((a, b) => a.map((x, i) => x - (b[i] ?? 0)).find((x) => x !== 0) ?? 0);
  subsetsKept.set(key, sets);
  return sets;
}

/** Whether any carrier has a service. */
export function isOffered(shadow: Shadow, service: string): boolean {
  return [...shadow.carriers.values()].some(({ card }) => (card.services ?? [{ id: 'standard' }]).some(({ id }) => id === service));
}

/** A parcel from a location, priced as of now. Without a destination it goes no way. */
export function pricesFor(
  shadow: Shadow,
  destination: Destination | undefined,
  asked: string | undefined,
): (location: Location) => Candidate {
  return (location) => {
    const distanceKm = destination === undefined ? 0 : kilometres(location, destination);
    const prices = [...shadow.carriers.values()]
      .filter(({ isOpen }) => isOpen)
      .flatMap(({ card }) => (card.services ?? [{ ...card, id: 'standard' }]).map((one) => ({ ...one, carrier: card.id as string, isNamed: card.services !== undefined })))
      .filter(({ id }) => asked === undefined || asked === id)
      .map(({ carrier, id, isNamed, baseMinor, perKmMinor }) => ({ carrier, id, service: isNamed ? id : undefined, minor: Math.round(baseMinor + perKmMinor * distanceKm) }))
      .sort((a, b) => a.minor - b.minor || (a.carrier === b.carrier ? (a.id < b.id ? -1 : 1) : a.carrier < b.carrier ? -1 : 1));
    const [best] = prices;
    return { location: location.id, carrier: best?.carrier, service: best?.service, distanceKm, costMinor: best?.minor ?? 0 };
  };
}

function candidatesFor(shadow: Shadow, { channel, destination, locations, groups, service }: Seeker): Candidate[] {
  const found: Candidate[] = [];
  const price = pricesFor(shadow, destination, service);
  for (const location of shadow.locations.values()) {
    if (!isSoldFrom(shadow, { channel, method: 'ship' }, location)) continue;
    const isIn = (location.groups ?? []).some((group) => (groups ?? []).includes(group)) || (locations ?? []).includes(location.id);
    if (!isIn && (locations !== undefined || groups !== undefined)) continue;
    found.push(price(location));
  }
  return found.sort(
    (a, b) => a.costMinor - b.costMinor || a.distanceKm - b.distanceKm || (a.location < b.location ? -1 : 1),
  );
}

export function kilometres(from: Location, to: Destination): number {
  if (to.latitude === undefined || to.longitude === undefined) return from.country === to.country ? 300 : 3_000;
  const rad = (degrees: number): number => (degrees * Math.PI) / 180;
  const a =
    Math.sin(rad(to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(rad(from.latitude)) * Math.cos(rad(to.latitude)) * Math.sin(rad(to.longitude - from.longitude) / 2) ** 2;
  return Math.round(2 * 6_371.0088 * Math.asin(Math.min(1, Math.sqrt(a))));
}
