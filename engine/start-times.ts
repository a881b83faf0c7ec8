/** Until when locations are to begin what they were told to pick: by their limit, within their hours. */
import type { LocationId } from '../actors/ids.ts';
import { isOffered } from '../actors/offer.ts';
import type { OrderContext, OrderMessage } from '../actors/order-context.ts';
import { isKept } from '../actors/order-holds.ts';
import { placeOf } from './promise/places.ts';
import type { World } from './world.ts';

type StartBy = Extract<OrderMessage, { type: 'order.timed' }>['startBy'];

/** The parts of which the time began to run with what happened to their order, or runs no more as it is held now. */
export function startTimes(
  world: World,
  before: OrderContext,
  after: OrderContext,
  atMs: number,
): StartBy {
  return after.fulfillments.flatMap((part, index): StartBy => {
    const { fulfillmentId, location, state, startByMs } = part;
    if (isOffered(part)) return [];
    const isHeld = isKept(after, part);
    if (state !== 'released' || (startByMs === undefined) === isHeld) return [];
    if (isHeld) return [{ fulfillmentId, startByMs: undefined }];
    const was = before.fulfillments[index];
    const wasToldBefore = was?.state === 'released' && !isOffered(was) && !isKept(before, was);
    const nextMs = wasToldBefore ? undefined : startByAt(world, location, atMs);
    return nextMs === undefined ? [] : [{ fulfillmentId, startByMs: nextMs }];
  });
}

/** Undefined: it has no limit, or never works. */
function startByAt({ locations }: World, id: LocationId, atMs: number): number | undefined {
  const card = locations.get(id)?.snapshot?.context;
  if (card?.startWithinMs === undefined) return undefined;
  const place = placeOf(card);
  return place === undefined ? atMs + card.startWithinMs : place.workedMs(atMs, card.startWithinMs);
}
