/** Buffer rules in the shadow: a bag of them, searched from end to end each time. */
import type { BufferRule } from '../../../actors/buffer-commands.ts';
import type { CommandBody } from '../../../actors/commands.ts';
import type { Doing } from './orders.ts';
import { onHand, stockKey, type Shadow } from './state.ts';
import { no, type Verdict } from './verdict.ts';

export function putBuffer({ shadow }: Doing, { rule }: CommandBody<'buffer.put'>): Verdict {
  if ((rule.quantity === undefined) === (rule.percent === undefined)) return no('malformed', 'body.rule');
  if (rule.channel !== undefined && !shadow.channels.has(rule.channel)) return no('unknown-channel', 'body.rule.channel');
  if (rule.location !== undefined && !shadow.locations.has(rule.location)) return no('unknown-location', 'body.rule.location');
  const same = [...shadow.buffers.values()].find((other) => other !== undefined && other.id !== rule.id && scope(other) === scope(rule));
  if (same !== undefined) shadow.set(shadow.buffers, same.id, undefined);
  shadow.set(shadow.buffers, rule.id, rule);
  return { ok: { id: rule.id, replaced: same?.id } };
}

export function removeBuffer({ shadow }: Doing, { bufferId }: CommandBody<'buffer.remove'>): Verdict {
  if (shadow.buffers.get(bufferId) === undefined) return no('unknown-buffer', 'body.bufferId');
  shadow.set(shadow.buffers, bufferId, undefined);
  return { ok: { id: bufferId } };
}

const scope = ({ sku, location, channel, method }: BufferRule): string => JSON.stringify([sku, location, channel, method]);

/** The rule that holds: of all that fit, the one whose scope weighs most. */
export function ruleFor(
  shadow: Shadow,
  sku: string,
  location: string,
  { channel, method }: { readonly channel: string | undefined; readonly method: string },
): BufferRule | undefined {
  const fits = [...shadow.buffers.values()].filter(
    (rule): rule is BufferRule =>
      rule !== undefined &&
      (rule.sku ?? sku) === sku &&
      (rule.location ?? location) === location &&
      (rule.channel === undefined || rule.channel === channel) &&
      (rule.method ?? method) === method,
  );
  const weight = (rule: BufferRule): number =>
    8 * Number(rule.sku !== undefined) + 4 * Number(rule.location !== undefined) +
    2 * Number(rule.channel !== undefined) + Number(rule.method !== undefined);
  return fits.sort((a, b) => weight(b) - weight(a))[0];
}

/** What it holds back of a stock, counted out unit by unit: the smallest whole number that is at least the share. */
export function heldBackBy(shadow: Shadow, rule: BufferRule | undefined, sku: string, location: string): number {
  if (rule === undefined) return 0;
  const stock = shadow.stocks.get(stockKey(sku, location));
  const there = stock === undefined ? 0 : onHand(stock);
  if (rule.quantity !== undefined) return rule.quantity;
  const whole = Math.floor(there / 100) * (rule.percent ?? 0);
  let rest = 0;
  while (rest * 100 < (there % 100) * (rule.percent ?? 0)) rest += 1;
  return whole + rest;
}
