/** Commands on items, and the moment at which a preorder ends. */
import type { CommandBody } from '../../actors/commands.ts';
import type { Item } from '../../actors/item-commands.ts';
import { itemState } from '../../actors/item-policy.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import type { Core } from '../core.ts';
import { done, refused, type Handled } from './handled.ts';

export function putItem(core: Core, { item }: CommandBody<'item.put'>, atMs: number): Handled {
  const { backorder, preorder } = item;
  const rejection =
    unsoundCaps(core, 'backorder', backorder === 'never' ? undefined : backorder?.channels) ??
    unsoundCaps(core, 'preorder', preorder?.channels) ??
    settleItem(core, item, atMs);
  return rejection === undefined ? done({ id: item.sku }) : refused(rejection);
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
