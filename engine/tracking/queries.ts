/** Answers about parcels on their way. */
import type { Query } from '../../actors/queries.ts';
import type { Parcel } from '../../actors/tracking.ts';
import type { World } from '../world.ts';
import type { ParcelView, TrackingAnswers } from './outcome.ts';

export type TrackingQuery = Extract<Query, { kind: `tracking.${string}` }>;

export const isTrackingQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, TrackingQuery> =>
  query.kind.startsWith('tracking.');

export function answerTracking(world: World, { kind, body }: TrackingQuery): TrackingAnswers[TrackingQuery['kind']] {
  if (kind === 'tracking.find') {
    const parcel = world.parcels.look(body.carrier, body.tracking);
    return parcel === undefined ? null : parcelView(parcel);
  }
  const order = world.look(body.orderId)?.context;
  if (order === undefined) return null;
  const parcels = order.fulfillments.flatMap(({ carrier, tracking, fulfillmentId }) => {
    const parcel = carrier === undefined || tracking === undefined ? undefined : world.parcels.look(carrier, tracking);
    // Its number may be another parcel’s by now.
    const isOwn = parcel?.orderId === body.orderId && parcel.fulfillmentId === fulfillmentId;
    return isOwn ? [parcelView(parcel)] : [];
  });
  return { parcels };
}

const parcelView = ({ again: _, ...view }: Parcel): ParcelView => view;
