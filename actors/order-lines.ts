/**
 * The arithmetic of an order: pure functions on its lines and fulfillments. `reduce` is what each message does to
 * the context; `stateOf` is the state that context belongs in. The machine (order.ts) says when each may happen.
 */
import { endedWaiting, moved, waitingUnits } from './line-units.ts';
import { timesWith } from './order-decision.ts';
import { alsoDeclined, offered } from './offer.ts';
import type { OrderContext, OrderMessage, Plan } from './order-context.ts';
import { charged, edited } from './order-edit.ts';
import { regrouped } from './order-regroup.ts';
import { scheduled } from './order-schedule.ts';
import { substituted } from './order-substitute.ts';
import { unparked, waitsForMapping, withoutParked } from './order-parked.ts';
import type { OrderState } from './order-states.ts';
import { withHold, withoutHolds } from './order-holds.ts';
import { judged, overdue, ruled, timed, troubled, watched, withDeclined } from './order-trouble.ts';
import {
  cancelPlan, displacePlan, findFulfillment, isHeld, lotsTaken, withdrawPlan, withTakings,
} from './order-takings.ts';
import type { PartMessage } from './part-messages.ts';
import { withLots } from './picked-lots.ts';
import type { Fulfillment } from './vocabulary.ts';

export { waitingUnits } from './line-units.ts';

/** The state a context belongs in once its last message is done with. The first that fits, in this order. */
export function stateOf(context: OrderContext): OrderState {
  if (context.exception !== undefined) return 'exception';
  const parked = context.intake?.parked;
  if (waitingUnits(context) > 0 || parked === 'wait') return 'backordered';
  let open = 0;
  let released = 0;
  let picking = 0;
  let shipped = 0;
  let delivered = 0;
  for (const part of context.fulfillments) {
    if (part.state === 'open') open += 1;
    else if (part.state === 'released') released += 1;
    else if (part.state === 'picking') picking += 1;
    else if (part.state === 'shipped') shipped += 1;
    else if (part.state === 'delivered') delivered += 1;
  }
  // What goes on without them ends where only lines are left that wait for a mapping.
  if (parked !== undefined && open + released + picking === 0) return 'backordered';
  if (open > 0) return 'allocated';
  if (picking > 0) return 'picking';
  if (released > 0) return shipped + delivered > 0 ? 'picking' : 'released';
  if (shipped > 0) return 'shipped';
  return delivered > 0 ? 'delivered' : 'cancelled';
}

function patched(context: OrderContext, id: string, patch: Partial<Fulfillment>): readonly Fulfillment[] {
  return context.fulfillments.map((part) => (part.fulfillmentId === id ? { ...part, ...patch } : part));
}

/** Whether an order that has just got its places starts at once: nothing delays it, waits or holds it. */
export function startsWhenPlaced(context: OrderContext): boolean {
  const { releaseAfterMs, releasedAtMs, holds, batch, fulfillAtMs } = context;
  const isFree = batch === undefined && holds === undefined && fulfillAtMs === undefined && !waitsForMapping(context);
  return isFree && releaseAfterMs === 0 && releasedAtMs === undefined && waitingUnits(context) === 0;
}

function started(context: OrderContext, atMs: number): OrderContext {
  const fulfillments = context.fulfillments.map((part) =>
    part.state === 'open' ? { ...part, state: 'released' as const } : part,
  );
  return { ...context, fulfillments, releasedAtMs: atMs, batch: undefined };
}

/** The window is over: the order starts now, if nothing else keeps it. */
function batchOver(context: OrderContext, atMs: number): OrderContext {
  const next = { ...context, batch: undefined };
  const { releasedAtMs, holds, placedAtMs, releaseAfterMs, fulfillAtMs = 0 } = context;
  const isTime = Math.max(placedAtMs + releaseAfterMs, fulfillAtMs) <= atMs;
  const mayStart = releasedAtMs === undefined && holds === undefined && isTime;
  const isReady = waitingUnits(context) === 0 && !waitsForMapping(context);
  return mayStart && isReady ? started(next, atMs) : next;
}

function sourced(context: OrderContext, plan: Plan, atMs: number): OrderContext {
  const state = context.releasedAtMs === undefined ? 'open' : 'released';
  const first = context.fulfillments.length;
  const parts = plan.fulfillments.map((part, index) => ({
    fulfillmentId: String(first + index + 1) as Fulfillment['fulfillmentId'],
    location: part.location,
    state,
    carrier: part.carrier,
    service: part.service,
    distanceKm: part.distanceKm,
    costMinor: part.costMinor,
    lines: part.lines,
    tracking: undefined,
    shipByMs: part.shipByMs,
    deliverByMs: part.deliverByMs,
    workAtMs: part.workAtMs,
    untracked: part.untracked,
  })) satisfies Fulfillment[];
  const units = plan.fulfillments.length === 1 ? parts[0]?.lines : parts.flatMap((part) => part.lines);
  const next = {
    ...context,
    batch: batchAfter(context, plan),
    improved: plan.cause?.kind === 'cheaper' ? (context.improved ?? 0) + 1 : context.improved,
    attempt: context.attempt + 1,
    sourcedAtMs: context.attempt === 0 ? undefined : timesWith(context.sourcedAtMs, atMs),
    lines: moved(context.lines, units ?? [], 'backordered', 'allocated'),
    fulfillments: first === 0 ? parts : [...context.fulfillments, ...parts],
  };
  const isFree = plan.ruled === undefined && context.trouble !== 'unroutable';
  return isFree || isOfParts(plan) ? judged(next, atMs) : ruled(next, plan, atMs);
}

/** A placement may join a window; what was sourced with the others of it is done with it. */
function batchAfter({ attempt, batch }: OrderContext, plan: Plan): OrderContext['batch'] {
  if (attempt === 0) return plan.batch;
  return plan.cause?.kind === 'batch' ? undefined : batch;
}

/** Whether a plan is about the units of some parts alone: what waits beside them waits on. */
export function isOfParts({ moved: byHand, cause, routed }: Pick<Plan, 'moved' | 'cause' | 'routed'>): boolean {
  if (byHand !== undefined || (routed !== undefined && routed.unmet === undefined)) return true;
  return cause !== undefined && !ofAll.has(cause.kind);
}
/** Why all is decided about that has no place, whatever it was that came to have none. */
const ofAll: ReadonlySet<string> = new Set(['rejected', 'edited', 'mapped']);

/** Its time to begin runs anew. */
const unpicked = { state: 'released', lots: undefined, startByMs: undefined, overdue: undefined } as const;
let memoBefore: OrderContext | undefined;
let memoMessage: OrderMessage | undefined;
let memoAfter: OrderContext | undefined;

/**
 * What a message does to an order. Total: a message that means nothing here changes nothing.
 * The last answer is kept, because a step asks for it in each guard, in its news and in its assign.
 */
export function reduce(context: OrderContext, message: OrderMessage): OrderContext {
  if (memoAfter !== undefined && memoBefore === context && memoMessage === message) return memoAfter;
  const next = watched(unheld(withoutParked(reduced(context, message))));
  memoBefore = context;
  memoMessage = message;
  memoAfter = next === context ? context : { ...next, changedAtMs: message.atMs };
  return memoAfter;
}

type Withdrawal = Message<'order.withdraw' | 'order.yield'>;

function withdrawn(context: OrderContext, message: Withdrawal): OrderContext {
  const left = withTakings(context, withdrawPlan(context, message), 'backordered');
  if (message.type === 'order.yield') return left;
  const { declined, others, isRejected, atMs } = message;
  const one = declined === undefined ? left : { ...left, declined: withDeclined(context, declined, atMs) };
  const next = alsoDeclined(one, others, atMs);
  return isRejected ? troubled(next, 'rejected') : next;
}

function partHeld(context: OrderContext, message: Message<'fulfillment.hold' | 'fulfillment.unhold'>): OrderContext {
  const { fulfillmentId } = message;
  const part = findFulfillment(context, fulfillmentId);
  if (part === undefined) return context;
  const isSet = message.type === 'fulfillment.hold';
  const holds = isSet ? withHold(part, message.hold) : withoutHolds(part, message.holdIds);
  return { ...context, fulfillments: patched(context, fulfillmentId, { holds }) };
}

/** What a location was asked to give up is cancelled, or stays. */
function cancelAnswered(context: OrderContext, message: Message<'fulfillment.answerCancel'>): OrderContext {
  const { fulfillmentId, isAccepted } = message;
  const part = findFulfillment(context, fulfillmentId);
  if (part?.cancelling === undefined) return context;
  const takings = [{ fulfillment: part, units: part.cancelling.units }];
  const next = isAccepted ? withTakings(context, takings, 'cancelled') : context;
  return { ...next, fulfillments: patched(next, fulfillmentId, { cancelling: undefined }) };
}

type Message<T extends OrderMessage['type']> = Extract<OrderMessage, { type: T }>;
type GoneOn = Message<'order.settle' | 'order.timed' | 'order.overdue'>;

/** A time has come for an order or a part of it, or begins to run. */
function goneOn(context: OrderContext, message: GoneOn): OrderContext {
  if (message.type === 'order.settle') return batchOver(context, message.atMs);
  return message.type === 'order.timed' ? timed(context, message) : overdue(context, message);
}

/** A parcel left: with its carrier, its number and what was in it. */
function sent(context: OrderContext, message: Message<'fulfillment.ship'>): OrderContext {
  const { fulfillmentId, lots, tracking } = message;
  const part = findFulfillment(context, fulfillmentId);
  if (part === undefined) return context;
  const carrier = message.carrier ?? part.carrier;
  const service = carrier === part.carrier ? part.service : undefined;
  const left = { ...withLots('shipped', lots), carrier, service, tracking };
  const isPlain = part.cancelling === undefined && part.holds === undefined;
  const patch = isPlain ? left : { ...left, cancelling: undefined, holds: undefined };
  const lines = moved(context.lines, part.lines, 'allocated', 'shipped');
  return { ...context, lines, fulfillments: patched(context, fulfillmentId, patch) };
}

/** Holds end with what they could keep from being picked. */
function unheld(context: OrderContext): OrderContext {
  const { holds, intake, fulfillments } = context;
  if (holds === undefined || waitingUnits(context) > 0 || fulfillments.some(isHeld)) return context;
  if (intake?.parked !== undefined) return context;
  return { ...context, holds: undefined };
}

function reduced(context: OrderContext, message: OrderMessage): OrderContext {
  switch (message.type) {
    case 'order.source':
    case 'order.unallocated':
      return context;
    case 'order.sourced':
      return sourced(context, message.plan, message.atMs);
    case 'order.allocated':
      return startsWhenPlaced(context) ? started(context, message.atMs) : context;
    case 'order.hold':
      return { ...context, holds: withHold(context, message.hold) };
    case 'order.unhold':
      return { ...context, holds: withoutHolds(context, message.holdIds) };
    case 'order.schedule':
      return scheduled(context, message);
    case 'order.release':
      return started(context, message.atMs);
    case 'order.cancel': {
      const { waiting, takings } = cancelPlan(context, message.units);
      const lines = endedWaiting(context.lines, waiting);
      return charged(judged(withTakings({ ...context, lines }, takings, 'cancelled'), message.atMs), message.feeMinor);
    }
    case 'order.edit':
      return edited(context, message);
    case 'order.unpark':
      return unparked(context, message);
    case 'order.displace':
      return troubled(
        withTakings(context, displacePlan(context, message), 'backordered', lotsTaken(context, message)),
        'stockout',
      );
    case 'order.move':
      return withTakings(context, withdrawPlan(context, { takings: [message] }), 'backordered');
    case 'order.withdraw':
    case 'order.yield':
      return withdrawn(context, message);
    case 'order.offer':
      return offered(context, message);
    case 'order.settle':
    case 'order.timed':
    case 'order.overdue':
      return goneOn(context, message);
    default:
      return reducedPart(context, message);
  }
}

/** The same for what happens to one part. */
function reducedPart(context: OrderContext, message: PartMessage): OrderContext {
  switch (message.type) {
    case 'fulfillment.pick':
      return { ...context, fulfillments: patched(context, message.fulfillmentId, withLots('picking', message.lots)) };
    case 'fulfillment.unpick':
      return { ...context, fulfillments: patched(context, message.fulfillmentId, unpicked) };
    case 'fulfillment.short': {
      const part = findFulfillment(context, message.fulfillmentId);
      if (part === undefined) return context;
      const takings = [{ fulfillment: part, units: message.lines }];
      return troubled(withTakings(context, takings, 'backordered', message.lots), 'short-pick');
    }
    case 'fulfillment.substitute':
      return substituted(context, message);
    case 'fulfillment.hold':
    case 'fulfillment.unhold':
      return partHeld(context, message);
    case 'fulfillment.regroup':
      return regrouped(context, message);
    case 'fulfillment.askCancel':
      return { ...context, fulfillments: patched(context, message.fulfillmentId, { cancelling: message.request }) };
    case 'fulfillment.answerCancel':
      return charged(cancelAnswered(context, message), message.feeMinor);
    case 'fulfillment.ship':
      return sent(context, message);
    case 'fulfillment.deliver':
      return { ...context, fulfillments: patched(context, message.fulfillmentId, { state: 'delivered' }) };
  }
}
