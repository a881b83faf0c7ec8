/** What is told of payments, drawn for the orders as the shadow has them. */
import type { CommandKind } from '../../actors/commands.ts';
import type { Draw, Names } from './bodies.ts';
import type { Rng } from './rng.ts';
import { returnsOf } from './shadow/return-facts.ts';
import { dueOf, sumsOf, worthOf } from './shadow/payments.ts';
import type { Shadow } from './shadow/state.ts';

type PaymentKind = Extract<CommandKind, `payment.${string}`>;

export const paymentDraws: Record<PaymentKind, Draw> = {
  'payment.authorise': (rng, names, shadow) => {
    const id = drawOrder(rng, names, shadow, false);
    const order = shadow.orders.get(id);
    const due = order === undefined ? 1 : dueOf(order, shadow.intake.payments.get(id)?.placedMinor ?? worthOf(order));
    return {
      orderId: id,
      paymentId: `p${rng.chance(0.9) ? (shadow.intake.payments.get(id)?.payments.length ?? 0) : rng.below(4)}`,
      amountMinor: Math.max(1, rng.chance(0.7) ? due : Math.floor(due / 2)),
      currency: rng.chance(names.settings.nonsenseShare / 4) ? 'USD' : 'EUR',
      ...(rng.chance(0.6) ? { expiresAtMs: names.now() + rng.pick([1, 500, 60_000, 60_000, 3_600_000, rng.chance(names.settings.nonsenseShare) ? 0 : 5_000]) } : {}),
      ...(rng.chance(0.3) ? { method: 'card', reference: 'ch_1' } : {}),
    };
  },
  'payment.capture': (rng, names, shadow) => {
    const ref = drawRef(rng, names, shadow);
    return { ...ref, amountMinor: drawMinor(rng, leftFor(shadow, ref)) };
  },
  'payment.fail': (rng, names, shadow) => {
    if (rng.chance(0.4)) return { ...drawRef(rng, names, shadow), reason: 'declined' };
    const { orderId, paymentId, reason, ...refund } = drawRefund(rng, names, shadow);
    return { orderId, paymentId, refund, reason };
  },
  'payment.void': (rng, names, shadow) => ({ ...drawRef(rng, names, shadow), reason: 'not wanted' }),
  'payment.refund': drawRefund,
};

function drawRefund(rng: Rng, names: Names, shadow: Shadow) {
  const taken = [...shadow.intake.payments].flatMap(([orderId, { payments }]) =>
    payments.flatMap((one) => (one.taken.length > 0 ? [{ orderId, paymentId: one.paymentId }] : [])));
  const ref = taken.length > 0 && rng.chance(0.7) ? rng.pick(taken.slice(-10)) : drawRef(rng, names, shadow);
  const ofOrder = returnsOf(shadow, ref.orderId);
  const isFor = ofOrder.length > 0 && rng.chance(0.6);
  return { ...ref, amountMinor: drawMinor(rng, leftFor(shadow, ref)), ...(isFor ? { returnId: rng.pick(ofOrder).id } : rng.chance(0.02) ? { returnId: 'r1' } : {}), reason: 'sent back' };
}

/** Mostly what can be, at times too much. */
const drawMinor = (rng: Rng, most: number): number => Math.max(1, rng.chance(0.4) ? most : rng.between(1, Math.max(1, most) + (rng.chance(0.1) ? 1 : 0)));

function leftFor(shadow: Shadow, { orderId }: { readonly orderId: string }): number {
  const doc = shadow.intake.payments.get(orderId);
  if (doc === undefined) return 1;
  const { authorisedMinor, capturedMinor, refundedMinor } = sumsOf(doc, 0);
  return authorisedMinor > capturedMinor ? authorisedMinor - capturedMinor : capturedMinor - refundedMinor;
}

function drawOrder(rng: Rng, { orders, settings }: Names, shadow: Shadow, isPaid: boolean): string {
  if (orders.length === 0 || rng.chance(settings.nonsenseShare / 4)) return 'nobody';
  const all = isPaid ? [...shadow.intake.payments].filter(([, { payments }]) => payments.length > 0).map(([id]) => id) : [...shadow.orders.keys()];
  return all.length === 0 ? 'nobody' : rng.pick(all.slice(rng.chance(0.8) ? -20 : 0));
}

function drawRef(rng: Rng, names: Names, shadow: Shadow): { readonly orderId: string; readonly paymentId: string } {
  const orderId = drawOrder(rng, names, shadow, rng.chance(0.95));
  const payments = shadow.intake.payments.get(orderId)?.payments ?? [];
  const isNone = payments.length === 0 || rng.chance(names.settings.nonsenseShare / 4);
  return { orderId, paymentId: isNone ? 'none' : rng.pick(payments.slice(-2)).paymentId };
}
