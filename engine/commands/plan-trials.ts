/** Commands that try a version of a routing plan on live orders: canary and shadow. */
import type { Command, CommandOf } from '../../actors/commands.ts';
import { planCanariesMax, planShadowsMax } from '../../actors/limits.ts';
import type { PlanSeat } from '../../actors/plan-commands.ts';
import type { Canary, PlanShadow } from '../../actors/trial-commands.ts';
import { unreachable } from '../assert.ts';
import type { Core } from '../core.ts';
import { endCanary, noCounts } from '../trials.ts';
import { done, refuse, type Handled } from './handled.ts';
import { findToDecide, findValidated, seatNow } from './plan-seats.ts';

type TrialKind = 'plan.canary' | 'plan.promote' | 'plan.abort' | 'plan.shadow' | 'plan.unshadow';
type TrialCommand = Extract<Command, { readonly kind: TrialKind }>;

export function changeTrials(core: Core, command: TrialCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'plan.canary':
      return startCanary(core, command, atMs);
    case 'plan.promote':
      return promote(core, command, atMs);
    case 'plan.abort':
      return abort(core, command, atMs);
    case 'plan.shadow':
      return startShadow(core, command, atMs);
    case 'plan.unshadow':
      return stopShadow(core, command);
    default:
      return unreachable(command);
  }
}

const nameOf = (channel: string | undefined): string => (channel === undefined ? 'all channels' : channel);

function startCanary(core: Core, { by, body }: CommandOf<'plan.canary'>, atMs: number): Handled {
  const { planId, version, channel, percent, guard, reason } = body;
  const { world, changes } = core;
  const looked = findToDecide(core, body, atMs);
  if ('handled' in looked) return looked.handled;
  const seat = world.plans.seat(channel).snapshot?.context;
  if (seat?.now.planId === planId && seat.now.version === version) {
    return refuse('wrong-state', `version ${version} of ${planId} is in force for ${nameOf(channel)}`, 'body.version');
  }
  const other = seat?.canary;
  if (other !== undefined && (other.planId !== planId || other.version !== version)) {
    const detail = `version ${other.version} of ${other.planId} is the canary of ${nameOf(channel)}: end it first`;
    return refuse('wrong-state', detail, 'body.version');
  }
  if (other === undefined && world.plans.canaryCount >= planCanariesMax) {
    return refuse('over-limit', `there are ${planCanariesMax} canaries: no more at one time`);
  }
  const canary: Canary = { planId, version, percent, guard, sinceMs: atMs, by, reason };
  const { now, before } = seat ?? { now: { sinceMs: atMs, by, reason }, before: [] };
  const context: PlanSeat = { channel, now, before, canary, ended: seat?.ended };
  changes.set(world.plans.seat(channel), { value: 'put', context });
  changes.set(world.plans.trial(channel), { value: 'put', context: noCounts });
  changes.publish([{ kind: 'canary.changed', channel, planId, version, percent, state: 'started', reason }]);
  return done({ id: planId, version, channel, percent });
}

const noCanary = (channel: string | undefined): Handled =>
  refuse('wrong-state', `there is no canary for ${nameOf(channel)}`);

function promote(core: Core, { by, body }: CommandOf<'plan.promote'>, atMs: number): Handled {
  const { channel, reason } = body;
  const canary = core.world.plans.seat(channel).snapshot?.context.canary;
  if (canary === undefined) return noCanary(channel);
  const { planId, version } = canary;
  return seatNow(core, channel, { planId, version, sinceMs: atMs, by, reason }, 'promoted');
}

function abort(core: Core, { by, body }: CommandOf<'plan.abort'>, atMs: number): Handled {
  const { channel, reason } = body;
  const seat = core.world.plans.seat(channel).snapshot?.context;
  if (seat?.canary === undefined) return noCanary(channel);
  endCanary(core, seat, { how: 'aborted', by, why: reason }, atMs);
  return done({ id: seat.canary.planId, version: seat.canary.version, channel });
}

function startShadow(core: Core, { by, body }: CommandOf<'plan.shadow'>, atMs: number): Handled {
  const { planId, version, channels, percent, untilMs, reason } = body;
  const { world, changes } = core;
  const looked = findValidated(core, planId, version);
  if ('handled' in looked) return looked.handled;
  for (const [index, channel] of (channels ?? []).entries()) {
    if (world.channels.get(channel)?.snapshot !== undefined) continue;
    return refuse('unknown-channel', `no channel ${channel}`, `body.channels[${index}]`);
  }
  if (untilMs !== undefined && untilMs <= atMs) return refuse('wrong-state', 'that is over already', 'body.untilMs');
  const others = world.plans.shadowsNow().filter((shadow) => shadow.planId !== planId && !isOver(shadow, atMs));
  if (others.length >= planShadowsMax) {
    return refuse('over-limit', `there are ${planShadowsMax} shadows: no more at one time`);
  }
  const context: PlanShadow = { planId, version, channels, percent, untilMs, sinceMs: atMs, by, reason };
  changes.set(world.plans.shadow(planId), { value: 'put', context });
  changes.publish([{ kind: 'shadow.changed', planId, version, percent, state: 'started', reason }]);
  return done({ id: planId, version, percent });
}

const isOver = ({ untilMs = Infinity }: PlanShadow, atMs: number): boolean => untilMs <= atMs;

function stopShadow({ world, changes }: Core, { body }: CommandOf<'plan.unshadow'>): Handled {
  const { planId, reason } = body;
  const shadow = world.plans.shadowOf(planId);
  if (shadow === undefined) return refuse('wrong-state', `there is no shadow of ${planId}`, 'body.planId');
  const { version, percent } = shadow;
  changes.set(world.plans.shadow(planId), { value: 'removed', context: shadow });
  changes.publish([{ kind: 'shadow.changed', planId, version, percent, state: 'stopped', reason }]);
  return done({ id: planId, version });
}
