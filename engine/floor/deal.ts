/**
 * Who is given what. At a location where a task waits and a terminal has room, the terminal that holds the fewest
 * tasks is given the first task of all that it may take; where it picks in waves, that one and others of the same zone
 * and needs, as many as it takes together: first those that share a SKU with the first one, then the next in line.
 */
import type { LocationId, OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { leavesByMs } from '../../actors/order-schedule.ts';
import type { TaskLine } from '../../actors/task-context.ts';
import { unitsOfTask } from '../../actors/task-lines.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import { taskSteps, type TerminalCell } from './cells.ts';
import type { Floor, Place } from './floor.ts';
import type { QueueEntry } from './queue.ts';
import { tellTask, tellTerminal } from './tell.ts';

/** How far behind the first task of a wave others are looked for that share a SKU with it. */
const waveLookMax = 32;

export interface Deal {
  readonly terminal: TerminalCell;
  readonly entries: readonly QueueEntry[];
}

/** Tasks a terminal may be given more, and units they may have. */
interface Room {
  readonly tasks: number;
  readonly units: number;
  readonly holding: number;
}

function roomOf(floor: Floor, { id, snapshot }: TerminalCell): Room {
  const { value, context } = must(snapshot, 'a terminal that is open');
  const held = floor.heldInAnyOrder(id);
  const holding = held.length;
  const { capacity, wave, unitsMax } = context;
  const most = wave === undefined ? Math.min(1, capacity - holding) : holding > 0 ? 0 : Math.min(wave, capacity);
  if (value !== 'online' || most <= 0) return { tasks: 0, units: 0, holding };
  if (unitsMax === undefined) return { tasks: most, units: Infinity, holding };
  const units = held.reduce((sum, task) => sum + unitsOfTask(must(task.snapshot, 'a task').context.lines), 0);
  return { tasks: most, units: unitsMax - units, holding };
}

/** The next tasks to give away at a location, and to whom; undefined when there is nobody for any. */
export function nextDeal(floor: Floor, { queue, terminals }: Place): Deal | undefined {
  if (queue.size === 0) return undefined;
  const free = [...terminals].map((terminal) => ({ terminal, room: roomOf(floor, terminal) }));
  free.sort((a, b) => a.room.holding - b.room.holding || (a.terminal.id < b.terminal.id ? -1 : 1));
  for (const { terminal, room } of free) {
    if (room.tasks === 0) continue;
    const list = queue.listFor(must(terminal.snapshot, 'a terminal').context);
    const entries = list === undefined ? [] : waveOf(list, room);
    if (entries.length > 0) return { terminal, entries };
  }
  return undefined;
}

/** The first task of a list, and those that go with it. */
function waveOf(list: readonly QueueEntry[], room: Room): readonly QueueEntry[] {
  const [first] = list;
  // One alone is never too large: nobody would take it.
  if (first === undefined || (first.units > room.units && room.holding > 0)) return [];
  const entries = [first];
  let units = room.units - first.units;
  const others = list.slice(1, 1 + waveLookMax);
  const isAkin = ({ skus }: QueueEntry): boolean => [...skus].some((sku) => first.skus.has(sku));
  for (const next of [...others.filter(isAkin), ...others.filter((one) => !isAkin(one))]) {
    if (entries.length >= room.tasks) break;
    if (next.units > units) continue;
    units -= next.units;
    entries.push(next);
  }
  return entries;
}

/** Give a terminal its tasks. */
export function carryOutDeal(core: Core, location: LocationId, { terminal, entries }: Deal, atMs: number): undefined {
  const { floor } = core.world;
  let wave: number | undefined;
  if (terminal.snapshot?.context.wave !== undefined) {
    tellTerminal(core, terminal, { type: 'terminal.wave', atMs });
    wave = terminal.snapshot.context.waves;
  }
  for (const { key, orderId, fulfillmentId } of entries) {
    const task = floor.beginTask(key);
    if (task.snapshot === undefined) {
      const { order, part } = fulfillmentOf(core, orderId, fulfillmentId);
      const { cancelling } = part;
      const shipByMs = leavesByMs(order, part.shipByMs);
      const input = { orderId, fulfillmentId, location, shipByMs, lines: linesOf(order, part), cancelling };
      core.changes.set(task, taskSteps.begin(input, []));
    }
    tellTask(core, task, { type: 'task.lease', terminal: terminal.id, wave, atMs });
  }
  return undefined;
}

function fulfillmentOf(
  { world }: Core,
  orderId: OrderId,
  fulfillmentId: string,
): { readonly order: OrderContext; readonly part: Fulfillment } {
  const order = must(world.look(orderId), 'an order that waits for a terminal').context;
  const part = order.fulfillments.find((one) => one.fulfillmentId === fulfillmentId);
  return { order, part: must(part, 'a fulfillment that waits for a terminal') };
}

function linesOf(order: OrderContext, part: Fulfillment): TaskLine[] {
  const skus = new Map(order.lines.map(({ lineId, sku }) => [lineId, sku]));
  return part.lines.map(({ lineId, quantity }) => {
    return { lineId, sku: must(skus.get(lineId), 'a line of the order'), quantity, scanned: 0 };
  });
}
