/** Commands on payments: facts that are told of an order, checked against those told before. */
import type { Command, CommandBody } from '../../actors/commands.ts';
import { cardNumberIn } from '../../actors/card-number.ts';
import { paymentsOfOrderMax, paymentWarnMsDefault } from '../../actors/limits.ts';
import { dueNowMinor } from '../../actors/payment-due.ts';
import type { ReturnId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { captured, ended, refunded, refundFailed } from '../../actors/payment-steps.ts';
import { leftMinor, sumsOf, type OrderPayments, type Payment, type PaymentAnswer } from '../../actors/payments.ts';
import type { PaymentEvent } from '../../actors/payments.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { must, unreachable } from '../assert.ts';
import { done, refuse, refused, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { followPayments, keepPayments, mayExpire, placedMinor } from './follow.ts';

export type PaymentCommand = Extract<Command, { readonly kind: `payment.${string}` }>;

export const isPaymentCommand = <C extends { readonly kind: string }>(
  command: C,
): command is Extract<C, PaymentCommand> => command.kind.startsWith('payment.');

type Cause = Extract<PaymentEvent, { kind: 'payment.changed' }>['cause'];

/** What a command does to the payments of its order. */
interface Told {
  readonly doc: OrderPayments;
  readonly cause: Cause;
  readonly amountMinor: number;
}

export function tellPayment(core: Core, command: PaymentCommand, atMs: number): Handled {
  const { body } = command;
  const { orderId, paymentId } = body;
  const order = core.world.look(orderId)?.context;
  if (order === undefined) return refuse('unknown-order', `no order ${orderId}`, 'body.orderId');
  const known = core.world.payments.look(orderId);
  const payment = known?.payments.find((one) => one.paymentId === paymentId);
  const unknown = unknownRefusal(core, command, payment);
  if (unknown !== undefined) return refused(unknown);
  const doc = known ?? newPayments(core, order);
  if (command.kind === 'payment.authorise' && doc.currency !== undefined && doc.currency !== command.body.currency) {
    return refuse('contradiction', `order ${orderId} is in ${doc.currency}`, 'body.currency');
  }
  const card = cardNumberIn(textsOf(body), 'body');
  if (card !== undefined) return refuse('card-data', 'this is the number of a payment card: it is not kept', card);
  const told = carriedOut(core, command, doc, payment, atMs);
  if ('code' in told) return refused(told);
  const dueMinor = dueNowMinor(doc.dueMinor, order);
  const sums = sumsOf(told.doc, dueMinor);
  // What came in time is waited for no more.
  const isCovered = sums.authorisedMinor >= dueMinor && told.doc.patientUntilMs !== undefined;
  keepPayments(core, isCovered ? { ...told.doc, patientUntilMs: undefined } : told.doc);
  core.changes.publish([{ ...headOf(told, body), kind: 'payment.changed', state: sums.state }]);
  const rejection = followPayments(core, orderId, atMs);
  const answer: PaymentAnswer = { orderId, dueMinor, ...sums };
  return rejection === undefined ? done(answer) : refused(rejection);
}

/** The return that a refund is for, made or not, and where that is said. */
function returnOf(body: PaymentCommand['body']): { readonly id: ReturnId; readonly field: string } | undefined {
  if ('returnId' in body && body.returnId !== undefined) return { id: body.returnId, field: 'body.returnId' };
  const id = 'refund' in body ? body.refund?.returnId : undefined;
  return id === undefined ? undefined : { id, field: 'body.refund.returnId' };
}

/** What of a command could hold a card's number: an instant has as many digits as one, and is none. */
const textsOf = (body: object): object =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'));

function headOf({ doc, cause, amountMinor }: Told, body: PaymentCommand['body']) {
  const { orderId, paymentId } = body;
  const more = {
    returnId: returnOf(body)?.id,
    reason: 'reason' in body ? body.reason : undefined,
  };
  return { orderId, channel: doc.channel, paymentId, cause, amountMinor, ...more };
}

function unknownRefusal(
  core: Core,
  { kind, body }: PaymentCommand,
  payment: Payment | undefined,
): Rejection | undefined {
  const { orderId, paymentId } = body;
  const of = returnOf(body);
  if (of !== undefined && core.world.returns.look(of.id)?.context.orderId !== orderId) {
    return reject('unknown-return', `order ${orderId} has no return ${of.id}`, of.field);
  }
  if (kind === 'payment.authorise') {
    const detail = `order ${orderId} has a payment ${paymentId}`;
    return payment === undefined ? undefined : reject('payment-exists', detail, 'body.paymentId');
  }
  // One that was declined at once was never authorised.
  if (payment !== undefined || (kind === 'payment.fail' && body.refund === undefined)) return undefined;
  return reject('unknown-payment', `order ${orderId} has no payment ${paymentId}`, 'body.paymentId');
}

/** Payments of an order of which nothing was known. */
function newPayments(core: Core, order: OrderContext): OrderPayments {
  const { orderId, channel, currency } = order;
  const dueMinor = placedMinor(core, order);
  const named = currency === undefined ? {} : { currency };
  const terms = { awaited: false, captureOnShip: false, warnMs: paymentWarnMsDefault };
  return { orderId, channel, ...named, ...terms, dueMinor, wantedMinor: 0, payments: [] };
}

function carriedOut(
  core: Core,
  { kind, body }: PaymentCommand,
  doc: OrderPayments,
  payment: Payment | undefined,
  atMs: number,
): Told | Rejection {
  const told = (next: OrderPayments | Rejection, cause: Cause, amountMinor: number): Told | Rejection =>
    'code' in next ? next : { doc: next, cause, amountMinor };
  const left = payment === undefined ? 0 : leftMinor(payment);
  switch (kind) {
    case 'payment.authorise':
      return told(authorised(doc, body, atMs), 'authorised', body.amountMinor);
    case 'payment.capture':
      return told(captured(doc, must(payment, 'a payment'), body.amountMinor), 'captured', body.amountMinor);
    case 'payment.fail':
      if (body.refund !== undefined) {
        const failed = { ...body.refund, reason: body.reason };
        const { amountMinor, returnId } = failed;
        const due = dueFor(core, returnId);
        return told(refundFailed(doc, must(payment, 'a payment'), failed, due), 'refund-failed', amountMinor);
      }
      if (payment === undefined) return told(added(doc, declined(body, atMs)), 'failed', 0);
      return told(ended(doc, payment, 'failed', body.reason), 'failed', left);
    case 'payment.void':
      return told(ended(doc, must(payment, 'a payment'), 'voided', body.reason), 'voided', left);
    case 'payment.refund': {
      const { returnId, amountMinor } = body;
      const due = dueFor(core, returnId);
      return told(refunded(doc, must(payment, 'a payment'), amountMinor, due), 'refunded', amountMinor);
    }
    default:
      return unreachable(kind);
  }
}

/** What is due to the customer for a return, where a refund is for one. */
function dueFor({ world }: Core, returnId: ReturnId | undefined) {
  if (returnId === undefined) return undefined;
  const { creditedMinor, debitedMinor } = must(world.returns.look(returnId), 'a return').context;
  return { returnId, dueMinor: creditedMinor - debitedMinor };
}

function authorised(
  doc: OrderPayments,
  body: CommandBody<'payment.authorise'>,
  atMs: number,
): OrderPayments | Rejection {
  const { paymentId, amountMinor, expiresAtMs, method, reference, currency } = body;
  if (expiresAtMs !== undefined && !mayExpire(expiresAtMs, atMs)) {
    return reject('over-limit', 'an authorisation expires later than now and within a year', 'body.expiresAtMs');
  }
  const named = { ...(expiresAtMs !== undefined && { expiresAtMs }), ...(method !== undefined && { method }) };
  const sums = { amountMinor, capturedMinor: 0, refundedMinor: 0 };
  const payment = { paymentId, state: 'authorised' as const, ...sums, sinceMs: atMs, ...named };
  return added({ ...doc, currency }, reference === undefined ? payment : { ...payment, reference });
}

const declined = ({ paymentId, reason }: CommandBody<'payment.fail'>, atMs: number): Payment => ({
  paymentId, state: 'failed', amountMinor: 0, capturedMinor: 0, refundedMinor: 0, sinceMs: atMs, reason,
});

function added(doc: OrderPayments, payment: Payment): OrderPayments | Rejection {
  if (doc.payments.length < paymentsOfOrderMax) return { ...doc, payments: [...doc.payments, payment] };
  return reject('over-limit', `an order has at most ${paymentsOfOrderMax} payments`, 'body.paymentId');
}
