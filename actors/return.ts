/**
 * The return machine: what a customer sends back, from the request to its end. Lines are values in its context;
 * their arithmetic is in return-lines.ts, what may not be asked in return-checks.ts. Where a message may lead to
 * several states, the candidate whose context belongs in its target is taken (`leadsTo`).
 */
import { assign, setup } from 'xstate';
import { refusal } from './return-checks.ts';
import type { ReturnContext, ReturnEffect, ReturnInput, ReturnMessage, ReturnState } from './return-context.ts';
import { begun, disposedMoves, reduce, returnedUnits, returnNews, stateOf } from './return-lines.ts';

interface Args {
  readonly context: ReturnContext;
  readonly event: ReturnMessage;
}

/** The outward action, with its parameter computed from the context before `apply`. */
const effect = (params: (args: Args) => ReturnEffect) => ({ type: 'effect', params }) as const;

const tell = effect(({ context, event }) => ({ kind: 'publish', events: returnNews(context, event) }));
const takeIn = effect(({ context, event }) => ({
  kind: 'take-in',
  location: 'location' in event ? event.location : ('' as never),
  units: event.type === 'return.receive' ? returnedUnits(context, event) : [],
}));
const move = effect(({ context, event }) => ({
  kind: 'move',
  location: 'location' in event ? event.location : ('' as never),
  units: event.type === 'return.inspect' ? disposedMoves(context, event) : [],
}));

/** One candidate for each state a message may lead to. */
const leads = <const A>(states: readonly ReturnState[], actions: A) =>
  states.map((state) => ({
    guard: { type: 'leadsTo', params: { state } } as const,
    target: state,
    actions,
  }));

const changes = (...states: ReturnState[]) => leads(states, [tell, 'apply'] as const);
const receives = (...states: ReturnState[]) => leads(states, [tell, takeIn, 'apply'] as const);
const inspects = (...states: ReturnState[]) => leads(states, [tell, move, 'apply'] as const);

export const returnMachine = setup({
  types: {
    context: {} as ReturnContext,
    events: {} as ReturnMessage,
    input: {} as ReturnInput,
  },
  guards: {
    leadsTo: ({ context, event }, params: { state: ReturnState }) =>
      refusal(context, event) === undefined && stateOf(reduce(context, event)) === params.state,
  },
  actions: {
    /** The one outward action: the engine carries it out (engine/commands/returns.ts). */
    effect: (_, _effect: ReturnEffect) => {},
    apply: assign(({ context, event }) => reduce(context, event)),
  },
}).createMachine({
  id: 'return',
  context: ({ input }) => begun(input),
  initial: 'requested',
  states: {
    requested: {
      on: {
        'return.open': changes('requested'),
        'return.approve': changes('approved', 'closed'),
        'return.reject': changes('rejected'),
        'return.cancel': changes('cancelled'),
        'return.expire': changes('expired'),
      },
    },
    approved: {
      on: {
        'return.label': changes('approved'),
        'return.ship': changes('in-transit'),
        'return.receive': receives('partially-received', 'received', 'closed'),
        'return.refund': changes('approved'),
        'return.cancel': changes('cancelled'),
        'return.overdue': changes('approved'),
        'return.expire': changes('expired'),
      },
    },
    'in-transit': {
      on: {
        'return.receive': receives('partially-received', 'received', 'closed'),
        'return.refund': changes('in-transit'),
        'return.cancel': changes('cancelled'),
        'return.overdue': changes('in-transit'),
        'return.expire': changes('expired'),
      },
    },
    'partially-received': {
      on: {
        'return.receive': receives('partially-received', 'received', 'closed'),
        'return.inspect': inspects('partially-received'),
        'return.refund': changes('partially-received'),
        'return.cancel': changes('received', 'closed'),
        'return.overdue': changes('partially-received'),
        'return.expire': changes('received', 'closed'),
      },
    },
    received: {
      on: {
        'return.receive': receives('received'),
        'return.inspect': inspects('received', 'closed'),
        'return.refund': changes('received'),
      },
    },
    closed: { type: 'final' },
    rejected: { type: 'final' },
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
});
