/** Settings of SKUs, in the shadow: what a put must be answered, who may wait, and when a preorder ends. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Item } from '../../../actors/item-commands.ts';
import { isClosed, waitingOf } from './order-facts.ts';
import type { Doing } from './orders.ts';
import type { Shadow, ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export function put(doing: Doing, { item }: CommandBody<'item.put'>): Verdict {
  for (const policy of ['backorder', 'preorder'] as const) {
    const settings = item[policy];
    const named = settings === undefined || settings === 'never' ? [] : (settings.channels ?? []);
    for (const [index, { channel }] of named.entries()) {
      const field = `body.item.${policy}.channels[${index}].channel`;
      if (!doing.shadow.channels.has(channel)) return no('unknown-channel', field);
      if (named.findIndex((one) => one.channel === channel) < index) return no('duplicate', field);
    }
  }
  settle(doing, item);
  return { ok: { id: item.sku } };
}

function settle({ shadow, atMs, events }: Doing, item: Item): void {
  const isOpen = (item.preorder?.availableAtMs ?? 0) <= atMs;
  shadow.set(shadow.items, item.sku, { item, isOpen });
  events.push({ kind: 'item.changed', sku: item.sku, state: isOpen ? 'open' : 'preorder' });
}

/** The moment of a preorder has come, unless it was moved. */
export function due(doing: Doing, sku: string): void {
  const known = doing.shadow.items.get(sku);
  if (known === undefined || known.isOpen || (known.item.preorder?.availableAtMs ?? 0) > doing.atMs) return;
  settle(doing, known.item);
}

export const isOnPreorder = ({ items }: Shadow, sku: string): boolean => items.get(sku)?.isOpen === false;

/** Whether an order may name a SKU of which there never was any stock. */
export function isAnnounced({ items }: Shadow, sku: string): boolean {
  const item = items.get(sku)?.item;
  return item?.preorder !== undefined || typeof item?.backorder === 'object';
}

/** Whether the units of an order that was just placed may wait. */
export function mayWait({ shadow, atMs }: Doing, placed: ShadowOrder): Verdict | undefined {
  const skus = new Set(placed.lines.filter((_, line) => waitingOf(placed, line) > 0).map(({ sku }) => sku));
  for (const sku of skus) {
    const known = shadow.items.get(sku);
    if (known === undefined) continue;
    const { item, isOpen } = known;
    const code = isOpen ? 'backorder-full' : 'preorder-full';
    const policy = isOpen ? item.backorder : item.preorder;
    if (policy === undefined) continue;
    const line = placed.lines.findIndex((one, index) => one.sku === sku && waitingOf(placed, index) > 0);
    const field = `body.lines[${line}].quantity`;
    if (policy === 'never') return no('backorder-closed', field);
    if ('untilMs' in policy && policy.untilMs !== undefined && policy.untilMs <= atMs) return no('backorder-closed', field);
    const own = policy.channels?.find(({ channel }) => channel === placed.channel)?.capUnits;
    const isOver =
      unitsWaiting(shadow, sku) > (policy.capUnits ?? Infinity) ||
      unitsWaiting(shadow, sku, placed.channel) > (own ?? Infinity);
    if (isOver) return no(code, field);
  }
  return undefined;
}

/** Units that wait for a SKU, by counting them. */
export function unitsWaiting({ orders }: Shadow, sku: string, channel?: string): number {
  let sum = 0;
  for (const order of orders.values()) {
    if ((channel !== undefined && order.channel !== channel) || isClosed(order)) continue;
    for (const [index, line] of order.lines.entries()) if (line.sku === sku) sum += waitingOf(order, index);
  }
  return sum;
}

/** Who waits for a SKU, the first to be served first; of one rank and one moment, by name. */
export function inLine(shadow: Shadow, sku: string): { readonly id: string; readonly key: readonly number[] }[] {
  const serve = shadow.items.get(sku)?.item.serve ?? 'age';
  const found = [];
  for (const order of shadow.orders.values()) {
    if (!order.lines.some((line, index) => line.sku === sku && waitingOf(order, index) > 0)) continue;
    const value = order.lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
    const ranks = { age: 0, priority: -(order.priority ?? 0), promise: order.promisedByMs ?? Infinity, value: -value };
    found.push({ id: order.id, key: [ranks[serve], order.placedAtMs] });
  }
  return found.sort((a, b) => compare(a.key, b.key) || (a.id < b.id ? -1 : 1));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}
