/** Parts that are offered once their order is released, and what becomes of offers when it is held. */
import type { LocationId } from '../../actors/ids.ts';
import { isOffered, type Offer } from '../../actors/offer.ts';
import type { OrderContext, OrderMessage } from '../../actors/order-context.ts';
import { isKept } from '../../actors/order-holds.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { rankedFor } from '../commands/asked-places.ts';
import type { Core } from '../core.ts';

type OffersOf = Extract<OrderMessage, { type: 'order.offer' }>['offers'];

/**
 * The parts that are to be offered with what happened to their order, or are not any more, as it is held now.
 * @param accepted a location that has just claimed a part: it is not asked again.
 */
export function offersFor(
  core: Core, before: OrderContext, after: OrderContext, accepted: LocationId | undefined, atMs: number,
): OffersOf {
  return after.fulfillments.flatMap((part, index): OffersOf => {
    const { fulfillmentId, state, offer, location } = part;
    if (state !== 'released') return [];
    if (isKept(after, part)) return isOffered(part) ? [{ fulfillmentId, offer: undefined }] : [];
    const was = before.fulfillments[index];
    const isKnown = was?.state === 'released' && !isKept(before, was);
    if (offer !== undefined || isKnown) return [];
    const next = accepted === location ? taken(atMs) : offerOf(core, after, part, atMs);
    return next === undefined ? [] : [{ fulfillmentId, offer: next }];
  });
}

const taken = (atMs: number): Offer => ({ untilMs: atMs, others: [], ended: 'accepted' });

/** Who has accepted a part of an order is not asked again of it, as when that is planned anew with another carrier. */
const hasAccepted = ({ fulfillments }: OrderContext, location: LocationId): boolean =>
  fulfillments.some((part) => part.location === location && part.offer?.ended === 'accepted');

function offerOf(core: Core, order: OrderContext, part: Fulfillment, atMs: number): Offer | undefined {
  const { locations, offers } = core.world;
  const policy = locations.get(part.location)?.snapshot?.context.offer;
  if (policy === undefined) return undefined;
  if (hasAccepted(order, part.location)) return taken(atMs);
  const untilMs = atMs + policy.withinMs;
  // What came with its places is put to these alone.
  if (policy.alsoTo === undefined || order.intake?.routed === true) return { untilMs, others: [] };
  const ranked = rankedFor(core, order, part, atMs, ({ snapshot }) => snapshot?.context.offer !== undefined);
  const { orderId } = order;
  const { fulfillmentId } = part;
  return { untilMs, others: offers.chosen({ orderId, fulfillmentId }, ranked, policy.alsoTo) };
}
