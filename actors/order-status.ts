/** Where a part of an order stands, in the words that commerce systems use for fulfillment orders. Derived. */
import type { Fulfillment, FulfillmentStatus } from './fulfillment.ts';
import { isOffered } from './offer.ts';
import type { OrderContext } from './order-context.ts';
import { isKept } from './order-holds.ts';

export function statusOf(order: Pick<OrderContext, 'holds'>, part: Fulfillment): FulfillmentStatus {
  switch (part.state) {
    case 'open':
      return isKept(order, part) ? 'on-hold' : 'scheduled';
    case 'released':
      if (isKept(order, part)) return 'on-hold';
      if (isOffered(part)) return 'scheduled';
      return part.overdue === true ? 'incomplete' : 'open';
    case 'picking':
      return 'in-progress';
    case 'shipped':
    case 'delivered':
      return 'closed';
    case 'cancelled':
      return 'cancelled';
  }
}
