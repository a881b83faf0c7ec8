/** Answers about terminals and their tasks. */
import type { LocationId } from '../../actors/ids.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { Query, QueryBody } from '../../actors/queries.ts';
import type { QueuedTask, TaskContext, TaskState, TaskView } from '../../actors/task-context.ts';
import { scannedOfTask, unitsOfTask } from '../../actors/task-lines.ts';
import type { TerminalState, TerminalSummary, TerminalView } from '../../actors/terminal-context.ts';
import { must, unreachable } from '../assert.ts';
import type { Answers } from '../outcome.ts';
import type { Snapshot } from '../step.ts';
import type { World } from '../world.ts';
import type { TerminalCell } from './cells.ts';

export type FloorQuery = Extract<Query, { kind: `terminal.${string}` | `task.${string}` }>;

export const isFloorQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, FloorQuery> =>
  query.kind.startsWith('terminal.') || query.kind.startsWith('task.');

const pageDefault = 50;
/** Lines of all tasks of a terminal together, the first aside. */
const viewLinesMax = 2_000;

export function answerFloor(world: World, { kind, body }: FloorQuery): Answers[FloorQuery['kind']] {
  switch (kind) {
    case 'terminal.get': {
      const cell = world.floor.terminal(body.terminalId);
      return cell === undefined ? null : terminalView(world, cell);
    }
    case 'terminal.list':
      return listTerminals(world, body);
    case 'task.get': {
      const task = world.floor.look(body.orderId, body.fulfillmentId);
      return task === undefined ? null : taskView(world, task);
    }
    case 'task.queue':
      return queueAt(world, body.location, body.limit ?? pageDefault);
    default:
      return unreachable(kind);
  }
}

/** A task as others see it. */
export function taskView(world: World, { value, context }: Snapshot<TaskContext>): TaskView {
  const { isStarted: _started, scans: _scans, ...plain } = context;
  const order = world.look(context.orderId)?.context;
  const lots = order === undefined ? undefined : findFulfillment(order, context.fulfillmentId)?.lots;
  const counts = { units: unitsOfTask(context.lines), scanned: scannedOfTask(context.lines) };
  return { ...plain, state: value as TaskState, ...counts, lots };
}

function summaryOf({ floor }: World, cell: TerminalCell): TerminalSummary {
  const { value, context } = must(cell.snapshot, 'a terminal');
  const { isDraining: _, ...plain } = context;
  return { ...plain, state: value as TerminalState, holding: floor.heldBy(cell.id).length };
}

function terminalView(world: World, cell: TerminalCell): TerminalView {
  let lines = 0;
  const tasks: TaskView[] = [];
  for (const { snapshot } of world.floor.heldBy(cell.id)) {
    const task = taskView(world, must(snapshot, 'a task that is held'));
    lines += task.lines.length;
    if (lines > viewLinesMax && tasks.length > 0) break;
    tasks.push(task);
  }
  return { ...summaryOf(world, cell), tasks };
}

function listTerminals(world: World, body: QueryBody<'terminal.list'>): Answers['terminal.list'] {
  const { location, after, limit = pageDefault } = body;
  const at = location === undefined ? world.floor.terminals : [...(world.floor.places.get(location)?.terminals ?? [])];
  const sorted = at.filter(({ id }) => after === undefined || id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const terminals = sorted.slice(0, limit).map((cell) => summaryOf(world, cell));
  return sorted.length > limit ? { terminals, next: must(terminals.at(-1), 'a terminal').terminalId } : { terminals };
}

function queueAt({ floor }: World, location: LocationId, limit: number): Answers['task.queue'] {
  const queue = floor.places.get(location)?.queue;
  const tasks = (queue?.first(limit) ?? []).map((entry): QueuedTask => {
    const { orderId, fulfillmentId, units, shipByMs, deliverByMs, placedAtMs } = entry;
    const { zone, needs } = entry.class;
    const named = { ...(zone !== '' && { zone }), ...(needs.length > 0 && { needs }) };
    return { orderId, fulfillmentId, units, ...named, shipByMs, deliverByMs, placedAtMs };
  });
  return { waiting: queue?.size ?? 0, tasks };
}
