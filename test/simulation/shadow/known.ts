/** What there is to know of trouble with orders and carriers, in the shadow: looked for everywhere, each time. */
import type { CaseCode } from '../../../actors/case-kinds.ts';
import { lateHours } from './lane-bins.ts';
import { isSentAgain, keyOf, standing } from './parcels-left.ts';
import { doubtsOf } from './payments.ts';
import { damagedOf, toComeOf, unseen, type ShadowReturn } from './return-facts.ts';
import type { Shadow, ShadowOrder } from './state.ts';

export interface Known {
  readonly code: CaseCode;
  readonly subject: string;
  readonly source: string;
  readonly cause: string;
  /** The number of a parcel, which may become another order’s. */
  readonly parcel?: string;
}

const intake: Record<string, CaseCode> = { address: 'ADDRESS_INVALID', 'big-order': 'BULK_BUY', 'bulk-buy': 'BULK_BUY', repeat: 'INTAKE_DUPLICATE' };
const statuses: Record<string, CaseCode> = {
  'attempt-failed': 'ATTEMPT_FAILED', lost: 'LOST',
  exception: 'DELIVERY_EXCEPTION', damaged: 'DELIVERY_EXCEPTION', returning: 'DELIVERY_EXCEPTION', returned: 'DELIVERY_EXCEPTION',
};

function ofOrder(shadow: Shadow, order: ShadowOrder): Known[] {
  const all: Known[] = [];
  const add = (code: CaseCode | undefined, source: string, cause: string, more: { parcel?: string } = {}): void => {
    if (code !== undefined) all.push({ code, subject: order.id, source, cause, ...more });
  };
  for (const { holdId, by, reason } of order.holds ?? []) if (by === 'intake') add(intake[holdId], holdId, reason);
  const doc = shadow.intake.payments.get(order.id);
  for (const { code, source, cause } of doc === undefined ? [] : doubtsOf(order, doc)) add(code, source, cause);
  const { state: stands, missPercent, late = [] } = shadow.promises.get(order.id) ?? {};
  if (stands === 'breached') add('PROMISE_BREACHED', 'promise', 'it was not there by its date');
  if (stands === 'at-risk') add('PROMISE_JEOPARDY', 'promise', `it misses its date with a chance of ${missPercent} %`);
  for (const part of late) add('CUTOFF_MISSED', part, `part ${part} has not left by its cut-off`);
  for (const [index, { state, carrier = '', tracking = '' }] of order.parts.entries()) {
    const key = keyOf(carrier, tracking);
    const parcel = shadow.parcels.get(key);
    if (state !== 'shipped' || parcel?.orderId !== order.id || parcel.part !== index || isSentAgain(shadow, parcel)) continue;
    const { status, code } = standing(parcel.told);
    const of = { parcel: key };
    if (parcel.alarm !== undefined) add(parcel.alarm.kind === 'silent' ? 'TRANSIT_STALLED' : 'NO_FIRST_SCAN', key, `${carrier} ${tracking}: nothing is scanned in time`, of);
    add(statuses[status], key, `${carrier} ${tracking}: ${status}${code === undefined ? '' : ` (${code})`}`, of);
  }
  return all;
}

function ofCarrier(shadow: Shadow, id: string): Known[] {
  const { isOpen, reason, health } = shadow.carriers.get(id) ?? { isOpen: true, reason: '' };
  const shut = isOpen ? [] : [{ code: 'CARRIER_OUTAGE' as const, source: '', cause: reason === '' ? 'it was suspended' : reason }];
  const circuits = (health?.circuits ?? []).filter(({ state }) => state === 'open');
  const cut = circuits.map(({ service }) => ({ code: 'CARRIER_OUTAGE' as const, source: service, cause: `too many calls for ${service} failed` }));
  const late = 'LANE_DELAY' as const;
  const embargoes = (health?.embargoes ?? []).map((one) => ({ code: late, source: `embargo ${one.embargoId}`, cause: one.reason }));
  const lanes = [...shadow.lanes].flatMap(([lane, deliveries]) => {
    const hours = lane.startsWith(`${id}/`) ? lateHours(deliveries) : undefined;
    return hours !== undefined && hours >= 24 ? [{ code: late, source: lane, cause: `${lane}: ${hours} hours later than usual` }] : [];
  });
  return [...shut, ...cut, ...embargoes, ...lanes].map((one) => ({ ...one, subject: id }));
}

function ofReturn(one: ShadowReturn): Known[] {
  const lines = one.asked.map((_, line) => line);
  const damaged = lines.some((line) => damagedOf(one, line) > 0);
  const unasked = lines.some((line) => one.asked[line]?.orderLineId === undefined && unseen(one, line) > 0);
  const of = { subject: one.id, source: '' };
  return [
    ...(one.isOverdue === true && toComeOf(one) > 0 ? [{ code: 'RETURN_OVERDUE' as const, cause: 'nothing of it is heard for too long', ...of }] : []),
    ...(damaged ? [{ code: 'RETURN_DAMAGED' as const, cause: 'units came damaged', ...of }] : []),
    ...(unasked ? [{ code: 'RETURN_MISMATCH' as const, cause: 'units came that were not asked for', ...of }] : []),
  ];
}

/** By what they are, in the order in which the first of them is told. */
export function knownNow(shadow: Shadow): Map<string, Known> {
  const places = [...shadow.carriers.keys()].flatMap((id) => ofCarrier(shadow, id));
  const back = [...shadow.returns.values()].flatMap(ofReturn);
  const all = [...[...shadow.orders.values()].flatMap((order) => ofOrder(shadow, order)), ...places, ...back];
  return new Map(all.map((one) => [JSON.stringify([one.code, one.subject, one.source]), one]));
}

/** What was known and is no more: not where the number of its parcel is another order’s now, of which nothing is said. */
export function isGone(shadow: Shadow, { parcel, subject }: Known): boolean {
  return parcel === undefined || shadow.parcels.get(parcel)?.orderId === subject;
}
