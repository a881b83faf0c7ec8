/** Returns, in the shadow: what was asked for and all that happened to units of it; the rest follows. */
import type { StandingPolicy } from '../../../actors/return-policy.ts';
import type { Part, Shadow, ShadowOrder } from './state.ts';

export interface AskedShadow {
  /** Absent: it came unasked. */
  readonly orderLineId: string | undefined;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly reason: string | undefined;
  readonly note: string | undefined;
  readonly isCharged: boolean;
}

/** Units of a line that came, will not come, are kept, or were looked at. */
export type HappenedShadow =
  | { readonly line: number; readonly fate: 'gone' | 'kept'; readonly units: number }
  | {
      readonly line: number;
      readonly fate: 'came';
      readonly units: number;
      readonly damaged: number;
      readonly location: string;
      readonly lots: readonly { readonly lot: string; readonly quantity: number }[] | undefined;
      /** Whether the good ones went for sale at once. */
      readonly isForSale: boolean;
    }
  | {
      readonly line: number;
      readonly fate: 'looked';
      readonly units: number;
      readonly location: string;
      readonly isDamaged: boolean;
      readonly disposition: string;
      readonly grade: string | undefined;
      readonly isRefunded: boolean;
    };

export interface ShadowReturn {
  readonly id: string;
  readonly orderId: string;
  readonly channel: string;
  readonly customer: string | undefined;
  readonly currency: string | undefined;
  readonly method: string;
  readonly to: string | undefined;
  readonly policy: StandingPolicy;
  readonly requestedAtMs: number;
  readonly changedAtMs: number;
  readonly approvedAtMs: number | undefined;
  readonly labelAtMs: number | undefined;
  readonly shippedAtMs: number | undefined;
  readonly dueAtMs: number;
  readonly overdueAtMs?: number | undefined;
  readonly isOverdue?: true | undefined;
  readonly carrier: string | undefined;
  readonly tracking: string | undefined;
  readonly reason: string | undefined;
  readonly ended: string | undefined;
  readonly exchange: { readonly orderId: string; readonly released: boolean } | undefined;
  readonly asked: readonly AskedShadow[];
  readonly happened: readonly HappenedShadow[];
  readonly extraMinor: number;
  /** What was told as due, less than 0 for what is due from the customer. */
  readonly memos: readonly number[];
}

type Fate = HappenedShadow['fate'];
type Of<F extends Fate> = Extract<HappenedShadow, { fate: F }>;

const all = <F extends Fate>({ happened }: ShadowReturn, line: number, fate: F): Of<F>[] =>
  happened.filter((one): one is Of<F> => one.line === line && one.fate === fate);
const sum = (units: readonly number[]): number => units.reduce((a, b) => a + b, 0);

export const unitsBy = (one: ShadowReturn, line: number, fate: Fate): number => sum(all(one, line, fate).map(({ units }) => units));

/** Units of a line still to come. */
export function comingOf(one: ShadowReturn, line: number): number {
  const { quantity = 0, orderLineId } = one.asked[line] ?? {};
  if (orderLineId === undefined) return 0;
  return quantity - unitsBy(one, line, 'came') - unitsBy(one, line, 'gone') - unitsBy(one, line, 'kept');
}

/** Units at a location that nobody looked at. */
export function unseenAt(one: ShadowReturn, line: number, location: string, isDamaged: boolean): number {
  const came = all(one, line, 'came').filter((each) => each.location === location);
  const looked = all(one, line, 'looked').filter((each) => each.location === location && each.isDamaged === isDamaged);
  const all_ = came.map((each) => (isDamaged ? each.damaged : each.isForSale ? 0 : each.units - each.damaged));
  return sum(all_) - sum(looked.map(({ units }) => units));
}

const placesOf = (one: ShadowReturn, line: number): string[] => [...new Set(all(one, line, 'came').map(({ location }) => location))].sort();
/** Damaged units of a line that nobody looked at. */
export const damagedOf = (one: ShadowReturn, line: number): number => sum(placesOf(one, line).map((place) => unseenAt(one, line, place, true)));
export const unseen = (one: ShadowReturn, line: number): number =>
  sum(placesOf(one, line).map((place) => unseenAt(one, line, place, false) + unseenAt(one, line, place, true)));
const each = (one: ShadowReturn, units: (one: ShadowReturn, line: number) => number): number => sum(one.asked.map((_, line) => units(one, line)));

export const toComeOf = (one: ShadowReturn): number => each(one, comingOf);
export const unseenOf = (one: ShadowReturn): number => each(one, unseen);

export function returnStateOf(one: ShadowReturn): string {
  const has = (fate: Fate): boolean => one.happened.some((each) => each.fate === fate);
  if (toComeOf(one) > 0) {
    if (has('came')) return 'partially-received';
    return one.shippedAtMs !== undefined ? 'in-transit' : one.approvedAtMs !== undefined ? 'approved' : 'requested';
  }
  if (unseenOf(one) > 0) return 'received';
  return has('came') || has('kept') ? 'closed' : (one.ended ?? 'none');
}

export const hasReturnEnded = (one: ShadowReturn): boolean => ['closed', 'rejected', 'cancelled', 'expired'].includes(returnStateOf(one));

/** Units of a line for which money is due. */
function dueUnits(one: ShadowReturn, line: number): number {
  const { quantity = 0, orderLineId } = one.asked[line] ?? {};
  if (orderLineId === undefined) return 0;
  const [came, kept] = [unitsBy(one, line, 'came'), unitsBy(one, line, 'kept')];
  const expected = quantity - unitsBy(one, line, 'gone') - kept;
  const declined = sum(all(one, line, 'looked').filter(({ isRefunded }) => !isRefunded).map(({ units }) => units));
  const trigger = one.policy.refundOn;
  const moved =
    trigger === 'request' && one.approvedAtMs !== undefined ? expected
    : trigger === 'first-scan' && one.shippedAtMs !== undefined ? expected
    : trigger === 'first-scan' || trigger === 'receipt' ? came
    : trigger === 'inspection' ? came - unseen(one, line)
    : 0;
  return kept + moved - declined;
}

interface Money {
  readonly gross: number;
  readonly due: number;
  readonly paid: number;
}

/** What is due in all, by the price paid, the fee and what was given beyond it. */
export function moneyOf(one: ShadowReturn): Money {
  const amounts = one.asked.map(({ unitPriceMinor, isCharged }, line) => {
    const amount = BigInt(unitPriceMinor) * BigInt(dueUnits(one, line));
    return { amount, charged: isCharged && unitsBy(one, line, 'kept') === 0 ? amount : 0n };
  });
  const gross = amounts.reduce((all, { amount }) => all + amount, 0n);
  const charged = amounts.reduce((all, one) => all + one.charged, 0n);
  const wanted = (charged * BigInt(one.policy.feePercent)) / 100n + BigInt(one.policy.feeMinor);
  const fee = charged === 0n ? 0n : wanted < charged ? wanted : charged;
  const paid = sum(one.asked.map(({ quantity, unitPriceMinor, orderLineId }, line) => (orderLineId === undefined ? 0 : unitPriceMinor * (quantity - unitsBy(one, line, 'gone')))));
  return { gross: Number(gross), due: Math.min(Number(gross - fee) + one.extraMinor, paid), paid };
}

/** Whether what the exchange waits for has happened. */
export function isExchangeFree(one: ShadowReturn): boolean {
  const trigger = one.policy.exchangeOn;
  if (trigger === 'request') return one.approvedAtMs !== undefined;
  if (trigger === 'first-scan' && one.shippedAtMs !== undefined) return true;
  const isBack = one.asked.every(({ orderLineId, quantity }, line) => orderLineId === undefined || unitsBy(one, line, 'came') + unitsBy(one, line, 'kept') === quantity);
  if (trigger !== 'inspection' || !isBack) return isBack;
  return one.asked.every(({ orderLineId }, line) => orderLineId === undefined || (unseen(one, line) === 0 && all(one, line, 'looked').every(({ isRefunded }) => isRefunded)));
}

/** Its lines as they are told. */
export function returnLinesOf(one: ShadowReturn): object[] {
  return one.asked.map((asked, line) => {
    const looked = all(one, line, 'looked');
    const came = all(one, line, 'came');
    const names = <K extends string>(keys: readonly K[], of: (key: K) => number): object => Object.fromEntries(keys.map((key) => [key, of(key)]));
    const straight = sum(came.map((each) => (each.isForSale ? each.units - each.damaged : 0)));
    const lots = new Map<string, number>();
    for (const { lots: some = [] } of came) for (const { lot, quantity } of some) lots.set(lot, (lots.get(lot) ?? 0) + quantity);
    return {
      lineId: String(line + 1),
      ...asked,
      received: unitsBy(one, line, 'came'),
      damaged: sum(came.map(({ damaged }) => damaged)),
      closed: unitsBy(one, line, 'gone'),
      kept: unitsBy(one, line, 'kept'),
      uninspected: placesOf(one, line)
        .map((location) => ({ location, quality: unseenAt(one, line, location, false), damaged: unseenAt(one, line, location, true) }))
        .filter(({ quality, damaged }) => quality + damaged > 0),
      disposed: names(['restock', 'refurbish', 'quarantine', 'vendor', 'scrap', 'handled'] as const, (name) =>
        sum(looked.filter(({ disposition }) => disposition === name).map(({ units }) => units)) + (name === 'restock' ? straight : 0)),
      graded: names(['A', 'B', 'C', 'D'] as const, (name) => sum(looked.filter(({ grade }) => grade === name).map(({ units }) => units))),
      declined: sum(looked.filter(({ isRefunded }) => !isRefunded).map(({ units }) => units)),
      lots: came.some((each) => each.lots !== undefined) ? [...lots].map(([lot, quantity]) => ({ lot, quantity })) : undefined,
    };
  });
}

const credited = ({ memos }: ShadowReturn): number => sum(memos.filter((amount) => amount > 0));
const debited = ({ memos }: ShadowReturn): number => -sum(memos.filter((amount) => amount < 0));

/** The return as return.get shows it. */
export function returnViewOf(one: ShadowReturn): object {
  const { id: returnId, policy, asked: _asked, happened: _happened, memos, ...rest } = one;
  const { refundOn, feePercent, feeMinor, inspect, exchangeOn, expireAfterMs, overdueAfterMs, grades } = policy;
  const terms = { refundOn, feePercent, feeMinor, inspect, exchangeOn, expireAfterMs, overdueAfterMs, grades };
  const money = { creditedMinor: credited(one), debitedMinor: debited(one), memos: memos.length };
  return { ...rest, returnId, terms, state: returnStateOf(one), lines: returnLinesOf(one), ...money };
}

export function returnAnswerOf(one: ShadowReturn): object {
  const units = { toCome: toComeOf(one), toInspect: unseenOf(one) };
  return { returnId: one.id, state: returnStateOf(one), to: one.to, ...units, creditedMinor: credited(one) + 0, debitedMinor: debited(one) + 0 };
}

/** A change as it is told, and the memo of what became due by it. */
export function returnNewsOf(before: ShadowReturn | undefined, after: ShadowReturn, cause: string, more: object): { readonly kept: ShadowReturn; readonly events: object[] } {
  const money = moneyOf(after);
  const amount = money.due - sum(after.memos);
  const kept = amount === 0 ? after : { ...after, memos: [...after.memos, amount] };
  const { id: returnId, orderId, channel, to, customer, currency } = after;
  const then = before === undefined ? [] : returnLinesOf(before).map((line) => JSON.stringify(line));
  const lines = returnLinesOf(after).filter((line, index) => JSON.stringify(line) !== then[index]);
  const changed = { kind: 'return.changed', returnId, orderId, channel, state: returnStateOf(after), cause, to, exchange: after.exchange?.orderId, lines, ...more };
  if (amount === 0) return { kept, events: [changed] };
  const was = before === undefined ? { gross: 0 } : moneyOf(before);
  const grossMinor = money.gross - was.gross;
  const extraMinor = after.extraMinor - (before?.extraMinor ?? 0);
  const counted = after.asked.flatMap(({ orderLineId, sku }, line) => {
    const units = dueUnits(after, line) - (before === undefined ? 0 : dueUnits(before, line));
    return units === 0 ? [] : [{ orderLineId, sku, units }];
  });
  const sums = { amountMinor: Math.abs(amount), grossMinor, feeMinor: grossMinor + extraMinor - amount, extraMinor };
  const head = { kind: 'refund.due', returnId, orderId, channel, customer, currency, exchange: after.exchange?.orderId, memo: kept.memos.length };
  return { kept, events: [changed, { ...head, type: amount > 0 ? 'credit' : 'debit', ...sums, lines: counted }] };
}

/** The returns there were of an order, in the order they were asked for. */
export const returnsOf = (shadow: Shadow, orderId: string): ShadowReturn[] => [...shadow.returns.values()].filter((one) => one.orderId === orderId);

/** Units of an order line in its returns: still to come, and back or kept. */
export function unitsBackOf(shadow: Shadow, orderId: string, lineId: string): { readonly coming: number; readonly back: number } {
  let [coming, back] = [0, 0];
  for (const one of returnsOf(shadow, orderId)) {
    for (const [line, { orderLineId }] of one.asked.entries()) {
      if (orderLineId !== lineId) continue;
      coming += comingOf(one, line);
      back += unitsBy(one, line, 'came') + unitsBy(one, line, 'kept');
    }
  }
  return { coming, back };
}

const hasLeft = ({ state }: Part): boolean => state === 'shipped' || state === 'delivered';

/** Parts of an order that have left. */
export const leftParts = ({ parts }: ShadowOrder): Part[] => parts.filter(hasLeft);

/** Units of each lot that left with a line and are not back; undefined: nobody said which left. */
export function lotsOut(shadow: Shadow, order: ShadowOrder, orderLineId: string): Map<string, number> | undefined {
  const out = new Map<string, number>();
  const line = order.lines.findIndex(({ lineId }) => lineId === orderLineId);
  for (const { lots = [] } of leftParts(order)) for (const one of lots) if (one.line === line) out.set(one.lot, (out.get(one.lot) ?? 0) + one.quantity);
  if (out.size === 0) return undefined;
  for (const one of returnsOf(shadow, order.id)) {
    for (const event of one.happened) {
      if (event.fate !== 'came' || one.asked[event.line]?.orderLineId !== orderLineId) continue;
      for (const { lot, quantity } of event.lots ?? []) out.set(lot, (out.get(lot) ?? 0) - quantity);
    }
  }
  return out;
}
