/**
 * What locations answer to offers, and what becomes of one that nobody answers. Which units are there is asked in the
 * very turn in which somebody accepts: nothing is held for those who are only asked.
 */
import type { CommandOf } from '../../actors/commands.ts';
import type { LocationId } from '../../actors/ids.ts';
import { alsoDeclined, askedFor, isOffered, type Offer } from '../../actors/offer.ts';
import type { Cause, OrderContext } from '../../actors/order-context.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { Rejection } from '../../actors/rejection.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import { must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { planned } from '../decided.ts';
import { tellOrder } from '../effects.ts';
import { done, refuse, refused, type Handled } from './handled.ts';
import { claimFor } from './move.ts';
import { orderAnswer } from './order-answer.ts';
import { asWaiting, isWhole } from './withdraw.ts';

export type OfferCommand = CommandOf<'offer.accept'> | CommandOf<'offer.decline'>;

export const isOfferCommand = <C extends { readonly kind: string }>(command: C): command is Extract<C, OfferCommand> =>
  command.kind === 'offer.accept' || command.kind === 'offer.decline';

/** For how long a location that let an offer pass is not asked, where nobody says: an hour. */
const declinedMs = 3_600_000;

/** An offer that is open, and who answers it. */
interface Open {
  readonly cell: OrderCell;
  readonly order: OrderContext;
  readonly part: Fulfillment;
  readonly offer: Offer;
  readonly location: LocationId;
}

export function answerOffer(core: Core, command: OfferCommand, atMs: number): Handled {
  const { orderId, fulfillmentId, location } = command.body;
  const cell = core.world.order(orderId);
  const order = cell?.snapshot?.context;
  const part = order === undefined ? undefined : findFulfillment(order, fulfillmentId);
  const offer = part?.offer;
  // Whoever is not asked is not told whether there is such an order.
  if (cell === undefined || order === undefined || !askedFor(part).includes(location)) {
    const detail = `${orderId}/${fulfillmentId} is not offered to ${location}, or not any more`;
    return refuse('not-offered', detail, 'body.location');
  }
  const open = { cell, order, part: must(part, 'a part'), offer: must(offer, 'an offer'), location };
  const rejection =
    command.kind === 'offer.accept' ? accept(core, open, command.by, atMs) : decline(core, open, command, atMs);
  return rejection === undefined ? done(orderAnswer(must(cell.snapshot, 'an order'))) : refused(rejection);
}

function accept(core: Core, open: Open, by: string, atMs: number): Rejection | undefined {
  const { cell, order, part, offer, location } = open;
  const answer = { state: 'accepted', location } as const;
  if (location !== part.location) return claimFor(core, order, part, location, { by, answer }, atMs);
  const { fulfillmentId } = part;
  const offers = [{ fulfillmentId, offer: { ...offer, others: [], ended: 'accepted' as const } }];
  return tellOrder(core, cell, { type: 'order.offer', offers, answer, atMs });
}

function decline(
  core: Core, { cell, part, offer, location }: Open, { body, by }: CommandOf<'offer.decline'>, atMs: number,
): Rejection | undefined {
  const { reason, forMs = policyMs(core, part) } = body;
  const { fulfillmentId } = part;
  const answer = { state: 'declined', location } as const;
  const declined = { location, untilMs: atMs + forMs };
  if (location !== part.location) {
    const others = offer.others.filter((one) => one !== location);
    const offers = [{ fulfillmentId, offer: { ...offer, others } }];
    return tellOrder(core, cell, { type: 'order.offer', offers, answer, declined: [declined], atMs });
  }
  const takings = [{ fulfillmentId, units: part.lines }];
  const cause: Cause = { kind: 'rejected', from: [fulfillmentId], by, reason };
  const message = { type: 'order.withdraw', takings, declined, isRejected: true, answer, atMs } as const;
  return tellOrder(core, cell, message, { cause });
}

const policyMs = ({ world }: Core, { location }: Fulfillment): number =>
  world.locations.get(location)?.snapshot?.context.offer?.declinedForMs ?? declinedMs;

/**
 * The time of an offer is over. All who were asked are not asked again for a while; others are, if they have all of it.
 * Else the location that has the units is told to start as any other.
 */
export function offerOver(core: Core, cell: OrderCell, part: Fulfillment, atMs: number): Rejection | undefined {
  const order = must(cell.snapshot, 'an order that exists').context;
  const { fulfillmentId, location, lines: units } = part;
  const untilMs = atMs + policyMs(core, part);
  const declined = askedFor(part).map((one) => ({ location: one, untilMs }));
  const plan = planned(core, asWaiting(alsoDeclined(order, declined, atMs), units), atMs);
  if (!isWhole(plan)) {
    const ended = { ...must(part.offer, 'an offer'), others: [], ended: 'assigned' as const };
    const answer = { state: 'assigned', location } as const;
    return tellOrder(core, cell, { type: 'order.offer', offers: [{ fulfillmentId, offer: ended }], answer, atMs });
  }
  const takings = [{ fulfillmentId, units }];
  const cause: Cause = { kind: 'not-accepted', from: [fulfillmentId] };
  const [first, ...others] = declined;
  const answer = { state: 'expired' } as const;
  const who = { declined: first, others, isRejected: false, answer };
  const message = { type: 'order.withdraw', takings, ...who, atMs } as const;
  return tellOrder(core, cell, message, { plan, cause });
}

/** The first part of an order of which the offer is over. */
export const overOffer = ({ fulfillments }: OrderContext, atMs: number): Fulfillment | undefined =>
  fulfillments.find((part) => isOffered(part) && (part.offer?.untilMs ?? Infinity) <= atMs);
