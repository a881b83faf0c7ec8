/** Which units of a tracked SKU a message is about: as it names them, and as they are found or made. */
import type { Tracking } from '../actors/item-commands.ts';
import type { LocationId, LotId } from '../actors/ids.ts';
import { expiryAheadMsMax } from '../actors/limits.ts';
import type { NamedLot, NamedLots } from '../actors/lot-commands.ts';
import { forSale, movedLot, placeOf, unitsOf, type Lot, type LotMove, type LotMoved } from '../actors/lots.ts';
import { reject, type Rejection } from '../actors/rejection.ts';
import type { LotCell, SkuCell, StockCell } from './cells.ts';
import type { Core } from './core.ts';
import { isEnded, trackingOf } from './lots.ts';

const dayMs = 24 * 3_600_000;

export const isRejection = (value: object): value is Rejection => 'code' in value;

/** Whether a SKU is tracked, or is said to be. */
export function isTracked(sku: SkuCell, { lots, serials }: NamedLots): boolean {
  return lots !== undefined || serials !== undefined || trackingOf(sku) !== undefined;
}

/** Whether units of a lot are its quantity or one by its serial, in the words of a field. */
export const fieldOf = ({ lots }: NamedLots, index: number): string =>
  lots === undefined ? `.serials[${index}]` : `.lots[${index}].lot`;

/** The units an entry names, each lot once and together as many as it says; or why they are not named well. */
export function namedUnits(sku: SkuCell, named: NamedLots, quantity: number): readonly NamedLot[] | Rejection {
  const tracking = trackingOf(sku);
  if (tracking === undefined) {
    return reject('not-tracked', `units of ${sku.sku} are all alike`, named.lots === undefined ? '.serials' : '.lots');
  }
  const [own, other] = tracking.by === 'lot' ? (['lots', 'serials'] as const) : (['serials', 'lots'] as const);
  if (named[other] !== undefined) return reject('not-tracked', `${sku.sku} is tracked by ${tracking.by}`, `.${other}`);
  if (named[own] === undefined) return reject('lot-required', `which ${own} of ${sku.sku} is not said`, `.${own}`);
  const units = named.lots ?? (named.serials ?? []).map((lot): NamedLot => ({ lot, quantity: 1 }));
  const seen = new Set<LotId>();
  let sum = 0;
  for (const [index, one] of units.entries()) {
    if (seen.has(one.lot)) return reject('duplicate', `${one.lot} twice`, fieldOf(named, index));
    seen.add(one.lot);
    sum += one.quantity;
  }
  if (sum === quantity) return units;
  return reject('contradiction', `${own} of ${sum} units, where there are ${quantity}`, `.${own}`);
}

/** The lot that units arrive with, made when new. `began`: it is not in its cell yet. */
function arriving(core: Core, sku: SkuCell, unit: NamedLot, atMs: number): { cell: LotCell; lot: Lot } | Rejection {
  const tracking = trackingOf(sku) as Tracking;
  const known = core.world.lots.get(sku, unit.lot)?.snapshot?.context;
  if (known === undefined || isEnded(known)) {
    const { lotsOpenMax } = core.limits;
    if (core.world.lots.openCount >= lotsOpenMax) return reject('over-limit', `${lotsOpenMax} lots have units`, '');
  }
  const cell = core.world.lots.cell(sku, unit.lot);
  if (known === undefined) {
    const lot = newLot(sku, tracking, unit, atMs);
    return isRejection(lot) ? lot : { cell, lot };
  }
  if (unit.expiresAtMs !== undefined && unit.expiresAtMs !== known.expiresAtMs) {
    const expiry = known.expiresAtMs === undefined ? 'without an expiry' : `as expiring at ${known.expiresAtMs}`;
    return reject('lot-differs', `lot ${unit.lot} is known ${expiry}`, '.expiresAtMs');
  }
  if (tracking.by === 'serial' && unitsOf(known) > 0) {
    return reject('serial-exists', `serial ${unit.lot} of ${sku.sku} is ${whereIs(known)}`, '');
  }
  const hasLeft = known.hasLeft || (known.leavesAtMs ?? Infinity) <= atMs;
  return { cell, lot: hasLeft === known.hasLeft ? known : { ...known, hasLeft } };
}

function newLot(sku: SkuCell, tracking: Tracking, unit: NamedLot, atMs: number): Lot | Rejection {
  const { shelfLifeDays, minRemainingDays } = tracking;
  const ownMs = shelfLifeDays === undefined ? undefined : atMs + shelfLifeDays * dayMs;
  const expiresAtMs = unit.expiresAtMs ?? ownMs;
  if (expiresAtMs === undefined && minRemainingDays !== undefined) {
    return reject('lot-required', `when lot ${unit.lot} of ${sku.sku} expires is not said`, '.expiresAtMs');
  }
  if (expiresAtMs !== undefined && expiresAtMs <= atMs) {
    return reject('lot-expired', `lot ${unit.lot} expired ${atMs - expiresAtMs} ms ago`, '.expiresAtMs');
  }
  if (expiresAtMs !== undefined && expiresAtMs > atMs + expiryAheadMsMax) {
    return reject('over-limit', `lot ${unit.lot} expires in over fifty years`, '.expiresAtMs');
  }
  const leavesAtMs = expiresAtMs === undefined ? undefined : expiresAtMs - (minRemainingDays ?? 0) * dayMs;
  const hasLeft = leavesAtMs !== undefined && leavesAtMs <= atMs;
  const counts = { shipped: 0, shipments: 0, returned: 0 };
  const dates = { receivedAtMs: atMs, expiresAtMs, leavesAtMs, hasLeft };
  return { sku: sku.sku, lot: unit.lot, ...dates, places: [], transit: [], ...counts };
}

function whereIs({ places, transit }: Lot): string {
  const [place] = places;
  return place === undefined ? `on its way with ${transit[0]?.supplyId}` : `at ${place.location}`;
}

/** Units of a lot are among those of a stock, or are to be: move them, and say what the stock is to be told. */
export function moveLot(
  core: Core,
  { sku, location }: StockCell,
  unit: NamedLot,
  move: LotMove,
  atMs: number,
  change: (lot: Lot) => Lot = (lot) => lot,
): LotMoved | Rejection {
  let cell = core.world.lots.get(sku, unit.lot);
  let lot = cell?.snapshot?.context;
  if (move.type === 'arrive') {
    const found = arriving(core, sku, unit, atMs);
    if (isRejection(found)) return found;
    ({ cell, lot } = found);
  }
  const isThere = move.type === 'arrive' || lot?.places.some((place) => place.location === location.id) === true;
  if (cell === undefined || lot === undefined || !isThere) {
    return reject('unknown-lot', `no ${unit.lot} of ${sku.sku} at ${location.id}`, '');
  }
  const moved = movedLot(lot, location.id, move);
  if (isRejection(moved)) return moved;
  core.changes.set(cell, { value: 'put', context: change(moved.lot) });
  return moved;
}

/** Why so many units of a lot may not leave a location; undefined when they may. */
export function leaveRefusal(
  core: Core,
  sku: SkuCell,
  location: LocationId,
  { lot: id, quantity }: NamedLot,
): Rejection | undefined {
  const lot = core.world.lots.get(sku, id)?.snapshot?.context;
  if (lot === undefined || !lot.places.some((place) => place.location === location)) {
    return reject('unknown-lot', `no ${id} of ${sku.sku} at ${location}`);
  }
  if (lot.recall !== undefined) return reject('lot-recalled', `${id} of ${sku.sku}: ${lot.recall.reason}`);
  if (lot.hasLeft) return reject('lot-expired', `${id} of ${sku.sku} has left sale`);
  const units = forSale(placeOf(lot, location));
  return units < quantity ? reject('not-enough', `${location} has ${units} of ${id} for sale`) : undefined;
}

/** Where in a message a lot is at fault, from where in its unit. */
export function atUnit(named: NamedLots, index: number, { field = '', ...rejection }: Rejection): Rejection {
  const isDate = field === '.expiresAtMs' && named.lots !== undefined;
  return { ...rejection, field: isDate ? `.lots[${index}].expiresAtMs` : fieldOf(named, index) };
}
