/** Promises of orders, in the shadow: looked at whenever the engine says it does, by what the shadow knows. */
import { missChance, riskPercentDefault, watchOf, type PromiseWatch } from '../../../actors/jeopardy.ts';
import type { LaneStats } from '../../../actors/lanes.ts';
import type { OrderContext } from '../../../actors/order-context.ts';
import type { Parcel } from '../../../actors/tracking.ts';
import type { Fulfillment } from '../../../actors/vocabulary.ts';
import { policyOf } from './intake.ts';
import { binsOf } from './lane-bins.ts';
import { isClosed, viewOf } from './order-facts.ts';
import { keyOf, regionOf, standing } from './parcels-left.ts';
import type { Shadow, ShadowOrder } from './state.ts';

const statsOf = (deliveries: readonly number[] | undefined): LaneStats | undefined =>
  deliveries === undefined ? undefined : { bins: binsOf(deliveries), recent: deliveries.slice(-16) };
const isEnough = (stats: LaneStats | undefined): boolean => (stats?.bins ?? []).reduce((sum, [, count]) => sum + count, 0) >= 8;

export function missNow(shadow: Shadow, order: ShadowOrder, nowMs: number): number | undefined {
  const context = viewOf(order) as OrderContext;
  return missChance(context, (part: Fulfillment) => {
    const { carrier = '', tracking = '', service = 'standard', location, deliverByMs } = part;
    const index = Number(part.fulfillmentId) - 1;
    const found = part.state === 'shipped' ? shadow.parcels.get(keyOf(carrier, tracking)) : undefined;
    const own = found?.orderId === order.id && found.part === index ? found : undefined;
    const lane = own?.lane ?? `${regionOf(shadow.locations.get(location))}>${regionOf(order.destination)}`;
    const of = `${carrier}/${service}${deliverByMs === undefined ? '~' : ''}`;
    const [narrow, wide] = [statsOf(shadow.lanes.get(`${of}/${lane}`)), statsOf(shadow.lanes.get(`${of}/*`))];
    return {
      lane: isEnough(narrow) ? narrow : isEnough(wide) ? wide : undefined,
      leaving: part.state === 'shipped' ? undefined : statsOf(shadow.lanes.get(`@${location}/leaving`)),
      parcel: own === undefined ? undefined : ({ status: standing(own.told).status, deliverByMs: own.deliverByMs, shippedAtMs: own.told[0]?.atMs ?? 0 } as Parcel),
    };
  }, nowMs);
}

/** What the engine looked at is looked at here. */
export function look(shadow: Shadow, atMs: number): void {
  for (const id of new Set(shadow.looked)) {
    const order = shadow.orders.get(id);
    if (order?.promisedByMs === undefined) continue;
    const { riskPercent = riskPercentDefault } = policyOf(shadow, order.channel) as { riskPercent?: number };
    const now = isClosed(order) ? undefined : watchOf(viewOf(order) as OrderContext, missNow(shadow, order, atMs), riskPercent, atMs);
    const was = shadow.promises.get(id);
    if (was?.state === now?.state && was?.late.join() === now?.late.join()) continue;
    const after: PromiseWatch | undefined = now && { ...now, sinceMs: was?.state === now.state ? was.sinceMs : atMs };
    shadow.set(shadow.promises, id, after);
  }
}

/** How a promise stands, the chance aside. */
export function promiseOf(shadow: Shadow, id: string): object | undefined {
  const order = shadow.orders.get(id);
  if (order?.promisedByMs === undefined || isClosed(order)) return undefined;
  return { ...shadow.promises.get(id), missPercent: undefined };
}
