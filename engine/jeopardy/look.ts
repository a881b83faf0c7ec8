/** Looking at the promise of an order: how likely it is missed, and whether that is another thing than before. */
import { laneOf } from '../../actors/lanes.ts';
import { missChance, riskPercentDefault, watchOf, type Outlook, type PromiseView } from '../../actors/jeopardy.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { orderSteps, type OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { isFinal, type Snapshot } from '../step.ts';
import type { ParcelCell } from '../tracking/parcel-cell.ts';
import type { World } from '../world.ts';
import { promiseOf } from './promise-cell.ts';

/** Something happened to an order with a promise, or its time has come. */
export function lookAtPromise({ world, changes }: Core, { id, snapshot }: OrderCell, nowMs: number): undefined {
  if (snapshot === undefined) return undefined;
  const now = isFinal(orderSteps, snapshot.value) ? undefined : standing(world, snapshot.context, nowMs);
  const was = world.promises.was(id);
  if (was?.state === now?.state && was?.late.join() === now?.late.join()) return undefined;
  const cell = world.promises.cell(id);
  const since = { sinceMs: now !== undefined && was?.state === now.state ? was.sinceMs : nowMs };
  if (now !== undefined) changes.set(cell, { value: 'put', context: { ...now, ...since } });
  else if (was !== undefined) changes.set(cell, { value: 'removed', context: was });
  return undefined;
}

/** Something happened to a parcel. */
export function lookAtParcel(core: Core, { snapshot }: ParcelCell, nowMs: number): void {
  const order = snapshot === undefined ? undefined : core.world.order(snapshot.context.orderId);
  if (order?.snapshot?.context.promisedByMs !== undefined) lookAtPromise(core, order, nowMs);
}

function standing(world: World, order: OrderContext, nowMs: number): ReturnType<typeof watchOf> {
  const risk = world.intakes.policyFor(order.channel).riskPercent ?? riskPercentDefault;
  return watchOf(order, missNow(world, order, nowMs), risk, nowMs);
}

const missNow = (world: World, order: OrderContext, nowMs: number): number | undefined =>
  missChance(order, (part) => outlookOf(world, order, part), nowMs);

function outlookOf(world: World, order: OrderContext, part: Fulfillment): Outlook {
  const { carrier, tracking, location, service, deliverByMs } = part;
  const isLeft = part.state === 'shipped';
  const isNumbered = isLeft && carrier !== undefined && tracking !== undefined;
  const parcel = isNumbered ? world.parcels.look(carrier, tracking) : undefined;
  const isOwn = parcel?.orderId === order.orderId && parcel.fulfillmentId === part.fulfillmentId;
  const from = world.locations.get(location)?.snapshot?.context;
  const lane = isOwn ? parcel.lane : from === undefined ? undefined : laneOf(from, order.destination);
  const of = carrier === undefined ? undefined : { carrier, service, deliverByMs };
  return {
    lane: of === undefined || lane === undefined ? undefined : world.lanes.statsFor(of, lane),
    leaving: isLeft ? undefined : world.lanes.leaving(location),
    parcel: isOwn ? parcel : undefined,
  };
}

/** How the promise of an order stands, for a reader; undefined: it has none, or has ended. */
export function promiseView(
  world: World, { value, context }: Snapshot<OrderContext>, nowMs: number,
): PromiseView | undefined {
  if (context.promisedByMs === undefined || isFinal(orderSteps, value)) return undefined;
  const missed = missNow(world, context, nowMs);
  const watch = promiseOf(world.promises.find(context.orderId)?.snapshot);
  return { ...watch, missPercent: missed === undefined ? undefined : Math.round(100 * missed) };
}
