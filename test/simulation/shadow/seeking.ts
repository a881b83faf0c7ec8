/** What every way to plan shares in the shadow: who asks, what is answered, which kits a set of places gives. */
import type { Location } from '../../../actors/network-commands.ts';
import type { Destination } from '../../../actors/order-commands.ts';
import { giveKits, type ShadowNeed } from './kits.ts';
import type { ShadowVersion } from './plan-state.ts';
import type { Part, ShadowBatch } from './state.ts';
import type { Declined } from './troubles.ts';

export interface Candidate {
  readonly location: string;
  readonly carrier: string | undefined;
  readonly service: string | undefined;
  readonly distanceKm: number;
  readonly costMinor: number;
  /** Where carriage goes by weight: who takes a parcel of some units, and for what. */
  readonly byWeight?: ((units: Units) => Taken) | undefined;
}

export type Units = readonly { readonly sku: string; readonly quantity: number }[];
export type Taken = Pick<Candidate, 'carrier' | 'service' | 'costMinor'>;

/** A parcel from a candidate, at the price of what is in it. */
export function sentFrom({ byWeight, location, carrier, service, distanceKm, costMinor }: Candidate, units: Units): Candidate {
  const from = { location, carrier, service, distanceKm, costMinor };
  return byWeight === undefined ? from : { ...from, ...byWeight(units) };
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
  readonly removed:
    | readonly { readonly location: string; readonly reason: 'no-capacity' | 'rule' | 'no-rate' | 'too-heavy' | 'declined'; readonly rule?: string; readonly lines?: readonly string[] }[]
    | undefined;
  /** The routing plan it went by. */
  readonly ruled?: Readonly<Record<string, unknown>> | undefined;
  /** How far from the best it may be, where that is not known, and the version of the prices it went by. */
  readonly gapMinor?: number | undefined;
  readonly prices?: number | undefined;
  /** Who moved the units, and why. */
  readonly moved?: Readonly<Record<string, unknown>> | undefined;
  /** Why units that had a place were sourced again. */
  readonly cause?: Readonly<Record<string, unknown>> | undefined;
  /** It came with its places, or was to. */
  readonly routed?: { readonly by: string; readonly unmet?: { readonly location: string; readonly reason: 'location-closed' | 'carrier-suspended' | 'no-capacity' | 'out-of-stock' } } | undefined;
  /** The window it joins. */
  readonly batch?: ShadowBatch | undefined;
}

/** Whether a plan is about all of an order that has no place. */
export function isOfAll({ moved, routed, cause }: ShadowPlan): boolean {
  const isByHand = moved !== undefined || (routed !== undefined && routed.unmet === undefined);
  return !isByHand && (cause === undefined || ['rejected', 'edited', 'mapped'].includes(cause['kind'] as string));
}

/** Whose units are sought: from where they may come, and where they go if that is known. */
export interface Seeker {
  readonly channel: string;
  readonly segment?: string | undefined;
  readonly destination: Destination | undefined;
  readonly service: string | undefined;
  readonly locations?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Places that are asked no more. */
  readonly declined?: readonly Declined[] | undefined;
  /** It is not to begin before. */
  readonly fulfillAtMs?: number | undefined;
  readonly priority?: number | undefined;
  readonly placedAtMs?: number | undefined;
  readonly promisedByMs?: number | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly attributes?: Readonly<Record<string, string | number>> | undefined;
  readonly lines?: readonly { readonly lineId: string; readonly unitPriceMinor?: number }[];
  /** The order or cart; absent: somebody only asks. */
  readonly id?: string | undefined;
  /** A version that is asked before those in force. */
  readonly tried?: ShadowVersion | undefined;
  /** Told where the model cannot know what is decided, for want of having heard it. */
  readonly onGuess?: (() => void) | undefined;
}

/** Whether a seeker confined to some places may have units from this one. */
export function isNamed({ locations, groups }: Pick<Seeker, 'locations' | 'groups'>, location: Location): boolean {
  if (locations === undefined && groups === undefined) return true;
  return (location.groups ?? []).some((group) => (groups ?? []).includes(group)) || (locations ?? []).includes(location.id);
}

/** The same preferences for kits: which sets give all there is is found by giving it. */
export function planKits(
  candidates: readonly Candidate[],
  needs: readonly ShadowNeed[],
  has: (candidate: number, sku: string) => number,
): ShadowPlan {
  const parcelsOf = (set: readonly number[]): ShadowPlan['parcels'] =>
    giveKits(needs, set, has).flatMap((given, at) => {
      const units = needs.flatMap(({ line }, need) => (given.has(need) ? [{ line, quantity: given.get(need) ?? 0 }] : []));
      const from = sentFrom(candidates[set[at] ?? 0] as Candidate, skusOf(given));
      return units.length === 0 ? [] : [{ from, units }];
    });
  const skusOf = (given: ReadonlyMap<number, number>): Units => [...given].map(([need, quantity]) => ({ sku: needs[need]?.sku ?? '', quantity }));
  const minorOf = (set: readonly number[]): number =>
    giveKits(needs, set, has).reduce((sum, given, at) => sum + sentFrom(candidates[set[at] ?? 0] as Candidate, skusOf(given)).costMinor, 0);
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
      .map((set) => ({ set, minor: minorOf(set) }))
      .sort((a, b) => a.minor - b.minor);
    if (found[0] !== undefined) return plan(found[0].set, found[1]?.minor);
  }
  const useful = all.filter((one) => needs.some(({ sku }) => has(one, sku) > 0));
  let set: number[] = [];
  while (units(set) < most && set.length < useful.length) {
    const ways = useful.filter((one) => !set.includes(one)).map((one) => [...set, one]);
    set = ways.sort((a, b) => units(b) - units(a))[0] as number[];
  }
  // One by one, some may be lost to whoever gives first.
  return plan(units(set) < most ? all : set);
}

const subsetsKept = new Map<string, number[][]>();

/** All sets of `size` out of `count`, in the order of their members. */
export function subsets(count: number, size: number): readonly number[][] {
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

export function kilometres(from: Location, to: Destination): number {
  if (to.latitude === undefined || to.longitude === undefined) return from.country === to.country ? 300 : 3_000;
  const rad = (degrees: number): number => (degrees * Math.PI) / 180;
  const a =
    Math.sin(rad(to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(rad(from.latitude)) * Math.cos(rad(to.latitude)) * Math.sin(rad(to.longitude - from.longitude) / 2) ** 2;
  return Math.round(2 * 6_371.0088 * Math.asin(Math.min(1, Math.sqrt(a))));
}
