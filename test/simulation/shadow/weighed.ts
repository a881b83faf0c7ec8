/**
 * The plan sourcing must make where a rate card is in force and no routing plan is, by trying everything: the fewest
 * parcels, of these ways the one that is carried for least. SKUs whole from any places, to eight of them; divided, or
 * more of them, from sets of three places, of which each in turn gives what it has.
 */
import type { Location } from '../../../actors/network-commands.ts';
import { Violation } from '../actions.ts';
import { hasRoom } from './capacity.ts';
import type { ShadowNeed } from './kits.ts';
import { boxOf, cheapest, offersFor } from './rates.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import { isNamed, kilometres, planKits, sentFrom, subsets, type Candidate, type Seeker, type ShadowPlan, type Units } from './seeking.ts';
import type { Shadow } from './state.ts';
import { hasDeclined } from './troubles.ts';
import { believed, paid, pricedPlan, toldOf, type Told } from './told.ts';
import { startOf } from './parts.ts';

type Removal = NonNullable<ShadowPlan['removed']>[number];
type Has = (at: number, sku: string) => number;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

export function planByWeight(shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number): ShadowPlan {
  const view = { channel: seeker.channel, segment: seeker.segment, method: 'ship' } as const;
  const removed: Removal[] = [];
  const found = [...shadow.locations.values()]
    .filter((place) => isSoldFrom(shadow, view, place) && isNamed(seeker, place))
    .flatMap((place) => candidateAt(shadow, seeker, needs, atMs, place, removed) ?? []);
  found.sort((a, b) => a.costMinor - b.costMinor || a.distanceKm - b.distanceKm || (a.location < b.location ? -1 : 1));
  const has: Has = (at, sku) => (found[at]?.barred.has(sku) === true ? 0 : unitsFrom(shadow, sku, found[at]?.location ?? '', view));
  const told = removed.length === 0 ? undefined : removed.sort((a, b) => (a.location < b.location ? -1 : 1));
  const heard = toldOf(shadow.told, found, needs, has, '');
  if (needs.some(({ kit }) => kit !== undefined)) {
    const own = { ...planKits(found, needs, has), removed: told };
    return heard?.prices === undefined ? own : pricedPlan(heard, own, found, needs, has);
  }
  const own = { ...planWhole(found, needs, has), removed: told };
  if (heard?.prices === undefined) return own;
  // With prices, what is heard of must cost what the best way costs by weight and prices.
  const best = planWhole(found, needs, has, heard);
  const parcels = believed(heard, found, needs, has);
  const [is, least] = [paid(heard, parcels, needs), paid(heard, best.parcels, needs)];
  if (heard.short !== best.short || parcels.length !== best.parcels.length || is !== least || heard.gapMinor !== best.gapMinor) {
    throw new Violation(`a plan by weight and prices costs ${is} in ${parcels.length} parcels, and ${least} in ${best.parcels.length} would do: ${JSON.stringify(heard)}`);
  }
  return { ...own, parcels, runnerUpMinor: heard.runnerUpMinor, gapMinor: heard.gapMinor, prices: heard.prices };
}

function candidateAt(
  shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number, place: Location, removed: Removal[],
): (Candidate & { readonly barred: ReadonlySet<string> }) | undefined {
  const { destination, service, lines } = seeker;
  const location = place.id;
  if (hasDeclined(seeker.declined, location, atMs)) {
    removed.push({ location, reason: 'declined' });
    return undefined;
  }
  if (!hasRoom(shadow, place, sum(needs.map(({ quantity }) => quantity)), startOf(seeker, atMs))) {
    removed.push({ location, reason: 'no-capacity' });
    return undefined;
  }
  const distanceKm = destination === undefined ? 0 : kilometres(place, destination);
  const offers = offersFor(shadow, place, destination, distanceKm, service, atMs);
  if (offers.length === 0) {
    removed.push({ location, reason: 'no-rate' });
    return undefined;
  }
  const heaviest = Math.max(...offers.map(({ unitMax }) => unitMax));
  const heavy = needs.filter(({ sku }) => boxOf(shadow, [{ sku, quantity: 1 }]).unit > heaviest);
  if (heavy.length > 0) removed.push({ location, reason: 'too-heavy', lines: heavy.map(({ line }) => lines?.[line]?.lineId ?? '') });
  const byWeight = (units: Units) => {
    const best = cheapest(offers, boxOf(shadow, units));
    return { carrier: best?.carrier, service: best?.service, costMinor: best?.costMinor ?? Infinity };
  };
  const barred = new Set(heavy.map(({ sku }) => sku));
  return { location, distanceKm, ...byWeight(needs.filter((need) => !barred.has(need.sku))), byWeight, barred };
}

interface Way {
  /** By place in the list of candidates: what it sends. */
  readonly sent: ReadonlyMap<number, Units>;
  readonly minor: number;
}

/** What a unit takes for being scarce, and a parcel for its room; nothing without prices. */
const priceAt = (told: Told | undefined, found: readonly Candidate[], at: number, sku: string): number => told?.price(sku, found[at]?.location ?? '') ?? 0;
const roomAt = (told: Told | undefined, found: readonly Candidate[], at: number): number => told?.room(found[at]?.location ?? '') ?? 0;

function wayOf(found: readonly Candidate[], sent: ReadonlyMap<number, Units>, told: Told | undefined): Way {
  const minorAt = (at: number, units: Units): number => sum(units.map(({ sku, quantity }) => quantity * priceAt(told, found, at, sku))) + roomAt(told, found, at);
  return { sent, minor: sum([...sent].map(([at, units]) => sentFrom(found[at] as Candidate, units).costMinor + minorAt(at, units))) };
}

function planWhole(found: readonly Candidate[], needs: readonly ShadowNeed[], has: Has, told?: Told): ShadowPlan {
  const names = [...new Set(needs.map(({ sku }) => sku))];
  const asked = names.map((sku) => ({ sku, quantity: sum(needs.map((need) => (need.sku === sku ? need.quantity : 0))) }));
  const wanted = asked
    .map(({ sku, quantity }) => ({ sku, quantity: Math.min(quantity, sum(found.map((_, at) => has(at, sku)))) }))
    .filter(({ quantity }) => quantity > 0);
  const isWhole = names.length <= 8 && wanted.every(({ sku, quantity }) => found.some((_, at) => has(at, sku) >= quantity));
  if (wanted.length === 0) return planOf(found, needs, { sent: new Map(), minor: 0 }, undefined, undefined);
  const whole = isWhole ? fewest(found, wanted, has, -1, told) : undefined;
  const divided = whole?.sent.size === 1 ? undefined : fromSets(found, wanted, has, whole?.sent.size ?? Infinity, told);
  const isLess = divided !== undefined && whole !== undefined &&
    (divided.way.sent.size < whole.sent.size || (divided.way.sent.size === whole.sent.size && divided.way.minor < whole.minor));
  if (whole !== undefined && !isLess) {
    const others = [...whole.sent.keys()].flatMap((at) => fewest(found, wanted, has, at, told) ?? []);
    const next = others.sort((a, b) => a.sent.size - b.sent.size || a.minor - b.minor)[0];
    return planOf(found, needs, whole, next?.sent.size === whole.sent.size ? next.minor : undefined, undefined);
  }
  const { way, nextMinor } = divided as NonNullable<typeof divided>;
  const empties = found.map((one, at) => sentFrom(one, []).costMinor + roomAt(told, found, at)).sort((a, b) => a - b);
  const each = [...given([...found.keys()], wanted, has, found, told)].flatMap(([at, units]) => units.map(({ sku, quantity }) => quantity * priceAt(told, found, at, sku)));
  const bound = sum(empties.slice(0, way.sent.size)) + sum(each);
  const gap = names.length <= 8 || way.sent.size < 2 ? undefined : Math.max(0, Math.ceil(way.minor - bound));
  return planOf(found, needs, way, nextMinor, gap);
}

/** Each SKU whole from one place: from so few places as can be, for the least; the first places for the first SKUs. */
function fewest(found: readonly Candidate[], wanted: Units, has: Has, without: number, told: Told | undefined): Way | undefined {
  const givers = wanted.map(({ sku, quantity }) => [...found.keys()].filter((at) => at !== without && has(at, sku) >= quantity));
  for (let size = 1; size <= Math.min(found.length, wanted.length); size += 1) {
    let best: Way | undefined;
    const walk = (of: readonly number[], used: ReadonlySet<number>): void => {
      if (used.size > size) return;
      if (of.length < wanted.length) {
        for (const at of givers[of.length] ?? []) walk([...of, at], used.has(at) ? used : new Set([...used, at]));
        return;
      }
      const sent = new Map([...used].sort((a, b) => a - b).map((at) => [at, wanted.filter((_, index) => of[index] === at)]));
      const way = wayOf(found, sent, told);
      // The first places come first: of equals the one met first stays.
      if (best === undefined || way.minor < best.minor) best = way;
    };
    walk([], new Set());
    if (best !== undefined) return best;
  }
  return undefined;
}

/** Of one, two or three places each SKU in turn from those that have it; beyond, whoever gives most of what is left. */
function fromSets(found: readonly Candidate[], wanted: Units, has: Has, most: number, told: Told | undefined): { readonly way: Way; readonly nextMinor: number | undefined } {
  const useful = [...found.keys()].filter((at) => wanted.some(({ sku }) => has(at, sku) > 0));
  for (const size of [1, 2, 3].filter((one) => one <= most)) {
    const ways = subsets(useful.length, size)
      .map((set) => set.map((index) => useful[index] ?? -1))
      .filter((set) => wanted.every(({ sku, quantity }) => sum(set.map((at) => has(at, sku))) >= quantity))
      .map((set) => wayOf(found, given(set, wanted, has, found, told), told))
      .sort((a, b) => a.minor - b.minor);
    if (ways[0] !== undefined) return { way: ways[0], nextMinor: ways[1]?.minor };
  }
  const left = new Map(wanted.map(({ sku, quantity }) => [sku, quantity]));
  const gain = (at: number): number => sum([...left].map(([sku, units]) => Math.min(units, has(at, sku))));
  const members: number[] = [];
  while ([...left.values()].some((units) => units > 0)) {
    const best = useful.filter((at) => !members.includes(at)).sort((a, b) => gain(b) - gain(a) || a - b)[0] as number;
    members.push(best);
    for (const [sku, units] of left) left.set(sku, Math.max(0, units - has(best, sku)));
  }
  return { way: wayOf(found, given(members, wanted, has, found, told), told), nextMinor: undefined };
}

/** Each SKU from those of a set in turn; with prices, from those where it takes least first. */
function given(set: readonly number[], wanted: Units, has: Has, found: readonly Candidate[], told: Told | undefined): Map<number, Units> {
  const sent = new Map<number, { sku: string; quantity: number }[]>();
  for (const { sku, quantity } of wanted) {
    let left = quantity;
    for (const at of set.toSorted((a, b) => priceAt(told, found, a, sku) - priceAt(told, found, b, sku))) {
      const units = Math.min(left, has(at, sku));
      left -= units;
      if (units > 0) sent.set(at, [...(sent.get(at) ?? []), { sku, quantity: units }]);
    }
  }
  return new Map(set.flatMap((at) => (sent.has(at) ? [[at, sent.get(at) ?? []] as const] : [])));
}

/** Within a SKU the first lines come first, parcel after parcel. */
function planOf(found: readonly Candidate[], needs: readonly ShadowNeed[], { sent }: Way, runnerUpMinor: number | undefined, gapMinor: number | undefined): ShadowPlan {
  const left = needs.map(({ quantity }) => quantity);
  const parcels = [...sent].map(([at, units]) => {
    const taken = new Map<number, number>();
    for (const { sku, quantity } of units) {
      let more = quantity;
      for (const [need, one] of needs.entries()) {
        const here = one.sku === sku ? Math.min(more, left[need] ?? 0) : 0;
        more -= here;
        left[need] = (left[need] ?? 0) - here;
        if (here > 0) taken.set(need, here);
      }
    }
    const lines = needs.flatMap(({ line }, need) => (taken.has(need) ? [{ line, quantity: taken.get(need) ?? 0 }] : []));
    return { at, from: sentFrom(found[at] as Candidate, units), units: lines };
  });
  return { parcels: parcels.map(({ from, units }) => ({ from, units })), short: sum(left), candidates: found.length, runnerUpMinor, removed: undefined, gapMinor };
}
