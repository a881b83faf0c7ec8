/** What a terminal remembers, is told, and tells. */
import type { LocationId, TerminalId } from './ids.ts';
import type { TaskView } from './task-context.ts';
import type { Announced } from './terminal-commands.ts';

export const terminalStates = ['online', 'draining', 'offline', 'closed'] as const;
export type TerminalState = (typeof terminalStates)[number];

/** A terminal as it announced itself, with defaults filled in. */
export interface TerminalContext extends Omit<Announced, 'wave' | 'unitsMax' | 'zones' | 'capabilities'> {
  readonly wave?: number | undefined;
  readonly unitsMax?: number | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly leaseMs: number;
  readonly ackMs: number;
  readonly graceMs: number;
  readonly keepMs: number;
  readonly openedAtMs: number;
  /** When it was last heard of. */
  readonly seenAtMs: number;
  /** Since when it is taken to be gone; absent while it is there. */
  readonly lostAtMs?: number | undefined;
  /** It is given nothing more. */
  readonly isDraining?: true | undefined;
  /** Why it is not online. */
  readonly reason?: string | undefined;
  /** Waves it was given so far. */
  readonly waves: number;
}

export interface TerminalInput {
  readonly announced: Announced;
  readonly atMs: number;
}

interface At {
  /** The turn's time. */
  readonly atMs: number;
}

export type TerminalMessage =
  | ({ readonly type: 'terminal.open'; readonly announced: Announced } & At)
  /** It was heard of. */
  | ({ readonly type: 'terminal.see' } & At)
  /** It is taken to be gone. */
  | ({ readonly type: 'terminal.lose'; readonly reason: string } & At)
  | ({ readonly type: 'terminal.drain'; readonly reason: string | undefined } & At)
  /** It was given a wave. */
  | ({ readonly type: 'terminal.wave' } & At)
  | ({ readonly type: 'terminal.close'; readonly reason: string | undefined } & At);

export interface TerminalEvent {
  readonly kind: 'terminal.changed';
  readonly terminalId: TerminalId;
  readonly location: LocationId;
  readonly state: TerminalState;
  readonly reason?: string | undefined;
}

export interface TerminalEffect {
  readonly kind: 'publish';
  readonly events: readonly TerminalEvent[];
}

/** A terminal as queries show it. */
export interface TerminalSummary extends Omit<TerminalContext, 'isDraining'> {
  readonly state: TerminalState;
  /** Tasks it holds. */
  readonly holding: number;
}

/** A terminal with its tasks. */
export interface TerminalView extends TerminalSummary {
  /** As far as they fit into one answer: the first to be done first. */
  readonly tasks: readonly TaskView[];
}

/** The answer to every command on a terminal. */
export interface TerminalAnswer {
  readonly terminalId: TerminalId;
  readonly location: LocationId;
  readonly state: TerminalState;
  readonly holding: number;
}
