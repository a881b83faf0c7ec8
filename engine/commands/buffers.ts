/** Commands on buffer rules. */
import type { CommandBody } from '../../actors/commands.ts';
import type { Sku } from '../../actors/ids.ts';
import { bufferRulesMax } from '../../actors/limits.ts';
import type { BufferCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { done, refuse, type Handled } from './handled.ts';

export function putBuffer({ world, changes }: Core, { rule }: CommandBody<'buffer.put'>): Handled {
  const { buffers } = world.selling;
  if ((rule.quantity === undefined) === (rule.percent === undefined)) {
    return refuse('malformed', 'a rule has either a quantity or a percent', 'body.rule');
  }
  if (rule.channel !== undefined && world.channels.get(rule.channel)?.snapshot === undefined) {
    return refuse('unknown-channel', `no channel ${rule.channel}`, 'body.rule.channel');
  }
  if (rule.location !== undefined && world.locations.get(rule.location)?.snapshot === undefined) {
    return refuse('unknown-location', `no location ${rule.location}`, 'body.rule.location');
  }
  if (buffers.get(rule.id) === undefined && buffers.count >= bufferRulesMax) {
    return refuse('over-limit', `there are ${bufferRulesMax} buffer rules, no more fit`);
  }
  const other = buffers.withScopeOf(rule);
  const replaced = other === undefined || other.id === rule.id ? undefined : other.id;
  if (other !== undefined && replaced !== undefined) {
    changes.set(buffers.cell(replaced), { value: 'removed', context: other });
  }
  changes.set(buffers.cell(rule.id), { value: 'put', context: rule });
  return done({ id: rule.id, replaced });
}

export function removeBuffer({ world, changes }: Core, { bufferId }: CommandBody<'buffer.remove'>): Handled {
  const { buffers } = world.selling;
  const rule = buffers.get(bufferId);
  if (rule === undefined) return refuse('unknown-buffer', `no buffer rule ${bufferId}`, 'body.bufferId');
  changes.set(buffers.cell(bufferId), { value: 'removed', context: rule });
  return done({ id: bufferId });
}

type Rule = BufferCell['snapshot'];

/** Whoever waits for what a rule concerns, or concerned, may be served now. */
export function bufferKept(core: Core, before: Rule, after: Rule): void {
  for (const rule of before?.context.sku === after?.context.sku ? [after] : [before, after]) {
    if (rule !== undefined) wakeFor(core, rule.context.sku);
  }
}

function wakeFor({ world, views, wakes }: Core, sku: Sku | undefined): void {
  const cell = sku === undefined ? undefined : world.skus.get(sku);
  if (cell !== undefined) wakes.add(cell);
  else if (sku === undefined) wakes.addAll(views.waitedFor, world.reservations.lined);
}
