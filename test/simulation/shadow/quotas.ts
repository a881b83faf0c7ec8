/** Units per customer of limited SKUs, in the shadow: counted up and down as carts and orders change. */
import type { Doing } from './orders.ts';
import { no, type Verdict } from './verdict.ts';

export interface ShadowQuota {
  readonly sku: string;
  readonly customer: string;
  readonly units: number;
  readonly sinceMs: number;
}

/** One went from so many units of a SKU to others: its customer has so many more or fewer. */
export function count({ shadow, atMs }: Doing, sku: string, customer: string | undefined, startedAtMs: number, more: number): void {
  if (customer === undefined || more === 0) return;
  const key = `${sku}\n${customer}`;
  const known = shadow.quotas.get(key);
  const isLimited = shadow.items.get(sku)?.item.drop?.perCustomerMax !== undefined;
  if (known === undefined ? !(isLimited && more > 0 && startedAtMs === atMs) : startedAtMs < known.sinceMs) return;
  const units = Math.max(0, (known?.units ?? 0) + more);
  const quota = { sku, customer, units, sinceMs: known?.sinceMs ?? startedAtMs };
  shadow.set(shadow.quotas, key, units === 0 ? undefined : quota);
}

/** Why a customer may not have what was counted just now. */
export function refusal({ shadow }: Doing, customer: string | undefined, lines: readonly { readonly sku: string }[]): Verdict | undefined {
  for (const { sku } of lines) {
    const max = shadow.items.get(sku)?.item.drop?.perCustomerMax;
    if (max === undefined) continue;
    if (customer === undefined) return no('customer-limit', 'body.customer');
    if ((shadow.quotas.get(`${sku}\n${customer}`)?.units ?? 0) > max) return no('customer-limit', 'body.lines');
  }
  return undefined;
}
