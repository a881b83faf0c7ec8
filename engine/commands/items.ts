/** Commands on items. */
import type { CommandBody } from '../../actors/commands.ts';
import type { Core } from '../core.ts';
import { done, type Handled } from './handled.ts';

export function putItem(core: Core, { item }: CommandBody<'item.put'>): Handled {
  core.changes.set(core.world.item(item.sku), { value: 'put', context: item });
  return done({ id: item.sku });
}
