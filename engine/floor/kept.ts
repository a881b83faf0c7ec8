/** What follows for the floor from a change that is kept: the queues are brought up to date. */
import type { LocationId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { Cell, SkuCell, ItemCell } from '../cells.ts';
import type { Core } from '../core.ts';
import type { TaskCell, TerminalCell } from './cells.ts';

/** A terminal or a task is another one now. */
export function floorKept(core: Core, cell: TerminalCell | TaskCell, before: Cell['snapshot']): void {
  if (cell.kind === 'terminal') terminalKept(core, cell, before as typeof cell.snapshot);
  else taskKept(core, cell, before as typeof cell.snapshot);
}

/** A terminal is another one now. With the first of its location, all that waits there is lined up, once. */
function terminalKept(core: Core, cell: TerminalCell, before: TerminalCell['snapshot']): void {
  const location = cell.snapshot?.context.location;
  const isFirst = core.world.floor.terminalChanged(cell, before);
  if (isFirst && location !== undefined) lineUp(core, location);
}

/** Line up what waits at a location. */
export function lineUp({ world, views }: Core, location: LocationId): void {
  for (const id of views.atLocation(location)) {
    const order = world.look(id)?.context;
    for (const part of order?.fulfillments ?? []) {
      if (order !== undefined && part.location === location) world.floor.refresh(order, part);
    }
  }
}

function taskKept({ world }: Core, cell: TaskCell, before: TaskCell['snapshot']): void {
  const { floor } = world;
  floor.taskChanged(cell, before);
  if (cell.snapshot === undefined) return;
  const { value, context } = cell.snapshot;
  const { orderId, fulfillmentId, location } = context;
  const place = floor.places.get(location);
  if (place === undefined) return;
  if (value !== 'waiting') return place.queue.remove(cell.id);
  const order = world.look(orderId)?.context;
  const part = order?.fulfillments.find((one) => one.fulfillmentId === fulfillmentId);
  if (order !== undefined && part !== undefined) floor.refresh(order, part);
}

/** An order is another one now. Where no location of it has terminals, nothing is done. */
export function orderOnFloor({ world }: Core, before: OrderContext | undefined, after: OrderContext): void {
  const { floor } = world;
  if (floor.places.size === 0) return;
  const isHeldOtherwise = (before?.holds === undefined) !== (after.holds === undefined);
  // Tasks of one cut-off stand by what the customer is told.
  const isDueOtherwise = before?.promisedByMs !== after.promisedByMs || before?.fulfillByMs !== after.fulfillByMs;
  const isAnother = isHeldOtherwise || isDueOtherwise;
  for (const [index, part] of after.fulfillments.entries()) {
    if (isAnother || part !== before?.fulfillments[index]) floor.refresh(after, part);
  }
}

/** An item may be kept in another zone, or need something else: what waits with units of it is lined up anew. */
export function itemOnFloor(core: Core, { sku, snapshot }: ItemCell, before: ItemCell['snapshot']): void {
  const { floor } = core.world;
  if (floor.places.size === 0) return;
  const [then, now] = [before?.context.attributes, snapshot?.context.attributes];
  if (then?.['zone'] === now?.['zone'] && then?.['needs'] === now?.['needs']) return;
  for (const stock of sku.stocks) lineUpHolders(core, stock);
}

function lineUpHolders({ world }: Core, { location, holders }: SkuCell['stocks'][number]): void {
  const queue = world.floor.places.get(location.id)?.queue;
  if (queue === undefined) return;
  for (const id of holders.newestFirst()) {
    const order = world.look(id)?.context;
    for (const part of order?.fulfillments ?? []) {
      if (order !== undefined && part.location === location.id) world.floor.refresh(order, part);
    }
  }
}
