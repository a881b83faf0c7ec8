/**
 * Parcels that nobody has touched yet, planned with a carrier that takes them no more: their units are sourced again,
 * by every rule and price that counts now. What would find no place, or no carrier, stays as it is and is looked at
 * again when carriers change.
 */
import { obstacleTo } from '../../actors/carrier-health.ts';
import type { FulfillmentId, OrderId } from '../../actors/ids.ts';
import type { OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { waitingUnits } from '../../actors/order-lines.ts';
import { isUntouched } from '../../actors/order-takings.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { CarrierCell, OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { standard } from '../promise/services.ts';
import type { World } from '../world.ts';
import type { Stranded } from './rerates.ts';

export type Obstacle = 'carrier-suspended' | 'circuit-open' | 'embargo';

/** Why the carrier planned for a parcel does not take it now; undefined: it does, or none was planned. */
function obstacleOf(world: World, { carrier, service }: Fulfillment, order: OrderContext): Obstacle | undefined {
  const snapshot = carrier === undefined ? undefined : world.carriers.get(carrier)?.snapshot;
  if (snapshot === undefined) return undefined;
  if (snapshot.value !== 'open') return 'carrier-suspended';
  const { health } = snapshot.context;
  return health === undefined ? undefined : obstacleTo(health, service ?? standard, order.destination);
}

/** The parcels of an order that are to be planned anew. */
function stranded(world: World, order: OrderContext): Fulfillment[] {
  return order.fulfillments.filter((part) => isUntouched(part) && obstacleOf(world, part, order) !== undefined);
}

/** The parcels of an order that have to be planned anew, by their ids. */
export function strandedOf({ world }: Core, id: OrderId): readonly FulfillmentId[] {
  const order = world.look(id)?.context;
  return order === undefined ? [] : stranded(world, order).map(({ fulfillmentId }) => fulfillmentId);
}

const isLimited = ({ snapshot }: CarrierCell): boolean =>
  snapshot !== undefined &&
  (snapshot.value !== 'open' ||
    snapshot.context.health?.cut !== undefined ||
    snapshot.context.health?.embargoes !== undefined);

/** Carriers offer something else, or were recovered: whoever was planned with one that takes less is looked at. */
export function carriersChanged({ world, views, wakes }: Core): void {
  if (![...world.carriers.values()].some(isLimited)) return wakes.rerates.begin(undefined);
  const all = function* (): Iterable<OrderId> {
    for (const ids of views.byLocation.values()) yield* ids;
  };
  wakes.rerates.begin(all());
}

/** Plan one of them anew. Refused, and so undone, when nothing better is found. */
export function rerate(core: Core, { orderId, fulfillmentId }: Stranded, atMs: number): Rejection | undefined {
  const order = must(core.world.order(orderId), 'an order with a parcel');
  const before = must(order.snapshot, 'an order with a parcel').context;
  const part = must(before.fulfillments.find((one) => one.fulfillmentId === fulfillmentId), 'a parcel');
  const reason = obstacleOf(core.world, part, before);
  if (reason === undefined || !isUntouched(part)) return undefined;
  const { location, carrier, service, lines } = part;
  const message = { type: 'order.move', fulfillmentId, units: lines, atMs } as const;
  if (!isBetterAfter(core, order, message)) return reject('carrier-suspended', 'no other way was found');
  const { channel } = before;
  const kind = 'fulfillment.rerated';
  core.changes.publish([
    { kind, orderId, channel, fulfillmentId, location, carrier: must(carrier, 'a carrier'), service, reason },
  ]);
  return tellOrder(core, order, message);
}

/** Tried and undone: a decision that is dropped counts nowhere. */
function isBetterAfter(core: Core, order: OrderCell, message: OrderMessage): boolean {
  const before = must(order.snapshot, 'an order').context;
  core.changes.begin(undefined);
  const refused = tellOrder(core, order, message);
  const isBetter = refused === undefined && isBetterThan(must(order.snapshot, 'an order').context, before);
  core.changes.undo();
  core.changes.begin(undefined);
  core.trials.begin(core);
  return isBetter;
}

function isBetterThan(after: OrderContext, before: OrderContext): boolean {
  const cancelled = ({ lines }: OrderContext): number => lines.reduce((sum, line) => sum + line.cancelled, 0);
  if (waitingUnits(after) > waitingUnits(before) || cancelled(after) > cancelled(before)) return false;
  return after.fulfillments.slice(before.fulfillments.length).every(({ carrier }) => carrier !== undefined);
}
