/**
 * The plan sourcing must make, by trying everything: all units there are in the fewest parcels up to
 * three, of those the cheapest, ties to the nearer and then the first by name; beyond three, whoever
 * gives the most of what is left, the cheaper of equals.
 */
import type { Location } from '../../../actors/network-commands.ts';
import type { Destination } from '../../../actors/order-commands.ts';
import { hasRoom } from './capacity.ts';
import { isUntracked } from './items.ts';
import { needsOf, type ShadowNeed } from './kits.ts';
import { planByRules } from './plan-sourcing.ts';
import { boxOf, cheapest, isWeighed, offersFor } from './rates.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import { isNamed, kilometres, planKits, subsets, type Candidate, type Seeker, type ShadowPlan, type Units } from './seeking.ts';
import type { Shadow, ShadowOrder } from './state.ts';
import { pricedPlan, toldOf } from './told.ts';
import { hasDeclined } from './troubles.ts';
import { planByWeight } from './weighed.ts';
import { startOf } from './parts.ts';

export function planFor(shadow: Shadow, order: ShadowOrder, atMs: number): ShadowPlan {
  return planUnits(shadow, order, needsOf(order), atMs);
}

/** A plan of which every parcel says what of it takes no stock. */
export function planUnits(shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number): ShadowPlan {
  if (needs.length === 0) return { parcels: [], short: 0, candidates: 0, runnerUpMinor: undefined, removed: undefined };
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
  const ruled = planByRules(shadow, seeker, needs, atMs);
  if (ruled !== undefined) return ruled;
  if (isWeighed(shadow, seeker.destination, seeker.service, atMs)) return planByWeight(shadow, seeker, needs, atMs);
  const asked = candidatesFor(shadow, seeker, atMs);
  const isAsked = ({ location }: Candidate): boolean => !hasDeclined(seeker.declined, location, atMs);
  const all = asked.filter(isAsked);
  const wanted = needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const isFull = ({ location }: Candidate): boolean => !hasRoom(shadow, shadow.locations.get(location) as Location, wanted, startOf(seeker, atMs));
  const candidates = all.filter((one) => !isFull(one));
  const full = all.filter(isFull).map(({ location }) => ({ location, reason: 'no-capacity' as const }));
  const declined = asked.filter((one) => !isAsked(one)).map(({ location }) => ({ location, reason: 'declined' as const }));
  const out = [...full, ...declined];
  const removed = out.length === 0 ? undefined : out.sort((a, b) => (a.location < b.location ? -1 : 1));
  const totals = new Map<string, number>();
  for (const { sku, quantity } of needs) totals.set(sku, (totals.get(sku) ?? 0) + quantity);
  const has = (candidate: number, sku: string): number =>
    unitsFrom(shadow, sku, candidates[candidate]?.location ?? '', { channel: seeker.channel, segment: seeker.segment, method: 'ship' });
  const withPrices = (own: ShadowPlan): ShadowPlan => {
    const told = toldOf(shadow.told, candidates, needs, has, '');
    return told?.prices === undefined ? own : pricedPlan(told, own, candidates, needs, has);
  };
  if (needs.some(({ kit }) => kit !== undefined)) return withPrices({ ...planKits(candidates, needs, has), removed });
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
  return withPrices({ parcels, short, candidates: candidates.length, runnerUpMinor, removed });
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

/** Whether any carrier has a service. */
export function isOffered(shadow: Shadow, service: string): boolean {
  return [...shadow.carriers.values()].some(({ card }) => (card.services ?? [{ id: 'standard' }]).some(({ id }) => id === service));
}

/** A parcel from a location, priced as of now. Without a destination it goes no way. */
export function pricesFor(
  shadow: Shadow,
  destination: Destination | undefined,
  asked: string | undefined,
  atMs: number,
): (location: Location, units?: Units) => Candidate {
  return (location, units = []) => {
    const distanceKm = destination === undefined ? 0 : kilometres(location, destination);
    const best = cheapest(offersFor(shadow, location, destination, distanceKm, asked, atMs), boxOf(shadow, units));
    return { location: location.id, carrier: best?.carrier, service: best?.service, distanceKm, costMinor: best?.costMinor ?? 0 };
  };
}

function candidatesFor(shadow: Shadow, { channel, destination, locations, groups, service }: Seeker, atMs: number): Candidate[] {
  const found: Candidate[] = [];
  const price = pricesFor(shadow, destination, service, atMs);
  for (const location of shadow.locations.values()) {
    if (!isSoldFrom(shadow, { channel, method: 'ship' }, location)) continue;
    if (!isNamed({ locations, groups }, location)) continue;
    found.push(price(location));
  }
  return found.sort(
    (a, b) => a.costMinor - b.costMinor || a.distanceKm - b.distanceKm || (a.location < b.location ? -1 : 1),
  );
}
