/** Commands on buffer rules. */
import type { CommandBody } from '../../actors/commands.ts';
import type { BufferRule } from '../../actors/buffer-commands.ts';
import { growthAt, nextStepAtMs, type Growth, type Grows, type StandingRule } from '../../actors/buffer-growth.ts';
import type { BufferId, Sku } from '../../actors/ids.ts';
import { bufferRulesMax, growingRulesMax } from '../../actors/limits.ts';
import { reject, type Rejection } from '../../actors/rejection.ts';
import { must } from '../assert.ts';
import type { BufferCell } from '../cells.ts';
import type { Core } from '../core.ts';
import { done, refuse, refused, type Handled } from './handled.ts';

export function putBuffer({ world, changes }: Core, { rule }: CommandBody<'buffer.put'>, atMs: number): Handled {
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
  const known = buffers.get(rule.id);
  const unsound = rule.grows === undefined ? undefined : unsoundGrowth(rule, rule.grows, known, buffers.growingCount);
  if (unsound !== undefined) return refused(unsound);
  if (known === undefined && buffers.count >= bufferRulesMax) {
    return refuse('over-limit', `there are ${bufferRulesMax} buffer rules, no more fit`);
  }
  const other = buffers.withScopeOf(rule);
  const replaced = other === undefined || other.id === rule.id ? undefined : other.id;
  if (other !== undefined && replaced !== undefined) {
    changes.set(buffers.cell(replaced), { value: 'removed', context: other });
  }
  changes.set(buffers.cell(rule.id), { value: 'put', context: standing(rule, known, atMs) });
  return done({ id: rule.id, replaced });
}

/** Why a rule cannot grow so. */
function unsoundGrowth(
  { location }: BufferRule,
  { quantity, pacePercent }: Grows,
  known: StandingRule | undefined,
  growingCount: number,
): Rejection | undefined {
  if (location === undefined) return reject('malformed', 'a rule that grows names a location', 'body.rule.location');
  if (quantity === undefined && pacePercent === undefined) {
    return reject('malformed', 'a rule grows by a quantity, with the pace of orders or both', 'body.rule.grows');
  }
  if (known?.grows !== undefined || growingCount < growingRulesMax) return undefined;
  return reject('over-limit', `${growingRulesMax} buffer rules grow, no more may`, 'body.rule.grows');
}

/** The rule as it stands once it is put: one that grew at this location goes on from where it began. */
function standing(rule: BufferRule, known: StandingRule | undefined, atMs: number): StandingRule {
  if (rule.grows === undefined) return rule;
  const sinceMs = known?.location === rule.location ? (known?.growth?.sinceMs ?? atMs) : atMs;
  return { ...rule, growth: growthAt(rule.grows, sinceMs, atMs) };
}

/** A rule stands at another step: it holds back more, or begins anew. */
export function stepBuffer({ changes }: Core, cell: BufferCell, growth: Growth): void {
  const { context } = must(cell.snapshot, 'a rule that grows');
  changes.set(cell, { value: 'put', context: { ...context, growth } });
  const location = must(context.location, 'the location of a rule that grows');
  changes.publish([{ kind: 'buffer.changed', bufferId: cell.id, location, steps: growth.steps }]);
}

/** The time of a step has come, unless it was overtaken. */
export function growBuffer(core: Core, id: BufferId, atMs: number): undefined {
  const { buffers } = core.world.selling;
  const rule = buffers.get(id);
  const dueMs = rule === undefined ? undefined : nextStepAtMs(rule);
  if (rule?.grows === undefined || rule.growth === undefined || dueMs === undefined || dueMs > atMs) return;
  stepBuffer(core, buffers.cell(id), growthAt(rule.grows, rule.growth.sinceMs, atMs));
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
  // A step holds back more: it is of use to nobody.
  const isStep = before?.context.grows !== undefined && before.context.grows === after?.context.grows;
  const hasGrown = (after?.context.growth?.steps ?? 0) > (before?.context.growth?.steps ?? 0);
  if (isStep && hasGrown && before.value === after?.value) return;
  for (const rule of before?.context.sku === after?.context.sku ? [after] : [before, after]) {
    if (rule !== undefined) wakeFor(core, rule.context.sku);
  }
}

function wakeFor({ world, views, wakes }: Core, sku: Sku | undefined): void {
  const cell = sku === undefined ? undefined : world.skus.get(sku);
  if (cell !== undefined) wakes.add(cell);
  else if (sku === undefined) wakes.addAll(views.waitedFor, world.reservations.lined);
}
