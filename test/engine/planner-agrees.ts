/** Whether sourcing and its naive twin agree: also by weight, by every way to make parcels, and of kits. */
import type { Plan } from '../../actors/order-context.ts';
import { bestByPrices, bestByRules, bestOf, itemOf, minorAt, sum, worthOf, type Drawn, type Lump, type Way, type Worth } from './planner-oracle.ts';

const gramsOf = ({ request: { needs } }: Drawn, items: Lump['items']): number =>
  sum(items.map(({ item, units }) => units * (needs.find(({ sku }) => itemOf(sku) === item)?.shape?.grams ?? 0)));

/** By weight, under a routing plan: every way to put each lump into a parcel of its own or of others, or into none. */
function bestParcels(drawn: Drawn, lumps: readonly Lump[]): Way {
  const { request: { candidates, ruling }, stock, room, byWeight } = drawn;
  let best: Way = { units: 0, minor: 0, parcels: 0, of: lumps.map(() => -1), nth: lumps.map(() => 0) };
  const parcels: { readonly at: number; readonly in: number[] }[] = [];
  const look = (): void => {
    if (parcels.length > ruling!.maxParcels) return;
    if (parcels.length > 1 && parcels.some((one) => sum(one.in.map((index) => lumps[index]!.worth)) < ruling!.minShipmentMinor)) return;
    const of = lumps.map((_, index) => parcels.find((one) => one.in.includes(index))?.at ?? -1);
    const nth = lumps.map((_, index) => {
      const own = parcels.findIndex((one) => one.in.includes(index));
      return own < 0 ? 0 : parcels.slice(0, own).filter(({ at }) => at === parcels[own]!.at).length;
    });
    const units = sum(parcels.flatMap((one) => one.in.flatMap((index) => lumps[index]!.items.map((item) => item.units))));
    const minor = sum(parcels.map(({ at, in: these }) => {
      const items = these.flatMap((index) => lumps[index]!.items);
      return byWeight![at]!(gramsOf(drawn, items)).counts + room[at]! + sum(items.map(({ item, units: some }) => minorAt(drawn, item, some, at)));
    }));
    const found: Way = { units, minor, parcels: parcels.length, of, nth };
    const order = best.units - units || minor - best.minor || parcels.length - best.parcels ||
      of.map((at, index) => at - best.of[index]!).find((difference) => difference !== 0) || 0;
    if (order < 0) best = found;
    else if (order === 0 && nth.join() !== best.nth!.join()) best = { ...best, isOpen: true };
  };
  const walk = (index: number): void => {
    const lump = lumps[index];
    if (lump === undefined) return look();
    walk(index + 1);
    const fits = (at: number): boolean => (lump.only ?? at) === at && lump.items.every(({ item, units }) => stock[item]![at]! >= units);
    for (let parcel = 0, before = parcels.length; parcel < before; parcel += 1) {
      const one = parcels[parcel]!;
      if (!fits(one.at)) continue;
      one.in.push(index);
      walk(index + 1);
      one.in.pop();
    }
    for (const at of candidates.keys()) {
      if (!fits(at)) continue;
      parcels.push({ at, in: [index] });
      walk(index + 1);
      parcels.pop();
    }
  };
  if (lumps.length > 0) walk(0);
  return best;
}

type Sent = ReadonlyMap<number, Lump['items']>;

/** By weight without a routing plan: SKUs whole from the fewest places, or from sets, each where its units cost least. */
function bestSets(drawn: Drawn): Worth {
  const { request: { needs, candidates }, stock, price, room, byWeight } = drawn;
  const wanted = [...new Set(needs.map(({ sku }) => itemOf(sku)))].map((item) => ({
    item,
    units: Math.min(sum(needs.map(({ sku, quantity }) => (itemOf(sku) === item ? quantity : 0))), sum(stock[item]!)),
  })).filter(({ units }) => units > 0);
  const units = sum(wanted.map((one) => one.units));
  const worth = (sent: Sent): Worth => ({
    units,
    parcels: sent.size,
    minor: sum([...sent].map(([at, items]) => byWeight![at]!(gramsOf(drawn, items)).minor + room[at]! + sum(items.map(({ item, units: some }) => some * price[item]![at]!)))),
  });
  let best: Worth | undefined = wanted.length === 0 ? { units: 0, minor: 0, parcels: 0 } : undefined;
  const take = (sent: Sent): void => {
    const found = worth(sent);
    if (best === undefined || found.parcels < best.parcels || (found.parcels === best.parcels && found.minor < best.minor)) best = found;
  };
  const walk = (index: number, sent: Sent): void => {
    const one = wanted[index];
    if (one === undefined) return take(sent);
    for (const at of candidates.keys()) {
      if (stock[one.item]![at]! >= one.units) walk(index + 1, new Map([...sent, [at, [...(sent.get(at) ?? []), one]]]));
    }
  };
  if (wanted.length > 0) walk(0, new Map());
  if (wanted.length === 0 || best?.parcels === 1) return best!;
  for (let mask = 1; mask < 1 << candidates.length; mask += 1) {
    const set = [...candidates.keys()].filter((at) => ((mask >> at) & 1) === 1);
    const sent = new Map<number, { item: number; units: number }[]>();
    let missing = 0;
    for (const { item, units: all } of wanted) {
      let left = all;
      for (const at of set.toSorted((a, b) => price[item]![a]! - price[item]![b]!)) {
        const some = Math.min(left, stock[item]![at]!);
        left -= some;
        if (some > 0) sent.set(at, [...(sent.get(at) ?? []), { item, units: some }]);
      }
      missing += left;
    }
    if (missing === 0) take(sent);
  }
  return best!;
}

/** What each member of a set gives of each need, kit by kit and unit by unit, the first members first. */
function inTurn({ request: { needs }, stock }: Drawn, set: readonly number[]): number[][] {
  const left = set.map((at) => stock.map((by) => by[at]!));
  const given = set.map(() => needs.map(() => 0));
  const take = (place: number, need: number): boolean => {
    const item = itemOf(needs[need]!.sku);
    if ((left[place]![item] ?? 0) === 0) return false;
    left[place]![item]! -= 1;
    given[place]![need]! += 1;
    return true;
  };
  const bundles = [...new Set(needs.map(({ kit, lineId }) => kit?.id ?? lineId))].map((id) => [...needs.keys()].filter((need) => (needs[need]!.kit?.id ?? needs[need]!.lineId) === id));
  const rank = (bundle: readonly number[]): number => ({ true: 0, false: 1, undefined: 2 })[String(needs[bundle[0]!]!.kit?.together) as 'true'];
  for (const bundle of bundles.toSorted((a, b) => rank(a) - rank(b))) {
    const count = needs[bundle[0]!]!.quantity / (needs[bundle[0]!]!.kit?.units ?? 1);
    const choices = rank(bundle) === 0 ? set.map((_, place) => [place]) : [[...set.keys()]];
    for (let kits = 0; kits < count; kits += 1) {
      const before = structuredClone({ left, given });
      const isGiven = choices.some((places) => {
        const isWhole = bundle.every((need) => Array.from({ length: needs[need]!.kit?.units ?? 1 }).every(() => places.some((place) => take(place, need))));
        if (isWhole) return true;
        for (const place of set.keys()) [left[place], given[place]] = [[...before.left[place]!], [...before.given[place]!]];
        return false;
      });
      if (!isGiven) break;
    }
  }
  return given;
}

/** What parcels with these units of the needs cost: by a plan's own money if there is one, and prices. */
function kitMoney({ request: { needs, candidates, ruling }, price, room, byWeight }: Drawn, at: number, given: readonly number[]): number {
  if (given.every((units) => units === 0)) return 0;
  const { ruled, costMinor } = candidates[at]!;
  const carried = byWeight?.[at]!(sum(given.map((units, need) => units * (needs[need]!.shape?.grams ?? 0))));
  const parcel = ruling === undefined ? (carried?.minor ?? costMinor) : (carried?.counts ?? ruled!.parcelMinor);
  return parcel + room[at]! + sum(given.map((units, need) => {
    if (units === 0) return 0;
    const rules = ruling === undefined ? 0 : (ruled!.lineMinor?.[need] ?? 0) + units * (ruled!.unitMinor?.[need] ?? 0);
    return rules + units * price[itemOf(needs[need]!.sku)]![at]!;
  }));
}

/**
 * Kits: at least as many units as places give in turn, as many places as there may be parcels; in no more parcels than
 * sets need that do so, whole, for no more than any set that gives them in turn.
 */
function kitsDiffer(drawn: Drawn, plan: Plan, is: Worth): string | undefined {
  const { request: { needs, candidates, ruling }, stock } = drawn;
  const all = [...candidates.keys()];
  const unitsOf = (given: readonly (readonly number[])[]): number => sum(given.flat());
  const parcelsMax = ruling?.maxParcels ?? Infinity;
  const sets = Array.from({ length: 1 << all.length }, (_, mask) => all.filter((at) => ((mask >> at) & 1) === 1))
    .filter((set) => set.length <= parcelsMax);
  // Whoever gives first decides what is left, so some may give more than all: as many as all are asked for.
  const most = Math.min(unitsOf(inTurn(drawn, all)), Math.max(...sets.map((set) => unitsOf(inTurn(drawn, set)))));
  const full = sets.filter((set) => set.length > 0 && unitsOf(inTurn(drawn, set)) >= most);
  const size = most === 0 ? 0 : Math.min(...full.map((set) => set.length));
  const least = Math.min(...full.filter((set) => set.length === size).map((set) => sum(inTurn(drawn, set).map((given, place) => kitMoney(drawn, set[place]!, given)))));
  const total = sum(needs.map(({ quantity }) => quantity));
  const isBlank = ruling?.allOrNothing === true && is.units < total;
  const parcels = plan.fulfillments.map(({ location, lines }) => ({
    at: candidates.findIndex((one) => one.location === location),
    given: needs.map(({ lineId: id }) => lines.find((line) => line.lineId === id)?.quantity ?? 0),
  }));
  const paid = sum(parcels.map(({ at, given }) => kitMoney(drawn, at, given)));
  const isThere = stock.every((by, item) => parcels.every(({ at, given }) => sum(given.map((units, need) => (itemOf(needs[need]!.sku) === item ? units : 0))) <= by[at]!));
  const isWhole = needs.every(({ kit }, a) => needs.every((other, b) => {
    if (kit === undefined || other.kit?.id !== kit.id) return true;
    const kitsIn = (given: readonly number[][], need: number): number => sum(given.map((row) => row[need]!)) / needs[need]!.kit!.units;
    const groups = kit.together ? parcels.map(({ given }) => [given]) : [parcels.map(({ given }) => given)];
    return groups.every((given) => kitsIn(given, a) === kitsIn(given, b));
  }));
  const isFew = is.parcels > 0 && is.parcels <= (is.units > most ? parcelsMax : size);
  const isSame = isBlank || most === 0
    ? is.units === 0 && is.parcels === 0
    : is.units >= most && isFew && isThere && isWhole && (size > 3 || is.units > most || paid <= least) && (ruling === undefined || is.minor === Math.round(paid));
  return isSame ? undefined : `planned ${JSON.stringify({ ...is, paid, isThere, isWhole })}, enumerated ${JSON.stringify({ most, size, least, isBlank })}`;
}

/** How a plan differs from what the twin says it must be; undefined: it does not. */
export function differsFrom(drawn: Drawn, plan: Plan): string | undefined {
  const is = worthOf(drawn, plan);
  if (drawn.request.needs.some(({ kit }) => kit !== undefined)) return kitsDiffer(drawn, plan, is);
  const isWeighed = drawn.byWeight !== undefined;
  const bestWithout = isWeighed ? bestSets : bestByPrices;
  const best = drawn.request.ruling === undefined ? bestWithout(drawn) : bestByRules(drawn, isWeighed ? bestParcels : bestOf);
  const minor = drawn.request.ruling === undefined ? best.minor : Math.round(best.minor);
  // Four places and a set of four: what is chosen then is whoever gives most (R3), which need not be cheapest.
  const isFixed = drawn.request.ruling !== undefined || best.parcels <= 3;
  const isSame = is.units === best.units && is.parcels === best.parcels && (!isFixed || is.minor === minor || best.parcels === 0);
  const { gapMinor } = plan;
  // More parts than are planned exactly: not better than the best, and not further from it than it says.
  const isWithin = is.units < best.units || (is.units === best.units && is.minor >= minor && is.minor - (gapMinor ?? 0) <= minor);
  if (gapMinor === undefined ? isSame && (best.shown === undefined || best.shown === is.shown) : isWithin) return undefined;
  return `planned ${JSON.stringify(is)}, enumerated ${JSON.stringify(best)}`;
}
