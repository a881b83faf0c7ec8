/**
 * One command to quiescence, all or nothing. Each kind has one handler; whatever a refused command
 * did is undone by the snapshots it replaced, and a bug undoes and refuses only its own command.
 */
import { orderDueAtMs } from '../actors/order-checks.ts';
import type { Command } from '../actors/commands.ts';
import type { OrderId, ReservationId, Sku } from '../actors/ids.ts';
import type { OrderContext, OrderMessage } from '../actors/order-context.ts';
import { endedHolds } from '../actors/order-holds.ts';
import { maySource } from '../actors/kits.ts';
import { itemState } from '../actors/item-policy.ts';
import { waitingUnits } from '../actors/order-lines.ts';
import { reject } from '../actors/rejection.ts';
import { mustWait } from '../actors/reservation-lines.ts';
import { atp, type StockContext } from '../actors/stock-ledger.ts';
import { assert, must, unreachable } from './assert.ts';
import { expectRoom, hasRoom, wakeForRoom } from './capacity.ts';
import type { CarrierCell, Cell, LocationCell, OrderCell, SkuCell } from './cells.ts';
import { changeItem, settleItem } from './commands/items.ts';
import { bufferKept, growBuffer } from './commands/buffers.ts';
import * as locations from './commands/locations.ts';
import { closeFeed, openFeed } from './commands/feeds.ts';
import * as lots from './commands/lots.ts';
import * as network from './commands/network.ts';
import * as orders from './commands/orders.ts';
import { changePlans, isPlanCommand, type PlanCommand } from './commands/plans.ts';
import { changeSelling } from './commands/selling.ts';
import { commandReservation } from './commands/reservations.ts';
import { refused, type Handled } from './commands/handled.ts';
import { changeReturns, expireReturn, isReturnCommand } from './commands/returns.ts';
import { moveStock } from './commands/stock.ts';
import { commandSupply } from './commands/supply.ts';
import type { Core } from './core.ts';
import { tellOrder } from './effects.ts';
import { measuredAboveBytes } from './limits.ts';
import type { PlanCell } from './plan-cells.ts';
import { planFor, tellReservation } from './reservation-effects.ts';
import { isOpen } from './reservations.ts';
import { bodyBytes, measuredRows, valueBytes } from './sizes.ts';
import type { Work } from './promise/capacity.ts';
import type { Snapshot } from './step.ts';
import type { TimerOwner } from './timers.ts';

type OnBug = (bug: unknown) => void;

/**
 * Carry out a command at the turn's time, `index` commands having gone before it in the turn. Nothing of a
 * refused one remains. Undefined when it does not fit into what the turn already holds: nothing was done,
 * and it is for the next turn.
 */
export function runCommand(
  core: Core,
  command: Command,
  atMs: number,
  onBug: OnBug,
  index: number,
): Handled | undefined {
  const handled = atomically(core, atMs, () => dispatch(core, command, atMs), onBug, { command, index });
  if (handled !== undefined) core.changes.countBody(bodyBytes(command));
  return handled;
}

/** A command under way, with its place among those of its turn. */
interface Cause {
  readonly command: Command;
  readonly index: number;
}

function atomically(
  core: Core,
  atMs: number,
  work: () => Handled | undefined,
  onBug: OnBug,
  cause?: Cause,
): Handled | undefined {
  core.changes.begin(cause?.index);
  let handled: Handled | undefined;
  try {
    handled = work();
  } catch (bug) {
    onBug(bug);
    handled = refused(reject('internal', 'a bug of ours: nothing was done, the incident was logged'));
  }
  if (handled === undefined) {
    // It needs this turn on record: the next one begins with it.
    assert(core.changes.bytes > 0, 'a command waits for what this turn holds');
    core.changes.undo();
    return undefined;
  }
  if (!('refused' in handled) && !fits(core, handled, cause?.command)) {
    core.changes.undo();
    if (core.changes.bytes > 0) return undefined;
    return refused(reject('too-large', 'this is more than one journal record holds: ask for less at once', 'body'));
  }
  if ('refused' in handled) core.changes.undo();
  else {
    core.changes.keep((cell, before) => kept(core, cell, before, atMs));
    expectRoom(core, atMs);
  }
  return handled;
}

/** Whether what was done fits into the turn's record. Estimated; measured when it is much. */
function fits({ changes, limits }: Core, handled: Handled, command: Command | undefined): boolean {
  const estimate = changes.commandBytes + (command === undefined ? 0 : bodyBytes(command));
  if (estimate <= measuredAboveBytes) return true;
  const measured = measuredRows(changes.touched) + valueBytes([changes.news(), handled, command?.body]);
  return changes.bytes + changes.moveBytes + measured <= limits.recordBytesMax;
}

function dispatch(core: Core, command: Command, atMs: number): Handled | undefined {
  switch (command.kind) {
    case 'reservation.make':
    case 'reservation.extend':
    case 'reservation.release':
      return commandReservation(core, command, atMs);
    case 'order.place':
      return orders.placeOrder(core, command, atMs);
    case 'order.cancel':
      return orders.cancelOrder(core, command.body, atMs);
    case 'order.hold':
    case 'order.unhold':
    case 'order.release':
      return orders.holdOrRelease(core, command, atMs);
    case 'order.retry':
      return orders.retryOrder(core, command.body, atMs);
    case 'fulfillment.pick':
      return orders.pickFulfillment(core, command.body, atMs);
    case 'fulfillment.short':
      return orders.shortFulfillment(core, command.body, atMs);
    case 'fulfillment.ship':
      return orders.shipFulfillment(core, command.body, atMs);
    case 'fulfillment.deliver':
      return orders.deliverFulfillment(core, command.body, atMs);
    case 'stock.receive':
    case 'stock.adjust':
    case 'stock.count':
    case 'stock.return':
    case 'stock.set-aside':
    case 'stock.put-back':
    case 'stock.dispose':
    case 'stock.buffer':
      return moveStock(core, command.kind, command.body, atMs);
    case 'buffer.put':
    case 'buffer.remove':
    case 'pool.put':
    case 'pool.remove':
      return changeSelling(core, command, atMs);
    case 'item.put':
    case 'lot.recall':
    case 'lot.lift':
      return changeItem(core, command, atMs);
    case 'supply.put':
    case 'supply.order':
    case 'supply.ship':
    case 'supply.receive':
    case 'supply.close':
    case 'supply.cancel':
      return commandSupply(core, command, atMs);
    case 'feed.open':
      return openFeed(command.body, atMs);
    case 'feed.close':
      return closeFeed(core, command.body, atMs);
    default:
      return isReturnCommand(command) ? changeReturns(core, command, atMs) : changeRest(core, command, atMs);
  }
}

const changeRest = (core: Core, command: PlanCommand | network.NetworkCommand, atMs: number): Handled =>
  isPlanCommand(command) ? changePlans(core, command, atMs) : network.changeNetwork(core, command, atMs);

/** Bring the views up to date with one kept change, and wake whom it concerns. */
function kept(core: Core, cell: Cell, before: Cell['snapshot'], atMs: number): void {
  if (cell.kind === 'order') {
    if (cell.snapshot !== undefined) {
      core.views.orderChanged(cell.id, before as typeof cell.snapshot | undefined, cell.snapshot);
      if (!core.world.plans.isIdle) wakeLessened(core, cell.snapshot, before as typeof cell.snapshot);
    }
    return;
  }
  if (cell.kind === 'reservation') {
    const after = must(cell.snapshot, 'a reservation that changed');
    core.world.reservations.changed(cell, before as typeof cell.snapshot, after);
    // Whoever is behind it in line may be next.
    if (before?.value === 'queued') core.wakes.lines.add(core.world.sku(must(after.context.lines[0], 'a line').sku));
    return;
  }
  if (cell.kind === 'quota') return core.world.quotas.changed(cell);
  if (cell.kind === 'lot') return core.world.lots.changed(cell, before as typeof cell.snapshot);
  if (cell.kind === 'drift') return core.world.drifts.changed(cell);
  if (cell.kind === 'return') return core.world.returns.changed(cell, before as typeof cell.snapshot);
  if (cell.kind === 'supply') {
    core.world.supplies.changed(cell, before as typeof cell.snapshot);
    return;
  }
  if (cell.kind === 'stock') {
    const had = before === undefined ? 0 : atp((before as Snapshot<StockContext>).context);
    // Under rules of per cent, units that leave make others free; under a routing plan, whatever it says of them.
    const isRuled = core.world.selling.buffers.count > 0 || !core.world.plans.isIdle;
    if (cell.atp > had || isRuled) core.wakes.add(cell.sku);
    return;
  }
  if (cell.kind === 'pool') {
    core.wakes.add(cell.sku);
    return;
  }
  if (cell.kind === 'pace') return;
  if (cell.kind === 'buffer') {
    core.views.bufferChanged(cell, before as typeof cell.snapshot);
    bufferKept(core, before as typeof cell.snapshot, cell.snapshot);
    return;
  }
  if (cell.kind === 'work') {
    if (isLess(cell.snapshot, before as typeof cell.snapshot)) wakeForRoom(core, cell.id);
    return;
  }
  if (cell.kind === 'seat') core.world.plans.expect(atMs);
  if (cell.kind === 'plan') return planKept(core, cell, before as typeof cell.snapshot, atMs);
  if (cell.kind === 'location') core.views.locationChanged(cell, before as typeof cell.snapshot);
  if (cell.kind === 'item') {
    core.views.itemChanged(cell);
    core.wakes.add(core.world.sku(cell.id));
    return;
  }
  if (cell.kind === 'carrier') return carrierKept(core, cell, before as typeof cell.snapshot);
  // A location that opens, a channel that sells from more places and another plan may serve anyone who waits.
  if (cell.kind === 'location' || cell.kind === 'channel' || cell.kind === 'seat') wakeAll(core);
}

/** An order that waits for less than before may be another one to the routing plan. */
function wakeLessened({ world, wakes }: Core, after: Snapshot<OrderContext>, before: OrderCell['snapshot']): void {
  const units = waitingUnits(after.context);
  if (units === 0 || before === undefined || waitingUnits(before.context) <= units) return;
  for (const { sku, backordered } of after.context.lines) if (backordered > 0) wakes.add(world.sku(sku));
}

function wakeAll({ wakes, views, world }: Core): void {
  wakes.addAll(views.waitedFor, world.reservations.lined);
}

/** A plan that others fall back on is asked in the version that was validated last. */
function planKept(core: Core, { snapshot }: PlanCell, before: PlanCell['snapshot'], atMs: number): void {
  const { plans } = core.world;
  const { document, state } = must(snapshot, 'a version that changed').context;
  if (plans.isIdle || before?.context.state === state || !plans.isAsked(document.id)) return;
  plans.expect(atMs);
  wakeAll(core);
}

/** What its services are may decide, under a routing plan, from where an order may come. */
function carrierKept(core: Core, { snapshot }: CarrierCell, before: CarrierCell['snapshot']): void {
  const isSame = before?.value === snapshot?.value && before?.context.card === snapshot?.context.card;
  if (!core.world.plans.isIdle && !isSame) wakeAll(core);
}

/** Whether a location was given work of any hour back. */
function isLess(after: Snapshot<Work> | undefined, before: Snapshot<Work> | undefined): boolean {
  const now = after?.context.hours ?? [];
  return (before?.context.hours ?? []).some(({ hourMs, units, parcels }) => {
    const hour = now.find((one) => one.hourMs === hourMs);
    return hour === undefined || hour.units < units || hour.parcels < parcels;
  });
}

/**
 * Source a waiting order again because something it waits for has come. Nothing changes when it is no
 * use. False when it does not fit into the turn: ask again in the next one.
 */
export function wakeOrder(core: Core, id: OrderId, atMs: number, onBug: OnBug): boolean {
  const order = core.world.order(id);
  const context = order?.snapshot?.context;
  if (order === undefined || context === undefined) return true;
  // A location with a capacity takes all that the order still wants, or is no candidate.
  const units = waitingUnits(context);
  const hasRoomNow = (location: LocationCell): boolean => hasRoom(core.world, location, units, atMs);
  const isUseful = maySource(context.lines, (sku) =>
    core.views.rooms.isEmpty ? core.world.atp(sku, context) : core.world.unitsWhere(sku, context, hasRoomNow),
  );
  return !isUseful || tellQuietly(core, atMs, () => tellOrder(core, order, { type: 'order.source', atMs }), onBug);
}

/**
 * Serve the first ticket in line for a SKU when there is enough for it: its units are held from now on, and
 * the next one is looked at. False when it does not fit into the turn: ask again in the next one.
 */
export function serveLine(core: Core, sku: SkuCell, atMs: number, onBug: OnBug): boolean {
  const head = sku.line?.head;
  const cell = head === undefined ? undefined : core.world.reservations.cells.get(head);
  const context = cell?.snapshot?.context;
  if (cell === undefined || context === undefined || context.expiresAtMs <= atMs) return true;
  const plan = planFor(core, context, atMs);
  if (mustWait(context, plan)) return true;
  return tellQuietly(core, atMs, () => tellReservation(core, cell, { type: 'reservation.sourced', plan, atMs }), onBug);
}

/** A time has come for its owner. False when what follows does not fit into the turn. */
export function timerDue(core: Core, owner: TimerOwner, atMs: number, onBug: OnBug): boolean {
  switch (owner.kind) {
    case 'order':
      return orderDue(core, owner.id, atMs, onBug);
    case 'location':
      return tellQuietly(core, atMs, () => locations.endPause(core, owner.id, atMs), onBug);
    case 'capacity':
      wakeForRoom(core, owner.id);
      expectRoom(core, atMs);
      return true;
    case 'plan':
      wakeAll(core);
      core.world.plans.expect(atMs);
      return true;
    case 'reservation':
      return expiryDue(core, owner.id, atMs, onBug);
    case 'return':
      return tellQuietly(core, atMs, () => expireReturn(core, owner.id, atMs), onBug);
    case 'buffer':
      return tellQuietly(core, atMs, () => growBuffer(core, owner.id, atMs), onBug);
    case 'item':
      return availableNow(core, owner.id, atMs, onBug);
    case 'lot':
      return lotDue(core, owner.id, atMs, onBug);
    default:
      return unreachable(owner);
  }
}

/** Holds of an order have ended, or its release delay has, unless that was overtaken. */
function orderDue(core: Core, id: OrderId, atMs: number, onBug: OnBug): boolean {
  const order = core.world.order(id);
  const snapshot = order?.snapshot;
  if (order === undefined || snapshot === undefined) return true;
  const due = orderDueAtMs(snapshot.value, snapshot.context);
  if (due === undefined || due > atMs) return true;
  const holdIds = endedHolds(snapshot.context, atMs).map(({ holdId }) => holdId);
  const message: OrderMessage =
    holdIds.length > 0 ? { type: 'order.unhold', holdIds, ended: true, atMs } : { type: 'order.release', atMs };
  return tellQuietly(core, atMs, () => tellOrder(core, order, message), onBug);
}

/** Expire a reservation whose time is over; one that was extended waits on. */
function expiryDue(core: Core, id: ReservationId, atMs: number, onBug: OnBug): boolean {
  const { reservations } = core.world;
  const cell = reservations.cells.get(id);
  if (cell?.snapshot === undefined || !isOpen(cell.snapshot)) return true;
  const { expiresAtMs } = cell.snapshot.context;
  if (expiresAtMs <= atMs) {
    return tellQuietly(core, atMs, () => tellReservation(core, cell, { type: 'reservation.expire', atMs }), onBug);
  }
  reservations.rearm(cell, expiresAtMs, atMs);
  return true;
}

/** A lot leaves sale, or more of one that did is taken back from orders, unless that was overtaken. */
function lotDue(core: Core, id: string, atMs: number, onBug: OnBug): boolean {
  const cell = core.world.lots.cells.get(id);
  if (cell === undefined || !lots.isLotDue(cell, atMs)) return true;
  return tellQuietly(core, atMs, () => lots.leaveSale(core, cell, atMs), onBug);
}

/** Open an item whose preorder has ended, unless it was overtaken. */
function availableNow(core: Core, sku: Sku, atMs: number, onBug: OnBug): boolean {
  const snapshot = core.world.item(sku).snapshot;
  if (snapshot?.value !== 'preorder' || itemState(snapshot.context, atMs) === 'preorder') return true;
  return tellQuietly(core, atMs, () => settleItem(core, snapshot.context, atMs), onBug);
}

function tellQuietly(core: Core, atMs: number, tell: () => ReturnType<typeof tellOrder>, onBug: OnBug): boolean {
  const handled = atomically(
    core,
    atMs,
    () => {
      const rejection = tell();
      return rejection === undefined ? { ok: undefined } : refused(rejection);
    },
    onBug,
  );
  return handled !== undefined;
}
