/** The cell of an order's payments. */
import type { OrderId } from '../../actors/ids.ts';
import { paymentsDueAtMs, type OrderPayments } from '../../actors/payments.ts';
import type { Marks } from '../cells.ts';
import type { Snapshot } from '../step.ts';

export interface PaymentCell extends Marks {
  readonly kind: 'payment';
  readonly id: OrderId;
  /** Undefined while nothing is known of them. */
  snapshot: Snapshot<OrderPayments> | undefined;
  unsaved: number;
}

const fresh = { snapshot: undefined, commandMark: 0, turnMark: 0, batchMark: 0, unsaved: 0 };

export const paymentCell = (id: OrderId): PaymentCell => ({ kind: 'payment', id, ...fresh });

/** Whether something of them happens by itself: those stay in memory, under keys that recovery reads. */
export const isTimed = (payments: OrderPayments): boolean => paymentsDueAtMs(payments) !== undefined;
