/** Answers about payments. */
import type { OrderId } from '../../actors/ids.ts';
import { dueNowMinor } from '../../actors/payment-due.ts';
import { sumsOf, type PaymentView } from '../../actors/payments.ts';
import { must } from '../assert.ts';
import type { World } from '../world.ts';

export function paymentView(world: World, orderId: OrderId): PaymentView | null {
  const doc = world.payments.look(orderId);
  if (doc === undefined) return null;
  const dueMinor = dueNowMinor(doc.dueMinor, must(world.look(orderId), 'the order of payments').context);
  return { ...doc, dueMinor, ...sumsOf(doc, dueMinor) };
}
