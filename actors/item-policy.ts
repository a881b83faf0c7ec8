/**
 * Who may wait for an item, and who of those who wait is served first. Pure: judged from the settings, the
 * units that wait already and the time.
 */
import type { ChannelId, Sku } from './ids.ts';
import type { Item, Serve } from './item-commands.ts';
import type { OrderContext } from './order-context.ts';
import { reject, type Rejection } from './rejection.ts';

/** An item on preorder gives no unit to anybody; a timer opens it. */
export type ItemState = 'open' | 'preorder';

/** The state an item belongs in at a time. */
export function itemState({ preorder }: Item, atMs: number): ItemState {
  return preorder !== undefined && preorder.availableAtMs > atMs ? 'preorder' : 'open';
}

/** Whether orders may name the SKU before any location has had it: units will come, or none are needed. */
export function isAnnounced({ preorder, backorder, untracked }: Item): boolean {
  return untracked !== undefined || preorder !== undefined || (backorder !== undefined && backorder !== 'never');
}

/** Units that wait for a SKU, over all channels and through the one that asks for more. */
export interface WaitingUnits {
  readonly all: number;
  readonly channel: number;
}

/** Why more units may not wait, or undefined when they may. `field` is for the caller to add. */
export function waitRefusal(
  item: Item,
  state: ItemState,
  channel: ChannelId,
  waiting: WaitingUnits,
  more: number,
  atMs: number,
): Rejection | undefined {
  const { sku, backorder, preorder } = item;
  if (state === 'preorder') {
    return preorder === undefined ? undefined : full('preorder-full', sku, preorder, channel, waiting, more);
  }
  if (backorder === undefined) return undefined;
  if (backorder === 'never') return reject('backorder-closed', `${sku} is not sold beyond its stock`);
  if (backorder.untilMs !== undefined && atMs >= backorder.untilMs) {
    return reject('backorder-closed', `backorders of ${sku} were accepted until ${backorder.untilMs}`);
  }
  return full('backorder-full', sku, backorder, channel, waiting, more);
}

interface Caps {
  readonly capUnits?: number;
  readonly channels?: readonly { readonly channel: ChannelId; readonly capUnits: number }[];
}

function full(
  code: 'backorder-full' | 'preorder-full',
  sku: Sku,
  { capUnits, channels }: Caps,
  channel: ChannelId,
  waiting: WaitingUnits,
  more: number,
): Rejection | undefined {
  if (capUnits !== undefined && waiting.all + more > capUnits) {
    return reject(code, `${waiting.all} units of ${sku} wait, ${more} more would exceed ${capUnits}`);
  }
  const own = channels?.find((one) => one.channel === channel)?.capUnits;
  if (own === undefined || waiting.channel + more <= own) return undefined;
  return reject(code, `${waiting.channel} units of ${sku} wait through ${channel}, ${more} more would exceed ${own}`);
}

/** What an order's place among those who wait depends on, beside its age. */
export interface Standing {
  readonly priority: number;
  readonly promisedByMs: number;
  readonly valueMinor: number;
}

/** The standing of an order: no promise is the latest one, and value is what all its lines cost. */
export function standingOf({ priority, promisedByMs, lines }: OrderContext): Standing {
  let valueMinor = 0;
  for (const [index, { quantity, unitPriceMinor, kit }] of lines.entries()) {
    valueMinor += quantity * unitPriceMinor;
    // A kit is paid once, whatever it consists of.
    const isCounted = kit === undefined || lines[index - 1]?.kit?.lineId === kit.lineId;
    if (!isCounted) valueMinor += kit.quantity * kit.unitPriceMinor;
  }
  return { priority: priority ?? 0, promisedByMs: promisedByMs ?? Infinity, valueMinor };
}

/** The smaller is served first; of equal ones the older order. */
export function rankOf({ priority, promisedByMs, valueMinor }: Standing, serve: Serve): number {
  switch (serve) {
    case 'age':
      return 0;
    case 'priority':
      return -priority;
    case 'promise':
      return promisedByMs;
    case 'value':
      return -valueMinor;
  }
}
