/**
 * The task machine: the work of one fulfillment on its way through a location. Lines and parcels are values in its
 * context; their arithmetic is in task-lines.ts. Where a message may lead to several states, the candidate whose
 * context belongs in its target is taken (`leadsTo`).
 */
import { assign, setup } from 'xstate';
import type { TaskContext, TaskEffect, TaskInput, TaskMessage, TaskState } from './task-context.ts';
import { begunTask, reduceTask, stageOf, taskNews } from './task-lines.ts';

interface Args {
  readonly context: TaskContext;
  readonly event: TaskMessage;
}

/** Tell of the state a message leads to. */
const tell = (state: TaskState) =>
  ({
    type: 'effect',
    params: ({ context, event }: Args): TaskEffect => ({
      kind: 'publish',
      events: [taskNews(context, event, state)],
    }),
  }) as const;

const goes = <S extends TaskState>(state: S) => ({ target: state, actions: [tell(state), 'apply'] }) as const;

/** One candidate for each stage a message may lead to. */
const leads = (states: readonly TaskState[]) =>
  states.map((state) => ({
    guard: { type: 'leadsTo', params: { state } } as const,
    target: state,
    actions: [tell(state), 'apply'] as const,
  }));

/** What ends a task, or takes it from its terminal, at any stage. */
const leaves = { 'task.return': goes('waiting'), 'task.end': goes('gone') } as const;

export const taskMachine = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskMessage,
    input: {} as TaskInput,
  },
  guards: {
    leadsTo: ({ context, event }, params: { state: TaskState }) =>
      stageOf(reduceTask(context, event)) === params.state,
  },
  actions: {
    /** The one outward action: what is told to the world. */
    effect: (_, _effect: TaskEffect) => {},
    apply: assign(({ context, event }) => reduceTask(context, event)),
  },
}).createMachine({
  id: 'task',
  context: ({ input }) => begunTask(input),
  initial: 'waiting',
  states: {
    waiting: {
      on: {
        'task.lease': goes('leased'),
        'task.trim': goes('waiting'),
        'task.ask': goes('waiting'),
        'task.end': goes('gone'),
      },
    },
    leased: {
      on: {
        ...leaves,
        'task.trim': goes('leased'),
        'task.ask': goes('leased'),
        'task.ack': leads(['picking', 'packed', 'labelled', 'manifested']),
      },
    },
    picking: {
      on: {
        ...leaves,
        'task.trim': goes('picking'),
        'task.ask': goes('picking'),
        'task.scan': goes('picking'),
        'task.pack': goes('packed'),
      },
    },
    packed: {
      on: {
        ...leaves,
        'task.trim': goes('picking'),
        'task.ask': goes('packed'),
        'task.pack': goes('packed'),
        'task.label': leads(['packed', 'labelled']),
        'task.finish': goes('done'),
      },
    },
    labelled: {
      on: {
        ...leaves,
        'task.trim': goes('picking'),
        'task.ask': goes('labelled'),
        'task.label': goes('labelled'),
        'task.manifest': goes('manifested'),
        'task.finish': goes('done'),
      },
    },
    manifested: {
      on: {
        ...leaves,
        'task.trim': goes('picking'),
        'task.ask': goes('manifested'),
        'task.finish': goes('done'),
      },
    },
    done: { type: 'final' },
    gone: { type: 'final' },
  },
});
