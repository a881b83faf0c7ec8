/** A task leaves its terminal and waits for another. */
import { isTouched } from '../../actors/task-lines.ts';
import { assert, must } from '../assert.ts';
import { followPicks } from '../commands/lot-orders.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import type { TaskCell } from './cells.ts';
import { tellTask } from './tell.ts';

/**
 * Take a task from its terminal. One that was begun and of which nothing was scanned is not being picked any more: it
 * may be moved and cancelled again. What was scanned stays, and whoever is next goes on from there.
 */
export function giveBack(core: Core, task: TaskCell, reason: string, atMs: number): void {
  const { context } = must(task.snapshot, 'a task');
  const isStarted = context.isStarted && isTouched(context);
  must(tellTask(core, task, { type: 'task.return', reason, isStarted, atMs }), 'a task that is held');
  if (!context.isStarted || isStarted) return;
  const order = must(core.world.order(context.orderId), 'the order of a task');
  const before = must(order.snapshot, 'the order of a task').context;
  const { fulfillmentId } = context;
  const refused = tellOrder(core, order, { type: 'fulfillment.unpick', fulfillmentId, atMs });
  assert(refused === undefined, `a task that was begun is not being picked: ${refused?.detail ?? ''}`);
  followPicks(core, before, must(order.snapshot, 'the order of a task').context);
}
