/**
 * Tasks follow their orders, within the same command: one whose units are cancelled, moved or displaced, or which
 * others pick or ship, is taken from its terminal, and the terminal is told. A terminal that was to close once its
 * last task is done closes with it.
 */
import { isKept } from '../../actors/order-holds.ts';
import type { TaskLine } from '../../actors/task-context.ts';
import { isOtherThan } from '../../actors/task-lines.ts';
import type { LineUnits, OrderLine } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { isOpenTask, taskKey, type TaskCell } from './cells.ts';
import { tellTask, tellTerminal } from './tell.ts';

/** Bring the tasks of what the present command has changed in line. */
export function followOrders(core: Core, atMs: number): void {
  const orders: OrderCell[] = [];
  for (const cell of core.changes.touched) if (cell.kind === 'order') orders.push(cell);
  if (orders.length > 1) orders.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const order of orders) followOrder(core, order, atMs);
  closeDrained(core, atMs);
}

/** Bring the tasks of one order in line with it. */
export function followOrder(core: Core, { snapshot }: OrderCell, atMs: number): void {
  if (snapshot === undefined) return;
  const { orderId, fulfillments } = snapshot.context;
  for (const part of fulfillments) {
    const task = core.world.floor.tasks.get(taskKey(orderId, part.fulfillmentId));
    if (task?.snapshot === undefined || !isOpenTask(task.snapshot)) continue;
    const { value, context } = task.snapshot;
    if (part.state === 'cancelled') endTask(core, task, 'its units are wanted no more, or elsewhere', atMs);
    else if (part.state === 'shipped' || part.state === 'delivered') endTask(core, task, 'others shipped it', atMs);
    else if (part.state === 'picking' && !context.isStarted) endTask(core, task, 'others pick it', atMs);
    else {
      if (isOtherThan(context.lines, part.lines)) {
        const added = addedTo(context.lines, part.lines, snapshot.context.lines);
        must(tellTask(core, task, { type: 'task.trim', lines: part.lines, added, atMs }), 'a task that is open');
      }
      if (context.cancelling?.sinceMs !== part.cancelling?.sinceMs) {
        must(tellTask(core, task, { type: 'task.ask', request: part.cancelling, atMs }), 'a task that is open');
      }
      const isHeldBack = value === 'leased' && part.state === 'released' && isKept(snapshot.context, part);
      if (!isHeldBack) continue;
      tellTask(core, task, { type: 'task.return', reason: 'it is held', isStarted: false, atMs });
    }
  }
}

/** Lines of a fulfillment that its task does not have: they stand for others of it. */
function addedTo(
  known: readonly TaskLine[], units: readonly LineUnits[], lines: readonly OrderLine[],
): readonly TaskLine[] | undefined {
  const fresh = units.filter(({ lineId }) => !known.some((line) => line.lineId === lineId));
  if (fresh.length === 0) return undefined;
  return fresh.map(({ lineId, quantity }) => {
    const { sku } = must(lines.find((line) => line.lineId === lineId), 'a line of the order');
    return { lineId, sku, quantity, scanned: 0 };
  });
}

function endTask(core: Core, task: TaskCell, reason: string, atMs: number): void {
  must(tellTask(core, task, { type: 'task.end', reason, atMs }), 'a task that is open');
}

/** Terminals that are given nothing more and have lost or done their last task. */
function closeDrained(core: Core, atMs: number): void {
  const { floor } = core.world;
  for (const terminal of floor.drainingAmong(core.changes.touched)) {
    if (floor.heldBy(terminal.id).length > 0) continue;
    const reason = terminal.snapshot?.context.reason;
    must(tellTerminal(core, terminal, { type: 'terminal.close', reason, atMs }), 'a terminal that is open');
  }
}
