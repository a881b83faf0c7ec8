/** What lines of a channel that names SKUs its own way are. */
import type { CommandBody } from '../../actors/commands.ts';
import { quantityMax } from '../../actors/limits.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';

type Body = Pick<CommandBody<'order.place'>, 'channel' | 'lines'>;

const keyOf = (channel: string, channelSku: string): string => `${channel}/${channelSku}`;

/** The order with our SKUs in its lines; the same body where its channel names them as we do. */
export function mapped<B extends Body>({ world }: Core, body: B): B | Rejection {
  const { channel } = body;
  const { mapping } = world.intakes.policyFor(channel);
  if (mapping === undefined || world.channels.get(channel)?.snapshot === undefined) return body;
  const lines: Body['lines'] = [];
  for (const [index, line] of body.lines.entries()) {
    const found = world.intakes.mappings.get(keyOf(channel, line.sku));
    if (found === undefined && mapping === 'only') {
      return reject('unmapped-sku', `${channel} has no mapping of ${line.sku}`, `body.lines[${index}].sku`);
    }
    const { sku, quantity: each } = found ?? { sku: line.sku, quantity: 1 };
    const quantity = line.quantity * each;
    if (quantity > quantityMax) {
      return reject('over-limit', `${quantity} units of ${sku}`, `body.lines[${index}].quantity`);
    }
    const { unitPriceMinor } = line;
    // A unit of ours is worth its share of one of the channel's.
    const price = unitPriceMinor === undefined ? {} : { unitPriceMinor: Math.floor(unitPriceMinor / each) };
    lines.push({ ...line, sku, quantity, ...price });
  }
  return { ...body, lines };
}

export function putMappings({ world, changes }: Core, { channel, mappings }: CommandBody<'mapping.put'>): Handled {
  if (world.channels.get(channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${channel}`, 'body.channel');
  }
  const seen = new Set<string>();
  for (const [index, { channelSku, sku, quantity = 1 }] of mappings.entries()) {
    if (seen.has(channelSku)) return refuse('duplicate', `${channelSku} twice`, `body.mappings[${index}].channelSku`);
    seen.add(channelSku);
    const cell = world.intakes.mappings.cell(keyOf(channel, channelSku));
    const known = world.intakes.mappings.get(cell.id);
    if (sku !== undefined) changes.set(cell, { value: 'put', context: { sku, quantity } });
    else if (known !== undefined) changes.set(cell, { value: 'removed', context: known });
  }
  return done({ mappings: mappings.length });
}

/** What SKUs of a channel are, as far as that is said. */
export function mappingsOf({ world }: Core, channel: string, skus: readonly string[]) {
  const { mappings } = world.intakes;
  return Object.fromEntries(
    skus.flatMap((sku) => {
      const found = mappings.get(keyOf(channel, sku));
      return found === undefined ? [] : [[sku, found] as const];
    }),
  );
}
