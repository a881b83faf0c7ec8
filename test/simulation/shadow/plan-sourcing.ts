/**
 * What must be decided under a plan, by trying every set of locations: most units, then the least money, then the
 * fewest parcels, then the first candidates for the first parts.
 */
import type { Location } from '../../../actors/network-commands.ts';
import type { PlanDocument } from '../../../actors/plan-schemas.ts';
import { hasRoom } from './capacity.ts';
import type { ShadowNeed } from './kits.ts';
import { holds, ShadowJudge, type Judged } from './plan-judge.ts';
import type { About } from './plan-meanings.ts';
import { newestValidated, plansInForce } from './plan-state.ts';
import { isSoldFrom, unitsFrom } from './selling.ts';
import { isNamed, kilometres, planKits, type Seeker, type ShadowPlan } from './seeking.ts';
import type { Shadow } from './state.ts';

/** Units that leave as one: of one SKU, or of SKUs that stay together. */
interface Lump {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly worth: number;
  /** By candidate; Infinity where it cannot come from. */
  readonly minor: readonly number[];
}

export function planByRules(shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number): ShadowPlan | undefined {
  const order = aboutOf(seeker, needs);
  let next = plansInForce(shadow, seeker.channel).find(({ document }) => holds(document.applies, order));
  let plan: ShadowPlan | undefined;
  for (let asked = 0; next !== undefined && asked < 5; asked += 1) {
    plan = under(shadow, seeker, needs, atMs, next.document, next.version, order);
    if (plan.short === 0) return plan;
    const fallback = next.document.fallbacks?.find(({ when }) => holds(when, order));
    const other = fallback?.plan === undefined ? undefined : newestValidated(shadow, fallback.plan);
    if (other === undefined || !holds(other.document.applies, order)) {
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

function aboutOf({ channel, priority = 0, tags = [], attributes = {}, destination }: Seeker, needs: readonly ShadowNeed[]): About['order'] {
  const lines = needs.map(({ sku, quantity }) => ({ sku, quantity }));
  return { channel, priority, tags, attributes, to: destination, lines, units: sum(lines.map(({ quantity }) => quantity)) };
}

function under(
  shadow: Shadow, seeker: Seeker, needs: readonly ShadowNeed[], atMs: number, document: PlanDocument, version: number, order: About['order'],
): ShadowPlan {
  const judge = new ShadowJudge(document, order);
  const view = { channel: seeker.channel, segment: seeker.segment, method: 'ship' } as const;
  const lineIds = needs.map(({ line }) => seeker.lines?.[line]?.lineId ?? '');
  const found: Judged[] = [];
  for (const place of shadow.locations.values()) {
    if (!isSoldFrom(shadow, view, place) || !isNamed(seeker, place)) continue;
    if (!hasRoom(shadow, place, order.units, atMs)) {
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
  const made = isKits ? planKits(found.map(bare), needs, has) : choose(found, needs, judge.groups(), has, policy, prices);
  const removed = judge.removed.length === 0 ? undefined : judge.removed.sort((a, b) => (a.location < b.location ? -1 : a.location > b.location ? 1 : 0));
  const failed = [...judge.failed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([rule, detail]) => ({ rule, detail }));
  const use = { planId: document.id as string, version, failed: failed.length === 0 ? undefined : failed };
  const isGiven = made.parcels.length <= policy.maxParcels && (!policy.allOrNothing || made.short === 0);
  const whole = { candidates: found.length, runnerUpMinor: undefined, removed };
  if (!isGiven) return { ...whole, parcels: [], short: order.units, ruled: use };
  const isScored = !isKits && made.parcels.length > 0;
  const runnerUpMinor = isKits ? made.runnerUpMinor : undefined;
  return { ...whole, runnerUpMinor, parcels: made.parcels, short: made.short, ruled: isScored ? { ...use, scoreMinor: (made as { minor?: number }).minor } : use };
}

const bare = ({ location, carrier, service, distanceKm, costMinor }: Judged) => ({ location, carrier, service, distanceKm, costMinor });

interface Policy {
  readonly maxParcels: number;
  readonly minShipmentMinor: number;
}

function lumpsOf(
  found: readonly Judged[], needs: readonly ShadowNeed[], groups: readonly string[], has: (at: number, sku: string) => number, policy: Policy, prices: readonly number[],
): Lump[] {
  const minorOf = (at: number, sku: string, quantity: number): number => {
    let left = quantity;
    let minor = 0;
    for (const [index, need] of needs.entries()) {
      if (need.sku !== sku || left === 0) continue;
      const units = Math.min(left, need.quantity);
      left -= units;
      minor += (found[at]?.lineMinor[index] ?? 0) + units * (found[at]?.unitMinor[index] ?? 0);
    }
    return minor;
  };
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
      for (const at of found.keys()) {
        const sku = skus[0] ?? '';
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

interface Way {
  readonly of: readonly number[];
  readonly units: number;
  readonly minor: number;
  readonly parcels: number;
}

function choose(
  found: readonly Judged[], needs: readonly ShadowNeed[], groups: readonly string[], has: (at: number, sku: string) => number, policy: Policy, prices: readonly number[],
): Pick<ShadowPlan, 'parcels' | 'short' | 'runnerUpMinor'> & { readonly minor: number } {
  const lumps = lumpsOf(found, needs, groups, has, policy, prices);
  const way = lumps.length > 8 ? most(found, lumps, policy) : best(found, lumps, policy);
  const left = needs.map(({ quantity }) => quantity);
  const parcels = [...new Set(way.of)].filter((at) => at >= 0).sort((a, b) => a - b).map((at) => {
    const units = new Map<number, number>();
    for (const [index, { items }] of lumps.entries()) {
      for (const { sku, quantity } of way.of[index] === at ? items : []) {
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
    return { from: bare(found[at] as Judged), units: list };
  });
  return { parcels, short: sum(left), runnerUpMinor: undefined, minor: way.minor };
}

const unitsOf = ({ items }: Lump): number => sum(items.map(({ quantity }) => quantity));

function wayOf(found: readonly Judged[], lumps: readonly Lump[], of: readonly number[]): Way {
  const used = [...new Set(of)].filter((at) => at >= 0);
  const minor = sum(used.map((at) => found[at]?.scoreMinor ?? 0)) + sum(lumps.map((lump, index) => ((of[index] ?? -1) < 0 ? 0 : (lump.minor[of[index] ?? -1] ?? 0))));
  return { of, units: sum(lumps.map((lump, index) => ((of[index] ?? -1) < 0 ? 0 : unitsOf(lump)))), minor, parcels: used.length };
}

function compare(a: Way, b: Way): number {
  const first = a.of.map((at, index) => at - (b.of[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  return b.units - a.units || a.minor - b.minor || a.parcels - b.parcels || first;
}

/** Over every set of locations: each lump from the cheapest of the set. With a least worth, over every way there is. */
function best(found: readonly Judged[], lumps: readonly Lump[], policy: Policy): Way {
  let top = wayOf(found, lumps, lumps.map(() => -1));
  const look = (of: readonly number[]): void => {
    const way = wayOf(found, lumps, of);
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
function most(found: readonly Judged[], lumps: readonly Lump[], policy: Policy): Way {
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
        minor: sum([found[at]?.scoreMinor ?? 0, ...takes.map((index) => lumps[index]?.minor[at] ?? 0)]),
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
  return wayOf(found, lumps, of);
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
      const plan = under(shadow, seeker, needs, atMs, document, 0, aboutOf(seeker, needs));
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
  if (stock === undefined) return 0;
  const { came, went, damaged, quality, held, reserved, allocated, buffer } = stock;
  return came - went - damaged - quality - held - reserved - allocated - buffer;
}
