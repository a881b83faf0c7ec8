/** Settings of SKUs, in the shadow: what a put must be answered, who may wait, and when a preorder ends. */
import type { CommandBody } from '../../../actors/commands.ts';
import type { Item, Kit } from '../../../actors/item-commands.ts';
import { waitingOf } from './order-facts.ts';
import type { Doing } from './orders.ts';
import { hasEnded, inOrder } from './lots.ts';
import { onHand, stockKey, type Shadow, type ShadowOrder, type ShadowSupply } from './state.ts';
import { openOf } from './supply-facts.ts';
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
  const { channels = [], locations = [] } = item.untracked ?? {};
  const noChannel = channels.findIndex((id) => !doing.shadow.channels.has(id));
  if (noChannel >= 0) return no('unknown-channel', `body.item.untracked.channels[${noChannel}]`);
  const nowhere = locations.findIndex((id) => !doing.shadow.locations.has(id));
  if (nowhere >= 0) return no('unknown-location', `body.item.untracked.locations[${nowhere}]`);
  const wrong = unsoundKit(doing.shadow, item) ?? unsoundSubstitutes(doing.shadow, item);
  if (wrong !== undefined) return wrong;
  if (isTrackedOtherwise(doing.shadow, item)) return no('wrong-state', 'body.item.tracking');
  settle(doing, item);
  return { ok: { id: item.sku } };
}

/** Whether units that are there, or on their way, would be told apart in another way. */
function isTrackedOtherwise(shadow: Shadow, { sku, tracking }: Item): boolean {
  if (shadow.items.get(sku)?.item.tracking?.by === tracking?.by) return false;
  if ((shadow.places.get(sku) ?? []).some((place) => onHand(shadow.stocks.get(stockKey(sku, place)) ?? nothing) > 0)) return true;
  if (inOrder(shadow, sku).some((lot) => !hasEnded(shadow, lot))) return true;
  const isOnTheWay = (supply: ShadowSupply): boolean => supply.type === 'transfer' && supply.shippedAtMs !== undefined && openOf(supply) > 0;
  return [...shadow.supplies.values()].some((supply) => isOnTheWay(supply) && supply.lines.some((line) => line.sku === sku));
}

const nothing = { came: 0, went: 0, damaged: 0, quality: 0, held: 0, reserved: 0, allocated: 0, buffer: 0 };

export const kitOf = ({ items }: Shadow, sku: string): Kit | undefined => items.get(sku)?.item.kit;

/** Whether a channel sells a SKU without stock. */
export function isUntracked({ items }: Shadow, sku: string, channel: string | undefined): boolean {
  const untracked = items.get(sku)?.item.untracked;
  if (untracked === undefined) return false;
  return untracked.channels === undefined || (untracked.channels as readonly (string | undefined)[]).includes(channel);
}

export const hasStock = (shadow: Shadow, sku: string): boolean =>
  (shadow.places.get(sku) ?? []).some((place) => shadow.stocks.has(`${place}/${sku}`));

/** What stands for itself or twice, or through no channel that there is. */
function unsoundSubstitutes({ channels }: Shadow, { sku, substitutes = [] }: Item): Verdict | undefined {
  for (const [index, rule] of substitutes.entries()) {
    const field = `body.item.substitutes[${index}]`;
    if (rule.sku === sku) return no('contradiction', `${field}.sku`);
    if (substitutes.findIndex((one) => one.sku === rule.sku) < index) return no('duplicate', `${field}.sku`);
    const at = (rule.channels ?? []).findIndex((id) => !channels.has(id));
    if (at >= 0) return no('unknown-channel', `${field}.channels[${at}]`);
  }
  return undefined;
}

function unsoundKit(shadow: Shadow, item: Item): Verdict | undefined {
  const { sku, kit, backorder, preorder, serve, drop, untracked, tracking, substitutes } = item;
  if (kit === undefined) return undefined;
  if (backorder !== undefined) return no('malformed', 'body.item.backorder');
  if (preorder !== undefined) return no('malformed', 'body.item.preorder');
  if (serve !== undefined) return no('malformed', 'body.item.serve');
  if (drop !== undefined) return no('malformed', 'body.item.drop');
  if (untracked !== undefined) return no('malformed', 'body.item.untracked');
  if (tracking !== undefined) return no('malformed', 'body.item.tracking');
  if (substitutes !== undefined) return no('malformed', 'body.item.substitutes');
  const measure = (['grams', 'lengthMm', 'widthMm', 'heightMm'] as const).find((name) => item[name] !== undefined);
  if (measure !== undefined) return no('malformed', `body.item.${measure}`);
  const isIn = [...shadow.items.values()].some(({ item }) => item.kit?.components.some((one) => one.sku === sku));
  // A kit that contained itself would be one already.
  if (isIn) return no('kit-in-kit', 'body.item.kit');
  for (const [index, component] of kit.components.entries()) {
    const field = `body.item.kit.components[${index}].sku`;
    if (component.sku === sku || kitOf(shadow, component.sku) !== undefined) return no('kit-in-kit', field);
    if (kit.components.findIndex((one) => one.sku === component.sku) < index) return no('duplicate', field);
  }
  if (hasStock(shadow, sku)) return no('kit-stock', 'body.item.kit');
  return unitsWaiting(shadow, sku) > 0 ? no('wrong-state', 'body.item.kit') : undefined;
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
  return item?.untracked !== undefined || item?.preorder !== undefined || typeof item?.backorder === 'object';
}

/** Whether the units of an order that was just placed may wait. */
export function mayWait(
  { shadow, atMs }: Doing,
  placed: ShadowOrder,
  asked: readonly { readonly lineId?: string | undefined }[],
): Verdict | undefined {
  const skus = new Set(placed.lines.filter((_, line) => waitingOf(placed, line) > 0).map(({ sku }) => sku));
  for (const sku of skus) {
    const code = mayNotWait({ shadow, atMs }, sku, placed.channel);
    if (code === undefined) continue;
    const line = placed.lines.find((one, index) => one.sku === sku && waitingOf(placed, index) > 0);
    const name = line?.kit?.lineId ?? line?.lineId;
    const index = asked.findIndex(({ lineId }, place) => (lineId ?? String(place + 1)) === name);
    return no(code, `body.lines[${index}].quantity`);
  }
  return undefined;
}

/** Why units of a SKU may not wait, as many as wait now. */
export function mayNotWait({ shadow, atMs }: Pick<Doing, 'shadow' | 'atMs'>, sku: string, channel: string): 'backorder-closed' | 'backorder-full' | 'preorder-full' | undefined {
  const known = shadow.items.get(sku);
  if (known === undefined) return undefined;
  const { item, isOpen } = known;
  const policy = isOpen ? item.backorder : item.preorder;
  if (policy === undefined) return undefined;
  if (policy === 'never') return 'backorder-closed';
  if ('untilMs' in policy && policy.untilMs !== undefined && policy.untilMs <= atMs) return 'backorder-closed';
  const own = policy.channels?.find((one) => one.channel === channel)?.capUnits;
  const isOver = unitsWaiting(shadow, sku) > (policy.capUnits ?? Infinity) || unitsWaiting(shadow, sku, channel) > (own ?? Infinity);
  return isOver ? (isOpen ? 'backorder-full' : 'preorder-full') : undefined;
}

/** Units that wait for a SKU, by counting them. */
export function unitsWaiting({ orders }: Shadow, sku: string, channel?: string): number {
  let sum = 0;
  for (const order of orders.open.values()) {
    if (channel !== undefined && order.channel !== channel) continue;
    for (const [index, line] of order.lines.entries()) if (line.sku === sku) sum += waitingOf(order, index);
  }
  return sum;
}

/** Who waits for a SKU, the first to be served first; of one rank and one moment, by name. */
export function inLine(shadow: Shadow, sku: string): { readonly id: string; readonly key: readonly number[] }[] {
  const serve = shadow.items.get(sku)?.item.serve ?? 'age';
  const found = [];
  for (const order of shadow.orders.open.values()) {
    if (!order.lines.some((line, index) => line.sku === sku && waitingOf(order, index) > 0)) continue;
    const value = valueOf(order);
    const ranks = { age: 0, priority: -(order.priority ?? 0), promise: order.promisedByMs ?? Infinity, value: -value };
    found.push({ id: order.id, key: [ranks[serve], order.placedAtMs] });
  }
  return found.sort((a, b) => compare(a.key, b.key) || (a.id < b.id ? -1 : 1));
}

/** What an order costs: kits by their own price, once. */
function valueOf({ lines }: ShadowOrder): number {
  const kits = new Map(lines.flatMap(({ kit }) => (kit === undefined ? [] : [[kit.lineId, kit] as const])));
  return [...lines, ...kits.values()].reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}
