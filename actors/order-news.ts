/** What an order has to tell the world about a message: pure, from the context before and after it. */
import { isOffered, offerNews } from './offer.ts';
import { cancelNews } from './order-cancels.ts';
import { isKept } from './order-holds.ts';
import { nextPart } from './order-regroup.ts';
import type { OrderContext, OrderMessage, Plan } from './order-context.ts';
import { substitutedNews } from './order-substitute.ts';
import { parkNews, unparkNews } from './order-parked.ts';
import { cancelPlan } from './order-takings.ts';
import { editNews, mayPlace } from './order-edit.ts';
import { reduce, startsWhenPlaced, stateOf, waitingUnits } from './order-lines.ts';
import type { Choice, OrderSourced } from './order-decision.ts';
import { findFulfillment } from './order-takings.ts';
import type { Event, Fulfillment, LineUnits } from './vocabulary.ts';

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
      return [...(after.attempt > 1 ? partNews(before, after, message) : []), settled(after)];
    case 'order.schedule': {
      const { fulfillAtMs, fulfillByMs } = message;
      const told = { kind: 'order.scheduled', ...who(after), fulfillAtMs, fulfillByMs } as const;
      return [...partNews(before, after, message), told];
    }
    case 'order.release':
      return [...partNews(before, after, message), standing(after)];
    case 'order.cancel':
      return [...changedNews(before, after, message), endNews(before, after, message)];
    case 'fulfillment.answerCancel':
      return answerNews(before, after, message);
    case 'order.unpark':
      return [unparkNews(before, message)];
    case 'order.edit':
      return newsOfEdit(before, after, message);
    case 'order.displace':
    case 'order.move':
    case 'order.withdraw':
    case 'order.yield':
    case 'fulfillment.short':
      return changedNews(before, after, message);
    case 'order.settle':
    case 'order.offer':
    case 'order.timed':
    case 'order.overdue':
    case 'fulfillment.pick':
    case 'fulfillment.unpick':
    case 'fulfillment.askCancel':
    case 'fulfillment.ship':
    case 'fulfillment.deliver': {
      const events = changedNews(before, after, message);
      if (stateOf(before) !== stateOf(after)) events.push(standing(after));
      return events;
    }
    case 'order.hold':
    case 'order.unhold':
      return [...heldNews(before, after), holdIs(after, message)];
    case 'fulfillment.regroup':
      return [...changedNews(before, after, message), regroupNews(before, after, message)];
    case 'fulfillment.substitute':
      return [...changedNews(before, after, message), substitutedNews(before, message)];
    case 'fulfillment.hold':
    case 'fulfillment.unhold':
      return partHeldNews(before, after, message);
    case 'order.source':
    case 'order.unallocated':
      return [];
  }
}

type EndEvent = Extract<Event, { kind: 'order.cancelled' }>;
type Message<T extends OrderMessage['type']> = Extract<OrderMessage, { type: T }>;

const changedNews = (before: OrderContext, after: OrderContext, message: OrderMessage): Event[] =>
  [...partNews(before, after, message), ...exceptionNews(before, after)];

/** A location gave up what it was asked for, or did not. */
function answerNews(before: OrderContext, after: OrderContext, message: Message<'fulfillment.answerCancel'>): Event[] {
  const asked = findFulfillment(before, message.fulfillmentId)?.cancelling;
  const news = changedNews(before, after, message);
  if (asked === undefined || !message.isAccepted) return news;
  return [...news, withFee(cancelled(after, unitsOf(asked.units), asked.reason), message)];
}

function regroupNews(before: OrderContext, after: OrderContext, message: Message<'fulfillment.regroup'>): Event {
  const { how, takings } = message;
  const fulfillmentId = nextPart(before);
  const location = findFulfillment(after, fulfillmentId)?.location as Fulfillment['location'];
  const kind = how === 'split' ? 'fulfillment.split' : 'fulfillment.merged';
  return { kind, ...who(after), fulfillmentId, location, from: takings.map((one) => one.fulfillmentId) };
}

function endNews(before: OrderContext, after: OrderContext, message: Message<'order.cancel'>): Event {
  const { units, reason } = message;
  return withFee(cancelled(after, unitsOf(units) - cancelPlan(before, units).missing, reason), message);
}

const withFee = (ended: EndEvent, { feeMinor }: { readonly feeMinor?: number | undefined }): EndEvent =>
  feeMinor === undefined ? ended : { ...ended, feeMinor };

function newsOfEdit(before: OrderContext, after: OrderContext, message: Message<'order.edit'>): readonly Event[] {
  const events: Event[] = [editNews(after, message), ...partNews(before, after, message)];
  events.push(...exceptionNews(before, after));
  const parked = parkNews(after, message.edit.added);
  if (parked !== undefined) events.push(parked);
  // What is sourced next tells where it stands.
  const isNext = mayPlace(message.edit) && waitingUnits(after) > 0;
  if (!isNext && stateOf(before) !== stateOf(after)) events.push(standing(after));
  return events;
}

/** Units that the routing plan cancels because it has no place for them. */
function dropped(before: OrderContext, after: OrderContext): Event[] {
  const gone = ({ lines }: OrderContext): number => lines.reduce((sum, line) => sum + line.cancelled, 0);
  const units = gone(after) - gone(before);
  if (units === 0) return [];
  return [cancelled(after, units, 'no place under the routing plan')];
}

const unitsOf = (lines: readonly LineUnits[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

const cancelled = (order: OrderContext, units: number, reason: string): EndEvent =>
  ({ kind: 'order.cancelled', ...who(order), units, reason, state: stateOf(order) });

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
  const startsNow = order.releasedAtMs !== undefined || startsWhenPlaced(order);
  const first = order.fulfillments.length - plan.fulfillments.length;
  const isHeld = startsNow && order.holds !== undefined;
  const choices = order.fulfillments.slice(first).map((part): Choice => {
    const choice = {
      fulfillmentId: part.fulfillmentId,
      location: part.location,
      state: startsNow ? ('released' as const) : ('open' as const),
      carrier: part.carrier,
      service: part.service,
      distanceKm: part.distanceKm,
      costMinor: part.costMinor,
      units: part.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    };
    return isHeld ? { ...choice, held: true } : choice;
  });
  return withMore(
    {
      kind: 'order.sourced',
      orderId: order.orderId,
      channel: order.channel,
      attempt: order.attempt,
      choices,
      candidates: plan.candidates,
      short: plan.short,
      runnerUpMinor: plan.runnerUpMinor,
    },
    plan,
  );
}

/** What few decisions have is not named in the others: the journal has three bytes for each name without a value. */
function withMore(sourced: OrderSourced, plan: Plan): OrderSourced {
  const { removed, ruled, gapMinor, prices, rates, moved, cause, routed } = plan;
  const isMore = ruled !== undefined || removed !== undefined || prices !== undefined || moved !== undefined;
  const isLess = !isMore && gapMinor === undefined && cause === undefined && rates === undefined;
  const told = isLess ? sourced : { ...sourced, removed, ruled, gapMinor, prices, rates, moved, cause };
  return routed === undefined ? told : { ...told, routed };
}

function partIs(order: OrderContext, part: Fulfillment): Event {
  const { orderId, channel } = order;
  const { fulfillmentId, location, state, carrier, tracking } = part;
  const kind = 'fulfillment.changed';
  const changed = { kind, orderId, channel, fulfillmentId, location, state, carrier, tracking } as const;
  if (isWaitingForHolds(order, part)) return { ...changed, held: true };
  if (part.offer !== undefined && isOffered(part)) return { ...changed, offeredUntilMs: part.offer.untilMs };
  if (state !== 'released' || part.startByMs === undefined) return changed;
  return { ...changed, startByMs: part.startByMs, overdue: part.overdue };
}

/** One event for each fulfillment that a message changed. */
function partNews(before: OrderContext, after: OrderContext, message: OrderMessage): Event[] {
  const events: Event[] = [];
  after.fulfillments.forEach((part: Fulfillment, index) => {
    const was = before.fulfillments[index];
    if (part === was) return;
    events.push(partIs(after, part));
    if (part.cancelling !== was?.cancelling) events.push(...cancelNews(after, was, part, message));
    if (part.offer !== undefined || was?.offer !== undefined) events.push(...offerNews(after, was, part, message));
  });
  return events;
}

const who = ({ orderId, channel }: OrderContext): Pick<OrderContext, 'orderId' | 'channel'> => ({ orderId, channel });

/** A location was told to start, and must not while the order is held. */
const isWaitingForHolds = (order: OrderContext, part: Fulfillment): boolean =>
  part.state === 'released' && isKept(order, part);

function holdIs(order: OrderContext, message: Message<'order.hold' | 'order.unhold'>): Event {
  if (message.type === 'order.hold') return { kind: 'order.held', ...who(order), hold: message.hold };
  const { holdIds, ended } = message;
  return { kind: 'order.unheld', ...who(order), holdIds, ended, left: order.holds?.length ?? 0 };
}

/** The same of one part: its location hears when it must stop and when it may go on. */
function partHeldNews(
  before: OrderContext, after: OrderContext, message: Message<'fulfillment.hold' | 'fulfillment.unhold'>,
): Event[] {
  const { fulfillmentId } = message;
  const part = findFulfillment(after, fulfillmentId);
  if (part === undefined) return [];
  const wasKept = isKept(before, findFulfillment(before, fulfillmentId));
  const isOther = part.state === 'released' && wasKept !== isKept(after, part);
  const of = { ...who(after), fulfillmentId, location: part.location };
  const left = part.holds?.length ?? 0;
  const told: Event =
    message.type === 'fulfillment.hold'
      ? { kind: 'fulfillment.held', ...of, hold: message.hold }
      : { kind: 'fulfillment.unheld', ...of, holdIds: message.holdIds, ended: message.ended, left };
  return isOther ? [partIs(after, part), told] : [told];
}

/** What the locations that were told to start hear when the first hold comes and when the last one goes. */
function heldNews(before: OrderContext, after: OrderContext): Event[] {
  if ((before.holds === undefined) === (after.holds === undefined)) return [];
  // What is held by itself stays so.
  const isOther = ({ state, holds }: Fulfillment): boolean => state === 'released' && holds === undefined;
  return after.fulfillments.filter(isOther).map((part) => partIs(after, part));
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
