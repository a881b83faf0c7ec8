/** Lots and serials in commands, drawn: some that are known, some that are new, few that make no sense. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import type { Rng } from './rng.ts';
import { awayUnits, inOrder, placeAt, placesOf, sellableAt, trackingOf, unitsAt, type Unit } from './shadow/lots.ts';
import type { Part, Shadow, ShadowOrder } from './shadow/state.ts';

const lotNames = ['b1', 'b2', 'constructor', 'b3', 'toString', 'b4'];

/** Serials in one entry: each is a row. */
const serialsMax = 6;

export const lotDraws: Record<Extract<CommandKind, `lot.${string}`>, Draw> = {
  'lot.recall': (rng, names, shadow) => ({ ...drawLot(rng, names, shadow, false), reason: 'metal in it' }),
  'lot.lift': (rng, names, shadow) => ({ ...drawLot(rng, names, shadow, true), reason: 'none in it' }),
};

function drawLot(rng: Rng, { settings }: Names, shadow: Shadow, isRecalled: boolean): object {
  const all = [...shadow.lots.values()];
  const fitting = rng.chance(0.9) ? all.filter((lot) => (lot.recall !== undefined) === isRecalled && lot.places.length > 0) : all;
  if (fitting.length === 0 || rng.chance(settings.nonsenseShare / 4)) return { sku: rng.pick(settings.skus), lot: 'no-such' };
  const { sku, lot } = rng.pick(fitting.slice(-20));
  return { sku, lot };
}

/** How a SKU is tracked, when its item is put. */
export function drawTracking(rng: Rng, { settings }: Names, sku: string): object {
  const by = settings.tracked.get(sku);
  if (by === undefined || rng.chance(settings.nonsenseShare / 4)) return {};
  const days = rng.chance(0.3) ? { shelfLifeDays: rng.pick([1, 10]) } : {};
  const remaining = rng.chance(0.2) ? { minRemainingDays: rng.pick([0, 1]) } : {};
  return { tracking: { by: rng.chance(0.97) ? by : rng.pick(['lot', 'serial']), ...days, ...remaining } };
}

/** An amount of a SKU that may be named unit by unit. */
export const drawAmount = (shadow: Shadow, sku: string, quantity: number): number =>
  trackingOf(shadow, sku)?.by === 'serial' ? Math.min(serialsMax, quantity) : quantity;

/** The lots of so many units that come to a place (`in`), or are there (`out`). */
export function drawLots(rng: Rng, names: Names, shadow: Shadow, sku: string, location: string, quantity: number, way: 'in' | 'out'): object {
  const tracking = trackingOf(shadow, sku);
  const isNonsense = rng.chance(names.settings.nonsenseShare / 8);
  if (tracking === undefined) return isNonsense ? { lots: [{ lot: 'b1', quantity }] } : {};
  if (isNonsense) return rng.pick([{}, { lots: [{ lot: 'b1', quantity: 1 }] }, { serials: ['b1', 'b1'] }]);
  if (tracking.by === 'serial') return { serials: way === 'in' ? newSerials(rng, shadow, sku, quantity) : thereOf(rng, shadow, sku, location, quantity) };
  return { lots: way === 'in' ? comingLots(rng, names, shadow, sku, quantity) : leavingLots(rng, shadow, sku, location, quantity) };
}

function newSerials(rng: Rng, shadow: Shadow, sku: string, quantity: number): string[] {
  const gone = inOrder(shadow, sku).filter((lot) => lot.places.every((place) => unitsAt(place) === 0) && awayUnits(lot) === 0);
  const back = rng.chance(0.3) ? gone.slice(0, quantity).map(({ lot }) => lot) : [];
  const known = rng.chance(0.05) ? inOrder(shadow, sku).slice(0, 1).map(({ lot }) => lot) : [];
  const named = new Set([...back, ...known]);
  for (let tries = 0; named.size < quantity; tries += 1) named.add(`s${tries < 3 ? rng.below(10_000) : 10_000 + tries}`);
  return [...named].slice(0, quantity);
}

function thereOf(rng: Rng, shadow: Shadow, sku: string, location: string, quantity: number): string[] {
  const there = inOrder(shadow, sku).filter((lot) => placesOf(shadow, lot).includes(location)).map(({ lot }) => lot);
  const some = rng.chance(0.5) ? there.toReversed() : there;
  return Array.from({ length: Math.min(quantity, 10) }, (_, index) => some[index] ?? `none${index}`);
}

/** Split so many units over up to three lots. */
function split(rng: Rng, quantity: number, names: readonly string[]): Unit[] {
  const units: Unit[] = [];
  let left = quantity;
  for (const [index, lot] of names.entries()) {
    if (left === 0) break;
    const some = index === names.length - 1 ? left : rng.between(1, left);
    units.push({ lot, quantity: some });
    left -= some;
  }
  return units;
}

function comingLots(rng: Rng, { now, settings }: Names, shadow: Shadow, sku: string, quantity: number): Unit[] {
  const first = rng.below(lotNames.length);
  const names = [...lotNames.slice(first), ...lotNames.slice(0, first)].slice(0, rng.between(1, 3)).map((name) => (rng.chance(0.3) ? `${name}.${rng.below(100)}` : name));
  return split(rng, quantity, [...new Set(names)]).map((unit) => {
    const known = shadow.lots.get(`${unit.lot}/${sku}`);
    const isWrong = rng.chance(settings.nonsenseShare / 8);
    if (known !== undefined && !isWrong) return rng.chance(0.7) || known.expiresAtMs === undefined ? unit : { ...unit, expiresAtMs: known.expiresAtMs };
    if (rng.chance(0.3)) return unit;
    return { ...unit, expiresAtMs: now() + rng.pick([isWrong ? 0 : 5_000, 60_000, 3_600_000, 26 * 3_600_000, 20 * 86_400_000]) };
  });
}

function leavingLots(rng: Rng, shadow: Shadow, sku: string, location: string, quantity: number): Unit[] {
  const there = inOrder(shadow, sku).filter((lot) => unitsAt(placeAt(lot, location)) > 0);
  const some = rng.chance(0.3) ? there.toReversed() : there;
  const units: Unit[] = [];
  let left = quantity;
  for (const lot of some) {
    const place = placeAt(lot, location);
    const most = rng.chance(0.8) ? Math.max(sellableAt(place), place.damaged, place.quality, place.held + place.kept) : unitsAt(place);
    const taken = Math.min(left, most);
    if (taken > 0) units.push({ lot: lot.lot, quantity: taken });
    left -= taken;
  }
  return left > 0 || units.length === 0 ? [...units, { lot: 'none', quantity: Math.max(1, left) }] : units;
}

/** Everything there, as a count finds it: mostly as it is known. */
export function drawCounted(rng: Rng, names: Names, shadow: Shadow, sku: string, location: string): object | undefined {
  const tracking = trackingOf(shadow, sku);
  if (tracking === undefined) return undefined;
  const there = inOrder(shadow, sku).flatMap((lot): Unit[] => {
    const units = unitsAt(placeAt(lot, location));
    const found = rng.chance(0.6) ? units : rng.below(units + 2);
    return found === 0 ? [] : [{ lot: lot.lot, quantity: tracking.by === 'serial' ? 1 : found }];
  });
  const more = rng.chance(0.2) && tracking.by === 'lot' ? comingLots(rng, names, shadow, sku, 2).filter(({ lot }) => there.every((one) => one.lot !== lot)) : [];
  const lots = [...there, ...more];
  const onHand = lots.reduce((sum, { quantity }) => sum + quantity, 0);
  return { onHand, ...(tracking.by === 'serial' ? { serials: lots.map(({ lot }) => lot) } : { lots }) };
}

/** Lines of a fulfillment that say which units left: mostly only of tracked SKUs. */
export function drawShipped(rng: Rng, names: Names, shadow: Shadow, order: ShadowOrder | undefined, part: Part | undefined): object {
  if (order === undefined || part === undefined || !rng.chance(0.4)) return {};
  const lines = part.units.flatMap(({ line, quantity }) => {
    const { sku = '', lineId } = order.lines[line] ?? {};
    const lots = drawLots(rng, names, shadow, sku, part.location, quantity, 'out');
    const isNamed = Object.keys(lots).length > 0 || rng.chance(0.1);
    return isNamed ? [{ lineId, quantity: quantity + (rng.chance(names.settings.nonsenseShare / 8) ? 1 : 0), ...lots }] : [];
  });
  return lines.length === 0 ? {} : { lines };
}
