/**
 * The terminal machine: a screen or scanner at one location. What tasks it holds is said by the tasks (task.ts);
 * when it is taken to be gone, by its owner's timer (engine/floor/terminals.ts).
 */
import { assign, setup } from 'xstate';
import type { Announced } from './terminal-commands.ts';
import type {
  TerminalContext,
  TerminalEffect,
  TerminalEvent,
  TerminalInput,
  TerminalMessage,
  TerminalState,
} from './terminal-context.ts';

/** What a terminal need not say, and what it no longer says when it announces itself anew. */
const silent = {
  wave: undefined,
  unitsMax: undefined,
  zones: undefined,
  capabilities: undefined,
  lostAtMs: undefined,
  isDraining: undefined,
  reason: undefined,
} as const;
const defaults = { leaseMs: 60_000, ackMs: 120_000, graceMs: 15_000, keepMs: 30 * 60_000 } as const;

const begun = (announced: Announced, atMs: number): TerminalContext => ({
  ...silent,
  ...defaults,
  ...announced,
  openedAtMs: atMs,
  seenAtMs: atMs,
  waves: 0,
});

function reduce(context: TerminalContext, message: TerminalMessage): TerminalContext {
  switch (message.type) {
    case 'terminal.open': {
      const { openedAtMs, waves } = context;
      return { ...begun(message.announced, message.atMs), openedAtMs, waves };
    }
    case 'terminal.see': {
      const reason = context.isDraining === true ? context.reason : undefined;
      return { ...context, lostAtMs: undefined, reason, seenAtMs: message.atMs };
    }
    case 'terminal.lose':
      return { ...context, lostAtMs: message.atMs, reason: message.reason };
    case 'terminal.drain':
      return { ...context, isDraining: true, reason: message.reason };
    case 'terminal.wave':
      return { ...context, waves: context.waves + 1 };
    case 'terminal.close':
      return { ...context, reason: message.reason };
  }
}


function told({ terminalId, location }: TerminalContext, state: TerminalState, reason?: string): TerminalEvent {
  return { kind: 'terminal.changed', terminalId, location, state, reason };
}

interface Args {
  readonly context: TerminalContext;
  readonly event: TerminalMessage;
}

/** Tell of the state a message leads to. */
const tell = (state: TerminalState) =>
  ({
    type: 'effect',
    params: ({ context, event }: Args): TerminalEffect => {
      const { reason } = reduce(context, event);
      return { kind: 'publish', events: [told(context, state, reason)] };
    },
  }) as const;

const opens = { target: 'online', actions: [tell('online'), 'apply'] } as const;
const closes = { target: 'closed', actions: [tell('closed'), 'apply'] } as const;
const loses = { target: 'offline', actions: [tell('offline'), 'apply'] } as const;
const drains = { target: 'draining', actions: [tell('draining'), 'apply'] } as const;

export const terminalMachine = setup({
  types: {
    context: {} as TerminalContext,
    events: {} as TerminalMessage,
    input: {} as TerminalInput,
  },
  guards: {
    isDraining: ({ context }) => context.isDraining === true,
  },
  actions: {
    /** The one outward action: what is told to the world. */
    effect: (_, _effect: TerminalEffect) => {},
    apply: assign(({ context, event }) => reduce(context, event)),
  },
}).createMachine({
  id: 'terminal',
  context: ({ input }) => begun(input.announced, input.atMs),
  initial: 'online',
  states: {
    online: {
      on: {
        'terminal.open': opens,
        'terminal.see': { actions: ['apply'] },
        'terminal.wave': { actions: ['apply'] },
        'terminal.lose': loses,
        'terminal.drain': drains,
        'terminal.close': closes,
      },
    },
    draining: {
      on: {
        'terminal.open': opens,
        'terminal.see': { actions: ['apply'] },
        'terminal.lose': loses,
        'terminal.drain': drains,
        'terminal.close': closes,
      },
    },
    offline: {
      on: {
        'terminal.open': opens,
        'terminal.see': [
          { guard: 'isDraining', target: 'draining', actions: [tell('draining'), 'apply'] },
          { target: 'online', actions: [tell('online'), 'apply'] },
        ],
        // It is not there to finish anything: should it come back, it is given nothing more.
        'terminal.drain': { actions: [tell('offline'), 'apply'] },
        'terminal.close': closes,
      },
    },
    closed: { type: 'final' },
  },
});
