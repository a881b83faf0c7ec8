/**
 * The reservation machine: units held for a cart, until an order takes them, they are given back, or
 * their time is over. Lines and parcels are values in its context; their arithmetic is in
 * reservation-lines.ts.
 */
import { assign, setup } from 'xstate';
import type {
  ReservationContext,
  ReservationEffect,
  ReservationInput,
  ReservationMessage,
} from './reservation-context.ts';
import { breakPlan, missingUnits, mustWait, news, parcelUnits, reduce } from './reservation-lines.ts';
import { stockUnits } from './order-takings.ts';
import { reject } from './rejection.ts';

interface Args {
  readonly context: ReservationContext;
  readonly event: ReservationMessage;
}

/** The outward action, with its parameter computed from the context before `apply`. */
const effect = (params: (args: Args) => ReservationEffect) => ({ type: 'effect', params }) as const;

const tell = effect(({ context, event }) => ({ kind: 'publish', events: news(context, event) }));
const source = effect(() => ({ kind: 'source' }));

const reserve = effect(({ context, event }) => ({
  kind: 'reserve',
  units: event.type === 'reservation.sourced' ? parcelUnits(context.lines, event.plan.fulfillments) : [],
}));

const giveBack = effect(({ context }) => ({ kind: 'unreserve', units: parcelUnits(context.lines, context.parcels) }));

const giveBackRest = effect(({ event }) => ({
  kind: 'unreserve',
  units: event.type === 'reservation.convert' ? event.rest : [],
}));

const lose = effect(({ context, event }) => ({
  kind: 'unreserve',
  units:
    event.type === 'reservation.break'
      ? stockUnits(context.lines, event.units.location, breakPlan(context, event.units).lost)
      : [],
}));

const refuse = effect(({ event }) => ({
  kind: 'refuse',
  rejection: reject(
    'out-of-stock',
    event.type === 'reservation.sourced'
      ? `${event.plan.short} units are not available from ${event.plan.candidates} locations`
      : 'not available',
    'body.lines',
  ),
}));

export const reservationMachine = setup({
  types: {
    context: {} as ReservationContext,
    events: {} as ReservationMessage,
    input: {} as ReservationInput,
  },
  guards: {
    /** There is not all of it, or of a cart that takes what there is, nothing. Only a new one can be refused. */
    mustRefuse: ({ context, event }) =>
      event.type === 'reservation.sourced' && context.ticket === undefined && mustWait(context, event.plan),
    mustQueue: ({ context, event }) => event.type === 'reservation.sourced' && mustWait(context, event.plan),
    isServed: ({ context, event }) => event.type === 'reservation.sourced' && !mustWait(context, event.plan),
    isShort: ({ context }) => missingUnits(context) > 0,
  },
  actions: {
    /** The one outward action: the engine carries it out (engine/reservation-effects.ts). */
    effect: (_, _effect: ReservationEffect) => {},
    apply: assign(({ context, event }) => reduce(context, event)),
  },
}).createMachine({
  id: 'reservation',
  // Field by field: a rest and a spread took a twentieth of what a reservation costs.
  context: ({ input: asked }) => ({
    reservationId: asked.reservationId,
    channel: asked.channel,
    destination: asked.destination,
    customer: asked.customer,
    segment: asked.segment,
    service: asked.service,
    locations: asked.locations,
    groups: asked.groups,
    isPartial: asked.isPartial,
    ttlMs: asked.ttlMs,
    ticket: asked.ticket,
    lines: asked.lines,
    madeAtMs: asked.atMs,
    changedAtMs: asked.atMs,
    expiresAtMs: asked.atMs + asked.ttlMs,
    attempt: 0,
    parcels: [],
    candidates: 0,
    runnerUpMinor: undefined,
    orderId: undefined,
  }),
  initial: 'received',
  states: {
    received: {
      on: {
        'reservation.source': { target: 'sourcing', actions: [source] },
        'reservation.queue': { target: 'queued', actions: [tell, 'apply'] },
      },
    },
    sourcing: {
      on: {
        'reservation.sourced': [
          { guard: 'mustRefuse', actions: [refuse] },
          { guard: 'mustQueue', target: 'queued', actions: [tell, 'apply'] },
          { target: 'held', actions: [tell, reserve, 'apply'] },
        ],
      },
    },
    /** In line for a SKU that is out. */
    queued: {
      on: {
        'reservation.sourced': { guard: 'isServed', target: 'held', actions: [tell, reserve, 'apply'] },
        'reservation.release': { target: 'released', actions: [tell, giveBack, 'apply'] },
        'reservation.expire': { target: 'expired', actions: [tell, giveBack, 'apply'] },
      },
    },
    held: {
      on: {
        'reservation.source': { guard: 'isShort', target: 'sourcing', actions: [source] },
        'reservation.extend': { actions: [tell, 'apply'] },
        'reservation.break': { actions: [tell, lose, 'apply'] },
        'reservation.convert': { target: 'converted', actions: [tell, giveBackRest, 'apply'] },
        'reservation.release': { target: 'released', actions: [tell, giveBack, 'apply'] },
        'reservation.expire': { target: 'expired', actions: [tell, giveBack, 'apply'] },
      },
    },
    converted: { type: 'final' },
    released: { type: 'final' },
    expired: { type: 'final' },
  },
});
