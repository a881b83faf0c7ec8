/** Parcels begin when a fulfillment leaves with a number, and end with its delivery, whoever tells it. */
import type { CommandBody } from '../../actors/commands.ts';
import type { FulfillmentId } from '../../actors/ids.ts';
import type { CarrierCard } from '../../actors/network-commands.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import { laneOf } from '../../actors/lanes.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { TrackingPolicy } from '../../actors/tracking-commands.ts';
import { begun, deliveredAt, hasEnded, isOver, parcelNews, trackingKey, type Parcel } from '../../actors/tracking.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import type { ParcelCell } from './parcel-cell.ts';

/** How long a carrier may tell nothing of what goes by a service. */
function policyOf(card: CarrierCard, service: string | undefined): TrackingPolicy {
  return { ...card.tracking, ...card.services?.find(({ id }) => id === service)?.tracking };
}

/** Put a parcel as it is now, and tell what is another thing than before. */
export function putParcel(core: Core, cell: ParcelCell, before: Parcel | undefined, context: Parcel): void {
  core.changes.set(cell, { value: 'put', context });
  if (context.status === 'delivered' && before?.status !== 'delivered') core.world.lanes.learn(core.changes, context);
  core.changes.publish(parcelNews(before, context));
}

/**
 * A fulfillment has left: its number is known from now on. Refused when another parcel of the carrier is on its way
 * with it; one that has ended gives it up.
 */
export function registerParcel(
  core: Core,
  order: OrderContext,
  fulfillmentId: FulfillmentId,
  shippedAtMs: number,
): Rejection | undefined {
  const part = must(findFulfillment(order, fulfillmentId), 'the fulfillment that left');
  const { carrier, service, tracking, location, deliverByMs } = part;
  const id = carrier === undefined || tracking === undefined ? '/' : trackingKey(carrier, tracking);
  if (carrier === undefined || tracking === undefined || id.endsWith('/')) return undefined;
  const cell = core.world.parcels.get(id);
  const other = cell?.snapshot?.context;
  if (other !== undefined && !hasEnded(other)) {
    const detail = `${carrier} ${tracking} is on its way for order ${other.orderId}`;
    return reject('tracking-taken', detail, 'body.tracking');
  }
  const { card } = must(core.world.carriers.get(carrier)?.snapshot, 'the carrier it left with').context;
  const again = other === undefined ? undefined : (true as const);
  const { orderId, channel } = order;
  const by = { carrier, service, tracking, orderId, fulfillmentId, channel, location };
  const from = core.world.locations.get(location)?.snapshot?.context;
  const lane = from === undefined ? undefined : laneOf(from, order.destination);
  const left = { ...by, shippedAtMs, deliverByMs, lane, again };
  if (part.shipByMs !== undefined) {
    core.world.lanes.learnLeaving(core.changes, location, part.shipByMs, shippedAtMs);
  }
  putParcel(core, core.world.parcels.begin(id), undefined, begun(left, policyOf(card, service)));
  return undefined;
}

/** A fulfillment was delivered by a word that no carrier gave. */
export function deliverParcel(
  core: Core,
  { orderId, fulfillmentId }: CommandBody<'fulfillment.deliver'>,
  atMs: number,
): void {
  const context = must(core.world.order(orderId)?.snapshot, 'an order').context;
  const { carrier, tracking } = must(findFulfillment(context, fulfillmentId), 'a fulfillment');
  const cell = carrier === undefined || tracking === undefined ? undefined : core.world.parcels.find(carrier, tracking);
  const parcel = cell?.snapshot?.context;
  if (cell === undefined || parcel === undefined || isOver(parcel)) return;
  if (parcel.orderId !== orderId || parcel.fulfillmentId !== fulfillmentId) return;
  putParcel(core, cell, parcel, deliveredAt(parcel, atMs));
}
