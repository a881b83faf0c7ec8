/** What follows from a change that is kept: the views are brought up to date, and whom it concerns is woken. */
import { isSameOffer } from '../actors/carrier-health.ts';
import type { LocationId, OrderId } from '../actors/ids.ts';
import type { OrderContext } from '../actors/order-context.ts';
import { waitingUnits } from '../actors/order-lines.ts';
import { askedAgainMs } from '../actors/order-trouble.ts';
import { atp, type StockContext } from '../actors/stock-ledger.ts';
import { must } from './assert.ts';
import { wakeForRoom } from './capacity.ts';
import type { CarrierCell, Cell, ItemCell, LocationCell, OrderCell, ReservationCell, SkuCell } from './cells.ts';
import type { StockCell, WorkCell } from './cells.ts';
import { carriersChanged } from './carriers/rerate.ts';
import { bufferKept } from './commands/buffers.ts';
import type { Core } from './core.ts';
import { floorKept, itemOnFloor, orderOnFloor } from './floor/kept.ts';
import { improvable } from './improvements.ts';
import { wakeMapped, wakeParked } from './intake/mapping.ts';
import type { PlanCell, SeatCell } from './plan-cells.ts';
import { channelOfSeat } from './plans.ts';
import type { Work } from './promise/capacity.ts';
import { nextChangeMs } from './routing/plans/next-change.ts';
import type { Snapshot } from './step.ts';
import { doubtOrder, lookAgain } from './suspects/rescore.ts';
import type { SuspectCell } from './suspects/suspect-cell.ts';
import { reasons, type Sweeping } from './wakes.ts';

/**
 * Bring the views up to date with one kept change, and wake whom it concerns. Nobody waits for pace, transit, trial,
 * shadow, logs or playbooks.
 */
export function kept(core: Core, cell: Cell, before: Cell['snapshot'], atMs: number): void {
  const { world, views, wakes } = core;
  switch (cell.kind) {
    case 'order':
      return orderKept(core, cell, before as typeof cell.snapshot, atMs);
    case 'reservation':
      return reservationKept(core, cell, before as typeof cell.snapshot);
    case 'quota': return world.quotas.changed(cell);
    case 'lot':
      return world.lots.changed(cell, before as typeof cell.snapshot);
    case 'drift': return world.drifts.changed(cell);
    case 'return':
      return world.returns.changed(cell, before as typeof cell.snapshot);
    case 'promise': return world.promises.changed(cell);
    case 'payment':
      return world.payments.changed(cell, before as typeof cell.snapshot);
    case 'parcel':
      return world.parcels.changed(cell, before as typeof cell.snapshot);
    case 'terminal': case 'task':
      return floorKept(core, cell, before);
    case 'suspect':
      return suspectKept(core, cell, before as typeof cell.snapshot);
    case 'case':
      return world.cases.changed(cell, before as typeof cell.snapshot, atMs);
    case 'case-order':
      return world.cases.orderChanged(cell, before as typeof cell.snapshot);
    case 'supply':
      return world.supplies.changed(cell, before as typeof cell.snapshot);
    case 'stock':
      return stockKept(core, cell, before as typeof cell.snapshot);
    case 'pool':
      return wakes.add(cell.sku);
    case 'buffer':
      views.bufferChanged(cell, before as typeof cell.snapshot);
      return bufferKept(core, before as typeof cell.snapshot, cell.snapshot);
    case 'work':
      return workKept(core, cell, before as typeof cell.snapshot);
    case 'seat':
      return seatKept(core, cell, atMs);
    case 'plan':
      return planKept(core, cell, before as typeof cell.snapshot, atMs);
    case 'location':
      views.locationChanged(cell, before as typeof cell.snapshot);
      return locationKept(core, cell);
    case 'item':
      return itemKept(core, cell, before as typeof cell.snapshot);
    case 'carrier':
      return carrierKept(core, cell, before as typeof cell.snapshot);
    case 'channel':
      for (const sku of world.reservations.lined) wakes.lines.add(sku);
      return sweep(core, 'rules', cell.id);
    case 'mapping': return wakeParked(core, cell.id);
    case 'forecast':
      return core.keeper?.forecastChanged(cell.id);
    case 'rates':
      return sweep(core, 'rules');
    default:
      return;
  }
}

function itemKept(core: Core, cell: ItemCell, before: ItemCell['snapshot']): void {
  core.views.itemChanged(cell);
  itemOnFloor(core, cell, before);
  if (core.views.parked.size > 0) wakeMapped(core);
  core.wakes.add(cell.sku, reasons.more | reasons.other);
}

function reservationKept({ world, wakes }: Core, cell: ReservationCell, before: ReservationCell['snapshot']): void {
  const after = must(cell.snapshot, 'a reservation that changed');
  world.reservations.changed(cell, before, after);
  // Whoever is behind it in line may be next.
  if (before?.value === 'queued') wakes.lines.add(world.sku(must(after.context.lines[0], 'a line').sku));
}

function orderKept(core: Core, { id, snapshot }: OrderCell, before: OrderCell['snapshot'], atMs: number): void {
  if (snapshot === undefined) return;
  core.views.orderChanged(id, before, snapshot);
  orderOnFloor(core, before?.context, snapshot.context);
  if (!core.world.suspects.isEmpty) doubtOrder(core, before?.context, snapshot.context);
  const isPlain = core.world.plans.isIdle && snapshot.context.declined === undefined;
  if (!isPlain) expectChange(core, snapshot.context, atMs);
  lookAtRest(core, id, before?.context, snapshot.context, isPlain);
}

/**
 * An order that has less to place may be another order to the routing plan, and fit where there was no room for more:
 * it is looked at again.
 */
function lookAtRest(
  { views, wakes }: Core, id: OrderId, before: OrderContext | undefined, after: OrderContext, isPlain: boolean,
): void {
  if (isPlain ? views.rooms.isEmpty : before === undefined && views.rooms.isEmpty) return;
  const units = waitingUnits(after);
  if (units === 0) return;
  const isLess = before === undefined ? after.fulfillments.length > 0 : waitingUnits(before) > units;
  if (isLess) wakes.addOrder(id);
}

/** Whose units may not be there is looked at. */
function suspectKept(core: Core, cell: SuspectCell, before: SuspectCell['snapshot']): void {
  core.world.suspects.changed(cell, before);
  lookAgain(core, [cell.stock]);
}

function seatKept(core: Core, { id }: SeatCell, atMs: number): void {
  core.world.plans.expect(atMs);
  sweep(core, 'rules', channelOfSeat(id));
}

function workKept(core: Core, { id, snapshot }: WorkCell, before: Snapshot<Work> | undefined): void {
  if (isLess(snapshot, before)) wakeForRoom(core, id);
  // What it has been given already is something a plan may ask for.
  else if (core.world.plans.readsLess) wakeAt(core, id, reasons.less);
}

/** See to it that an order that waits is woken when time may change its answer. */
export function expectChange({ world, views }: Core, order: OrderContext, atMs: number): void {
  const waits = order.lines.filter(({ backordered }) => backordered > 0);
  if (waits.length === 0) return views.moments.leave(order.orderId);
  const readsTime = world.plans.traitsOf(order.channel)?.readsTime === true;
  if (!readsTime && order.declined === undefined) return;
  const turnMs = readsTime ? nextChangeMs(world, order, atMs) : Infinity;
  const nextMs = Math.min(turnMs, askedAgainMs(order, atMs));
  views.moments.expect(order.orderId, waits.map(({ sku }) => sku), nextMs);
}

function stockKept(core: Core, cell: StockCell, before: Snapshot<StockContext> | undefined): void {
  const { world, views, wakes } = core;
  if (before === undefined && views.parked.size > 0) wakeMapped(core);
  const had = before === undefined ? 0 : atp(before.context);
  // Under rules of per cent, units that leave make others free.
  if (cell.atp > had || world.selling.buffers.count > 0) wakes.add(cell.sku);
  if (cell.atp > had && world.plans.improves) wakes.better.add(cell.sku);
  if (cell.atp > had && cell.sku.suspects !== undefined) lookAgain(core, cell.sku.suspects);
  // Under a routing plan, whatever it says of them.
  const mayTurn = world.plans.readsLess || (cell.sku.waiting?.kitCount ?? 0) > 0;
  if (mayTurn && !world.plans.isIdle) wakes.add(cell.sku, reasons.less);
}

/** What may be had there now, or is said of it: whoever waits for a SKU that is there. */
function locationKept(core: Core, { id, snapshot }: LocationCell): void {
  const { world, wakes } = core;
  if (snapshot?.context.state === 'open') wakeAt(core, id, reasons.more | reasons.other);
  else if (!world.plans.isIdle) wakeAt(core, id, reasons.less);
  for (const sku of world.reservations.lined) wakes.lines.add(sku);
  improveAll(core);
}

/** Anybody may have a better place now, where a plan asks for that; and another, who is to be sent suspect stock. */
export function improveAll(core: Core): void {
  for (const { stock } of core.world.suspects.all) lookAgain(core, [stock]);
  if (core.world.plans.improves) core.wakes.better.addAll(() => improvable(core));
}

/** Wake who waits for a SKU that a location has, or sells without having it. */
function wakeAt({ world, views, wakes }: Core, id: LocationId, reason: number): void {
  const isThere = ({ stocks }: SkuCell): boolean =>
    stocks.some(({ location, atp: units }) => location.id === id && units > 0);
  const { untracked } = world.selling;
  for (const sku of views.waitedFor) if (untracked.has(sku) || isThere(sku)) wakes.add(sku, reason);
}

/** Something that may concern all who wait, or those of a channel. */
export function sweep(core: Core, why: Sweeping, channel?: OrderContext['channel']): void {
  const { views, wakes, world } = core;
  improveAll(core);
  if (views.waitedFor.size > 0) wakes.sweep(why, views.waitedFor, channel);
  for (const sku of why === 'carriers' ? [] : world.reservations.lined) wakes.lines.add(sku);
}

/** A moment has come for those who said it. */
export function momentDue({ views, wakes, world }: Core, atMs: number): void {
  const moment = views.moments.take(atMs);
  if (moment === undefined) return;
  const skus = [...moment.skus].map((sku) => world.sku(sku));
  wakes.sweep('time', skus, undefined, new Set<OrderId>(moment.orders));
}

/** A plan that others fall back on is asked in the version that was validated last. */
function planKept(core: Core, { snapshot }: PlanCell, before: PlanCell['snapshot'], atMs: number): void {
  const { plans } = core.world;
  const { document, state } = must(snapshot, 'a version that changed').context;
  if (plans.isIdle || before?.context.state === state || !plans.isAsked(document.id)) return;
  plans.expect(atMs);
  sweep(core, 'rules');
}

/** What its services are may decide, under a routing plan or by rate cards, from where an order may come. */
function carrierKept(core: Core, cell: CarrierCell, before: CarrierCell['snapshot']): void {
  const { snapshot } = cell;
  core.world.carrierTimes.changed(cell);
  const isSame = before?.value === snapshot?.value && before?.context.card === snapshot?.context.card;
  if (isSame && isSameOffer(before?.context.health, snapshot?.context.health)) return;
  carriersChanged(core);
  // By rate cards it may be that nobody carried from there: that concerns all.
  if (!core.world.rates.isIdle) sweep(core, 'rules');
  else if (!core.world.plans.isIdle) sweep(core, 'carriers');
}

/** Whether a location was given work of any hour back. */
function isLess(after: Snapshot<Work> | undefined, before: Snapshot<Work> | undefined): boolean {
  const now = after?.context.hours ?? [];
  return (before?.context.hours ?? []).some(({ hourMs, units, parcels }) => {
    const hour = now.find((one) => one.hourMs === hourMs);
    return hour === undefined || hour.units < units || hour.parcels < parcels;
  });
}
