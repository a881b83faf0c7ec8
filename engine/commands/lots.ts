/**
 * Recalls, and the moment at which a lot leaves sale. Its units are held wherever they are: first those that
 * nobody was promised, so that none can be sold from then on; then those of reservations and orders, the newest
 * first, also of orders that are being picked. Those are so many at a time: a timer goes on with the rest.
 */
import type { CommandBody, CommandOf } from '../../actors/commands.ts';
import type { LocationId, LotId, Sku } from '../../actors/ids.ts';
import { forSale, isBlocked, lotState, placeOf, withPlace } from '../../actors/lots.ts';
import type { Lot, LotAnswer } from '../../actors/lots.ts';
import { displacePlan } from '../../actors/order-takings.ts';
import { free } from '../../actors/stock-ledger.ts';
import { assert, must } from '../assert.ts';
import type { LotCell, StockCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder, tellStock } from '../effects.ts';
import { isEnded, isPending } from '../lots.ts';
import { displaceUnits, Losses, sourceAgain, unitsOf } from './displace.ts';
import { done, refuse, type Handled } from "./handled.ts";
import { followPicks } from './lot-orders.ts';

/** Orders and reservations, and their lines, that one step takes units from; one of them in any case. */
const stepMax = { owners: 50, lines: 250, isFirstTaken: true };

const lotOf = ({ snapshot }: LotCell): Lot => must(snapshot, 'a lot that exists').context;

export function changeLot(core: Core, command: CommandOf<'lot.recall'> | CommandOf<'lot.lift'>, atMs: number): Handled {
  return command.kind === 'lot.recall' ? recallLot(core, command.body, atMs) : liftRecall(core, command.body);
}

function recallLot(core: Core, body: CommandBody<'lot.recall'>, atMs: number): Handled {
  return withLot(core, body, (cell, lot) => {
    if (lot.recall !== undefined) return refuse('wrong-state', `lot ${lot.lot} is recalled already`, 'body.lot');
    const recall = { reason: body.reason, sinceMs: atMs };
    core.changes.set(cell, { value: 'put', context: { ...lot, recall } });
    publish(core, cell, body.reason);
    return answer(cell, block(core, cell, atMs));
  });
}

function liftRecall(core: Core, body: CommandBody<'lot.lift'>): Handled {
  return withLot(core, body, (cell, lot) => {
    if (lot.recall === undefined) return refuse('wrong-state', `lot ${lot.lot} is not recalled`, 'body.lot');
    core.changes.set(cell, { value: 'put', context: { ...lot, recall: undefined } });
    if (!lot.hasLeft) unblock(core, cell);
    publish(core, cell, body.reason);
    return answer(cell, new Losses(stepMax));
  });
}

function withLot(
  { world }: Core,
  { sku, lot }: { readonly sku: Sku; readonly lot: LotId },
  go: (cell: LotCell, lot: Lot) => Handled,
): Handled {
  const known = world.skus.get(sku);
  const cell = known === undefined ? undefined : world.lots.get(known, lot);
  if (cell === undefined) return refuse('unknown-lot', `no lot ${lot} of ${sku}`, 'body.lot');
  return go(cell, lotOf(cell));
}

function answer(cell: LotCell, losses: Losses): Handled {
  const lot = lotOf(cell);
  const units = (count: (place: Lot['places'][number]) => number): number =>
    lot.places.reduce((sum, place) => sum + count(place), 0);
  const ok: LotAnswer = {
    sku: lot.sku,
    lot: lot.lot,
    state: lotState(lot),
    held: units(({ blocked }) => blocked),
    pending: isBlocked(lot) ? units(forSale) : 0,
    shipped: lot.shipped,
    displaced: [...losses.orders],
    broken: [...losses.reservations],
  };
  return done(ok);
}

function publish(core: Core, cell: LotCell, reason: string | undefined): void {
  const lot = lotOf(cell);
  const locations = byName(lot.places);
  const { sku, lot: id } = lot;
  core.changes.publish([{ kind: 'lot.changed', sku, lot: id, state: lotState(lot), reason, locations }]);
}

const byName = (places: Lot['places']): LocationId[] => places.map(({ location }) => location).sort();

/** Whether a timer of a lot has anything to do at a time. */
export function isLotDue({ snapshot }: LotCell, atMs: number): boolean {
  const lot = snapshot?.context;
  if (lot === undefined || isEnded(lot)) return false;
  return isPending(lot) || (!lot.hasLeft && (lot.leavesAtMs ?? Infinity) <= atMs);
}

/** The time of a lot has come: it leaves sale, or what it still has with orders is taken back. */
export function leaveSale(core: Core, cell: LotCell, atMs: number): undefined {
  const lot = lotOf(cell);
  const leaves = !lot.hasLeft && (lot.leavesAtMs ?? Infinity) <= atMs;
  if (leaves) {
    core.changes.set(cell, { value: 'put', context: { ...lot, hasLeft: true } });
    publish(core, cell, undefined);
  }
  block(core, cell, atMs);
}

/** Hold what may not be sold any more, as far as one step goes; who lost units by it is sourced again. */
function block(core: Core, cell: LotCell, atMs: number): Losses {
  const losses = new Losses(stepMax);
  const { sku, lot, places } = lotOf(cell);
  for (const location of byName(places)) {
    const stock = must(core.world.findStock(sku, location), 'the stock of a lot');
    stopPicking(core, stock, lot, losses, atMs);
    const wanted = forSale(placeOf(lotOf(cell), location));
    if (wanted > 0) displaceUnits(core, stock, wanted, losses, atMs);
    hold(core, cell, stock, location);
  }
  const rejection = sourceAgain(core, losses, atMs);
  assert(rejection === undefined, `orders that lost units could not be sourced again: ${rejection?.detail}`);
  return losses;
}

/** Units of the lot are not picked any more. */
function stopPicking(core: Core, stock: StockCell, lot: LotId, losses: Losses, atMs: number): void {
  const units = { sku: stock.sku.sku, location: stock.location.id, quantity: 0 };
  const pickedOf = (): number => {
    const found = core.world.lots.get(stock.sku, lot)?.snapshot?.context;
    return found === undefined ? 0 : placeOf(found, stock.location.id).picked;
  };
  for (const id of pickedOf() === 0 ? [] : stock.holders.newestFirst()) {
    if (pickedOf() === 0) return;
    const order = core.world.isOpen(id) ? core.world.order(id) : undefined;
    const before = order?.snapshot?.context;
    if (order === undefined || before === undefined) continue;
    const quantity = unitsOf(displacePlan(before, { units, lot }));
    if (quantity === 0) continue;
    if (losses.refusal(before.lines.length) !== undefined) return;
    const rejection = tellOrder(core, order, { type: 'order.displace', units: { ...units, quantity }, lot, atMs });
    assert(rejection === undefined, `picking could not be stopped: ${rejection?.detail}`);
    followPicks(core, before, must(order.snapshot, 'an order').context);
    losses.orders.add(id);
  }
}

/** Of the lot's units for sale at a place, those that are free now are held. */
function hold(core: Core, cell: LotCell, stock: StockCell, location: LocationId): void {
  const lot = lotOf(cell);
  const there = forSale(placeOf(lot, location));
  const quantity = Math.min(there, Math.max(0, free(must(stock.snapshot, 'a stock').context)));
  if (quantity === 0) return;
  core.changes.set(cell, { value: 'put', context: withPlace(lot, location, { blocked: quantity }) });
  tellHeld(core, stock, 'stock.set-aside', lot.lot, quantity);
}

/** What only the recall held may be sold again. */
function unblock(core: Core, cell: LotCell): void {
  for (const { location, blocked } of lotOf(cell).places) {
    if (blocked === 0) continue;
    const lot = lotOf(cell);
    core.changes.set(cell, { value: 'put', context: withPlace(lot, location, { blocked: -blocked }) });
    const stock = must(core.world.findStock(lot.sku, location), 'the stock of a lot');
    tellHeld(core, stock, 'stock.put-back', lot.lot, blocked);
  }
}

function tellHeld(
  core: Core,
  stock: StockCell,
  type: 'stock.set-aside' | 'stock.put-back',
  lot: LotId,
  quantity: number,
): void {
  const rejection = tellStock(core, stock, { type, quantity, bucket: 'held' }, [{ lot, quantity }]);
  assert(rejection === undefined, `units of a lot could not be held or put back: ${rejection?.detail}`);
}

