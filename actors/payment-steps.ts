/** What each thing that is told of a payment does to it, or why it cannot be so: pure. */
import type { ReturnId } from './ids.ts';
import { leftMinor, type FailedRefund, type OrderPayments, type Payment } from './payments.ts';
import { reject, type Rejection } from './rejection.ts';

const put = (doc: OrderPayments, payment: Payment): OrderPayments => ({
  ...doc,
  payments: doc.payments.map((one) => (one.paymentId === payment.paymentId ? payment : one)),
});

const standsOtherwise = ({ paymentId, state }: Payment, what: string): Rejection =>
  reject('wrong-state', `payment ${paymentId} is ${state}: it cannot be ${what}`, 'body.paymentId');

/** So much of it was taken. */
export function captured(doc: OrderPayments, payment: Payment, amountMinor: number): OrderPayments | Rejection {
  if (payment.state !== 'authorised') return standsOtherwise(payment, 'captured');
  const left = leftMinor(payment);
  if (amountMinor > left) {
    return reject('not-enough', `${left} of payment ${payment.paymentId} may be taken`, 'body.amountMinor');
  }
  const capturedMinor = payment.capturedMinor + amountMinor;
  const state = amountMinor === left ? ('captured' as const) : payment.state;
  return put(doc, { ...payment, state, capturedMinor });
}

/** Nothing further can be taken of it. */
export function ended(
  doc: OrderPayments,
  payment: Payment,
  state: 'failed' | 'voided' | 'expired',
  reason?: string,
): OrderPayments | Rejection {
  if (payment.state !== 'authorised') return standsOtherwise(payment, state);
  return put(doc, { ...payment, state, ...(reason !== undefined && { reason }) });
}

/** It was told that it expires soon. */
export const warned = (doc: OrderPayments, payment: Payment): OrderPayments => put(doc, { ...payment, warned: true });

/**
 * So much was given back.
 * @param due what may be given back for a return, and which; undefined: it is for none.
 */
export function refunded(
  doc: OrderPayments,
  payment: Payment,
  amountMinor: number,
  due: { readonly returnId: ReturnId; readonly dueMinor: number } | undefined,
): OrderPayments | Rejection {
  const most = payment.capturedMinor - payment.refundedMinor;
  if (amountMinor > most) {
    return reject('over-paid', `${most} of payment ${payment.paymentId} can be given back`, 'body.amountMinor');
  }
  const made = { ...payment, refundedMinor: payment.refundedMinor + amountMinor };
  const next = put(doc, payment.refundFailed === undefined ? made : lessFailed(made, amountMinor, due?.returnId));
  if (due === undefined) return next;
  const { returnId, dueMinor } = due;
  const before = doc.returned?.find((one) => one.returnId === returnId)?.refundedMinor ?? 0;
  if (before + amountMinor > dueMinor) {
    return reject('over-paid', `${dueMinor - before} are still due for return ${returnId}`, 'body.amountMinor');
  }
  const others = (doc.returned ?? []).filter((one) => one.returnId !== returnId);
  return { ...next, returned: [...others, { returnId, refundedMinor: before + amountMinor }] };
}

/** What was not given back is less by what was since for the same, and never more than what can be. */
function lessFailed(payment: Payment, amountMinor: number, returnId: ReturnId | undefined): Payment {
  const { refundFailed, ...others } = payment;
  if (refundFailed === undefined) return payment;
  const left = refundFailed.amountMinor - (refundFailed.returnId === returnId ? amountMinor : 0);
  const most = Math.min(left, payment.capturedMinor - payment.refundedMinor);
  return most <= 0 ? others : { ...others, refundFailed: { ...refundFailed, amountMinor: most } };
}

/** So much was to be given back, which could have been, and was not. */
export function refundFailed(
  doc: OrderPayments, payment: Payment, failed: FailedRefund, due: Parameters<typeof refunded>[3],
): OrderPayments | Rejection {
  const would = refunded(doc, payment, failed.amountMinor, due);
  if ('code' in would) return { ...would, field: 'body.refund.amountMinor' };
  return put(doc, { ...payment, refundFailed: failed });
}
