/**
 * What the engine knows to be wrong with an order or a carrier, as the world stands: from what carriers told of its
 * parcels, what was told of its payments, and the doubts it was taken in with. Pure; settle.ts compares it before and
 * after a command.
 */
import type { CaseCode } from '../../actors/case-kinds.ts';
import type { PromiseWatch } from '../../actors/jeopardy.ts';
import { delayHours, type LaneStats } from '../../actors/lanes.ts';
import type { Fulfillment } from '../../actors/vocabulary.ts';
import type { OrderId } from '../../actors/ids.ts';
import type { Hold } from '../../actors/order-holds.ts';
import type { OrderContext } from '../../actors/order-context.ts';
import { dueNowMinor } from '../../actors/payment-due.ts';
import { leftMinor, sumsOf, type OrderPayments } from '../../actors/payments.ts';
import { trackingKey, type Parcel } from '../../actors/tracking.ts';
import type { ReturnContext } from '../../actors/return-context.ts';
import { toCome, uninspectedUnits } from '../../actors/return-units.ts';
import type { ParcelStatus } from '../../actors/tracking-commands.ts';
import type { CarrierCell } from '../cells.ts';
import { holder } from '../intake/take-in.ts';
import { paymentHolder } from '../payments/follow.ts';

/** One thing that is wrong. The same thing again has the same source; another one of the kind has another. */
export interface Trouble {
  readonly code: CaseCode;
  readonly source: string;
  readonly cause: string;
}

/** What is looked at of an order: as it stands, or as it stood before a command. */
export interface Sight {
  readonly order: OrderContext | undefined;
  readonly payments: OrderPayments | undefined;
  readonly promise: PromiseWatch | undefined;
  /** The parcel with a number, whosever it is. */
  parcel(key: string): Parcel | undefined;
  /** Another order, that stands for a parcel of it. */
  other(id: OrderId): OrderContext | undefined;
}

const ofStatus: Partial<Record<ParcelStatus, CaseCode>> = {
  'attempt-failed': 'ATTEMPT_FAILED',
  exception: 'DELIVERY_EXCEPTION',
  damaged: 'DELIVERY_EXCEPTION',
  returning: 'DELIVERY_EXCEPTION',
  returned: 'DELIVERY_EXCEPTION',
  lost: 'LOST',
};
const ofAlarm = { 'no-first-scan': 'NO_FIRST_SCAN', silent: 'TRANSIT_STALLED' } as const;
const ofDoubt: Readonly<Record<string, CaseCode>> = {
  address: 'ADDRESS_INVALID', 'big-order': 'BULK_BUY', 'bulk-buy': 'BULK_BUY', repeat: 'INTAKE_DUPLICATE',
};

/** Whether a hold is there because of what a kind of case is about: as long as it is, no other one is needed. */
export function isHoldOf(code: CaseCode, { holdId, by }: Hold): boolean {
  if (by === holder) return ofDoubt[holdId] === code;
  return by === paymentHolder && (code === 'PAYMENT_FAILED' || code === 'PAYMENT_PENDING');
}

/** Whether a parcel gives any trouble: of others nothing further is looked at. */
export const isTroubled = ({ alarm, status }: Parcel): boolean => alarm !== undefined || ofStatus[status] !== undefined;

/** Whether payments may give any: of others nothing further is looked at. */
export const isDoubtful = ({ payments, isPending }: OrderPayments): boolean =>
  isPending === true ||
  payments.some((one) => one.warned === true || isOver(one.state) || one.refundFailed !== undefined);

const isOver = (state: string): boolean => state === 'failed' || state === 'expired' || state === 'voided';

/** All that is known to be wrong with an order. */
export function troublesOf(sight: Sight): readonly Trouble[] {
  const { order, payments } = sight;
  if (order === undefined) return [];
  const all: Trouble[] = [];
  for (const hold of order.holds ?? []) doubt(hold, all);
  if (payments !== undefined) unpaid(payments, dueNowMinor(payments.dueMinor, order), all);
  if (sight.promise !== undefined) promised(sight.promise, all);
  for (const part of order.fulfillments) if (part.state === 'shipped') onItsWay(order, part, sight, all);
  return all;
}

function doubt({ holdId, by, reason }: Hold, all: Trouble[]): void {
  const code = by === holder ? ofDoubt[holdId] : undefined;
  if (code !== undefined) all.push({ code, source: holdId, cause: reason });
}

/** Money that was to come and does not: only where its channel asked for it; and what is about to be lost. */
function unpaid(doc: OrderPayments, dueMinor: number, all: Trouble[]): void {
  const { authorisedMinor, capturedMinor } = sumsOf(doc, dueMinor);
  const last = doc.payments.at(-1);
  if (doc.awaited && authorisedMinor < dueMinor && last !== undefined && isOver(last.state)) {
    const why = last.reason === undefined ? '' : `: ${last.reason}`;
    const cause = `payment ${last.paymentId} ${last.state}${why}`;
    all.push({ code: 'PAYMENT_FAILED', source: last.paymentId, cause });
  } else if (doc.awaited && authorisedMinor < dueMinor && doc.isPending === true) {
    all.push({ code: 'PAYMENT_PENDING', source: 'payment', cause: `${dueMinor} minor units are due, and nobody pays` });
  }
  for (const { paymentId, refundFailed } of doc.payments) {
    if (refundFailed === undefined) continue;
    const { amountMinor, reason } = refundFailed;
    const cause = `${amountMinor} minor units of payment ${paymentId} are not given back: ${reason}`;
    all.push({ code: 'REFUND_FAILED', source: paymentId, cause });
  }
  if (capturedMinor >= dueMinor) return;
  for (const payment of doc.payments) {
    if (payment.state !== 'authorised' || payment.warned !== true) continue;
    const cause = `payment ${payment.paymentId} expires with ${leftMinor(payment)} minor units left to take`;
    all.push({ code: 'AUTH_EXPIRING', source: payment.paymentId, cause });
  }
}

function promised({ state, missPercent, late }: PromiseWatch, all: Trouble[]): void {
  const source = 'promise';
  if (state === 'breached') all.push({ code: 'PROMISE_BREACHED', source, cause: 'it was not there by its date' });
  if (state === 'at-risk') {
    all.push({ code: 'PROMISE_JEOPARDY', source, cause: `it misses its date with a chance of ${missPercent ?? 0} %` });
  }
  for (const id of late) {
    all.push({ code: 'CUTOFF_MISSED', source: id, cause: `part ${id} has not left by its cut-off` });
  }
}

/** Whether another order is sent for a parcel. One that was called off does not count. */
export function isReplaced({ replaced }: Parcel, other: Sight['other']): boolean {
  const order = replaced === undefined ? undefined : other(replaced.orderId);
  return order?.lines.some(({ cancelled, quantity }) => cancelled < quantity) === true;
}

/** The kinds of trouble a parcel gives. */
export function codesOf({ alarm, status }: Parcel): readonly CaseCode[] {
  const all: CaseCode[] = alarm === undefined ? [] : [ofAlarm[alarm.kind]];
  const code = ofStatus[status];
  if (code !== undefined) all.push(code);
  return all;
}

function onItsWay(
  { orderId }: OrderContext, { carrier, tracking, fulfillmentId }: Fulfillment, sight: Sight, all: Trouble[],
): void {
  if (carrier === undefined || tracking === undefined) return;
  const source = trackingKey(carrier, tracking);
  const parcel = sight.parcel(source);
  // Its number may be another parcel’s by now.
  if (parcel === undefined || parcel.orderId !== orderId || parcel.fulfillmentId !== fulfillmentId) return;
  if (isReplaced(parcel, sight.other)) return;
  const why = parcel.code === undefined ? '' : ` (${parcel.code})`;
  for (const code of codesOf(parcel)) {
    const what = code === ofStatus[parcel.status] ? `${parcel.status}${why}` : 'nothing is scanned in time';
    all.push({ code, source, cause: `${carrier} ${tracking}: ${what}` });
  }
}

/** What came of a return otherwise than it was asked for, until it is inspected; and what does not come. */
export function returnTroubles(context: ReturnContext | undefined): readonly Trouble[] {
  let [damaged, unasked] = [0, 0];
  for (const line of context?.lines ?? []) {
    for (const one of line.uninspected) damaged += one.damaged;
    if (line.orderLineId === undefined) unasked += uninspectedUnits(line);
  }
  const all: Trouble[] = [];
  if (context?.isOverdue === true && toCome(context) > 0) {
    all.push({ code: 'RETURN_OVERDUE', source: '', cause: 'nothing of it is heard for too long' });
  }
  if (damaged > 0) all.push({ code: 'RETURN_DAMAGED', source: '', cause: 'units came damaged' });
  if (unasked > 0) all.push({ code: 'RETURN_MISMATCH', source: '', cause: 'units came that were not asked for' });
  return all;
}

/** The carrier of a lane. */
export const carrierOfLane = (laneId: string): string => laneId.slice(0, laneId.indexOf('/'));

export const lateLane = (laneId: string, stats: LaneStats): Trouble =>
  ({ code: 'LANE_DELAY', source: laneId, cause: `${laneId}: ${delayHours(stats)} hours later than usual` });

/** All that a carrier says of itself, or its calls do: shut, a circuit open, destinations it does not take now. */
export function carrierTroubles(snapshot: CarrierCell['snapshot']): readonly Trouble[] {
  if (snapshot === undefined) return [];
  const { value, context } = snapshot;
  const all: Trouble[] = [];
  if (value === 'suspended') {
    all.push({ code: 'CARRIER_OUTAGE', source: '', cause: context.reason || 'it was suspended' });
  }
  for (const service of context.health?.cut ?? []) {
    all.push({ code: 'CARRIER_OUTAGE', source: service, cause: `too many calls for ${service} failed` });
  }
  for (const { embargoId, reason } of context.health?.embargoes ?? []) {
    all.push({ code: 'LANE_DELAY', source: `embargo ${embargoId}`, cause: reason });
  }
  return all;
}
