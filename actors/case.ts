/**
 * The case machine: something that went wrong, from when it is raised to when its cause is gone. What a playbook does
 * is arithmetic in case-life.ts. Where a message may lead to several states, the candidate whose context belongs in
 * its target is taken (`leadsTo`). A case that has ended begins anew when its cause comes back: no state is final.
 */
import { assign, setup } from 'xstate';
import type { CaseContext, CaseEffect, CaseInput, CaseMessage, CaseState } from './case-context.ts';
import { begun, caseNews, reduce, stateOf } from './case-life.ts';

interface Args {
  readonly context: CaseContext;
  readonly event: CaseMessage;
}

/** The outward action, with its parameter computed from the context before `apply`. */
const effect = (params: (args: Args) => CaseEffect) => ({ type: 'effect', params }) as const;
const tell = effect(({ context, event }) => ({ kind: 'publish', events: caseNews(context, event) }));

/** One candidate for each state a message may lead to. */
const leads = (...states: CaseState[]) =>
  states.map((state) => ({
    guard: { type: 'leadsTo', params: { state } } as const,
    target: state,
    actions: [tell, 'apply'] as const,
  }));

/** What every case that goes on understands; `state`: the one it is in. */
const life = (state: 'open' | 'working' | 'waiting' | 'escalated') => ({
  'case.raise': leads(state),
  'case.orders': leads(state, 'resolved'),
  'case.clear': leads('resolved'),
  'case.late': leads(state, 'escalated'),
  'case.retry': leads('open', 'waiting', 'escalated'),
  'case.reassign': leads(state),
  'case.override': leads('waiting', 'escalated'),
  'case.comment': leads(state),
  'case.resolve': leads('resolved'),
  'case.dismiss': leads('dismissed'),
});

/** One that has just been made is raised in it. */
const begins = { 'case.raise': leads('open', 'waiting'), 'case.orders': leads('open', 'waiting', 'resolved') };

const over = (state: 'resolved' | 'dismissed') => ({
  'case.raise': leads('open', 'waiting'),
  'case.orders': leads('open', 'waiting', state),
  'case.comment': leads(state),
});

export const caseMachine = setup({
  types: {
    context: {} as CaseContext,
    events: {} as CaseMessage,
    input: {} as CaseInput,
  },
  guards: {
    leadsTo: ({ context, event }, params: { state: CaseState }) => stateOf(reduce(context, event)) === params.state,
  },
  actions: {
    /** The one outward action: the engine carries it out (engine/cases/tell.ts). */
    effect: (_, _effect: CaseEffect) => {},
    apply: assign(({ context, event }) => reduce(context, event)),
  },
}).createMachine({
  id: 'case',
  context: ({ input }) => begun(input),
  initial: 'waiting',
  states: {
    open: { on: { ...life('open'), 'case.tried': leads('open', 'working', 'waiting', 'escalated') } },
    working: { on: { ...life('working'), 'case.tried': leads('open', 'working', 'waiting', 'escalated') } },
    waiting: { on: { ...life('waiting'), ...begins } },
    escalated: { on: life('escalated') },
    resolved: { on: over('resolved') },
    dismissed: { on: over('dismissed') },
  },
});
