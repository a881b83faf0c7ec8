/** What a location is offered. */
import type { ChannelId, FulfillmentId, LineId, LocationId, OrderId, Sku } from '../../actors/ids.ts';
import { askedFor } from '../../actors/offer.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { QueryBody } from '../../actors/queries.ts';
import { must } from '../assert.ts';
import type { World } from '../world.ts';

/** A part that a location may accept. */
export interface OfferView {
  readonly orderId: OrderId;
  readonly fulfillmentId: FulfillmentId;
  readonly channel: ChannelId;
  readonly untilMs: number;
  /** Its place among those who are asked, 1 being the one that has the units, and how many are. */
  readonly rank: number;
  readonly asked: number;
  readonly lines: readonly { readonly lineId: LineId; readonly sku: Sku; readonly quantity: number }[];
  /** As planned for the location that has the units. */
  readonly holder: LocationId;
  readonly shipByMs?: number | undefined;
  readonly deliverByMs?: number | undefined;
}

export interface OfferAnswers {
  /** The first that ends first; `total`: of how many. */
  'offer.list': { readonly offers: readonly OfferView[]; readonly total: number };
}

const pageDefault = 100;

export function listOffers(
  world: World, { location, limit = pageDefault }: QueryBody<'offer.list'>,
): OfferAnswers['offer.list'] {
  const offers = [...world.offers.at(location)].flatMap(({ orderId, fulfillmentId }): OfferView[] => {
    const order = world.look(orderId)?.context;
    const part = order === undefined ? undefined : findFulfillment(order, fulfillmentId);
    if (order === undefined || part?.offer === undefined) return [];
    const asked = askedFor(part);
    const lines = part.lines.map(({ lineId, quantity }) => {
      const { sku } = must(order.lines.find((line) => line.lineId === lineId), 'a line of the order');
      return { lineId, sku, quantity };
    });
    const { shipByMs, deliverByMs, offer: { untilMs }, location: holder } = part;
    const rank = 1 + asked.indexOf(location);
    const dates = { shipByMs, deliverByMs };
    const { channel } = order;
    return [{ orderId, fulfillmentId, channel, untilMs, rank, asked: asked.length, lines, holder, ...dates }];
  });
  offers.sort((a, b) => a.untilMs - b.untilMs || (a.orderId < b.orderId ? -1 : 1));
  return { offers: offers.slice(0, limit), total: offers.length };
}
