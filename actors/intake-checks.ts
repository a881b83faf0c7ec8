/** What is asked of an order when it is taken in: sums that add up, an address that can be right, no card numbers. */
import { cardNumberIn } from './card-number.ts';
import type { CommandBody } from './commands.ts';
import type { Sku } from './ids.ts';
import type { Address } from './intake-commands.ts';
import { guardWindowMs, type RecentOrder, type StandingIntake } from './intake.ts';
import { recentOrdersMax, recentSkusMax } from './limits.ts';
import { hasPostalCodes, isPostalCode, needsRegion } from './postal-codes.ts';
import { reject, type Rejection } from './rejection.ts';

type Body = CommandBody<'order.place'>;

/** A reason of ours to hold an order. */
export interface Doubt {
  readonly holdId: 'address' | 'big-order' | 'bulk-buy' | 'repeat';
  readonly reason: string;
}

/** Quantity times price over all lines, in minor units; beyond what is exact it is too large, not wrong. */
export function linesMinor(lines: readonly Pick<Body['lines'][number], 'quantity' | 'unitPriceMinor'>[]): number {
  return lines.reduce((sum, { quantity, unitPriceMinor = 0 }) => sum + quantity * unitPriceMinor, 0);
}

/** Why what is kept of an order cannot be kept so, or undefined when it can. */
export function detailsRefusal({ details, lines }: Body): Rejection | undefined {
  const card = cardNumberIn(details, 'body.details') ?? lineCard(lines);
  if (card !== undefined) return reject('card-data', 'this is the number of a payment card: it is not kept', card);
  const totals = details?.totals;
  if (totals === undefined) return undefined;
  const { shippingMinor = 0, taxMinor = 0, discountMinor = 0, totalMinor } = totals;
  const sumMinor = linesMinor(lines) + shippingMinor + taxMinor - discountMinor;
  if (sumMinor === totalMinor) return undefined;
  const detail = `lines, shipping and tax less the discount are ${sumMinor}, not ${totalMinor}`;
  return reject('sums-differ', detail, 'body.details.totals.totalMinor');
}

export function lineCard(lines: Body['lines']): string | undefined {
  for (const [index, { details }] of lines.entries()) {
    const card = details === undefined ? undefined : cardNumberIn(details, `body.lines[${index}].details`);
    if (card !== undefined) return card;
  }
  return undefined;
}

/** What of an address cannot be right, as far as that can be told without a directory; undefined: nothing. */
export function addressFault(
  { country, postalCode }: Body['destination'],
  address: Address = {},
): Rejection | undefined {
  const { lines = [], city = '', region = '' } = address;
  const fault = (detail: string, field: string): Rejection => reject('invalid-address', detail, field);
  if (postalCode === undefined || postalCode.trim() === '') {
    if (hasPostalCodes(country)) return fault('no postal code', 'body.destination.postalCode');
  } else if (!isPostalCode(country, postalCode)) {
    return fault(`${postalCode} is no postal code of ${country}`, 'body.destination.postalCode');
  }
  if (lines.every((line) => line.trim() === '')) return fault('no street', 'body.details.address.lines');
  if (city.trim() === '') return fault('no city', 'body.details.address.city');
  if (region.trim() === '' && needsRegion(country)) return fault('no state or province', 'body.details.address.region');
  return undefined;
}

/** Units by SKU, in the order of their names. */
export function unitsBySku(lines: Body['lines']): readonly (readonly [sku: Sku, quantity: number])[] {
  const units = new Map<Sku, number>();
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return [...units].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Why an order is to be looked at before it is picked, by its own size.
 * @param units of our SKUs.
 */
export function sizeDoubt(
  { bigOrder }: StandingIntake,
  { lines, details }: { readonly lines: Parameters<typeof linesMinor>[0]; readonly details?: Body['details'] },
  units: number,
): Doubt | undefined {
  if (bigOrder === undefined) return undefined;
  const valueMinor = Math.max(linesMinor(lines), details?.totals?.totalMinor ?? 0);
  if (units >= (bigOrder.units ?? Infinity)) return { holdId: 'big-order', reason: `${units} units` };
  if (valueMinor < (bigOrder.valueMinor ?? Infinity)) return undefined;
  return { holdId: 'big-order', reason: `${valueMinor} minor units` };
}

/** Why an order is to be looked at before it is picked, by what the customer ordered before. */
export function customerDoubts(
  { bulkBuy, repeat }: StandingIntake,
  units: RecentOrder['units'],
  before: readonly RecentOrder[],
  atMs: number,
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (bulkBuy !== undefined) {
    const sums = new Map<Sku, number>(units);
    for (const order of before) {
      if (order.atMs <= atMs - bulkBuy.windowMs) continue;
      for (const [sku, quantity] of order.units) if (sums.has(sku)) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
    }
    const [most] = [...sums].filter(([, quantity]) => quantity >= bulkBuy.units);
    if (most !== undefined) doubts.push({ holdId: 'bulk-buy', reason: `${most[1]} units of ${most[0]}` });
  }
  if (repeat !== undefined) {
    const isSame = (one: RecentOrder): boolean =>
      one.atMs > atMs - repeat.windowMs && JSON.stringify(one.units) === JSON.stringify(units);
    const earlier = before.findLast(isSame);
    if (earlier !== undefined) doubts.push({ holdId: 'repeat', reason: `the same units as order ${earlier.orderId}` });
  }
  return doubts;
}

/** What is remembered of a customer's orders with one more; the same list when it is not remembered. */
export function remembered(
  policy: StandingIntake,
  before: readonly RecentOrder[],
  order: RecentOrder,
): readonly RecentOrder[] {
  if (order.units.length > recentSkusMax) return before;
  const fresh = before.filter(({ atMs }) => atMs > order.atMs - guardWindowMs(policy));
  return [...fresh, order].slice(-recentOrdersMax);
}
