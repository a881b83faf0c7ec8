/** Answers about parcels on their way, and what deliveries taught. */
import { delayHours, deliveriesOf, isLateLane, typicalHours } from '../../actors/lanes.ts';
import type { Query, QueryBody } from '../../actors/queries.ts';
import type { Parcel } from '../../actors/tracking.ts';
import { unreachable } from '../assert.ts';
import type { World } from '../world.ts';
import type { LaneView, ParcelView, TrackingAnswers } from './outcome.ts';

export type TrackingQuery = Extract<Query, { kind: `tracking.${string}` }>;
type Answer = TrackingAnswers[TrackingQuery['kind']];

const pageDefault = 100;

export const isTrackingQuery = <Q extends { readonly kind: string }>(query: Q): query is Extract<Q, TrackingQuery> =>
  query.kind.startsWith('tracking.');

export function answerTracking(world: World, { kind, body }: TrackingQuery, nowMs: number): Answer {
  switch (kind) {
    case 'tracking.find': {
      const parcel = world.parcels.look(body.carrier, body.tracking);
      return parcel === undefined ? null : parcelView(world, parcel, nowMs);
    }
    case 'tracking.lanes':
      return lanesOf(world, body);
    case 'tracking.get':
      return parcelsOf(world, body, nowMs);
    default:
      return unreachable(kind);
  }
}

function parcelsOf(world: World, { orderId }: QueryBody<'tracking.get'>, nowMs: number): Answer {
  const order = world.look(orderId)?.context;
  if (order === undefined) return null;
  const parcels = order.fulfillments.flatMap(({ carrier, tracking, fulfillmentId }) => {
    const parcel = carrier === undefined || tracking === undefined ? undefined : world.parcels.look(carrier, tracking);
    // Its number may be another parcel’s by now.
    const isOwn = parcel?.orderId === orderId && parcel.fulfillmentId === fulfillmentId;
    return isOwn ? [parcelView(world, parcel, nowMs)] : [];
  });
  return { parcels };
}

function parcelView(world: World, { again: _, ...parcel }: Parcel, nowMs: number): ParcelView {
  const promisedMs = world.look(parcel.orderId)?.context.promisedByMs ?? parcel.deliverByMs;
  return { ...parcel, eta: world.lanes.etaOf(parcel, promisedMs, nowMs) };
}

function lanesOf(
  world: World, { carrier, after = '', limit = pageDefault, late }: QueryBody<'tracking.lanes'>,
): Answer {
  const isMeant = (id: string): boolean =>
    id.startsWith(`${carrier}/`) && (late !== true || isLateLane(world.lanes.cells.get(id)?.snapshot?.context));
  const names = [...world.lanes.cells.keys()].filter(isMeant);
  const rest = names.map((id) => id.slice(carrier.length + 1)).filter((name) => name > after).sort();
  const page = rest.slice(0, limit);
  const lanes = page.flatMap((name): LaneView[] => {
    const stats = world.lanes.cells.get(`${carrier}/${name}`)?.snapshot?.context;
    if (stats === undefined) return [];
    const [of = '', lane = ''] = name.split('/');
    const told = { deliveries: deliveriesOf(stats), typicalHours: typicalHours(stats), delayHours: delayHours(stats) };
    return [{ service: of.replace('~', ''), lane, isPromised: !of.endsWith('~'), ...told }];
  });
  return rest.length > limit ? { lanes, next: page.at(-1) } : { lanes };
}
