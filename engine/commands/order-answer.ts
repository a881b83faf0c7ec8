/** Where an order stands: the answer to every command on one. */
import type { OrderContext } from '../../actors/order-context.ts';
import { waitingUnits } from '../../actors/order-lines.ts';
import type { OrderState } from '../../actors/order-states.ts';
import type { OrderAnswer } from '../../actors/vocabulary.ts';
import type { Snapshot } from '../step.ts';

export function orderAnswer({ value, context }: Snapshot<OrderContext>): OrderAnswer {
  return {
    orderId: context.orderId,
    state: value as OrderState,
    fulfillments: context.fulfillments,
    backordered: waitingUnits(context),
  };
}
