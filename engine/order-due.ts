/**
 * What comes due of an order by itself: its window, a hold, a cancellation that nobody answers, its release delay, the
 * time to begin a part.
 */
import type { OrderId } from '../actors/ids.ts';
import { batchEndsAtMs, orderDueAtMs, releaseAtMs } from '../actors/order-checks.ts';
import type { OrderMessage } from '../actors/order-context.ts';
import { endedHolds } from '../actors/order-holds.ts';
import { startByMs } from '../actors/order-trouble.ts';
import type { Rejection } from '../actors/rejection.ts';
import { must } from './assert.ts';
import { settleWindow } from './batch/settle.ts';
import type { OrderCell } from './cells.ts';
import { cancelUnanswered } from './commands/cancels.ts';
import { offerOver, overOffer } from './commands/offers.ts';
import { notStarted } from './commands/withdraw.ts';
import type { Core } from './core.ts';
import { tellOrder } from './effects.ts';

/** Do something, all or nothing; false when it does not fit into the turn. */
type Quietly = (tell: () => Rejection | undefined) => boolean;

/** A time has come for an order, unless that was overtaken. False when what follows does not fit into the turn. */
export function orderDue(core: Core, id: OrderId, atMs: number, quietly: Quietly): boolean {
  const order = core.world.order(id);
  const snapshot = order?.snapshot;
  if (order === undefined || snapshot === undefined) return true;
  const { value, context } = snapshot;
  const due = orderDueAtMs(value, context);
  if (due === undefined || due > atMs) return true;
  if ((batchEndsAtMs(value, context) ?? Infinity) <= atMs) return batchDue(core, order, atMs, quietly);
  const tell = (message: OrderMessage): boolean => quietly(() => tellOrder(core, order, message));
  const holdIds = endedHolds(context, atMs).map(({ holdId }) => holdId);
  if (holdIds.length > 0) return tell({ type: 'order.unhold', holdIds, ended: true, atMs });
  const free = context.fulfillments.find((part) => endedHolds(part, atMs).length > 0);
  if (free !== undefined) {
    const { fulfillmentId } = free;
    const ids = endedHolds(free, atMs).map(({ holdId }) => holdId);
    return tell({ type: 'fulfillment.unhold', fulfillmentId, holdIds: ids, ended: true, atMs });
  }
  const asked = context.fulfillments.find(({ cancelling }) => (cancelling?.answerByMs ?? Infinity) <= atMs);
  if (asked !== undefined) return quietly(() => cancelUnanswered(core, order, asked, atMs));
  if ((releaseAtMs(value, context) ?? Infinity) <= atMs) return tell({ type: 'order.release', atMs });
  const over = overOffer(context, atMs);
  if (over !== undefined) return quietly(() => offerOver(core, order, over, atMs));
  const late = must(context.fulfillments.find((part) => startByMs({ fulfillments: [part] }) === due), 'a late part');
  return quietly(() => notStarted(core, order, late, atMs));
}

/** A window is over: its orders are sourced together, or, where that does not fit into a record, go on as they are. */
function batchDue(core: Core, order: OrderCell, atMs: number, quietly: Quietly): boolean {
  const { windows } = core.views;
  const batch = must(order.snapshot?.context.batch, 'an order in a window');
  if (windows.ordersOf(batch).length === 0) {
    return quietly(() => tellOrder(core, order, { type: 'order.settle', atMs }));
  }
  const hasRoomNow = quietly(() => settleWindow(core, batch, atMs));
  if (!hasRoomNow || windows.ordersOf(batch).length === 0) return hasRoomNow;
  windows.giveUp(batch);
  core.views.dueAgain(order.id, atMs);
  return true;
}
