/**
 * Work that is offered: a location of which the policy says so is not told to start, but asked whether it will, alone
 * or with others that could. The units are allocated where the plan has them; nothing is held for anybody else. The
 * first that accepts has it, decided once; what nobody accepts in time goes to the next. Pure.
 */
import type { ChannelId, FulfillmentId, LocationId, OrderId } from './ids.ts';
import type { Declined, OrderContext, OrderMessage } from './order-context.ts';
import { withDeclined } from './order-trouble.ts';
import type { Fulfillment } from './fulfillment.ts';

/** An offer of a part to the location that has its units, and to others. */
export interface Offer {
  readonly untilMs: number;
  /** Who else may claim it, the best first. */
  readonly others: readonly LocationId[];
  /** `accepted` by its location; `assigned`, as nobody accepted and nobody else has the units. Absent: it is open. */
  readonly ended?: 'accepted' | 'assigned' | undefined;
}

/** `withdrawn`: others have it, the order is held, or the units are wanted no more or from elsewhere. */
export type OfferState = 'open' | 'accepted' | 'declined' | 'expired' | 'assigned' | 'withdrawn';

/** How an offer to one location ended, or, without one, to all. */
export interface OfferAnswer {
  readonly state: Exclude<OfferState, 'open' | 'withdrawn'>;
  readonly location?: LocationId | undefined;
}

/** What one location hears. */
export interface OfferEvent {
  readonly kind: 'offer.changed';
  readonly orderId: OrderId;
  readonly channel: ChannelId;
  readonly fulfillmentId: FulfillmentId;
  readonly location: LocationId;
  readonly state: OfferState;
  readonly units: number;
  /** While it is open: until when, and its place among those who are asked, 1 being the one with the units. */
  readonly untilMs?: number | undefined;
  readonly rank?: number | undefined;
}

/** Whether a part waits for somebody to accept it: nobody may pick it. */
export const isOffered = ({ state, offer }: Fulfillment): boolean =>
  state === 'released' && offer !== undefined && offer.ended === undefined;

/** Who is asked for a part: the location that has its units first. */
export function askedFor(part: Fulfillment | undefined): readonly LocationId[] {
  return part?.offer === undefined || !isOffered(part) ? [] : [part.location, ...part.offer.others];
}

/** When the next offer of an order is over; undefined when none is open. */
export function offerEndsMs({ fulfillments }: Pick<OrderContext, 'fulfillments'>): number | undefined {
  let nextMs: number | undefined;
  for (const part of fulfillments) {
    if (part.offer === undefined || !isOffered(part)) continue;
    if (nextMs === undefined || part.offer.untilMs < nextMs) nextMs = part.offer.untilMs;
  }
  return nextMs;
}

type OfferMessage = Extract<OrderMessage, { type: 'order.offer' }>;

/** Offers of parts are other ones now, or none. */
export function offered(context: OrderContext, { offers, declined, atMs }: OfferMessage): OrderContext {
  const by = new Map(offers.map(({ fulfillmentId, offer }) => [fulfillmentId, offer]));
  const fulfillments = context.fulfillments.map((part) =>
    by.has(part.fulfillmentId) ? { ...part, offer: by.get(part.fulfillmentId) } : part,
  );
  return alsoDeclined({ ...context, fulfillments }, declined, atMs);
}

/** Locations that are not asked for a while. */
export function alsoDeclined(context: OrderContext, more: readonly Declined[] = [], atMs: number): OrderContext {
  return more.reduce((next, one) => ({ ...next, declined: withDeclined(next, one, atMs) }), context);
}

/** What is told of a part that others are asked for than before. */
export function offerNews(
  { orderId, channel }: OrderContext, before: Fulfillment | undefined, part: Fulfillment, message: OrderMessage,
): OfferEvent[] {
  const [was, is] = [askedFor(before), askedFor(part)];
  const { fulfillmentId } = part;
  const of = { kind: 'offer.changed', orderId, channel, fulfillmentId } as const;
  const answer = 'answer' in message ? message.answer : undefined;
  const stateOf = (location: LocationId): OfferState =>
    answer === undefined || (answer.location ?? location) !== location ? 'withdrawn' : answer.state;
  const gone = was.filter((location) => !is.includes(location));
  const came = is.filter((location) => !was.includes(location));
  return [
    ...gone.map((location) => ({ ...of, location, state: stateOf(location), units: unitsIn(before) })),
    ...came.map((location) => {
      const told = { untilMs: part.offer?.untilMs, rank: 1 + is.indexOf(location) };
      return { ...of, location, state: 'open' as const, units: unitsIn(part), ...told };
    }),
  ];
}

const unitsIn = (part: Fulfillment | undefined): number =>
  part?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
