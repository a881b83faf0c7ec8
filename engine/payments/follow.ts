/**
 * What payments do to their order: it is held while less may be taken than is due, where its channel wants that; its
 * parcels ask for their money when they leave.
 */
import { delayMsMax } from '../../actors/limits.ts';
import type { FulfillmentId, HoldId, OrderId } from '../../actors/ids.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { holdRefusal } from '../../actors/order-checks.ts';
import { dueNowMinor, partMinor, placedWorthMinor } from '../../actors/payment-due.ts';
import { ended, warned } from '../../actors/payment-steps.ts';
import { leftMinor, sumsOf, type OrderPayments, type PaymentEvent } from '../../actors/payments.ts';
import type { Rejection } from '../../actors/rejection.ts';
import { assert, must } from '../assert.ts';
import type { OrderCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';

/** The hold that an order waits for its payment with, and who sets it. */
export const paymentHold = 'payment' as HoldId;
export const paymentHolder = 'payments';

/** How long an order waits for its payment before that is a case. */
export const patienceMsDefault = 3_600_000;

export const dueReason = (dueMinor: number): string => `${dueMinor} minor units are due`;

/** States of an order that may still be kept from being picked. */
const standing: ReadonlySet<string> = new Set(['allocated', 'released', 'picking', 'backordered', 'exception']);

/** Hold an order whose payment is short, or let one go on that is covered. Returns why not: a bug. */
export function followPayments(core: Core, orderId: OrderId, atMs: number): Rejection | undefined {
  const doc = core.world.payments.look(orderId);
  if (doc === undefined || !doc.awaited) return undefined;
  const order = must(core.world.order(orderId), 'the order of payments');
  const { context, value } = must(order.snapshot, 'an order that exists');
  const dueMinor = dueNowMinor(doc.dueMinor, context);
  const isCovered = sumsOf(doc, dueMinor).authorisedMinor >= dueMinor;
  const hold = context.holds?.find(({ holdId }) => holdId === paymentHold);
  if (!isCovered) {
    const mayBeHeld = hold === undefined && standing.has(value);
    return mayBeHeld ? holdFor(core, order, context, dueMinor, atMs) : undefined;
  }
  if (hold?.by !== paymentHolder) return undefined;
  return tellOrder(core, order, { type: 'order.unhold', holdIds: [paymentHold], ended: false, atMs });
}

function holdFor(core: Core, order: OrderCell, context: OrderContext, dueMinor: number, atMs: number) {
  const hold = { holdId: paymentHold, reason: dueReason(dueMinor), by: paymentHolder, sinceMs: atMs };
  // An order with as many holds as there may be is held all the same.
  if (holdRefusal(context, hold, atMs) !== undefined) return undefined;
  return tellOrder(core, order, { type: 'order.hold', hold, atMs });
}

/** What was due for an order when it was placed. */
export function placedMinor({ world }: Core, order: OrderContext): number {
  const { orderId } = order;
  const known = world.payments.look(orderId)?.dueMinor ?? world.intakes.details.get(orderId)?.totals?.totalMinor;
  return known ?? placedWorthMinor(order);
}

/** A parcel left: it asks for what it is worth, where its channel wants that. */
export function wantCapture(core: Core, orderId: OrderId, fulfillmentId: FulfillmentId): void {
  const doc = core.world.payments.look(orderId);
  if (doc === undefined || !doc.captureOnShip) return;
  const { context } = must(core.world.look(orderId), 'the order of payments');
  const left = Math.max(0, dueNowMinor(doc.dueMinor, context) - doc.wantedMinor);
  const amountMinor = partMinor(context, fulfillmentId, left);
  if (amountMinor === 0) return;
  const { channel, currency } = doc;
  keepPayments(core, { ...doc, wantedMinor: doc.wantedMinor + amountMinor });
  core.changes.publish([{ kind: 'capture.wanted', orderId, channel, fulfillmentId, amountMinor, currency }]);
}

export function keepPayments(core: Core, doc: OrderPayments): void {
  core.changes.set(core.world.payments.cell(doc.orderId), { value: 'put', context: doc });
}

/** A time has come for payments of an order: what expires has expired, what does soon is told. */
export function paymentDue(core: Core, orderId: OrderId, atMs: number): Rejection | undefined {
  const before = core.world.payments.look(orderId);
  if (before === undefined) return undefined;
  const { context } = must(core.world.look(orderId), 'the order of payments');
  const dueMinor = dueNowMinor(before.dueMinor, context);
  let doc = before;
  for (const payment of before.payments) {
    const { paymentId, expiresAtMs = Infinity, state } = payment;
    if (state !== 'authorised' || expiresAtMs - before.warnMs > atMs) continue;
    const head = { orderId, channel: doc.channel, paymentId };
    const left = leftMinor(payment);
    let event: PaymentEvent;
    if (expiresAtMs <= atMs) {
      const next = ended(doc, payment, 'expired');
      assert(!('code' in next), 'what is authorised can expire');
      doc = next;
      const { state: now } = sumsOf(doc, dueMinor);
      event = { kind: 'payment.changed', ...head, cause: 'expired', amountMinor: left, state: now };
    } else if (payment.warned !== true) {
      doc = warned(doc, payment);
      event = { kind: 'payment.expiring', ...head, leftMinor: left, expiresAtMs };
    } else continue;
    core.changes.publish([event]);
  }
  if ((doc.patientUntilMs ?? Infinity) <= atMs) {
    const isCovered = sumsOf(doc, dueMinor).authorisedMinor >= dueMinor;
    doc = { ...doc, patientUntilMs: undefined, isPending: isCovered ? undefined : true };
  }
  if (doc === before) return undefined;
  keepPayments(core, doc);
  return followPayments(core, orderId, atMs);
}

/** Whether an authorisation may expire then. */
export const mayExpire = (expiresAtMs: number, atMs: number): boolean =>
  expiresAtMs > atMs && expiresAtMs <= atMs + delayMsMax;
