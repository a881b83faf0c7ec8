/** What the engine answers about terminals and their tasks; a part of outcome.ts. */
import type { TerminalId } from '../actors/ids.ts';
import type { QueuedTask, TaskView } from '../actors/task-context.ts';
import type { TerminalSummary, TerminalView } from '../actors/terminal-context.ts';

export interface FloorAnswers {
  'terminal.get': TerminalView | null;
  'terminal.list': { readonly terminals: readonly TerminalSummary[]; readonly next?: TerminalId | undefined };
  'task.get': TaskView | null;
  /** How many wait there, and the first of them. */
  'task.queue': { readonly waiting: number; readonly tasks: readonly QueuedTask[] };
}

export interface FloorStatus {
  /** Terminals that are open, tasks they hold, and tasks that wait for one at their locations. */
  readonly terminals: number;
  readonly held: number;
  readonly queued: number;
  /** Tasks that were given since the start, and those taken back because time was over. */
  readonly leases: number;
  readonly lapses: number;
}
