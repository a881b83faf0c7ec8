/** What a return does in stock: units come back as typed movements, are for sale again or thrown away. */
import type { LotId } from '../../actors/ids.ts';
import type { NamedLots } from '../../actors/lot-commands.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { DisposedUnits, ReturnContext, ReturnedUnits, ReturnEffect } from '../../actors/return-context.ts';
import { lotsOf } from '../../actors/return-lines.ts';
import type { StockMessage } from '../../actors/stock-ledger.ts';
import { must } from '../assert.ts';
import type { StockCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellStock } from '../effects.ts';
import { fieldOf, isRejection, isTracked, namedUnits } from '../lot-units.ts';
import { moveLots, newLotBudget, tellMoved, type LotBudget } from './lot-stock.ts';

type Moving = Exclude<ReturnEffect, { kind: 'publish' }>;

/** Carry out what a return asks of stock. The return stands in its new state already. */
export function moveReturned(core: Core, effect: Moving, context: ReturnContext, atMs: number): Rejection | undefined {
  const budget = newLotBudget();
  const location = core.world.location(effect.location);
  for (const units of effect.units) {
    const stock = core.world.stock(units.sku, location);
    const rejection = 'way' in units
      ? dispose(core, stock, units, atMs, budget)
      : (takeIn(core, stock, units, atMs, budget) ?? foreignLot(core, stock, units, context));
    if (rejection !== undefined) return { ...rejection, field: `${units.field}${rejection.field ?? '.quantity'}` };
  }
  return undefined;
}

function dispose(
  core: Core,
  stock: StockCell,
  units: DisposedUnits,
  atMs: number,
  budget: LotBudget,
): Rejection | undefined {
  const { way, quantity, bucket } = units;
  if (stock.snapshot === undefined) return reject('unknown-sku', `no stock of ${units.sku} there`, '.lineId');
  return moveOne(core, stock, { type: `stock.${way}`, quantity, bucket }, units, atMs, budget);
}

/** Good units come first: of those named, the last ones are the damaged ones. */
function takeIn(
  core: Core,
  stock: StockCell,
  units: ReturnedUnits,
  atMs: number,
  budget: LotBudget,
): Rejection | undefined {
  const { quantity, damaged = 0, bucket } = units;
  const named = isTracked(stock.sku, units) ? namedUnits(stock.sku, units, quantity) : [];
  if (isRejection(named)) return named;
  const [sound, rest, skipped] = parted(units, quantity - damaged);
  const back = (of: number, into: ReturnedUnits['bucket'], which: NamedLots): Rejection | undefined => {
    const message = { type: 'stock.return', quantity: of, bucket: into } as const;
    return of === 0 ? undefined : moveOne(core, stock, message, which, atMs, budget);
  };
  const wrong = back(quantity - damaged, bucket, sound);
  if (wrong !== undefined) return wrong;
  const spoilt = back(damaged, 'damaged', rest);
  return spoilt === undefined ? undefined : { ...spoilt, field: shifted(spoilt.field, skipped) };
}

/** A field of the damaged units, as all that is named has it. */
const shifted = (field: string | undefined, by: number): string | undefined =>
  field?.replace(/^(\.(?:lots|serials)\[)(\d+)/, (_, head: string, index: string) => head + (Number(index) + by));

/** The names of the first units, those of the others, and at which of all names the others begin. */
function parted({ lots, serials }: NamedLots, first: number): readonly [NamedLots, NamedLots, number] {
  if (serials !== undefined) return [{ serials: serials.slice(0, first) }, { serials: serials.slice(first) }, first];
  if (lots === undefined) return [{}, {}, 0];
  let left = first;
  const [sound, rest] = [[] as NonNullable<NamedLots['lots']>, [] as NonNullable<NamedLots['lots']>];
  for (const lot of lots) {
    const here = Math.min(left, lot.quantity);
    left -= here;
    if (here > 0) sound.push({ ...lot, quantity: here });
    if (lot.quantity > here) rest.push({ ...lot, quantity: lot.quantity - here });
  }
  return [{ lots: sound }, { lots: rest }, lots.length - rest.length];
}

function moveOne(
  core: Core,
  stock: StockCell,
  message: StockMessage,
  named: NamedLots,
  atMs: number,
  budget: LotBudget,
): Rejection | undefined {
  if (!isTracked(stock.sku, named)) return tellStock(core, stock, message);
  const told = moveLots(core, stock, message, named, atMs, budget);
  if (told !== undefined && isRejection(told)) return told;
  return tellMoved(core, stock, must(told, 'lots that moved'), (units) => tellStock(core, stock, message, units));
}

/**
 * Of an order that says which lots or serials left with a line, only these come back, and each unit once: why not,
 * when others did.
 */
function foreignLot(
  core: Core,
  { sku }: StockCell,
  units: ReturnedUnits,
  context: ReturnContext,
): Rejection | undefined {
  const { orderLineId } = units;
  const named = lotsOf(units);
  if (orderLineId === undefined || named === undefined) return undefined;
  const order = must(core.world.look(context.orderId), 'the order of a return').context;
  const left = new Map<LotId, number>();
  const count = (lot: LotId, quantity: number): void => void left.set(lot, (left.get(lot) ?? 0) + quantity);
  for (const { state, lots = [] } of order.fulfillments) {
    if (state !== 'shipped' && state !== 'delivered') continue;
    for (const { lineId, lot, quantity } of lots) if (lineId === orderLineId) count(lot, quantity);
  }
  if (left.size === 0) return undefined;
  const { returns } = core.world;
  for (const id of returns.ofOrder(context.orderId)) {
    for (const line of returns.look(id)?.context.lines ?? []) {
      if (line.orderLineId === orderLineId) for (const { lot, quantity } of line.lots ?? []) count(lot, -quantity);
    }
  }
  const at = named.findIndex(({ lot }) => !((left.get(lot) ?? -1) >= 0));
  if (at < 0) return undefined;
  const detail = `${named[at]?.lot} of ${sku.sku} did not leave with line ${orderLineId}, or came back before`;
  return reject('unknown-lot', detail, fieldOf(units, at));
}
