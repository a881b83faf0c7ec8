/** The cells of terminals and tasks, kinds of those in engine/cells.ts. */
import type { FulfillmentId, OrderId, TerminalId } from '../../actors/ids.ts';
import type { TaskContext, TaskEffect, TaskInput, TaskMessage } from '../../actors/task-context.ts';
import { taskMachine } from '../../actors/task.ts';
import type {
  TerminalContext,
  TerminalEffect,
  TerminalInput,
  TerminalMessage,
} from '../../actors/terminal-context.ts';
import { terminalMachine } from '../../actors/terminal.ts';
import { marks, type Marks } from '../cells.ts';
import { compile, isFinal, type Snapshot } from '../step.ts';

export const terminalSteps = compile<TerminalContext, TerminalMessage, TerminalEffect, TerminalInput>(terminalMachine);
export const taskSteps = compile<TaskContext, TaskMessage, TaskEffect, TaskInput>(taskMachine);

export interface TerminalCell extends Marks {
  readonly kind: 'terminal';
  readonly id: TerminalId;
  /** Undefined while it was never opened, and again when that is undone. */
  snapshot: Snapshot<TerminalContext> | undefined;
  /** When its timer comes: never after something of it is due. 0: none is set. */
  timerAtMs: number;
  unsaved: number;
}

export interface TaskCell extends Marks {
  readonly kind: 'task';
  /** Fulfillment and order (`taskKey`). */
  readonly id: string;
  snapshot: Snapshot<TaskContext> | undefined;
  unsaved: number;
}

/** The key of a task. A fulfillment id holds no slash. */
export const taskKey = (orderId: OrderId, fulfillmentId: FulfillmentId): string => `${fulfillmentId}/${orderId}`;

export const terminalCell = (id: TerminalId): TerminalCell =>
  ({ kind: 'terminal', id, snapshot: undefined, timerAtMs: 0, ...marks });
export const taskCell = (id: string): TaskCell => ({ kind: 'task', id, snapshot: undefined, ...marks });

/** Whether a terminal holds the task now. */
export const isHeldTask = ({ value }: Snapshot<TaskContext>): boolean =>
  value !== 'waiting' && !isFinal(taskSteps, value);

export const isOpenTask = ({ value }: Snapshot<TaskContext>): boolean => !isFinal(taskSteps, value);
