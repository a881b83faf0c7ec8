/**
 * When an order is to be fulfilled: not before one instant, and by another. Its units are allocated from the beginning;
 * its release waits for the instant as it waits for its release delay, and what its parcels promise is reckoned from
 * there. Pure.
 */
import type { ChannelId, FulfillmentId, OrderId } from './ids.ts';
import { delayMsMax } from './limits.ts';
import type { OrderContext, OrderMessage } from './order-context.ts';
import { reject, type Rejection } from './rejection.ts';

/** The instants an order is bound to; of those that are absent it is free. */
export interface Schedule {
  /** Its locations are not told to start before. */
  readonly fulfillAtMs?: number | undefined;
  /** It must have left by then: what is due first is picked first. */
  readonly fulfillByMs?: number | undefined;
}

/** What a parcel promises, reckoned anew. */
export interface PartDates {
  readonly fulfillmentId: FulfillmentId;
  readonly shipByMs: number | undefined;
  readonly deliverByMs: number | undefined;
  readonly workAtMs: number | undefined;
}

export interface ScheduledEvent extends Schedule {
  readonly kind: 'order.scheduled';
  readonly orderId: OrderId;
  readonly channel: ChannelId;
}

/** When its locations would begin: now, or at the instant it is scheduled for. */
export const startsAtMs = ({ fulfillAtMs = 0 }: Schedule, atMs: number): number => Math.max(atMs, fulfillAtMs);

/** By when a parcel of an order must leave: its cut-off, or the order's deadline if that is earlier. */
export function leavesByMs({ fulfillByMs }: Schedule, shipByMs: number | undefined): number | undefined {
  if (shipByMs === undefined || fulfillByMs === undefined) return shipByMs ?? fulfillByMs;
  return Math.min(shipByMs, fulfillByMs);
}

/** Why an order cannot be bound to these instants, or undefined when it can. */
export function scheduleRefusal({ fulfillAtMs, fulfillByMs }: Schedule, atMs: number): Rejection | undefined {
  if ((fulfillAtMs ?? 0) > atMs + delayMsMax) {
    return reject('over-limit', 'an order is scheduled within a year', 'body.fulfillAtMs');
  }
  if ((fulfillByMs ?? 0) > atMs + 2 * delayMsMax) {
    return reject('over-limit', 'a deadline lies within two years', 'body.fulfillByMs');
  }
  const isContrary = fulfillAtMs !== undefined && fulfillByMs !== undefined && fulfillByMs <= fulfillAtMs;
  return isContrary ? reject('contradiction', 'it must leave before it may start', 'body.fulfillByMs') : undefined;
}

/** An order bound to other instants, its parts with what they promise from there. */
export function scheduled(
  context: OrderContext, { fulfillAtMs, fulfillByMs, dates }: Extract<OrderMessage, { type: 'order.schedule' }>,
): OrderContext {
  const fulfillments = context.fulfillments.map((part) => {
    const dated = dates.find(({ fulfillmentId }) => fulfillmentId === part.fulfillmentId);
    return dated === undefined ? part : { ...part, ...dated };
  });
  return { ...context, fulfillAtMs, fulfillByMs, fulfillments };
}
