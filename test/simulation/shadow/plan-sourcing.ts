/**
 * What must be decided under a plan, by trying every set of locations: most units, then the least money, then the
 * fewest parcels, then the first candidates for the first parts.
 */
import type { Location } from '../../../actors/network-commands.ts';
import type { PlanDocument } from '../../../actors/plan-schemas.ts';
import { Violation } from '../actions.ts';
import { hasRoom } from './capacity.ts';
import type { ShadowNeed } from './kits.ts';
import { holds, ShadowJudge, type Judged } from './plan-judge.ts';
import type { About } from './plan-meanings.ts';
import { bare, kitsBy, parcelAt, priceAt } from './plan-kits.ts';
import { bestByWeight, unitsOf } from './plan-parcels.ts';
import { newestValidated } from './plan-state.ts';
import { inForceFor } from './trials.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import { isNamed, kilometres, planKits, sentFrom, type Candidate, type Seeker, type ShadowPlan, type Units } from './seeking.ts';
import { toPromise, type Shadow } from './state.ts';
import { believed, toldOf, type Told } from './told.ts';
import { hasDeclined } from './troubles.ts';
import { startOf } from './parts.ts';

/** Units that leave as one: of one SKU, or of SKUs that stay together. */
export interface Lump {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly worth: number;
  /** By candidate; Infinity where it cannot come from. */
  readonly minor: readonly number[];
}

export function planByRules(shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number): ShadowPlan | undefined {
  const order = aboutOf(seeker, needs, atMs);
  let next = inForceFor(shadow, seeker).find(({ document }) => holds(document.applies, order, atMs));
  let plan: ShadowPlan | undefined;
  for (let asked = 0; next !== undefined && asked < 5; asked += 1) {
    plan = under(shadow, seeker, needs, atMs, next.document, next.version, order);
    if (plan.short === 0) return plan;
    const fallback = next.document.fallbacks?.find(({ when }) => holds(when, order, atMs));
    const other = fallback?.plan === undefined ? undefined : newestValidated(shadow, fallback.plan);
    if (other === undefined || !holds(other.document.applies, order, atMs)) {
      const then = fallback === undefined || fallback.then === 'plan' ? 'backorder' : fallback.then;
      const { scoreMinor, ...use } = plan.ruled as Record<string, unknown>;
      if (then !== 'hold') return { ...plan, ruled: { ...use, scoreMinor, fallback: then } };
      return { ...plan, parcels: [], short: sum(needs.map(({ quantity }) => quantity)), ruled: { ...use, fallback: then } };
    }
    next = other;
  }
  return plan;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function aboutOf(seeker: Seeker, needs: readonly ShadowNeed[], atMs: number): About['order'] {
  const { channel, priority = 0, tags = [], attributes = {}, destination, placedAtMs = atMs, promisedByMs } = seeker;
  const lines = needs.map(({ sku, quantity }) => ({ sku, quantity }));
  return { channel, priority, tags, attributes, to: destination, lines, units: sum(lines.map(({ quantity }) => quantity)), placedAtMs, promisedByMs };
}

function under(
  shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number, document: PlanDocument, version: number, order: About['order'],
): ShadowPlan {
  const judge = new ShadowJudge(document, order, atMs);
  const view = { channel: seeker.channel, segment: seeker.segment, method: 'ship' } as const;
  const lineIds = needs.map(({ line }) => seeker.lines?.[line]?.lineId ?? '');
  const found: Judged[] = [];
  for (const place of shadow.locations.values()) {
    if (!isSoldFrom(shadow, view, place) || !isNamed(seeker, place)) continue;
    if (hasDeclined(seeker.declined, place.id, atMs)) {
      judge.removed.push({ location: place.id, reason: 'declined' });
      continue;
    }
    if (!hasRoom(shadow, place, order.units, startOf(seeker, atMs))) {
      judge.removed.push({ location: place.id, reason: 'no-capacity' });
      continue;
    }
    const km = seeker.destination === undefined ? 0 : kilometres(place, seeker.destination);
    const one = judge.candidate(shadow, place, km, seeker.service, (sku) => unitsFrom(shadow, sku, place.id, view), lineIds);
    if (one !== undefined) found.push(one);
  }
  found.sort((a, b) => a.scoreMinor - b.scoreMinor || a.costMinor - b.costMinor || a.distanceKm - b.distanceKm || (a.location < b.location ? -1 : 1));
  const has = (at: number, sku: string): number => {
    const one = found[at];
    return one === undefined || one.barred.has(sku) ? 0 : unitsFrom(shadow, sku, one.location, view);
  };
  const isWhole = judge.isWhole();
  const { maxParcels = Infinity, allOrNothing = false, minShipmentMinor = 0 } = document.split ?? {};
  const policy = { maxParcels: isWhole ? 1 : maxParcels, allOrNothing: isWhole || allOrNothing, minShipmentMinor };
  const prices = needs.map(({ line }) => seeker.lines?.[line]?.unitPriceMinor ?? 0);
  const isKits = needs.some(({ kit }) => kit !== undefined);
  const told = toldOf(shadow.told, found, needs, has, `${document.id}/${version}`);
  const made = isKits
    ? kitsBy(told, planKits(found.map(bare), needs, has), found, needs, has, policy, seeker.onGuess)
    : choose(found, needs, judge.groups(), has, policy, prices, told, seeker.onGuess);
  const removed = judge.removed.length === 0 ? undefined : judge.removed.sort((a, b) => (a.location < b.location ? -1 : a.location > b.location ? 1 : 0));
  const failed = [...judge.failed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([rule, detail]) => ({ rule, detail }));
  const use = { planId: document.id as string, version, failed: failed.length === 0 ? undefined : failed };
  const isGiven = made.parcels.length <= policy.maxParcels && (!policy.allOrNothing || made.short === 0);
  const whole = { candidates: found.length, runnerUpMinor: undefined, removed, prices: told?.prices };
  if (!isGiven) return { ...whole, parcels: [], short: order.units, ruled: use };
  const isScored = made.parcels.length > 0;
  const runnerUpMinor = isKits ? made.runnerUpMinor : undefined;
  return { ...whole, runnerUpMinor, parcels: made.parcels, short: made.short, gapMinor: made.gapMinor, ruled: isScored ? { ...use, scoreMinor: (made as { minor?: number }).minor } : use };
}

export interface Policy {
  readonly maxParcels: number;
  readonly allOrNothing: boolean;
  readonly minShipmentMinor: number;
}

/** What units of a SKU take at a location beside their parcel, the first lines first. */
function takes(told: Told | undefined, found: readonly Judged[], needs: readonly ShadowNeed[], at: number, sku: string, quantity: number): number {
  let left = quantity;
  let minor = quantity * priceAt(told, found, at, sku);
  for (const [index, need] of needs.entries()) {
    if (need.sku !== sku || left === 0) continue;
    const units = Math.min(left, need.quantity);
    left -= units;
    minor += (found[at]?.lineMinor[index] ?? 0) + units * (found[at]?.unitMinor[index] ?? 0);
  }
  return minor;
}

function lumpsOf(
  found: readonly Judged[], needs: readonly ShadowNeed[], groups: readonly string[], has: (at: number, sku: string) => number, policy: Policy, prices: readonly number[],
  told: Told | undefined, giving: Giving,
): Lump[] {
  const minorOf = (at: number, sku: string, quantity: number): number => takes(told, found, needs, at, sku, quantity);
  const lump = (items: Lump['items'], only?: number): Lump => ({
    items,
    worth: sum(items.map(({ sku, quantity }) => quantity * (prices[needs.findIndex((need) => need.sku === sku)] ?? 0))),
    minor: found.map((_, at) => {
      const can = (only === undefined || at === only) && items.every(({ sku, quantity }) => has(at, sku) >= quantity);
      return can ? sum(items.map(({ sku, quantity }) => minorOf(at, sku, quantity))) : Infinity;
    }),
  });
  const lumps: Lump[] = [];
  for (const skus of joined(needs, groups)) {
    const isGroup = skus.length > 1 || needs.some(({ sku }, index) => sku === skus[0] && groups[index] !== '');
    const items = skus.map((sku) => {
      const wanted = sum(needs.map((need) => (need.sku === sku ? need.quantity : 0)));
      return { sku, quantity: isGroup ? wanted : Math.min(wanted, sum(found.map((_, at) => has(at, sku)))) };
    });
    if (items.every(({ quantity }) => quantity === 0)) continue;
    const whole = lump(items);
    if (whole.minor.some((minor) => minor < Infinity)) lumps.push(whole);
    else if (!isGroup && policy.maxParcels > 1) {
      let left = items[0]?.quantity ?? 0;
      const sku = skus[0] ?? '';
      const need = needs.findIndex((one) => one.sku === sku);
      const each = (at: number): number => priceAt(told, found, at, sku) + (found[at]?.unitMinor[need] ?? 0);
      const most = (a: number, b: number): number => (giving === 'most' ? has(b, sku) - has(a, sku) : 0);
      const inTurn = [...found.keys()].sort((a, b) => (giving === 'first' ? a - b : most(a, b) || each(a) - each(b) || a - b));
      for (const at of inTurn) {
        const quantity = Math.min(left, has(at, sku));
        if (quantity > 0) lumps.push(lump([{ sku, quantity }], at));
        left -= quantity;
      }
    }
  }
  return lumps;
}

/** SKUs that stay together, in the order in which the first of them comes. */
function joined(needs: readonly ShadowNeed[], groups: readonly string[]): string[][] {
  const sets: Set<string>[] = [];
  for (const { sku } of needs) if (!sets.some((set) => set.has(sku))) sets.push(new Set([sku]));
  for (const [a, one] of needs.entries()) {
    for (const [b, other] of needs.entries()) {
      if (groups[a] === '' || groups[a] !== groups[b]) continue;
      const [first, second] = [one.sku, other.sku].map((sku) => sets.findIndex((set) => set.has(sku))).sort((x, y) => x - y) as [number, number];
      if (first === second) continue;
      for (const sku of sets[second] ?? []) sets[first]?.add(sku);
      sets.splice(second, 1);
    }
  }
  return sets.map((set) => [...set]);
}

/** Who gives first of what is divided. Without prices the first candidates do. */
type Giving = 'first' | 'cheapest' | 'most';

export interface Way {
  readonly of: readonly number[];
  /** By lump: its parcel among those from its place; absent: there is one. */
  readonly nth?: readonly number[] | undefined;
  readonly units: number;
  readonly minor: number;
  readonly parcels: number;
}

function choose(
  found: readonly Judged[], needs: readonly ShadowNeed[], groups: readonly string[], has: (at: number, sku: string) => number, policy: Policy, prices: readonly number[],
  told: Told | undefined, onGuess: (() => void) | undefined,
): Pick<ShadowPlan, 'parcels' | 'short' | 'runnerUpMinor' | 'gapMinor'> & { readonly minor: number } {
  const givings: readonly Giving[] = told?.prices === undefined ? ['first'] : ['first', 'cheapest', 'most'];
  const tried = givings.map((giving) => {
    const lumps = lumpsOf(found, needs, groups, has, policy, prices, told, giving);
    const isMany = lumps.length > 8;
    return { lumps, isMany, way: isMany ? most(found, lumps, policy, told) : best(found, lumps, policy, told) };
  });
  if (told === undefined && tried.some(({ isMany }) => isMany)) onGuess?.();
  // Of equal ones that which was tried first.
  const { lumps, way } = [...tried].sort((a, b) => b.way.units - a.way.units || a.way.minor - b.way.minor || a.way.parcels - b.way.parcels)[0] as (typeof tried)[number];
  if (tried.some(({ isMany }) => isMany) && told !== undefined && !(policy.allOrNothing && told.parcels.length === 0)) {
    return manyParts(told, way, found, needs, groups, has, policy, prices);
  }
  const left = needs.map(({ quantity }) => quantity);
  const places = [...new Set(way.of)].filter((at) => at >= 0).sort((a, b) => a - b);
  const each = places.flatMap((at) => [...new Set(way.of.flatMap((one, index) => (one === at ? [way.nth?.[index] ?? 0] : [])))].sort((a, b) => a - b).map((nth) => ({ at, nth })));
  const parcels = each.map(({ at, nth }) => {
    const units = new Map<number, number>();
    for (const [index, { items }] of lumps.entries()) {
      for (const { sku, quantity } of way.of[index] === at && (way.nth?.[index] ?? 0) === nth ? items : []) {
        let more = quantity;
        for (const [need, one] of needs.entries()) {
          const given = one.sku === sku ? Math.min(more, left[need] ?? 0) : 0;
          more -= given;
          left[need] = (left[need] ?? 0) - given;
          if (given > 0) units.set(need, (units.get(need) ?? 0) + given);
        }
      }
    }
    const list = needs.flatMap(({ line }, need) => (units.has(need) ? [{ line, quantity: units.get(need) ?? 0 }] : []));
    const skus = [...units].map(([need, quantity]) => ({ sku: needs[need]?.sku ?? '', quantity }));
    return { from: sentFrom(bare(found[at] as Judged), skus), units: list };
  });
  return { parcels, short: sum(left), runnerUpMinor: undefined, minor: Math.round(way.minor) };
}

/**
 * More parts than are planned exactly: what is heard keeps the rules, places as many units as the simple way, for no
 * more money if as many, and says rightly by how much it may miss the best.
 */
function manyParts(
  told: Told, own: Way, found: readonly Judged[], needs: readonly ShadowNeed[], groups: readonly string[], has: (at: number, sku: string) => number, policy: Policy,
  prices: readonly number[],
): Pick<ShadowPlan, 'parcels' | 'short' | 'runnerUpMinor' | 'gapMinor'> & { readonly minor: number } {
  const must = (isSo: boolean, what: string): void => {
    if (!isSo) throw new Violation(`a plan of many parts ${what}: ${JSON.stringify({ told, own, policy, groups })}`);
  };
  const parcels = believed(told, found.map(bare), needs, has);
  const byParcel = told.parcels.map(({ location, units }) => {
    const skus = new Map<string, number>();
    for (const [need, quantity] of units) skus.set(needs[need]?.sku ?? '', (skus.get(needs[need]?.sku ?? '') ?? 0) + quantity);
    return { at: found.findIndex((one) => one.location === location), skus };
  });
  const worthOf = (sku: string, quantity: number): number => quantity * (prices[needs.findIndex((need) => need.sku === sku)] ?? 0);
  must(parcels.length <= policy.maxParcels, 'has too many parcels');
  const isSmall = byParcel.some(({ skus }) => sum([...skus].map(([sku, quantity]) => worthOf(sku, quantity))) < policy.minShipmentMinor);
  must(parcels.length < 2 || !isSmall, 'has a parcel that is worth too little');
  for (const set of joined(needs, groups)) {
    const isGroup = set.length > 1 || needs.some(({ sku }, index) => sku === set[0] && groups[index] !== '');
    const all = set.map((sku) => ({ sku, quantity: sum(needs.map((need) => (need.sku === sku ? need.quantity : 0))) }));
    const isWhole = isGroup || found.some((_, at) => has(at, set[0] ?? '') >= Math.min(all[0]?.quantity ?? 0, sum(found.map((__, one) => has(one, set[0] ?? '')))));
    const givers = byParcel.filter(({ skus }) => set.some((sku) => skus.has(sku)));
    must(!isWhole || givers.length <= 1, `divides ${set.join(' ')}`);
    must(!isGroup || givers.every(({ skus }) => all.every(({ sku, quantity }) => skus.get(sku) === quantity)), `parts ${set.join(' ')}`);
  }
  const units = sum(byParcel.flatMap(({ skus }) => [...skus.values()]));
  const minor = sum(byParcel.map(({ at, skus }) => {
    return parcelAt(told, found, at, [...skus].map(([sku, quantity]) => ({ sku, quantity }))) + sum([...skus].map(([sku, quantity]) => takes(told, found, needs, at, sku, quantity)));
  }));
  must(units >= own.units, `places ${units} units of ${own.units}`);
  must(units > own.units || minor <= own.minor, `costs ${minor}, and ${own.minor} would do`);
  must(parcels.length === 0 || told.scoreMinor === Math.round(minor), `costs ${minor} and says ${told.scoreMinor}`);
  const { gapMinor = 0 } = told;
  must(gapMinor >= 0 && (units > own.units || minor - gapMinor <= own.minor), 'says a wrong gap');
  return { parcels, short: told.short, runnerUpMinor: undefined, minor: Math.round(minor), gapMinor: told.gapMinor };
}

function wayOf(found: readonly Judged[], lumps: readonly Lump[], of: readonly number[], told: Told | undefined): Way {
  const used = [...new Set(of)].filter((at) => at >= 0);
  const itemsAt = (at: number): Units => lumps.flatMap(({ items }, index) => (of[index] === at ? items : []));
  const minor = sum(used.map((at) => parcelAt(told, found, at, itemsAt(at)))) + sum(lumps.map((lump, index) => ((of[index] ?? -1) < 0 ? 0 : (lump.minor[of[index] ?? -1] ?? 0))));
  return { of, units: sum(lumps.map((lump, index) => ((of[index] ?? -1) < 0 ? 0 : unitsOf(lump)))), minor, parcels: used.length };
}

function compare(a: Way, b: Way): number {
  const first = a.of.map((at, index) => at - (b.of[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  return b.units - a.units || a.minor - b.minor || a.parcels - b.parcels || first;
}

/** Over every set of locations: each lump from the cheapest of the set. With a least worth, over every way there is. */
function best(found: readonly Judged[], lumps: readonly Lump[], policy: Policy, told: Told | undefined): Way {
  if (found.some(({ scoreOf }) => scoreOf !== undefined)) return bestByWeight(found.length, lumps, policy, (at, items) => parcelAt(told, found, at, items), compare);
  let top = wayOf(found, lumps, lumps.map(() => -1), told);
  const look = (of: readonly number[]): void => {
    const way = wayOf(found, lumps, of, told);
    const isSmall = (at: number): boolean => sum(lumps.map(({ worth }, index) => (of[index] === at ? worth : 0))) < policy.minShipmentMinor;
    if (way.parcels > policy.maxParcels || (way.parcels > 1 && [...new Set(of)].some((at) => at >= 0 && isSmall(at)))) return;
    if (compare(way, top) < 0) top = way;
  };
  if (policy.minShipmentMinor > 0) {
    const walk = (of: number[]): void => {
      if (of.length === lumps.length) return look(of);
      for (const at of [-1, ...found.keys()]) if (at < 0 || (lumps[of.length]?.minor[at] ?? Infinity) < Infinity) walk([...of, at]);
    };
    walk([]);
    return top;
  }
  for (let mask = 1; mask < 1 << found.length; mask += 1) {
    const set = [...found.keys()].filter((at) => ((mask >> at) & 1) === 1);
    look(lumps.map(({ minor }) => set.reduce((least, at) => ((minor[at] ?? Infinity) < (least < 0 ? Infinity : (minor[least] ?? Infinity)) ? at : least), -1)));
  }
  return top;
}

/** Beyond eight lumps: parcel by parcel, whoever gives most, of these the cheapest. */
function most(found: readonly Judged[], lumps: readonly Lump[], policy: Policy, told: Told | undefined): Way {
  const of = lumps.map(() => -1);
  const used: number[] = [];
  while (used.length < policy.maxParcels) {
    const offers = [...found.keys()]
      .filter((at) => !used.includes(at))
      .map((at) => ({ at, takes: [...lumps.keys()].filter((index) => of[index] === -1 && (lumps[index]?.minor[at] ?? Infinity) < Infinity) }))
      .filter(({ takes }) => takes.length > 0)
      .map(({ at, takes }) => ({
        at, takes,
        units: sum(takes.map((index) => unitsOf(lumps[index] as Lump))),
        minor: sum([parcelAt(told, found, at, takes.flatMap((index) => lumps[index]?.items ?? [])), ...takes.map((index) => lumps[index]?.minor[at] ?? 0)]),
      }))
      .sort((a, b) => b.units - a.units || a.minor - b.minor || a.at - b.at);
    const [next] = offers;
    if (next === undefined) break;
    used.push(next.at);
    for (const index of next.takes) of[index] = next.at;
  }
  for (const at of used.slice()) {
    const worth = sum(lumps.map((lump, index) => (of[index] === at ? lump.worth : 0)));
    if (used.length === 1 || worth >= policy.minShipmentMinor) continue;
    for (const index of of.keys()) if (of[index] === at) of[index] = -1;
    used.splice(used.indexOf(at), 1);
  }
  return wayOf(found, lumps, of, told);
}

/** A location as a version of a plan prices it for some units; undefined when it excludes it. */
export function candidateUnder(
  shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number, document: PlanDocument, place: Location,
): Candidate | undefined {
  const [found, judge] = judgedAt(shadow, seeker, needs, atMs, document, place);
  const isHeavy = judge.removed.some(({ reason }) => reason === 'too-heavy');
  return found === undefined || isHeavy ? undefined : { ...bare(found), byWeight: undefined };
}

export function judgedAt(shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number, document: PlanDocument, place: Location): [Judged | undefined, ShadowJudge] {
  const judge = new ShadowJudge(document, aboutOf(seeker, needs, atMs), atMs);
  const view = { channel: seeker.channel, segment: seeker.segment, method: 'ship' } as const;
  const km = seeker.destination === undefined ? 0 : kilometres(place, seeker.destination);
  return [judge.candidate(shadow, place, km, seeker.service, (sku) => unitsFrom(shadow, sku, place.id, view), needs.map(() => '')), judge];
}

/** Whether a plan leaves a place to any order that is tried when it is published. */
export function leavesSomething(shadow: Shadow, document: PlanDocument, only: string | undefined, atMs: number): boolean {
  const channels = only === undefined ? [...shadow.channels.keys()].sort().slice(0, 10) : [only];
  const places = [...shadow.locations.keys()].sort().slice(0, 20);
  const stocked = (sku: string): boolean => (shadow.places.get(sku) ?? []).some((place) => unitsToPromise(shadow, sku, place) > 0);
  const skus = [...shadow.places.keys()].filter(stocked).sort().slice(0, 20);
  let isTried = false;
  for (const channel of channels) {
    for (const [index, id] of places.entries()) {
      const sku = skus[index % Math.max(1, skus.length)];
      const { country, postalCode, latitude, longitude } = shadow.locations.get(id) as Location;
      if (sku === undefined) return true;
      const destination = { country, latitude, longitude, ...(postalCode === undefined ? {} : { postalCode }) };
      const needs = [{ line: 0, sku, quantity: 1 }];
      const seeker = { channel, destination, service: undefined, lines: [{ lineId: '1', unitPriceMinor: 1_000 }] };
      const plan = under(shadow, seeker, needs, atMs, document, 0, aboutOf(seeker, needs, atMs));
      const rules = (plan.removed ?? []).filter(({ reason }) => reason === 'rule');
      if (plan.candidates === 0 && rules.length === 0) continue;
      isTried = true;
      if (plan.candidates > new Set(rules.filter(({ lines }) => lines !== undefined).map(({ location }) => location)).size) return true;
    }
  }
  return !isTried;
}

function unitsToPromise(shadow: Shadow, sku: string, place: string): number {
  const stock = shadow.stocks.get(`${place}/${sku}`);
  return stock === undefined ? 0 : toPromise(stock);
}
