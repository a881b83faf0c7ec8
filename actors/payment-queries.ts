/** Queries on payments. Composed in queries.ts. */
import { Type } from 'typebox';
import { exact, OrderIdSchema } from './schemas.ts';

export const paymentQueries = {
  /** What is known of the payment of an order; null when nothing was asked of it or told. */
  'payment.get': Type.Object({ orderId: OrderIdSchema }, exact),
} as const;
