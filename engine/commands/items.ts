/** Commands on items, and the moment at which a preorder ends. */
import type { CommandBody, CommandOf } from '../../actors/commands.ts';
import type { Item } from '../../actors/item-commands.ts';
import { itemState } from '../../actors/item-policy.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Core } from '../core.ts';
import { trackingOf } from '../lots.ts';
import { done, refused, type Handled } from './handled.ts';
import { changeLot } from './lots.ts';

type ItemCommand = CommandOf<'item.put'> | CommandOf<'lot.recall'> | CommandOf<'lot.lift'>;

/** What holds for a SKU, or for a lot of it, wherever it is. */
export function changeItem(core: Core, command: ItemCommand, atMs: number): Handled {
  return command.kind === 'item.put' ? putItem(core, command.body, atMs) : changeLot(core, command, atMs);
}

function putItem(core: Core, { item }: CommandBody<'item.put'>, atMs: number): Handled {
  const { backorder, preorder } = item;
  const rejection =
    unsoundCaps(core, 'backorder', backorder === 'never' ? undefined : backorder?.channels) ??
    unsoundCaps(core, 'preorder', preorder?.channels) ??
    unsoundUntracked(core, item) ??
    unsoundKit(core, item) ??
    unsoundSubstitutes(core, item) ??
    unsoundTracking(core, item) ??
    settleItem(core, item, atMs);
  return rejection === undefined ? done({ id: item.sku }) : refused(rejection);
}

/** Why an item cannot be this kit. */
function unsoundKit({ world }: Core, { sku, kit, ...item }: Item): Rejection | undefined {
  if (kit === undefined) return undefined;
  const sides = ['grams', 'lengthMm', 'widthMm', 'heightMm'] as const;
  const ofUnits = ['tracking', 'substitutes', ...sides] as const;
  const policies = ['backorder', 'preorder', 'serve', 'drop', 'untracked', ...ofUnits] as const;
  const own = policies.find((policy) => item[policy] !== undefined);
  if (own !== undefined) return reject('malformed', `a kit has no ${own}: its components have`, `body.item.${own}`);
  const field = 'body.item.kit';
  const cell = world.sku(sku);
  if (cell.kits !== undefined && cell.kits.size > 0) {
    const [other] = cell.kits;
    return reject('kit-in-kit', `${sku} is a component of ${other?.sku}`, field);
  }
  const seen = new Set<string>();
  for (const [index, component] of kit.components.entries()) {
    const at = `${field}.components[${index}].sku`;
    if (component.sku === sku) return reject('kit-in-kit', `${sku} contains itself`, at);
    if (world.skus.get(component.sku)?.kit !== undefined) return reject('kit-in-kit', `${component.sku} is a kit`, at);
    if (seen.has(component.sku)) return reject('duplicate', `${component.sku} twice`, at);
    seen.add(component.sku);
  }
  if (cell.stocks.some(({ snapshot }) => snapshot !== undefined)) {
    return reject('kit-stock', `there is, or was, stock of ${sku}: a kit has none of its own`, field);
  }
  if (cell.waiting === undefined || cell.waiting.size === 0) return undefined;
  return reject('wrong-state', `${cell.waiting.size} orders wait for stock of ${sku}`, field);
}

/** Channels and locations that do not exist. */
function unsoundUntracked({ world }: Core, { untracked = {} }: Item): Rejection | undefined {
  for (const [index, id] of (untracked.channels ?? []).entries()) {
    if (world.channels.get(id)?.snapshot !== undefined) continue;
    return reject('unknown-channel', `no channel ${id}`, `body.item.untracked.channels[${index}]`);
  }
  for (const [index, id] of (untracked.locations ?? []).entries()) {
    if (world.locations.get(id)?.snapshot !== undefined) continue;
    return reject('unknown-location', `no location ${id}`, `body.item.untracked.locations[${index}]`);
  }
  return undefined;
}

/** What stands for itself, or twice, and channels that do not exist. */
function unsoundSubstitutes({ world }: Core, { sku, substitutes = [] }: Item): Rejection | undefined {
  const seen = new Set<string>();
  for (const [index, rule] of substitutes.entries()) {
    const field = `body.item.substitutes[${index}]`;
    if (rule.sku === sku) return reject('contradiction', `${sku} would stand for itself`, `${field}.sku`);
    if (seen.has(rule.sku)) return reject('duplicate', `${rule.sku} twice`, `${field}.sku`);
    seen.add(rule.sku);
    const unknown = (rule.channels ?? []).findIndex((id) => world.channels.get(id)?.snapshot === undefined);
    if (unknown < 0) continue;
    return reject('unknown-channel', `no channel ${rule.channels?.[unknown]}`, `${field}.channels[${unknown}]`);
  }
  return undefined;
}

/** Why units of a SKU cannot be told apart in another way from now on: there are some. */
function unsoundTracking({ world }: Core, { sku, tracking }: Item): Rejection | undefined {
  const cell = world.skus.get(sku);
  if (cell === undefined || trackingOf(cell)?.by === tracking?.by) return undefined;
  const field = 'body.item.tracking';
  const stock = cell.stocks.find(({ snapshot }) => (snapshot?.context.onHand ?? 0) > 0);
  if (stock !== undefined) return reject('wrong-state', `there are units of ${sku} at ${stock.location.id}`, field);
  if (cell.lots !== undefined && cell.lots.open.length > 0) {
    return reject('wrong-state', `lot ${cell.lots.open[0]?.order?.lot} of ${sku} is on its way or recalled`, field);
  }
  for (const id of world.supplies.bySku.get(sku) ?? []) {
    const supply = world.supplies.look(id)?.context;
    if (supply?.type === 'transfer' && supply.shippedAtMs !== undefined) {
      return reject('wrong-state', `units of ${sku} are on their way with ${id}`, field);
    }
  }
  return undefined;
}

/** Put an item into the state that it belongs in now, and tell. */
export function settleItem(core: Core, item: Item, atMs: number): undefined {
  const state = itemState(item, atMs);
  core.changes.set(core.world.item(item.sku), { value: state, context: item });
  core.changes.publish([{ kind: 'item.changed', sku: item.sku, state }]);
}

type Caps = NonNullable<NonNullable<Item['preorder']>['channels']>;

/** Caps of channels that do not exist, or of one channel twice. */
function unsoundCaps({ world }: Core, policy: 'backorder' | 'preorder', caps: Caps = []): Rejection | undefined {
  const seen = new Set<string>();
  for (const [index, { channel }] of caps.entries()) {
    const field = `body.item.${policy}.channels[${index}].channel`;
    if (world.channels.get(channel)?.snapshot === undefined) {
      return reject('unknown-channel', `no channel ${channel}`, field);
    }
    if (seen.has(channel)) return reject('duplicate', `channel ${channel} twice`, field);
    seen.add(channel);
  }
  return undefined;
}
