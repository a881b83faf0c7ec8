/** What must hold of terminals and tasks in the engine's own memory: queues as a fresh build of them, timers, no dead end. */
import { isOffered } from '../../actors/offer.ts';
import { isHeld } from '../../actors/order-takings.ts';
import { taskKey } from '../../engine/floor/cells.ts';
import { dueAtMs } from '../../engine/floor/due.ts';
import type { Engine } from '../../engine/engine.ts';
import { expect } from './actions.ts';

export function checkFloor(engine: Engine): void {
  const { core, timers } = engine.inspect();
  const { world, views } = core;
  const { floor } = world;
  const first = new Map<string, number>();
  for (const { atMs, owner } of timers.all) if (owner.kind === 'terminal') first.set(owner.id, Math.min(atMs, first.get(owner.id) ?? Infinity));
  let held = 0;
  const holder = new Map<string, string>();
  for (const cell of floor.terminals) {
    const tasks = floor.heldBy(cell.id);
    held += tasks.length;
    const due = cell.snapshot === undefined ? undefined : dueAtMs(cell.snapshot, tasks);
    expect(due !== undefined && (first.get(cell.id) ?? Infinity) <= due, `terminal ${cell.id} is due at ${due} and has no timer`);
    for (const { id } of tasks) {
      expect(!holder.has(id), `task ${id} is held by ${holder.get(id)} and ${cell.id}`);
      holder.set(id, cell.id);
    }
  }
  expect(held === floor.heldCount, `${held} tasks are held, counted are ${floor.heldCount}`);
  expect(floor.terminals.length === floor.openCount, `${floor.terminals.length} terminals are open, counted are ${floor.openCount}`);
  for (const [location, { queue, terminals }] of floor.places) {
    expect(terminals.size > 0, `${location} is a place without terminals`);
    const wanted = new Set<string>();
    for (const id of views.atLocation(location)) {
      const order = world.look(id)?.context;
      for (const part of order?.fulfillments ?? []) {
        if (order === undefined || part.location !== location || !isHeld(part)) continue;
        const key = taskKey(id, part.fulfillmentId);
        if (floor.isWanted(order, part)) wanted.add(key);
        // Nothing is forgotten: released work waits, is with a terminal, is only offered, or its order is held.
        const isKeptBack = order.holds !== undefined || part.holds !== undefined || isOffered(part);
        const isSeenTo = part.state !== 'released' || isKeptBack || wanted.has(key) || holder.has(key);
        expect(isSeenTo, `fulfillment ${key} is released, and neither waits for a terminal nor is with one`);
      }
    }
    const queued = [...queue.all].map(({ key }) => key);
    expect(queue.size === wanted.size && queued.every((key) => wanted.has(key)), `${location} has ${queue.size} tasks in its queue, ${wanted.size} wait`);
  }
}
