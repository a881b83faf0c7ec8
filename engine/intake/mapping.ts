/** What lines of a channel that names SKUs its own way are, and waking those that waited for it. */
import type { CommandBody } from '../../actors/commands.ts';
import type { OrderId } from '../../actors/ids.ts';
import { quantityMax } from '../../actors/limits.ts';
import type { OrderContext, OrderInput } from '../../actors/order-context.ts';
import type { OurBody } from '../../actors/order-checks.ts';
import { isParked, mappingKey, unparkedLines, type Unparked } from '../../actors/order-parked.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { done, refuse, type Handled } from '../commands/handled.ts';
import type { Core } from '../core.ts';
import { tellOrder } from '../effects.ts';
import { must } from '../assert.ts';

type Asked = Pick<OurBody, 'channel' | 'lines'> & Partial<Pick<OurBody, 'reservationId'>>;
type Line = OurBody['lines'][number];

/** Lines with our SKUs in them; the same list where the channel names them as we do. */
export function mapped({ world }: Core, { channel, lines, reservationId }: Asked): Line[] | Rejection {
  const { mapping } = world.intakes.policyFor(channel);
  if (mapping === undefined || world.channels.get(channel)?.snapshot === undefined) return lines;
  const ours: Line[] = [];
  for (const [index, line] of lines.entries()) {
    const found = world.intakes.mappings.get(mappingKey(channel, line.sku));
    // What is parked is in no cart.
    if (found === undefined && (mapping === 'only' || (mapping === 'park' && reservationId !== undefined))) {
      return reject('unmapped-sku', `${channel} has no mapping of ${line.sku}`, `body.lines[${index}].sku`);
    }
    const isKnown = found !== undefined && world.unknownOf(found.sku) === undefined;
    if (mapping === 'park' && !isKnown && reservationId === undefined) {
      ours.push({ ...line, isUnmapped: true });
      continue;
    }
    const { sku, quantity: each } = found ?? { sku: line.sku, quantity: 1 };
    const quantity = line.quantity * each;
    if (quantity > quantityMax) {
      return reject('over-limit', `${quantity} units of ${sku}`, `body.lines[${index}].quantity`);
    }
    const { unitPriceMinor } = line;
    // A unit of ours is worth its share of one of the channel's.
    const price = unitPriceMinor === undefined ? {} : { unitPriceMinor: Math.floor(unitPriceMinor / each) };
    ours.push({ ...line, sku, quantity, ...price });
  }
  return ours;
}

/** An order that is placed with lines that wait for a mapping: what the rest of it does is as the policy says now. */
export function withParked({ world }: Core, input: OrderInput): OrderInput {
  if (!input.lines.some(isParked)) return input;
  return { ...input, intake: { ...input.intake, parked: world.intakes.policyFor(input.channel).parked ?? 'wait' } };
}

/** What lines of an order that wait for a mapping are by now; undefined: they wait on. */
export function mappedNow({ world }: Core, order: OrderContext): readonly Unparked[] | undefined {
  if (order.intake?.parked === undefined) return undefined;
  const found: Unparked[] = [];
  let left = order;
  for (const line of order.lines.filter(isParked)) {
    const mapping = world.intakes.mappings.get(mappingKey(order.channel, line.sku));
    if (mapping === undefined || world.unknownOf(mapping.sku) !== undefined) continue;
    const lines = unparkedLines(left, line, mapping, world.kitsAmong([mapping]) ?? (() => undefined));
    if (lines === undefined) continue;
    found.push({ lineId: line.lineId, mapped: mapping, lines });
    left = { ...left, lines: left.lines.flatMap((one) => (one === line ? lines : one)) };
  }
  return found.length === 0 ? undefined : found;
}

/** Lines that waited for a mapping have one: they are sourced, whatever the rest of their order does. */
export function unpark(core: Core, id: OrderId, lines: readonly Unparked[], atMs: number): Rejection | undefined {
  const order = must(core.world.order(id), 'an order that waits for a mapping');
  return tellOrder(core, order, { type: 'order.unpark', lines, atMs }, { cause: { kind: 'mapped', from: [] } });
}

/** A name means something else now, or something that it may mean is known: who waits for it is looked at. */
export function wakeParked({ views, wakes }: Core, key: string): void {
  for (const id of views.parked.get(key) ?? []) wakes.addOrder(id);
}

/** A SKU is known now, or is another thing: it may be what a name was mapped to before that. */
export function wakeMapped(core: Core): void {
  const { mappings } = core.world.intakes;
  for (const key of core.views.parked.keys()) if (mappings.get(key) !== undefined) wakeParked(core, key);
}

export function putMappings({ world, changes }: Core, { channel, mappings }: CommandBody<'mapping.put'>): Handled {
  if (world.channels.get(channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${channel}`, 'body.channel');
  }
  const seen = new Set<string>();
  for (const [index, { channelSku, sku, quantity = 1 }] of mappings.entries()) {
    if (seen.has(channelSku)) return refuse('duplicate', `${channelSku} twice`, `body.mappings[${index}].channelSku`);
    seen.add(channelSku);
    const cell = world.intakes.mappings.cell(mappingKey(channel, channelSku));
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
      const found = mappings.get(mappingKey(channel, sku));
      return found === undefined ? [] : [[sku, found] as const];
    }),
  );
}
