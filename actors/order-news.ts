/** What an order has to tell the world about a message: pure, from the context before and after it. */
import type { OrderContext, OrderMessage, Plan } from './order-context.ts';
import { cancelPlan, reduce, stateOf, waitingUnits } from './order-lines.ts';
import type { Choice, Event, Fulfillment } from './vocabulary.ts';

/** The events of one message, in the order they are published. */
export function news(before: OrderContext, message: OrderMessage): readonly Event[] {
  const after = reduce(before, message);
  switch (message.type) {
    case 'order.sourced': {
      const news = [...dropped(before, after), ...exceptionNews(before, after)];
      const events: Event[] = [decision(after, message.plan), ...news];
      if (message.plan.fulfillments.length === 0) events.push(settled(after));
      return events;
    }
    case 'order.allocated':
      return [...(after.attempt > 1 ? partNews(before, after) : []), settled(after)];
    case 'order.release':
      return [...partNews(before, after), standing(after)];
    case 'order.cancel':
      return [
        ...partNews(before, after),
        ...exceptionNews(before, after),
        {
          kind: 'order.cancelled',
          orderId: after.orderId,
          channel: after.channel,
          units: message.units.reduce((sum, { quantity }) => sum + quantity, 0) -
            cancelPlan(before, message.units).missing,
          reason: message.reason,
          state: stateOf(after),
        },
      ];
    case 'order.displace':
    case 'fulfillment.short':
      return partNews(before, after);
    case 'fulfillment.pick':
    case 'fulfillment.ship':
    case 'fulfillment.deliver': {
      const events = partNews(before, after);
      if (stateOf(before) !== stateOf(after)) events.push(standing(after));
      return events;
    }
    case 'order.source':
    case 'order.unallocated':
      return [];
  }
}

/** Units that the routing plan cancels because it has no place for them. */
function dropped(before: OrderContext, after: OrderContext): Event[] {
  const cancelled = ({ lines }: OrderContext): number => lines.reduce((sum, line) => sum + line.cancelled, 0);
  const units = cancelled(after) - cancelled(before);
  if (units === 0) return [];
  const { orderId, channel } = after;
  const reason = 'no place under the routing plan';
  return [{ kind: 'order.cancelled', orderId, channel, units, reason, state: stateOf(after) }];
}

function standing(order: OrderContext): Event {
  return { kind: 'order.changed', orderId: order.orderId, channel: order.channel, state: stateOf(order) };
}

/** Where the order stands once it was sourced: placed by the first attempt, changed by later ones. */
function settled(order: OrderContext): Event {
  const { orderId, channel, attempt } = order;
  if (attempt > 1) return standing(order);
  return { kind: 'order.placed', orderId, channel, state: stateOf(order) };
}

function decision(order: OrderContext, plan: Plan): Event {
  const startsNow =
    order.releasedAtMs !== undefined || (order.releaseAfterMs === 0 && waitingUnits(order) === 0);
  const first = order.fulfillments.length - plan.fulfillments.length;
  const choices = order.fulfillments.slice(first).map((part): Choice => ({
    fulfillmentId: part.fulfillmentId,
    location: part.location,
    state: startsNow ? 'released' : 'open',
    carrier: part.carrier,
    service: part.service,
    distanceKm: part.distanceKm,
    costMinor: part.costMinor,
    units: part.lines.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
  return {
    kind: 'order.sourced',
    orderId: order.orderId,
    channel: order.channel,
    attempt: order.attempt,
    choices,
    candidates: plan.candidates,
    short: plan.short,
    runnerUpMinor: plan.runnerUpMinor,
    removed: plan.removed,
    ruled: plan.ruled,
    prices: plan.prices,
  };
}

/** One event for each fulfillment that a message changed. */
function partNews(before: OrderContext, after: OrderContext): Event[] {
  const events: Event[] = [];
  after.fulfillments.forEach((part: Fulfillment, index) => {
    if (part === before.fulfillments[index]) return;
    events.push({
      kind: 'fulfillment.changed',
      orderId: after.orderId,
      channel: after.channel,
      fulfillmentId: part.fulfillmentId,
      location: part.location,
      state: part.state,
      carrier: part.carrier,
      tracking: part.tracking,
    });
  });
  return events;
}

function exceptionNews(before: OrderContext, after: OrderContext): Event[] {
  const { orderId, channel } = after;
  if (after.exception !== undefined && after.exception !== before.exception) {
    return [{ kind: 'exception.raised', orderId, channel, exception: after.exception }];
  }
  if (before.exception !== undefined && after.exception === undefined) {
    return [{ kind: 'exception.cleared', orderId, channel, code: before.exception.code }];
  }
  return [];
}
