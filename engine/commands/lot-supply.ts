/**
 * Lots and serials of supply documents. A receipt says which units came; what a transfer takes along are those
 * that leave first, and on their way they are known by their lots, as many as its lines have to come.
 */
import type { Sku, SupplyId } from '../../actors/ids.ts';
import type { NamedLot, NamedLots } from '../../actors/lot-commands.ts';
import { placeOf, toPick, transitOf, transitRefusal, withTransit, type LotUnits } from '../../actors/lots.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { SupplyContext } from '../../actors/supply-context.ts';
import { openUnits } from '../../actors/supply-lines.ts';
import { assert, must } from '../assert.ts';
import type { LotCell, SkuCell, StockCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { atUnit, isRejection, leaveRefusal, moveLot, namedUnits } from '../lot-units.ts';
import { trackingOf } from '../lots.ts';

/** Units that came, by lot: good and damaged ones, and those of the good ones that may not be sold. */
export interface CameIn {
  readonly good: readonly LotUnits[];
  readonly damaged: readonly LotUnits[];
  readonly blocked: readonly LotUnits[];
}

/** The units of a line of a receipt come into stock; the last ones named are the damaged ones. */
export function lotsReceived(
  core: Core,
  stock: StockCell,
  named: NamedLots & { readonly quantity: number; readonly damaged?: number | undefined },
  supplyId: SupplyId,
  atMs: number,
): CameIn | Rejection {
  const units = namedUnits(stock.sku, named, named.quantity);
  if (isRejection(units)) return units;
  const came = { good: [] as LotUnits[], damaged: [] as LotUnits[], blocked: [] as LotUnits[] };
  let goodLeft = named.quantity - (named.damaged ?? 0);
  for (const [index, unit] of units.entries()) {
    leaveTransit(core, stock.sku, unit, supplyId);
    const good = Math.min(goodLeft, unit.quantity);
    goodLeft -= good;
    const wrong = comeIn(core, stock, unit, good, unit.quantity - good, came, atMs);
    if (wrong !== undefined) return atUnit(named, index, wrong);
  }
  return came;
}

/** What of a unit was on its way with the document is not any more; more of it may have come. */
function leaveTransit(core: Core, sku: SkuCell, { lot, quantity }: NamedLot, supplyId: SupplyId): void {
  const cell = core.world.lots.get(sku, lot);
  const context = cell?.snapshot?.context;
  const units = context === undefined ? 0 : Math.min(quantity, transitOf(context, supplyId));
  if (cell === undefined || context === undefined || units === 0) return;
  core.changes.set(cell, { value: 'put', context: withTransit(context, supplyId, -units) });
}

function comeIn(
  core: Core,
  stock: StockCell,
  unit: NamedLot,
  good: number,
  damaged: number,
  came: { good: LotUnits[]; damaged: LotUnits[]; blocked: LotUnits[] },
  atMs: number,
): Rejection | undefined {
  const { lot } = unit;
  // All of it comes first, so that a serial is one unit; then what is damaged is set aside.
  const moved = moveLot(core, stock, unit, { type: 'arrive', quantity: good + damaged }, atMs);
  if (isRejection(moved)) return moved;
  if (damaged > 0) spoil(core, stock, unit, damaged, moved.blocked > 0);
  if (good > 0) came.good.push({ lot, quantity: good });
  if (damaged > 0) came.damaged.push({ lot, quantity: damaged });
  if (good > 0 && moved.blocked > 0) came.blocked.push({ lot, quantity: good });
  return undefined;
}

/** Of units that just came into a lot, some are damaged. */
function spoil(core: Core, { sku, location }: StockCell, { lot }: NamedLot, damaged: number, isBlocked: boolean): void {
  const cell = must(core.world.lots.get(sku, lot), 'a lot that came');
  const { context } = must(cell.snapshot, 'a lot that came');
  const places = context.places.map((place) =>
    place.location === location.id
      ? { ...place, damaged: place.damaged + damaged, blocked: place.blocked - (isBlocked ? damaged : 0) }
      : place,
  );
  core.changes.set(cell, { value: 'put', context: { ...context, places } });
}

/** A transfer takes units along: those named, else those that leave first. */
export function lotsSent(
  core: Core,
  stock: StockCell,
  quantity: number,
  supplyId: SupplyId,
  atMs: number,
  named: NamedLots | undefined,
): readonly LotUnits[] | Rejection {
  const lots = named === undefined ? firstToLeave(core, stock, quantity) : lotsNamed(core, stock, quantity, named);
  if (isRejection(lots)) return lots;
  for (const [index, unit] of lots.entries()) {
    const lot = must(core.world.lots.get(stock.sku, unit.lot)?.snapshot, 'a lot that was chosen').context;
    const full = transitRefusal(lot);
    if (full !== undefined) return named === undefined ? full : atUnit(named, index, full);
    const move = { type: 'lose', quantity: unit.quantity } as const;
    const moved = moveLot(core, stock, unit, move, atMs, (one) => withTransit(one, supplyId, unit.quantity));
    assert(!isRejection(moved), 'units of a lot that were chosen are there');
  }
  return lots.map(({ lot, quantity: units }) => ({ lot, quantity: units }));
}

/** The units named, which must be all that leave. */
function lotsNamed(
  core: Core,
  { sku, location }: StockCell,
  quantity: number,
  named: NamedLots,
): readonly NamedLot[] | Rejection {
  const units = namedUnits(sku, named, quantity);
  if (isRejection(units)) return units;
  for (const [index, unit] of units.entries()) {
    const wrong = leaveRefusal(core, sku, location.id, unit);
    if (wrong !== undefined) return atUnit(named, index, wrong);
  }
  return units;
}

function firstToLeave(core: Core, stock: StockCell, quantity: number): readonly NamedLot[] | Rejection {
  const lots: NamedLot[] = [];
  let wanted = quantity;
  for (const { snapshot } of core.world.lots.at(stock.sku, stock.location.id)) {
    const lot = must(snapshot, 'a lot at a location').context;
    const units = Math.min(wanted, toPick(lot, placeOf(lot, stock.location.id)));
    if (units === 0) continue;
    lots.push({ lot: lot.lot, quantity: units });
    wanted -= units;
    if (wanted === 0) return lots;
  }
  return reject('not-enough', `${wanted} of these units of ${stock.sku.sku} may not be sold any more`);
}

/** What a cancelled transfer has on its way goes back where it left. */
export function lotsBack(core: Core, stock: StockCell, supplyId: SupplyId, atMs: number): CameIn | Rejection {
  const came = { good: [] as LotUnits[], damaged: [] as LotUnits[], blocked: [] as LotUnits[] };
  for (const cell of carried(stock.sku, supplyId)) {
    const { context } = must(cell.snapshot, 'a lot on its way');
    const unit = { lot: context.lot, quantity: transitOf(context, supplyId) };
    leaveTransit(core, stock.sku, unit, supplyId);
    const wrong = comeIn(core, stock, unit, unit.quantity, 0, came, atMs);
    if (wrong !== undefined) return wrong;
  }
  return came;
}

const carried = (sku: SkuCell, supplyId: SupplyId): readonly LotCell[] => [...(sku.lots?.with(supplyId) ?? [])];

/**
 * No more units of a transfer are on their way than it has to come: what came under another lot, or was closed,
 * is taken off those that leave last.
 */
export function settleTransit(core: Core, { type, supplyId, shippedAtMs, lines }: SupplyContext): void {
  if (type !== 'transfer' || shippedAtMs === undefined) return;
  const open = new Map<Sku, number>();
  for (const line of lines) open.set(line.sku, (open.get(line.sku) ?? 0) + openUnits(line));
  for (const [name, units] of open) {
    const sku = core.world.skus.get(name);
    if (sku === undefined || trackingOf(sku) === undefined) continue;
    let left = units;
    for (const cell of carried(sku, supplyId)) {
      const { context } = must(cell.snapshot, 'a lot on its way');
      const there = transitOf(context, supplyId);
      const kept = Math.min(left, there);
      left -= kept;
      if (kept === there) continue;
      core.changes.set(cell, { value: 'put', context: withTransit(context, supplyId, kept - there) });
    }
  }
}
