/** The carrier machine: who carries parcels, whether it takes any at present, how many are on their way. */
import { assign, setup } from 'xstate';
import type { CarrierHealth } from './carrier-health.ts';
import type { CarrierCard } from './network-commands.ts';
import type { Event } from './vocabulary.ts';

export interface CarrierContext {
  readonly card: CarrierCard;
  /** Parcels handed over and not yet delivered. */
  readonly inTransit: number;
  /** Why it is suspended; empty while open. */
  readonly reason: string;
  /** Circuits and embargoes; absent: there are none. */
  readonly health?: CarrierHealth | undefined;
}

export type CarrierMessage =
  | { readonly type: 'carrier.update'; readonly card: CarrierCard }
  | { readonly type: 'carrier.suspend'; readonly reason: string }
  | { readonly type: 'carrier.resume' }
  /** Its circuits or embargoes are others. */
  | { readonly type: 'carrier.health'; readonly health: CarrierHealth | undefined }
  /** A parcel was handed over. Not taken while suspended. */
  | { readonly type: 'carrier.dispatch' }
  /** A parcel was delivered. */
  | { readonly type: 'carrier.deliver' };

export type CarrierEffect = { readonly kind: 'publish'; readonly events: readonly Event[] };

const changed = (context: CarrierContext, state: 'open' | 'suspended', reason: string): CarrierEffect => ({
  kind: 'publish',
  events: [{ kind: 'carrier.changed', carrierId: context.card.id, state, reason }],
});

export const carrierMachine = setup({
  types: {
    context: {} as CarrierContext,
    events: {} as CarrierMessage,
    input: {} as CarrierCard,
  },
  guards: {
    hasParcels: ({ context }) => context.inTransit > 0,
  },
  actions: {
    /** The one outward action: the engine carries it out (engine/effects.ts). */
    effect: (_, _effect: CarrierEffect) => {},
    update: assign(({ context, event }) =>
      event.type === 'carrier.update' ? { card: event.card } : { card: context.card },
    ),
    noteReason: assign(({ event }) => ({ reason: event.type === 'carrier.suspend' ? event.reason : '' })),
    noteHealth: assign(({ context, event }) => ({
      health: event.type === 'carrier.health' ? event.health : context.health,
    })),
    addParcel: assign(({ context }) => ({ inTransit: context.inTransit + 1 })),
    dropParcel: assign(({ context }) => ({ inTransit: context.inTransit - 1 })),
  },
}).createMachine({
  id: 'carrier',
  context: ({ input }) => ({ card: input, inTransit: 0, reason: '' }),
  initial: 'open',
  states: {
    open: {
      on: {
        'carrier.update': { actions: 'update' },
        'carrier.health': { actions: 'noteHealth' },
        'carrier.suspend': {
          target: 'suspended',
          actions: [
            'noteReason',
            { type: 'effect', params: ({ context }) => changed(context, 'suspended', context.reason) },
          ],
        },
        'carrier.dispatch': { actions: 'addParcel' },
        'carrier.deliver': { guard: 'hasParcels', actions: 'dropParcel' },
      },
    },
    suspended: {
      on: {
        'carrier.update': { actions: 'update' },
        'carrier.health': { actions: 'noteHealth' },
        'carrier.resume': {
          target: 'open',
          actions: ['noteReason', { type: 'effect', params: ({ context }) => changed(context, 'open', '') }],
        },
        'carrier.deliver': { guard: 'hasParcels', actions: 'dropParcel' },
      },
    },
  },
});
