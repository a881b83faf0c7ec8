/** Whether parts of an order can be put together otherwise, judged before the machine is told. Pure. */
import type { Fulfillment } from './fulfillment.ts';
import type { FulfillmentId } from './ids.ts';
import { partsMax } from './limits.ts';
import { unitsToMove } from './order-checks.ts';
import { isOffered } from './offer.ts';
import type { OrderContext } from './order-context.ts';
import { findFulfillment, isUntouched, type Taking } from './order-takings.ts';
import { reject, type Rejection } from './rejection.ts';
import type { LineUnits } from './vocabulary.ts';

/** What a new part is to have, or why it cannot be. */
export type Regrouping = { readonly takings: readonly Taking[]; readonly lines: readonly LineUnits[] };

/** Units of a part that are to leave in a parcel of their own. */
export function splitOf(
  order: OrderContext, part: Fulfillment, asked: readonly LineUnits[],
): Regrouping | Rejection {
  const refused = partRefusal(order, part);
  if (refused !== undefined) return refused;
  const units = unitsToMove(order, part.fulfillmentId, asked);
  if ('code' in units) return units;
  const taken = new Map(units.map(({ lineId, quantity }) => [lineId, quantity]));
  if (part.lines.every(({ lineId, quantity }) => taken.get(lineId) === quantity)) {
    return reject('contradiction', `nothing would be left of fulfillment ${part.fulfillmentId}`, 'body.lines');
  }
  return { takings: [{ fulfillment: part, units }], lines: units };
}

/** Parts that are to leave in one parcel. */
export function mergeOf(order: OrderContext, ids: readonly FulfillmentId[]): Regrouping | Rejection {
  const takings: Taking[] = [];
  const sums = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    const field = `body.fulfillmentIds[${index}]`;
    const part = findFulfillment(order, id);
    if (part === undefined) {
      return reject('unknown-fulfillment', `order ${order.orderId} has no fulfillment ${id}`, field);
    }
    const refused = partRefusal(order, part);
    if (refused !== undefined) return { ...refused, field };
    if (part.holds !== undefined) return reject('on-hold', `fulfillment ${id} is held by itself`, field);
    const first = takings[0]?.fulfillment ?? part;
    if (part.location !== first.location || part.state !== first.state) {
      return reject('contradiction', `fulfillment ${id} is ${part.state} at ${part.location}`, field);
    }
    takings.push({ fulfillment: part, units: part.lines });
    for (const { lineId, quantity } of part.lines) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  }
  const lines = order.lines.flatMap(({ lineId }) => {
    const quantity = sums.get(lineId);
    return quantity === undefined ? [] : [{ lineId, quantity }];
  });
  return { takings, lines };
}

/** Why a part cannot be put together otherwise. */
function partRefusal(order: OrderContext, part: Fulfillment): Rejection | undefined {
  const { fulfillmentId: id, state, cancelling } = part;
  if (!isUntouched(part)) return reject('wrong-state', `fulfillment ${id} is ${state}: its parcel is what it is`);
  if (cancelling !== undefined) return reject('wrong-state', `a cancellation of fulfillment ${id} is not answered yet`);
  if (isOffered(part)) return reject('wrong-state', `fulfillment ${id} is offered, and nobody has accepted it yet`);
  if (order.batch !== undefined) return reject('wrong-state', `order ${order.orderId} waits to be sourced with others`);
  if (order.fulfillments.length < partsMax) return undefined;
  return reject('over-limit', `order ${order.orderId} has had ${partsMax} fulfillments`);
}
