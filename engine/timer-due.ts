/** What happens when a time comes for its owner (timers.ts): as no command asks for, all or nothing. */
import type { OrderId, ReservationId, Sku, TerminalId } from '../actors/ids.ts';
import { itemState } from '../actors/item-policy.ts';
import { unreachable } from './assert.ts';
import { expectRoom, wakeForRoom } from './capacity.ts';
import { healthDue } from './carriers/health.ts';
import { caseDue } from './cases/play.ts';
import { growBuffer } from './commands/buffers.ts';
import { settleItem } from './commands/items.ts';
import * as locations from './commands/locations.ts';
import * as lots from './commands/lots.ts';
import { returnDue } from './commands/returns.ts';
import { parcelDue } from './commands/tracking.ts';
import type { Core } from './core.ts';
import { isTerminalDue, terminalDue } from './floor/terminals.ts';
import { lookAtPromise } from './jeopardy/look.ts';
import { momentDue, sweep } from './kept.ts';
import { orderDue } from './order-due.ts';
import { paymentDue } from './payments/follow.ts';
import { tellReservation } from './reservation-effects.ts';
import { isOpen } from './reservations.ts';
import { tellQuietly } from './run-command.ts';
import { suspectDue } from './suspects/raise.ts';
import type { TimerOwner } from './timers.ts';

type OnBug = (bug: unknown) => void;

/** A time has come for its owner. False when what follows does not fit into the turn. */
export function timerDue(core: Core, owner: TimerOwner, atMs: number, onBug: OnBug): boolean {
  switch (owner.kind) {
    case 'order':
      return orderDue(core, owner.id, atMs, (tell) => tellQuietly(core, atMs, tell, onBug));
    case 'location':
      return tellQuietly(core, atMs, () => locations.endPause(core, owner.id, atMs), onBug);
    case 'capacity':
      wakeForRoom(core, owner.id);
      expectRoom(core, atMs);
      return true;
    case 'plan':
      sweep(core, 'rules');
      core.world.plans.expect(atMs);
      return true;
    case 'moment':
      momentDue(core, Number(owner.id));
      return true;
    case 'rates':
      sweep(core, 'rules');
      core.world.rates.expect(atMs);
      return true;
    case 'reservation':
      return expiryDue(core, owner.id, atMs, onBug);
    case 'return':
      return tellQuietly(core, atMs, () => returnDue(core, owner.id, atMs), onBug);
    case 'promise':
      return promiseTime(core, owner.id, atMs, onBug);
    case 'payment':
      return tellQuietly(core, atMs, () => paymentDue(core, owner.id, atMs), onBug);
    case 'carrier':
      return tellQuietly(core, atMs, () => healthDue(core, owner.id, atMs), onBug);
    case 'parcel':
      return tellQuietly(core, atMs, () => parcelDue(core, owner.id, atMs), onBug);
    case 'terminal':
      return terminalTime(core, owner.id, atMs, onBug);
    case 'suspect':
      return tellQuietly(core, atMs, () => suspectDue(core, owner.id, atMs), onBug);
    case 'case':
      return tellQuietly(core, atMs, () => caseDue(core, core.world.cases.cell(owner.id), atMs), onBug);
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

/** The promise of an order is looked at, and again at the next instant that may change how it stands. */
function promiseTime(core: Core, id: OrderId, atMs: number, onBug: OnBug): boolean {
  const order = core.world.order(id);
  if (order?.snapshot === undefined || !core.world.promises.isDue(id, atMs)) return true;
  const isDone = tellQuietly(core, atMs, () => lookAtPromise(core, order, atMs), onBug);
  if (isDone) core.world.promises.expect(order.snapshot, atMs);
  return isDone;
}

/** Something of a terminal may be due: then it is seen to, and its timer is set anew. */
function terminalTime(core: Core, id: TerminalId, atMs: number, onBug: OnBug): boolean {
  const isDue = isTerminalDue(core, id, atMs);
  if (isDue && !tellQuietly(core, atMs, () => terminalDue(core, id, atMs), onBug)) return false;
  core.world.floor.timerCame(id, atMs);
  return true;
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

