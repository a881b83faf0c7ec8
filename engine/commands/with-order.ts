/** The order or part a command is about: found, or why the command is refused. */
import type { FulfillmentId, OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { findFulfillment } from '../../actors/order-takings.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import type { OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { refuse, type Handled } from './handled.ts';

/** Find the order of a command and go on with it. */
export function withOrder(core: Core, id: OrderId, go: (order: OrderCell, context: OrderContext) => Handled): Handled {
  const order = core.world.order(id);
  if (order?.snapshot === undefined) return refuse('unknown-order', `no order ${id}`, 'body.orderId');
  return go(order, order.snapshot.context);
}

/** The same for one of its parts. */
export function withPart(
  core: Core,
  { orderId, fulfillmentId }: { readonly orderId: OrderId; readonly fulfillmentId: FulfillmentId },
  go: (order: OrderCell, context: OrderContext, part: Fulfillment) => Handled,
): Handled {
  return withOrder(core, orderId, (order, context) => {
    const part = findFulfillment(context, fulfillmentId);
    if (part !== undefined) return go(order, context, part);
    return refuse('unknown-fulfillment', `order ${orderId} has no fulfillment ${fulfillmentId}`, 'body.fulfillmentId');
  });
}
