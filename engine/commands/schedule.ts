/** When orders are to be fulfilled: set, set anew, or over before its time. Units keep their places; dates follow. */
import type { CommandBody } from '../../actors/commands.ts';
import type { OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { scheduleRefusal, startsAtMs, type PartDates, type Schedule } from '../../actors/order-schedule.ts';
import type { Rejection } from '../../actors/rejection.ts';
import { must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { datedPlan } from '../promise/promise-for.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { orderAnswer } from './order-answer.ts';

export function scheduleOrder(core: Core, body: CommandBody<'order.schedule'>, atMs: number): Handled {
  const { orderId, fulfillAtMs, fulfillByMs } = body;
  const cell = core.world.order(orderId);
  const order = cell?.snapshot?.context;
  if (cell === undefined || order === undefined) return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  const refusal = scheduleRefusal({ fulfillAtMs, fulfillByMs }, atMs);
  if (refusal !== undefined) return refused(refusal);
  if (fulfillAtMs !== undefined && order.releasedAtMs !== undefined) {
    return refuse('wrong-state', `order ${orderId} is released: its locations were told to start`);
  }
  const isPast = fulfillAtMs !== undefined && fulfillAtMs <= atMs;
  const schedule = { fulfillAtMs: isPast ? undefined : fulfillAtMs, fulfillByMs };
  const rejection = tellOrder(core, cell, scheduling(core, order, schedule, atMs));
  return rejection === undefined ? done(orderAnswer(must(cell.snapshot, 'an order'))) : refused(rejection);
}

/** An order that is released before its time is scheduled for now first: its parcels promise what they then can. */
export function unschedule(core: Core, cell: OrderCell, order: OrderContext, atMs: number): Rejection | undefined {
  if ((order.fulfillAtMs ?? 0) <= atMs) return undefined;
  return tellOrder(core, cell, scheduling(core, order, { fulfillByMs: order.fulfillByMs }, atMs));
}

function scheduling(core: Core, order: OrderContext, schedule: Schedule, atMs: number): OrderMessage {
  const { fulfillAtMs, fulfillByMs } = schedule;
  const isSame = startsAtMs(order, atMs) === startsAtMs(schedule, atMs);
  const dates = isSame ? [] : datesFrom(core, order, startsAtMs(schedule, atMs));
  return { type: 'order.schedule', fulfillAtMs, fulfillByMs, dates, atMs };
}

/** What the parts that are not told to start promise when their locations are told at an instant. */
function datesFrom({ world }: Core, order: OrderContext, startMs: number): readonly PartDates[] {
  const parts = order.fulfillments.filter(({ state }) => state === 'open');
  const none = { shipByMs: undefined, deliverByMs: undefined, workAtMs: undefined };
  const undated = parts.map((part) => ({ ...part, carrier: part.carrier, ...none }));
  const plan = { fulfillments: undated, short: 0, candidates: 0, runnerUpMinor: undefined };
  const dated = datedPlan(world, plan, order.destination, startMs).fulfillments;
  return parts.map(({ fulfillmentId }, index) => {
    const { shipByMs, deliverByMs, workAtMs } = must(dated[index], 'a dated part');
    return { fulfillmentId, shipByMs, deliverByMs, workAtMs };
  });
}
