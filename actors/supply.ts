/**
 * The supply machine: a purchase or transfer from draft to its end. Lines are values in its context; their
 * arithmetic is in supply-lines.ts, what may not be asked in supply-checks.ts. Where a message may lead to
 * several states, the candidate whose context belongs in its target is taken (`leadsTo`).
 */
import { assign, setup } from 'xstate';
import { refusal } from './supply-checks.ts';
import type { SupplyContext, SupplyEffect, SupplyInput } from './supply-context.ts';
import type { SupplyMessage, SupplyState } from './supply-context.ts';
import { draftOf, reduce, returnedUnits, sentUnits, stateOf, supplyNews, takenUnits } from './supply-lines.ts';

interface Args {
  readonly context: SupplyContext;
  readonly event: SupplyMessage;
}

/** The outward action, with its parameter computed from the context before `apply`. */
const effect = (params: (args: Args) => SupplyEffect) => ({ type: 'effect', params }) as const;

const tell = effect(({ context, event }) => ({ kind: 'publish', events: [supplyNews(context, event)] }));
const send = effect(({ context }) => ({ kind: 'send', units: sentUnits(context) }));
const takeIn = effect(({ context, event }) => ({
  kind: 'take-in',
  type: context.type,
  units: event.type === 'supply.receive' ? takenUnits(context, event.units) : [],
}));
const giveBack = effect(({ context }) => ({ kind: 'take-in', type: 'transfer', units: returnedUnits(context) }));

/** One candidate for each state a message may lead to. */
const leads = <const A>(states: readonly SupplyState[], actions: A) =>
  states.map((state) => ({
    guard: { type: 'leadsTo', params: { state } } as const,
    target: state,
    actions,
  }));

const put = (state: SupplyState) => leads([state], [tell, 'apply'] as const);
const receive = leads(['partially-received', 'received'], [tell, takeIn, 'apply'] as const);
const close = (state: SupplyState, end: SupplyState) => leads([state, end], [tell, 'apply'] as const);
const cancel = (end: SupplyState) => leads([end], [tell, giveBack, 'apply'] as const);

export const supplyMachine = setup({
  types: {
    context: {} as SupplyContext,
    events: {} as SupplyMessage,
    input: {} as SupplyInput,
  },
  guards: {
    leadsTo: ({ context, event }, params: { state: SupplyState }) =>
      refusal(context, event) === undefined && stateOf(reduce(context, event)) === params.state,
  },
  actions: {
    /** The one outward action: the engine carries it out (engine/commands/supply.ts). */
    effect: (_, _effect: SupplyEffect) => {},
    apply: assign(({ context, event }) => reduce(context, event)),
  },
}).createMachine({
  id: 'supply',
  context: ({ input }) => draftOf(input),
  initial: 'draft',
  states: {
    draft: {
      on: {
        'supply.put': put('draft'),
        'supply.order': leads(['ordered'], [tell, 'apply']),
        'supply.cancel': cancel('cancelled'),
      },
    },
    ordered: {
      on: {
        'supply.put': put('ordered'),
        'supply.ship': leads(['in-transit'], [tell, send, 'apply']),
        'supply.receive': receive,
        'supply.close': close('ordered', 'cancelled'),
        'supply.cancel': cancel('cancelled'),
      },
    },
    'in-transit': {
      on: {
        'supply.put': put('in-transit'),
        'supply.receive': receive,
        'supply.close': close('in-transit', 'cancelled'),
        'supply.cancel': cancel('cancelled'),
      },
    },
    'partially-received': {
      on: {
        'supply.put': put('partially-received'),
        'supply.receive': receive,
        'supply.close': close('partially-received', 'received'),
        'supply.cancel': cancel('received'),
      },
    },
    received: { type: 'final' },
    cancelled: { type: 'final' },
  },
});
