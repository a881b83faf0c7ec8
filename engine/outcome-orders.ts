/** What questions about orders are answered with. */
import type { OrderId } from '../actors/ids.ts';
import type { OrderState } from '../actors/order-states.ts';
import type { OrderView } from '../actors/vocabulary.ts';

export interface OrderCounts {
  readonly byState: Readonly<Partial<Record<OrderState, number>>>;
  /** Open orders with at least one fulfillment there that has not left yet. */
  readonly byLocation: Readonly<Record<string, number>>;
  /** Open orders that are held. */
  readonly held: number;
}

export interface OrderAnswers {
  'order.get': OrderView | null;
  'order.list': { readonly orders: readonly OrderView[]; readonly next?: OrderId | undefined };
  /** `next`: where the next page begins; absent when there are no more. */
  'order.search': { readonly orders: readonly OrderView[]; readonly next?: string | undefined };
  'order.counts': OrderCounts;
}
