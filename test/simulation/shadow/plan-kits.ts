/** What a plan's money makes of a location for some units, and kits under a plan. */
import { Violation } from '../actions.ts';
import { giveKits, type ShadowNeed } from './kits.ts';
import type { Judged } from './plan-judge.ts';
import type { Policy } from './plan-sourcing.ts';
import { subsets, type Candidate, type ShadowPlan, type Units } from './seeking.ts';
import { believed, type Told } from './told.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

export const bare = ({ location, carrier, service, distanceKm, costMinor, byWeight }: Judged): Candidate => ({ location, carrier, service, distanceKm, costMinor, byWeight });

export const priceAt = (told: Told | undefined, found: readonly Judged[], at: number, sku: string): number =>
  told?.prices === undefined ? 0 : told.price(sku, found[at]?.location ?? '');

/** A parcel from there by the plan's prices, with the price of its room. */
export const parcelAt = (told: Told | undefined, found: readonly Judged[], at: number, units: Units): number =>
  (found[at]?.scoreOf?.(units) ?? found[at]?.scoreMinor ?? 0) + (told?.prices === undefined ? 0 : told.room(found[at]?.location ?? ''));

/**
 * Kits under a plan: as many units as without, or as sets of no more places than it allows parcels; in no more parcels
 * than such sets need, for no more of the plan's own money, with prices, than any set of so many that gives them in turn.
 * @param own the set that is carried for least.
 */
export function kitsBy(
  told: Told | undefined, own: ShadowPlan, found: readonly Judged[], needs: readonly ShadowNeed[], has: (at: number, sku: string) => number, policy: Policy,
  onGuess: (() => void) | undefined,
): ShadowPlan & { readonly minor?: number | undefined } {
  if ((policy.allOrNothing && own.short > 0) || own.parcels.length === 0) return own;
  const wanted = sum(needs.map(({ quantity }) => quantity));
  if (told === undefined) {
    onGuess?.();
    return own.parcels.length > policy.maxParcels ? { ...own, parcels: [], short: wanted } : own;
  }
  const giving = (set: readonly number[]): Given => giveKits(needs, set, has).map((units, place) => ({ at: set[place] ?? -1, units: [...units] }));
  const minorOf = (given: Given): number => sum(given.map(({ at, units }) => {
    const one = found[at];
    const lines = units.map(([need, quantity]) => (one?.lineMinor[need] ?? 0) + quantity * ((one?.unitMinor[need] ?? 0) + priceAt(told, found, at, needs[need]?.sku ?? '')));
    return parcelAt(told, found, at, units.map(([need, quantity]) => ({ sku: needs[need]?.sku ?? '', quantity }))) + sum(lines);
  }));
  // One place alone may give more whole kits than all of them in turn: no more than these are asked for.
  const all = unitsOf(giving([...found.keys()]));
  const bySize = [1, 2, 3].filter((size) => size <= policy.maxParcels).map((size) => subsets(found.length, size).map(giving));
  const most = policy.maxParcels === Infinity ? all : Math.min(all, Math.max(0, ...bySize.flat().map(unitsOf)));
  const full = bySize.map((sets) => sets.filter((given) => unitsOf(given) >= most)).find((sets) => sets.length > 0);
  const units = wanted - told.short;
  if (policy.allOrNothing && units === 0 && most < wanted) return { ...own, parcels: [], short: wanted };
  const parcels = believed(told, found.map(bare), needs, has);
  const is = minorOf(told.parcels.map(({ location, units: given }) => ({ at: found.findIndex((one) => one.location === location), units: given })));
  const isMore = units > most && all > most;
  const least = full === undefined || isMore ? Infinity : Math.min(...full.map(minorOf));
  const sizeMax = full === undefined || isMore ? policy.maxParcels : Math.max(...full.map((given) => given.length));
  if (units < most || parcels.length > sizeMax || is > least || told.scoreMinor !== Math.round(is)) {
    throw new Violation(`kits cost ${is} by the plan, and ${least} would do: ${JSON.stringify(told)}`);
  }
  return { ...own, parcels, short: told.short, runnerUpMinor: told.runnerUpMinor, minor: told.scoreMinor };
}

/** What places give of the needs. */
type Given = readonly { readonly at: number; readonly units: readonly (readonly [need: number, quantity: number])[] }[];

const unitsOf = (given: Given): number => sum(given.flatMap(({ units }) => units.map(([, quantity]) => quantity)));
