/** Until when locations are to begin what they were told to pick: by their limit, within their hours. */
import type { LocationId } from '../actors/ids.ts';
import type { OrderContext, OrderMessage } from '../actors/order-context.ts';
import { placeOf } from './promise/places.ts';
import type { World } from './world.ts';

type StartBy = Extract<OrderMessage, { type: 'order.timed' }>['startBy'];

/** The parts of which the time began to run with what happened to their order, or runs no more as it is held now. */
export function startTimes(
  world: World,
  before: OrderContext,
  { fulfillments, holds }: OrderContext,
  atMs: number,
): StartBy {
  return fulfillments.flatMap(({ fulfillmentId, location, state, startByMs }, index): StartBy => {
    if (state !== 'released' || (startByMs === undefined) === (holds !== undefined)) return [];
    if (holds !== undefined) return [{ fulfillmentId, startByMs: undefined }];
    const wasToldBefore = before.fulfillments[index]?.state === 'released' && before.holds === undefined;
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
