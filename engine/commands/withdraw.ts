/**
 * Units that their location does not send: it declined them, or did not begin to pick them in time. They are taken
 * back and sourced elsewhere in the same turn; the location is asked for units of that order no more for a while.
 */
import type { CommandOf } from '../../actors/commands.ts';
import { unitsToMove } from '../../actors/order-checks.ts';
import type { Cause, OrderContext, Plan } from '../../actors/order-context.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import { withDeclined } from '../../actors/order-trouble.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Fulfillment, LineUnits } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { planned } from '../decided.ts';
import { tellOrder } from '../effects.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { orderAnswer } from './order-answer.ts';

/** For how long a location is asked no more, where nobody says: a day. */
const declinedMs = 24 * 3_600_000;

export function rejectFulfillment(core: Core, { body, by }: CommandOf<'fulfillment.reject'>, atMs: number): Handled {
  const { orderId, fulfillmentId, reason, forMs = declinedMs } = body;
  const cell = core.world.order(orderId);
  const order = cell?.snapshot?.context;
  if (cell === undefined || order === undefined) return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  const part = findFulfillment(order, fulfillmentId);
  if (part !== undefined && part.state !== 'released') {
    return refuse('wrong-state', `fulfillment ${fulfillmentId} is ${part.state}: only what is released is declined`);
  }
  const units = unitsToMove(order, fulfillmentId, body.lines);
  if ('code' in units) return refused(units);
  const { location } = must(part, 'a part that has units');
  const takings = [{ fulfillmentId, units }];
  const declined = { location, untilMs: atMs + forMs };
  const cause: Cause = { kind: 'rejected', from: [fulfillmentId], by, reason };
  const message = { type: 'order.withdraw', takings, declined, isRejected: true, atMs } as const;
  const rejection = tellOrder(core, cell, message, { cause });
  return rejection === undefined ? done(orderAnswer(must(cell.snapshot, 'an order'))) : refused(rejection);
}

/**
 * The time is over by which a part was to be begun: all of its units go elsewhere, if there is anybody who has them;
 * else it stays, and its order is in an exception that its location owns.
 */
export function notStarted(core: Core, cell: OrderCell, part: Fulfillment, atMs: number): Rejection | undefined {
  const order = must(cell.snapshot, 'an order that exists').context;
  const { fulfillmentId, location, lines: units } = part;
  const declined = { location, untilMs: atMs + declinedMs };
  const plan = planned(core, { ...asWaiting(order, units), declined: withDeclined(order, declined, atMs) }, atMs);
  if (!isWhole(plan)) return tellOrder(core, cell, { type: 'order.overdue', fulfillmentId, atMs });
  const takings = [{ fulfillmentId, units }];
  const cause: Cause = { kind: 'not-started', from: [fulfillmentId] };
  return tellOrder(core, cell, { type: 'order.withdraw', takings, declined, isRejected: false, atMs }, { plan, cause });
}

/** Whether a plan has a place for all that it was asked for. */
export const isWhole = ({ short, fulfillments }: Plan): boolean => short === 0 && fulfillments.length > 0;

/** An order of which just these units wait. */
export function asWaiting(order: OrderContext, units: readonly LineUnits[]): OrderContext {
  const waits = new Map<string, number>();
  for (const { lineId, quantity } of units) waits.set(lineId, (waits.get(lineId) ?? 0) + quantity);
  const lines = order.lines.map((line) => ({ ...line, allocated: 0, backordered: waits.get(line.lineId) ?? 0 }));
  return { ...order, lines };
}
