/** Telling a terminal or a task something: its step, and what it publishes. */
import type { TaskContext, TaskEffect, TaskMessage } from '../../actors/task-context.ts';
import type { TerminalContext, TerminalEffect, TerminalMessage } from '../../actors/terminal-context.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import { step, type Snapshot } from '../step.ts';
import { taskSteps, terminalSteps, type TaskCell, type TerminalCell } from './cells.ts';

/** Tell a terminal something; undefined when its state does not take it. */
export function tellTerminal(
  core: Core,
  cell: TerminalCell,
  message: TerminalMessage,
): Snapshot<TerminalContext> | undefined {
  const effects: TerminalEffect[] = [];
  const after = step(terminalSteps, must(cell.snapshot, 'a terminal'), message, effects);
  if (after === undefined) return undefined;
  core.changes.set(cell, after);
  for (const { events } of effects) core.changes.publish(events);
  return after;
}

/** Tell a task something; undefined when its state does not take it. */
export function tellTask(core: Core, cell: TaskCell, message: TaskMessage): Snapshot<TaskContext> | undefined {
  const effects: TaskEffect[] = [];
  const after = step(taskSteps, must(cell.snapshot, 'a task'), message, effects);
  if (after === undefined) return undefined;
  core.changes.set(cell, after);
  for (const { events } of effects) core.changes.publish(events);
  return after;
}
