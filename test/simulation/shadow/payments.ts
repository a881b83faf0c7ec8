/** Payments of orders, in the shadow: what happened to each, from which all sums follow. */
import type { CommandOf } from '../../../actors/commands.ts';
import * as holds from './holds.ts';
import type { ShadowPayment, ShadowPayments } from './intake-state.ts';
import { isClosed, parkedOf, stateOf, unitsIn, waitingOf } from './order-facts.ts';
import type { Doing } from './orders.ts';
import { isHeld, type ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

type Kind = 'payment.authorise' | 'payment.capture' | 'payment.fail' | 'payment.void' | 'payment.refund';
type Told = { [K in Kind]: CommandOf<K> }[Kind];
const yearMs = 365 * 24 * 3_600_000;
const add = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

const takenOf = ({ taken }: ShadowPayment): number => add(taken);
const backOf = ({ back }: ShadowPayment): number => add(back.map(({ minor }) => minor));
const leftOf = (one: ShadowPayment): number => (one.ended === undefined ? one.amountMinor - takenOf(one) : 0);
const standOf = (one: ShadowPayment): string => one.ended?.state ?? (leftOf(one) === 0 ? 'captured' : 'authorised');

/** What of it was to be given back and is not yet: each refund since leaves so much less, and none leaves more than there is. */
function owedOf(one: ShadowPayment): { readonly amountMinor: number; readonly returnId?: string | undefined; readonly reason: string } | undefined {
  if (one.declined === undefined) return undefined;
  const { minor, returnId, reason, after } = one.declined;
  const since = one.back.slice(after).filter((made) => made.returnId === returnId);
  const left = Math.min(minor - add(since.map((made) => made.minor)), takenOf(one) - backOf(one));
  return left <= 0 ? undefined : { amountMinor: left, returnId, reason };
}

/** What a unit is worth; of a kit, its share. */
function unitOf(order: ShadowOrder, line: number): number {
  const { kit, unitPriceMinor = 0 } = order.lines[line] ?? {};
  if (kit === undefined) return unitPriceMinor;
  const inAll = add(order.lines.filter((one) => one.kit?.lineId === kit.lineId).map(({ quantity }) => quantity));
  return Math.floor((kit.unitPriceMinor * kit.quantity) / inAll);
}

/** What is due now: of what was cancelled, nothing. */
export function dueOf(order: ShadowOrder, placedMinor: number): number {
  const fees = order.feesMinor ?? 0;
  if (order.lines.every(({ quantity, cancelled }) => quantity === cancelled)) return fees;
  return fees + Math.max(0, placedMinor + (order.addedMinor ?? 0) - add(order.lines.map(({ cancelled }, line) => cancelled * unitOf(order, line))));
}

export function worthOf({ lines }: ShadowOrder): number {
  const kits = lines.filter(({ kit }, index) => kit !== undefined && lines.findIndex((one) => one.kit?.lineId === kit.lineId) === index);
  return add(lines.map(({ kit, quantity, unitPriceMinor }) => (kit === undefined ? quantity * unitPriceMinor : 0))) + add(kits.map(({ kit }) => (kit?.quantity ?? 0) * (kit?.unitPriceMinor ?? 0)));
}

export function sumsOf({ payments, terms }: ShadowPayments, due: number) {
  const capturedMinor = add(payments.map(takenOf));
  const refundedMinor = add(payments.map(backOf));
  const authorisedMinor = capturedMinor + add(payments.map(leftOf));
  const last = payments.at(-1)?.ended?.state;
  const part = (minor: number, word: string): string => (minor >= due ? word : `partially-${word}`);
  const unpaid = last === 'failed' || last === 'expired' ? last : terms.awaited && due > 0 ? 'pending' : 'none';
  const paid = capturedMinor > 0 ? part(capturedMinor, 'captured') : authorisedMinor > 0 ? part(authorisedMinor, 'authorised') : unpaid;
  const state = refundedMinor === 0 ? paid : refundedMinor === capturedMinor ? 'refunded' : 'partially-refunded';
  return { state, authorisedMinor, capturedMinor, refundedMinor };
}

/** The payments of an order as they are written. */
export function rowOf(orderId: string, doc: ShadowPayments): object {
  const returned = doc.returned.map((returnId) => ({ returnId, refundedMinor: add(doc.payments.flatMap(({ back }) => back.filter((one) => one.returnId === returnId).map(({ minor }) => minor))) }));
  return {
    orderId, channel: doc.channel, currency: doc.currency, ...doc.terms, patientUntilMs: doc.patientUntilMs, isPending: doc.isPending, dueMinor: doc.placedMinor, wantedMinor: add(doc.wanted),
    payments: doc.payments.map((one) => ({
      paymentId: one.paymentId, state: standOf(one), amountMinor: one.amountMinor, capturedMinor: takenOf(one), refundedMinor: backOf(one), sinceMs: one.sinceMs, ...one.named,
      warned: one.isWarned ? true : undefined, reason: one.ended?.reason, refundFailed: owedOf(one),
    })),
    returned: returned.length === 0 ? undefined : returned,
  };
}

/** When one of them expires, or is told to; undefined: never. */
export function timeOf({ payments, terms, patientUntilMs }: ShadowPayments): number | undefined {
  const times = payments.flatMap((one) => {
    const { expiresAtMs } = one.named;
    return standOf(one) !== 'authorised' || expiresAtMs === undefined ? [] : [one.isWarned ? expiresAtMs : Math.max(0, expiresAtMs - terms.warnMs)];
  });
  if (patientUntilMs !== undefined) times.push(patientUntilMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Whether an order stands on the doubt that it is not paid: its hold, or undefined. */
export const holdOf = (due: number, sinceMs: number) => ({ holdId: 'payment', reason: `${due} minor units are due`, by: 'payments', sinceMs });

function follow(doing: Doing, id: string): void {
  const { shadow, atMs } = doing;
  const doc = shadow.intake.payments.get(id);
  if (doc === undefined || !doc.terms.awaited) return;
  const order = shadow.orders.get(id) as ShadowOrder;
  const due = dueOf(order, doc.placedMinor);
  const hold = order.holds?.find(({ holdId }) => holdId === 'payment');
  if (sumsOf(doc, due).authorisedMinor >= due) {
    if (hold?.by === 'payments') holds.without(doing, order, ['payment'], false);
  } else if (hold === undefined && !isClosed(order) && stateOf(order) !== 'shipped' && (order.holds?.length ?? 0) < 16) {
    holds.set(doing, order, holdOf(due, atMs));
  }
}

export const cancelled = follow;

export function tell(doing: Doing, command: Told): Verdict {
  const { kind, body } = command;
  const { shadow } = doing;
  const { orderId: id, paymentId } = body;
  const order = shadow.orders.get(id);
  if (order === undefined) return no('unknown-order', 'body.orderId');
  const refund = 'refund' in body ? body.refund : undefined;
  const returnId = 'returnId' in body ? body.returnId : refund?.returnId;
  if (returnId !== undefined && shadow.returns.get(returnId)?.orderId !== id) return no('unknown-return', refund === undefined ? 'body.returnId' : 'body.refund.returnId');
  const known = shadow.intake.payments.get(id);
  const payment = known?.payments.find((one) => one.paymentId === paymentId);
  if (kind === 'payment.authorise' ? payment !== undefined : payment === undefined && (kind !== 'payment.fail' || refund !== undefined)) {
    return no(kind === 'payment.authorise' ? 'payment-exists' : 'unknown-payment', 'body.paymentId');
  }
  const totals = (shadow.intake.details.get(id) as { readonly totals?: { readonly totalMinor: number } } | undefined)?.totals;
  const terms = { awaited: false, captureOnShip: false, warnMs: 86_400_000 };
  const doc = known ?? { channel: order.channel, currency: order.currency, terms, placedMinor: totals?.totalMinor ?? worthOf(order) - (order.addedMinor ?? 0), wanted: [], payments: [], returned: [] };
  if ('currency' in body && doc.currency !== undefined && doc.currency !== body.currency) return no('contradiction', 'body.currency');
  const step = stepOf(doing, doc, payment, command);
  if (!('doc' in step)) return step;
  const due = dueOf(order, doc.placedMinor);
  const sums = sumsOf(step.doc, due);
  shadow.set(shadow.intake.payments, id, sums.authorisedMinor >= due ? { ...step.doc, patientUntilMs: undefined } : step.doc);
  const reason = 'reason' in body ? body.reason : undefined;
  doing.events.push({ kind: 'payment.changed', orderId: id, channel: order.channel, paymentId, cause: step.cause, amountMinor: step.minor, state: sums.state, returnId, reason });
  follow(doing, id);
  return { ok: { orderId: id, dueMinor: due, ...sums } };
}

interface Step {
  readonly doc: ShadowPayments;
  readonly cause: string;
  readonly minor: number;
}

function stepOf({ shadow, atMs }: Doing, doc: ShadowPayments, payment: ShadowPayment | undefined, command: Told): Step | Verdict {
  const { kind, body } = command;
  const { paymentId } = body;
  const fresh: ShadowPayment = { paymentId, amountMinor: 0, sinceMs: atMs, named: {}, taken: [], back: [], isWarned: false };
  const added = (one: Partial<ShadowPayment>): ShadowPayments => ({ ...doc, payments: [...doc.payments, { ...fresh, ...one }] });
  const changed = (one: Partial<ShadowPayment>): ShadowPayments => ({ ...doc, payments: doc.payments.map((other) => (other === payment ? { ...other, ...one } : other)) });
  if (kind === 'payment.authorise') {
    const { amountMinor, currency, expiresAtMs, method, reference } = body;
    if (expiresAtMs !== undefined && (expiresAtMs <= atMs || expiresAtMs - atMs > yearMs)) return no('over-limit', 'body.expiresAtMs');
    if (doc.payments.length >= 20) return no('over-limit', 'body.paymentId');
    return { doc: { ...added({ amountMinor, named: { expiresAtMs, method, reference } }), currency }, cause: 'authorised', minor: amountMinor };
  }
  if (payment === undefined) {
    if (doc.payments.length >= 20) return no('over-limit', 'body.paymentId');
    return { doc: added({ ended: { state: 'failed', reason: 'reason' in body ? body.reason : undefined } }), cause: 'failed', minor: 0 };
  }
  const refund = kind === 'payment.refund' ? body : kind === 'payment.fail' ? body.refund : undefined;
  if (refund !== undefined) {
    const { amountMinor: minor, returnId } = refund;
    const field = kind === 'payment.refund' ? 'body.amountMinor' : 'body.refund.amountMinor';
    if (minor > takenOf(payment) - backOf(payment)) return no('over-paid', field);
    const before = add(doc.payments.flatMap(({ back }) => back.filter((one) => returnId !== undefined && one.returnId === returnId).map((one) => one.minor)));
    const credit = returnId === undefined ? Infinity : add([...(shadow.returns.get(returnId)?.memos ?? [])]);
    if (before + minor > credit) return no('over-paid', field);
    if (kind === 'payment.fail') return { doc: changed({ declined: { minor, returnId, reason: body.reason, after: payment.back.length } }), cause: 'refund-failed', minor };
    const returned = returnId === undefined ? doc.returned : [...doc.returned.filter((one) => one !== returnId), returnId];
    return { doc: { ...changed({ back: [...payment.back, { minor, returnId }] }), returned }, cause: 'refunded', minor };
  }
  if (standOf(payment) !== 'authorised') return no('wrong-state', 'body.paymentId');
  if (kind === 'payment.capture') {
    if (body.amountMinor > leftOf(payment)) return no('not-enough', 'body.amountMinor');
    return { doc: changed({ taken: [...payment.taken, body.amountMinor] }), cause: 'captured', minor: body.amountMinor };
  }
  const state = kind === 'payment.fail' ? 'failed' : 'voided';
  return { doc: changed({ ended: { state, reason: 'reason' in body ? body.reason : undefined } }), cause: state, minor: leftOf(payment) };
}

/** A time has come: what expires has expired, what does soon is told. */
export function due(doing: Doing, id: string): void {
  const { shadow, atMs } = doing;
  const doc = shadow.intake.payments.get(id);
  if (doc === undefined || (timeOf(doc) ?? Infinity) > atMs) return;
  const order = shadow.orders.get(id) as ShadowOrder;
  const minor = dueOf(order, doc.placedMinor);
  let now = doc;
  for (const [index, one] of doc.payments.entries()) {
    const { expiresAtMs = Infinity } = one.named;
    const isNext = standOf(one) === 'authorised' && (expiresAtMs <= atMs || (!one.isWarned && expiresAtMs - doc.terms.warnMs <= atMs));
    if (!isNext) continue;
    const change: Partial<ShadowPayment> = expiresAtMs <= atMs ? { ended: { state: 'expired' } } : { isWarned: true };
    now = { ...now, payments: now.payments.map((other, at) => (at === index ? { ...other, ...change } : other)) };
    const head = { orderId: id, channel: doc.channel, paymentId: one.paymentId };
    if (expiresAtMs <= atMs) doing.events.push({ kind: 'payment.changed', ...head, cause: 'expired', amountMinor: leftOf(one), state: sumsOf(now, minor).state });
    else doing.events.push({ kind: 'payment.expiring', ...head, leftMinor: leftOf(one), expiresAtMs });
  }
  if ((now.patientUntilMs ?? Infinity) <= atMs) {
    now = { ...now, patientUntilMs: undefined, isPending: sumsOf(now, minor).authorisedMinor >= minor ? undefined : true };
  }
  shadow.set(shadow.intake.payments, id, now);
  follow(doing, id);
}

/** A parcel left. */
export function shipped({ shadow, events }: Doing, id: string, index: number): void {
  const doc = shadow.intake.payments.get(id);
  if (doc === undefined || !doc.terms.captureOnShip) return;
  const order = shadow.orders.get(id) as ShadowOrder;
  const left = Math.max(0, dueOf(order, doc.placedMinor) - add(doc.wanted));
  const isLast = order.lines.every((_, line) => waitingOf(order, line) + parkedOf(order, line) + unitsIn(order, line, isHeld) === 0);
  const worth = add((order.parts[index]?.units ?? []).map(({ line, quantity }) => quantity * unitOf(order, line)));
  const amountMinor = isLast ? left : Math.min(worth, left);
  if (amountMinor === 0) return;
  shadow.set(shadow.intake.payments, id, { ...doc, wanted: [...doc.wanted, amountMinor] });
  events.push({ kind: 'capture.wanted', orderId: id, channel: doc.channel, fulfillmentId: String(index + 1), amountMinor, currency: doc.currency });
}

interface Doubt {
  readonly code: 'PAYMENT_FAILED' | 'PAYMENT_PENDING' | 'REFUND_FAILED' | 'AUTH_EXPIRING';
  readonly source: string;
  readonly cause: string;
}

/** What is wrong with the payments of an order. */
export function doubtsOf(order: ShadowOrder, doc: ShadowPayments): Doubt[] {
  const due = dueOf(order, doc.placedMinor);
  const { authorisedMinor, capturedMinor } = sumsOf(doc, due);
  const last = doc.payments.at(-1);
  const why = last?.ended?.reason === undefined ? '' : `: ${last.ended.reason}`;
  const isShort = doc.terms.awaited && authorisedMinor < due && last?.ended !== undefined;
  const failed = isShort ? [{ code: 'PAYMENT_FAILED' as const, source: last.paymentId, cause: `payment ${last.paymentId} ${standOf(last)}${why}` }] : [];
  const isSlow = doc.terms.awaited && authorisedMinor < due && last?.ended === undefined && doc.isPending === true;
  const slow = isSlow ? [{ code: 'PAYMENT_PENDING' as const, source: 'payment', cause: `${due} minor units are due, and nobody pays` }] : [];
  const soon = doc.payments.filter((one) => one.isWarned && standOf(one) === 'authorised' && capturedMinor < due);
  const expiring = soon.map((one) => ({ code: 'AUTH_EXPIRING' as const, source: one.paymentId, cause: `payment ${one.paymentId} expires with ${leftOf(one)} minor units left to take` }));
  const owed = doc.payments.flatMap((one) => {
    const { amountMinor, reason } = owedOf(one) ?? { amountMinor: 0, reason: '' };
    return amountMinor === 0 ? [] : [{ code: 'REFUND_FAILED' as const, source: one.paymentId, cause: `${amountMinor} minor units of payment ${one.paymentId} are not given back: ${reason}` }];
  });
  return [...failed, ...slow, ...owed, ...expiring];
}
