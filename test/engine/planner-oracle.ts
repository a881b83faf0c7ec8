/**
 * The naive twin of sourcing by rules and prices: every way to give each part a candidate or none, every set of
 * candidates, one after the other. And requests drawn by chance for both.
 */
import { randomFrom } from '../../bench/random.ts';
import { carrierId, lineId, locationId, sku, type PlanId } from '../../actors/ids.ts';
import { noShape, type Shape } from '../../actors/item-shape.ts';
import type { Plan } from '../../actors/order-context.ts';
import { PriceBook } from '../../engine/routing/prices/book.ts';
import type { Candidate, Need, SourcingRequest } from '../../engine/routing/source.ts';

export interface Drawn {
  readonly request: SourcingRequest;
  readonly book: PriceBook;
  /** By SKU and candidate. */
  readonly stock: readonly (readonly number[])[];
  readonly price: readonly (readonly number[])[];
  readonly room: readonly number[];
  readonly isPriced: boolean;
  /** By candidate: what carriage of so many grams counts, and what it is paid; absent: parcels cost the same whatever is in them. */
  readonly byWeight?: readonly ((grams: number) => { readonly counts: number; readonly minor: number })[] | undefined;
}

const skuNames = ['S0', 'S1', 'S2', 'S3'].map((name) => sku(name));
const places = ['L0', 'L1', 'L2', 'L3'].map((name) => locationId(name));

/** A request by its number: the same on every machine. */
export function requestOf(seed: number): Drawn {
  const random = randomFrom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const skus = 1 + whole(3);
  const count = 1 + whole(4);
  const isRuled = random() < 0.7;
  const grain = random() < 0.4 ? 50 : 1;
  const amount = (below: number): number => grain * Math.round(whole(below) / grain);
  const isWeighed = random() < 0.3;
  const isKits = random() < 0.2;
  const grams = skuNames.map(() => 100 * whole(20));
  const shape = (name: string): Pick<Need, 'shape'> => (isWeighed ? { shape: { ...noShape, grams: grams[itemOf(name)]!, unitGrams: grams[itemOf(name)]! } } : {});
  const needs = isKits ? drawKits(whole, shape) : Array.from({ length: 1 + whole(4) }, (_, index): Need => {
    const name = skuNames[whole(skus)]!;
    return { lineId: lineId(String(index)), sku: name, quantity: 1 + whole(3), ...shape(name) };
  });
  const stock = skuNames.map(() => Array.from({ length: count }, () => (random() < 0.3 ? 0 : whole(6))));
  const each = (): number[] => needs.map(() => amount(120) - 30);
  const total = needs.reduce((all, { sku: name, quantity }) => all + quantity * grams[itemOf(name)]!, 0);
  const candidates = Array.from({ length: count }, (_, at): Candidate => {
    // What a parcel takes rises with its weight, in steps; what it counts is that and what a plan adds.
    const steps = Array.from({ length: 3 }, () => amount(200));
    const [base, more] = [amount(300), isRuled ? amount(100) : 0];
    const minorOf = (weight: number): number => base + steps.reduce((all, step, index) => all + (weight > 1_000 * (index + 1) ? step : 0), 0);
    const carriage = {
      minor: (load: Shape) => minorOf(load.grams) + more,
      carried: (load: Shape) => ({ carrier: carrierId('post'), costMinor: minorOf(load.grams) }),
    };
    if (isWeighed) {
      const lines = { lineMinor: random() < 0.3 ? each() : undefined, unitMinor: random() < 0.4 ? each() : undefined };
      const ruled = isRuled ? { parcelMinor: minorOf(total) + more, ...lines } : undefined;
      return { location: places[at]!, carrier: carrierId('post'), distanceKm: 1, costMinor: minorOf(total), ruled, carriage };
    }
    const ruled = { parcelMinor: amount(300), lineMinor: random() < 0.3 ? each() : undefined, unitMinor: random() < 0.4 ? each() : undefined };
    return { location: places[at]!, carrier: carrierId('post'), distanceKm: 1, costMinor: amount(300), ruled: isRuled ? ruled : undefined };
  }).sort((a, b) => (isRuled ? a.ruled!.parcelMinor - b.ruled!.parcelMinor : 0) || a.costMinor - b.costMinor || (a.location < b.location ? -1 : 1));
  const ruling = {
    use: { planId: 'p' as PlanId, version: 1 },
    maxParcels: random() < 0.4 ? 1 + whole(3) : Infinity,
    allOrNothing: random() < 0.1,
    minShipmentMinor: random() < 0.3 ? whole(600) : 0,
    groups: random() < 0.4 ? needs.map(() => ['', '', 'a', 'b'][whole(4)]!) : undefined,
    unitPricesMinor: needs.map(() => whole(300)),
  };
  const isPriced = random() < 0.7;
  const price = skuNames.map(() => candidates.map(() => (isPriced ? (random() < 0.4 ? 0 : amount(100) + whole(4) / 4) : 0)));
  const room = candidates.map(() => (isPriced && random() < 0.3 ? amount(200) : 0));
  const book = new PriceBook();
  if (isPriced) {
    for (const [item, by] of price.entries()) book.put(skuNames[item]!, new Map(by.map((minor, at) => [candidates[at]!.location, minor])), 0);
    for (const [at, minor] of room.entries()) if (minor > 0) book.putRoom(candidates[at]!.location, minor);
  }
  const byWeight = isWeighed
    ? candidates.map(({ carriage }) => (weight: number) => ({ counts: carriage!.minor({ ...noShape, grams: weight }), minor: carriage!.carried({ ...noShape, grams: weight })!.costMinor }))
    : undefined;
  const request = { needs, candidates, isWeighed, available: (name: string, at: number) => stock[Number(name.slice(1))]?.[at] ?? 0, ruling: isRuled ? ruling : undefined };
  return { request, book, stock, price, room, isPriced, byWeight };
}

/** One or two kits of two components, which may share a SKU with each other and with a line. */
function drawKits(whole: (below: number) => number, shape: (name: string) => Pick<Need, 'shape'>): Need[] {
  const needs: Need[] = [];
  for (let kit = 0, kits = 1 + whole(2); kit < kits; kit += 1) {
    const [count, together, first] = [1 + whole(3), whole(2) === 0, whole(3)];
    for (const part of [0, 1]) {
      const [name, units] = [skuNames[(first + part) % 4]!, 1 + whole(2)];
      needs.push({ lineId: lineId(`k${kit}.${part}`), sku: name, quantity: count * units, ...shape(name), kit: { id: lineId(`k${kit}`), units, together } });
    }
  }
  if (whole(2) === 0) {
    const name = skuNames[whole(4)]!;
    needs.push({ lineId: lineId('line'), sku: name, quantity: 1 + whole(3), ...shape(name) });
  }
  return needs;
}

/** What can be said of a plan whatever way it was found. */
export interface Worth {
  readonly units: number;
  readonly minor: number;
  readonly parcels: number;
  /** Where the parcels come from, with the units of each line, as text; absent where ties leave it open. */
  readonly shown?: string;
}

export interface Lump {
  readonly items: readonly { readonly item: number; readonly units: number }[];
  readonly worth: number;
  readonly only: number | undefined;
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
export const itemOf = (name: string): number => Number(name.slice(1));

/** Under a routing plan. */
export function bestByRules(drawn: Drawn, find: (drawn: Drawn, lumps: readonly Lump[]) => Way): Worth {
  const { request: { needs, candidates, ruling }, isPriced } = drawn;
  let best: (Way & { readonly lumps: readonly Lump[] }) | undefined;
  for (const order of isPriced ? [0, 1, 2] : [0]) {
    const lumps = lumpsOf(drawn, order);
    const found = find(drawn, lumps);
    const isLess = best === undefined || found.units > best.units ||
      (found.units === best.units && (found.minor < best.minor || (found.minor === best.minor && found.parcels < best.parcels)));
    if (isLess) best = { ...found, lumps };
  }
  const { lumps, of, nth, isOpen, ...worth } = best!;
  if (ruling!.allOrNothing && worth.units < sum(needs.map(({ quantity }) => quantity))) return { units: 0, minor: 0, parcels: 0, shown: '' };
  const left = needs.map(({ quantity }) => quantity);
  const parcels = candidates.flatMap(({ location }, at) => lumps.map((_, turn) => ({ location, at, turn })));
  const shown = parcels.flatMap(({ location, at, turn }) => {
    const given = needs.map(() => 0);
    for (const [index, { items }] of lumps.entries()) {
      for (const { item, units } of of[index] === at && (nth?.[index] ?? 0) === turn ? items : []) {
        let more = units;
        for (const [need, one] of needs.entries()) {
          const some = itemOf(one.sku) === item ? Math.min(more, left[need]!) : 0;
          more -= some;
          left[need]! -= some;
          given[need]! += some;
        }
      }
    }
    return given.some((units) => units > 0) ? [`${location} ${given.join(',')}`] : [];
  });
  return isOpen === true ? worth : { ...worth, shown: shown.join('; ') };
}

export function minorAt({ request: { needs, candidates }, price }: Drawn, item: number, units: number, at: number): number {
  const { lineMinor, unitMinor } = candidates[at]!.ruled!;
  let [left, minor] = [units, units * price[item]![at]!];
  for (const [need, { sku: name, quantity }] of needs.entries()) {
    const taken = itemOf(name) === item ? Math.min(left, quantity) : 0;
    if (taken > 0) minor += (lineMinor?.[need] ?? 0) + taken * (unitMinor?.[need] ?? 0);
    left -= taken;
  }
  return minor;
}

function lumpsOf(drawn: Drawn, order: number): Lump[] {
  const { request: { needs, candidates, ruling }, stock, price } = drawn;
  const places_ = [...candidates.keys()];
  const names = needs.map((_, need) => ruling!.groups?.[need] ?? '');
  const items = [...new Set(needs.map(({ sku: name }) => itemOf(name)))];
  // Lines touch by their SKU or by their group; who touches leaves together.
  const touching = (set: readonly number[]): number[] => items.filter((item) => needs.some((one, a) => itemOf(one.sku) === item &&
    needs.some((other, b) => set.includes(itemOf(other.sku)) && (itemOf(other.sku) === item || (names[a] !== '' && names[a] === names[b])))));
  const seen = new Set<number>();
  return items.flatMap((first): Lump[] => {
    if (seen.has(first)) return [];
    let set = [first];
    for (let before = 0; before !== set.length; ) {
      before = set.length;
      set = touching(set);
    }
    for (const item of set) seen.add(item);
    const isGroup = needs.some(({ sku: name }, need) => set.includes(itemOf(name)) && names[need] !== '');
    const wanted = (item: number): number => sum(needs.map(({ sku: name, quantity }) => (itemOf(name) === item ? quantity : 0)));
    const sized = set.map((item) => ({ item, units: isGroup ? wanted(item) : Math.min(wanted(item), sum(stock[item]!)) }));
    const worthOf = (of: Lump['items']): number => sum(of.map(({ item, units }) => units * ruling!.unitPricesMinor[needs.findIndex(({ sku: name }) => itemOf(name) === item)]!));
    if (sized.every(({ units }) => units === 0)) return [];
    if (places_.some((at) => sized.every(({ item, units }) => stock[item]![at]! >= units))) return [{ items: sized, worth: worthOf(sized), only: undefined }];
    if (isGroup || ruling!.maxParcels === 1) return [];
    const need = needs.findIndex(({ sku: name }) => itemOf(name) === first);
    const unit = (at: number): number => price[first]![at]! + (candidates[at]!.ruled!.unitMinor?.[need] ?? 0);
    const most = (a: number, b: number): number => (order === 2 ? stock[first]![b]! - stock[first]![a]! : 0);
    let left = sized[0]!.units;
    return places_.toSorted((a, b) => (order === 0 ? 0 : most(a, b) || unit(a) - unit(b)) || a - b).flatMap((only) => {
      const units = Math.min(left, stock[first]![only]!);
      left -= units;
      return units === 0 ? [] : [{ items: [{ item: first, units }], worth: worthOf([{ item: first, units }]), only }];
    });
  });
}

/** A way by the candidate of each lump, and which of its parcels; `isOpen`: another way is as good in every respect. */
export interface Way extends Worth {
  readonly of: readonly number[];
  readonly nth?: readonly number[];
  readonly isOpen?: boolean;
}

export function bestOf(drawn: Drawn, lumps: readonly Lump[]): Way {
  const { request: { candidates, ruling }, stock, room } = drawn;
  let best: Way = { units: 0, minor: 0, parcels: 0, of: lumps.map(() => -1) };
  const of: number[] = [];
  const look = (): void => {
    const used = [...new Set(of)].filter((at) => at >= 0);
    if (used.length > ruling!.maxParcels) return;
    if (used.length > 1 && used.some((at) => sum(lumps.map(({ worth }, index) => (of[index] === at ? worth : 0))) < ruling!.minShipmentMinor)) return;
    const units = sum(lumps.map(({ items }, index) => (of[index]! < 0 ? 0 : sum(items.map((one) => one.units)))));
    const minor = sum(used.map((at) => candidates[at]!.ruled!.parcelMinor + room[at]!)) +
      sum(lumps.map(({ items }, index) => (of[index]! < 0 ? 0 : sum(items.map(({ item, units: some }) => minorAt(drawn, item, some, of[index]!))))));
    const first = of.findIndex((at, index) => at !== best.of[index]);
    const isEarlier = first >= 0 && of[first]! < best.of[first]!;
    const isBetter = units > best.units || (units === best.units && (minor < best.minor || (minor === best.minor &&
      (used.length < best.parcels || (used.length === best.parcels && isEarlier)))));
    if (isBetter) best = { units, minor, parcels: used.length, of: [...of] };
  };
  const walk = (): void => {
    const lump = lumps[of.length];
    if (lump === undefined) return look();
    for (let at = -1; at < candidates.length; at += 1) {
      if (at >= 0 && ((lump.only ?? at) !== at || lump.items.some(({ item, units }) => stock[item]![at]! < units))) continue;
      of.push(at);
      walk();
      of.pop();
    }
  };
  if (lumps.length > 0) walk();
  return best;
}

/** By prices alone: the fewest candidates that have all there is, of these the cheapest, each SKU where it costs least. */
export function bestByPrices({ request: { needs, candidates }, stock, price, room }: Drawn): Worth {
  const wanted = [...new Set(needs.map(({ sku: name }) => itemOf(name)))].map((item) => ({
    item,
    units: Math.min(sum(needs.map(({ sku: name, quantity }) => (itemOf(name) === item ? quantity : 0))), sum(stock[item]!)),
  }));
  let best: Worth = { units: 0, minor: Infinity, parcels: Infinity };
  for (let mask = 0; mask < 1 << candidates.length; mask += 1) {
    const set = [...candidates.keys()].filter((at) => ((mask >> at) & 1) === 1);
    let minor = sum(set.map((at) => candidates[at]!.costMinor + room[at]!));
    let missing = 0;
    for (const { item, units } of wanted) {
      let left = units;
      for (const at of set.toSorted((a, b) => price[item]![a]! - price[item]![b]!)) {
        const taken = Math.min(left, stock[item]![at]!);
        left -= taken;
        minor += taken * price[item]![at]!;
      }
      missing += left;
    }
    if (missing > 0 || set.length > best.parcels || (set.length === best.parcels && minor >= best.minor)) continue;
    best = { units: sum(wanted.map(({ units }) => units)), minor, parcels: set.length };
  }
  return best;
}

/** The same of a plan that was made; `minor` of one under a routing plan is what it says of itself. */
export function worthOf({ request: { needs, candidates, ruling }, price, room }: Drawn, plan: Plan): Worth {
  const total = sum(needs.map(({ quantity }) => quantity));
  const shown: string[] = [];
  let minor = 0;
  for (const { location, costMinor, lines } of plan.fulfillments) {
    const at = candidates.findIndex((one) => one.location === location);
    const given = needs.map(({ lineId: id }) => lines.find((line) => line.lineId === id)?.quantity ?? 0);
    minor += costMinor + room[at]! + sum(given.map((units, need) => units * price[itemOf(needs[need]!.sku)]![at]!));
    shown.push(`${location} ${given.join(',')}`);
  }
  const own = ruling === undefined ? minor : (plan.ruled?.scoreMinor ?? 0);
  return { units: total - plan.short, minor: own, parcels: plan.fulfillments.length, shown: shown.join('; ') };
}
