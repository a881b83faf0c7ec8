/**
 * The order machine: the life of an order on one page. Lines, fulfillments and parcels are values in
 * its context; their arithmetic is in order-lines.ts, what is told to the world in order-news.ts.
 *
 * Where a message may lead to several states, the first candidate whose context belongs in its target
 * is taken (`leadsTo`). An order that was sourced again may be at any stage, so those states share most
 * messages; guards on the fulfillment decide.
 */
import { assign, setup } from 'xstate';
import { mayBeAsked } from './order-cancels.ts';
import type { OrderContext, OrderEffect, OrderInput, OrderMessage, StockUnits } from './order-context.ts';
import { givenUp, mayPlace } from './order-edit.ts';
import { reduce, stateOf, waitingUnits } from './order-lines.ts';
import {
  cancelPlan,
  displacePlan,
  findFulfillment,
  isHeld,
  isUntouched,
  plannedUnits,
  stockUnits,
  takenUnits,
  trackedUnits,
  withdrawPlan,
} from './order-takings.ts';
import { news } from './order-news.ts';
import { withTheirLots } from './picked-lots.ts';
import type { OrderState } from './order-states.ts';
import { reject } from './rejection.ts';
import type { Fulfillment, FulfillmentState, LineUnits } from './vocabulary.ts';

interface Args {
  readonly context: OrderContext;
  readonly event: OrderMessage;
}

/** The outward action, with its parameter computed from the context before `apply`. */
const effect = (params: (args: Args) => OrderEffect) => ({ type: 'effect', params }) as const;

const tell = effect(({ context, event }) => ({ kind: 'publish', events: news(context, event) }));
const source = effect(() => ({ kind: 'source' }));

const allocate = effect(({ context, event }) => ({
  kind: 'allocate',
  units: event.type === 'order.sourced' ? plannedUnits(context, event.plan) : [],
}));

const deallocate = effect(({ context, event }) => ({ kind: 'deallocate', units: givenBack(context, event) }));

/** What a message has an order give back to stock. */
function givenBack(context: OrderContext, message: OrderMessage): readonly StockUnits[] {
  switch (message.type) {
    case 'order.cancel':
      return takenUnits(context, cancelPlan(context, message.units).takings);
    case 'order.displace':
      return takenUnits(context, displacePlan(context, message));
    case 'order.move':
      return movedUnits(context, message);
    case 'order.withdraw':
    case 'order.yield':
      return takenUnits(context, withdrawPlan(context, message));
    case 'fulfillment.answerCancel':
      return message.isAccepted ? askedUnits(context, message.fulfillmentId) : [];
    case 'order.edit':
      return takenUnits(context, givenUp(context, reduce(context, message)));
    default:
      return [];
  }
}

/** What a move takes out of its part, as stock knows it. */
function movedUnits(context: OrderContext, move: Extract<OrderMessage, { type: 'order.move' }>): readonly StockUnits[] {
  const fulfillment = findFulfillment(context, move.fulfillmentId);
  return fulfillment === undefined ? [] : takenUnits(context, [{ fulfillment, units: move.units }]);
}

/** What a location is asked to give up, as stock knows it. */
function askedUnits(context: OrderContext, id: string): readonly StockUnits[] {
  const fulfillment = findFulfillment(context, id);
  if (fulfillment?.cancelling === undefined) return [];
  return takenUnits(context, [{ fulfillment, units: fulfillment.cancelling.units }]);
}

const part = ({ context, event }: Args) =>
  'fulfillmentId' in event ? findFulfillment(context, event.fulfillmentId) : undefined;

/** Units of a fulfillment that are in stock, with their lots where the message says which they are. */
const taken = (
  { context, event }: Args,
  from: Fulfillment | undefined,
  lines: readonly LineUnits[] | undefined = from?.lines,
): readonly StockUnits[] => {
  if (from === undefined || lines === undefined) return [];
  const kept = trackedUnits(from, lines);
  const units = stockUnits(context.lines, from.location, kept);
  const lots = 'lots' in event ? event.lots : undefined;
  if (lots === undefined) return units;
  return withTheirLots(units, kept, lots);
};

const ship = effect((args) => ({
  kind: 'ship',
  units: taken(args, part(args)),
  carrier: (args.event.type === 'fulfillment.ship' ? args.event.carrier : undefined) ?? part(args)?.carrier,
}));

const deliver = effect((args) => ({ kind: 'deliver', carrier: part(args)?.carrier }));

const short = effect((args) => ({
  kind: 'short',
  units: taken(args, part(args), missing(args.event)),
}));

/** The units of its part that a message says are not there. */
function missing(message: OrderMessage): readonly LineUnits[] {
  if (message.type === 'fulfillment.short') return message.lines;
  if (message.type !== 'fulfillment.substitute') return [];
  return [{ lineId: message.lineId, quantity: message.line.quantity }];
}

/** What is picked instead, at the same location. */
const take = effect((args) => ({ kind: 'take', units: standIns(args) }));

function standIns(args: Args): readonly StockUnits[] {
  const from = part(args);
  if (from === undefined || args.event.type !== 'fulfillment.substitute') return [];
  const { sku, quantity } = args.event.line;
  return [{ sku, location: from.location, quantity }];
}

const refuse = effect(({ event }) => ({
  kind: 'refuse',
  rejection:
    event.type === 'order.unallocated'
      ? event.rejection
      : reject(
          'out-of-stock',
          event.type === 'order.sourced'
            ? `${event.plan.short} units are not available from ${event.plan.candidates} locations` +
              (event.plan.removed === undefined ? '' : `; ${event.plan.removed.length} more have no capacity left`)
            : 'not available',
          'body.lines',
        ),
}));

/** One candidate for each state a message may lead to. */
const settle = <const A>(states: readonly OrderState[], actions: A) =>
  states.map((state) => ({
    guard: { type: 'leadsTo', params: { state } } as const,
    target: state,
    actions,
  }));

/** A candidate list for a message about one fulfillment, taken only when that one is in `state`. */
const whenPart = <const A>(state: FulfillmentState, states: readonly OrderState[], actions: A) =>
  states.map((target) => ({
    guard: { type: 'partLeadsTo', params: { part: state, state: target } } as const,
    target,
    actions,
  }));

const standing = ['released', 'allocated', 'picking', 'backordered', 'exception'] as const;

/** What every order that has not wholly shipped understands. */
const life = {
  'order.source': { guard: 'isWaiting', target: 'sourcing', actions: [source] },
  'order.cancel': settle(
    ['cancelled', ...standing, 'shipped', 'delivered'],
    [tell, deallocate, 'apply'],
  ),
  'order.edit': [
    { guard: 'isToBePlaced', target: 'sourcing', actions: [tell, deallocate, 'apply', source] },
    ...settle(['cancelled', ...standing, 'shipped', 'delivered'], [tell, deallocate, 'apply']),
  ],
  'order.unpark': { target: 'sourcing', actions: [tell, 'apply', source] },
  'order.displace': settle(['backordered', 'exception'], [tell, deallocate, 'apply']),
  'order.hold': { actions: [tell, 'apply'] },
  'order.unhold': { actions: [tell, 'apply'] },
  'order.schedule': { actions: [tell, 'apply'] },
  'order.yield': settle(['backordered', 'exception'], [tell, deallocate, 'apply']),
  'order.settle': settle(standing, [tell, 'apply']),
  'order.timed': settle(standing, [tell, 'apply']),
  'order.offer': settle(standing, [tell, 'apply']),
  'order.overdue': settle(['exception'], [tell, 'apply']),
  'order.withdraw': { guard: 'areUntouched', target: 'sourcing', actions: [tell, deallocate, 'apply', source] },
  'order.move': { guard: 'isPartUntouched', target: 'sourcing', actions: [tell, deallocate, 'apply', source] },
  'fulfillment.regroup': { guard: 'areUntouched', actions: [tell, 'apply'] },
  'fulfillment.hold': { guard: 'isPartThere', actions: [tell, 'apply'] },
  'fulfillment.unhold': { guard: 'isPartThere', actions: [tell, 'apply'] },
  'fulfillment.askCancel': { guard: 'mayAskCancel', actions: [tell, 'apply'] },
  'fulfillment.answerCancel': ['cancelled', ...standing, 'shipped', 'delivered'].map((state) => ({
    guard: { type: 'askedLeadsTo', params: { state: state as OrderState } } as const,
    target: state as OrderState,
    actions: [tell, deallocate, 'apply'] as const,
  })),
  'fulfillment.pick': whenPart('released', ['picking', 'backordered', 'exception'], [tell, 'apply']),
  'fulfillment.unpick': whenPart('picking', ['picking', 'released', 'backordered', 'exception'], [tell, 'apply']),
  'fulfillment.short': {
    guard: { type: 'partIs', params: { part: 'picking' } },
    target: 'sourcing',
    actions: [tell, short, 'apply', source],
  },
  'fulfillment.substitute': {
    guard: { type: 'partIs', params: { part: 'picking' } },
    actions: [tell, short, take, 'apply'],
  },
  'fulfillment.ship': whenPart(
    'picking',
    ['shipped', 'picking', 'backordered', 'exception'],
    [tell, ship, 'apply'],
  ),
  'fulfillment.deliver': whenPart(
    'shipped',
    ['picking', 'backordered', 'exception', 'delivered', 'shipped'],
    [tell, deliver, 'apply'],
  ),
} as const;

export const orderMachine = setup({
  types: {
    context: {} as OrderContext,
    events: {} as OrderMessage,
    input: {} as OrderInput,
  },
  guards: {
    leadsTo: ({ context, event }, params: { state: OrderState }) =>
      stateOf(reduce(context, event)) === params.state,
    partIs: (args, params: { part: FulfillmentState }) => part(args)?.state === params.part,
    partLeadsTo: (args, params: { part: FulfillmentState; state: OrderState }) =>
      part(args)?.state === params.part && stateOf(reduce(args.context, args.event)) === params.state,
    isPartUntouched: (args) => {
      const found = part(args);
      return found !== undefined && isUntouched(found);
    },
    isPartThere: (args) => {
      const found = part(args);
      return found !== undefined && isHeld(found);
    },
    mayAskCancel: (args) => {
      const found = part(args);
      return found !== undefined && mayBeAsked(found) && found.cancelling === undefined;
    },
    askedLeadsTo: (args, params: { state: OrderState }) =>
      part(args)?.cancelling !== undefined && stateOf(reduce(args.context, args.event)) === params.state,
    areUntouched: ({ context, event }) =>
      'takings' in event &&
      event.takings.every(({ fulfillmentId }) => {
        const found = findFulfillment(context, fulfillmentId);
        return found !== undefined && isUntouched(found);
      }),
    isToBePlaced: ({ context, event }) =>
      event.type === 'order.edit' && mayPlace(event.edit) && waitingUnits(reduce(context, event)) > 0,
    isWaiting: ({ context }) => context.lines.some((line) => line.backordered > 0),
    /** The channel wants all or nothing, and there is not all. Only a placement can be refused. */
    mustRefuse: ({ context, event }) =>
      event.type === 'order.sourced' &&
      context.attempt === 0 &&
      context.shortage === 'refuse' &&
      event.plan.short > 0,
    hasPlan: ({ event }) => event.type === 'order.sourced' && event.plan.fulfillments.length > 0,
  },
  actions: {
    /** The one outward action: the engine carries it out (engine/effects.ts). */
    effect: (_, _effect: OrderEffect) => {},
    apply: assign(({ context, event }) => reduce(context, event)),
  },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({
    orderId: input.orderId,
    channel: input.channel,
    destination: input.destination,
    currency: input.currency,
    customer: input.customer,
    shortage: input.shortage,
    service: input.service,
    releaseAfterMs: input.releaseAfterMs,
    segment: input.segment,
    priority: input.priority,
    promisedByMs: input.promisedByMs,
    fulfillAtMs: input.fulfillAtMs,
    fulfillByMs: input.fulfillByMs,
    tags: input.tags,
    attributes: input.attributes,
    holds: input.holds,
    placedAtMs: input.atMs,
    changedAtMs: input.atMs,
    releasedAtMs: undefined,
    attempt: 0,
    // Named from the beginning: a context that got a property later would be copied slowly at each message.
    sourcedAtMs: undefined,
    declined: undefined,
    improved: undefined,
    batch: undefined,
    replaces: input.replaces,
    intake: input.intake,
    lines: input.lines,
    fulfillments: [],
    trouble: undefined,
    exception: undefined,
  }),
  initial: 'received',
  states: {
    received: { on: { 'order.source': { target: 'sourcing', actions: [source] } } },
    sourcing: {
      on: {
        'order.sourced': [
          { guard: 'mustRefuse', actions: [refuse] },
          { guard: 'hasPlan', target: 'allocating', actions: [tell, allocate, 'apply'] },
          // A routing plan may cancel what it cannot place: then any state may follow.
          ...settle(
            ['backordered', 'exception', 'cancelled', 'released', 'allocated', 'picking', 'shipped', 'delivered'],
            [tell, 'apply'],
          ),
        ],
      },
    },
    allocating: {
      on: {
        'order.allocated': settle(standing, [tell, 'apply']),
        'order.unallocated': { actions: [refuse] },
      },
    },
    allocated: {
      on: { ...life, 'order.release': { target: 'released', actions: [tell, 'apply'] } },
    },
    backordered: { on: life },
    exception: { on: life },
    released: { on: life },
    picking: { on: life },
    shipped: { on: { 'fulfillment.deliver': life['fulfillment.deliver'] } },
    delivered: { type: 'final' },
    cancelled: { type: 'final' },
  },
});
