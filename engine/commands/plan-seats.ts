/** What commands on routing plans share: versions by name, what may be put in force, and seats. */
import type { ChannelId, PlanId } from '../../actors/ids.ts';
import type { PlanSeat, PlanVersion, Publication } from '../../actors/plan-commands.ts';
import type { Core } from '../core.ts';
import { nearest } from '../routing/plans/fault.ts';
import { routesSomething } from '../routing/plans/routable.ts';
import { endCanary } from '../trials.ts';
import { done, refuse, type Handled } from './handled.ts';

/** What was in force before and is kept to go back to. */
const publicationsMax = 20;

export type Found = { readonly found: PlanVersion } | { readonly handled: Handled };

export function find({ world }: Core, planId: PlanId, version: number): Found {
  const found = world.plans.version(planId, version);
  if (found !== undefined) return { found };
  const isKnown = world.plans.versionsOf(planId).length > 0;
  if (isKnown) return { handled: refuse('unknown-plan', `plan ${planId} has no version ${version}`, 'body.version') };
  const meant = nearest(planId, world.plans.ids());
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return { handled: refuse('unknown-plan', `no plan ${planId}${hint}`, 'body.planId') };
}

interface Wanted {
  readonly planId: PlanId;
  readonly version: number;
  readonly channel?: ChannelId | undefined;
  readonly force?: boolean | undefined;
}

/** A version that may decide for a seat; why not, when it may not. */
export function findToDecide(core: Core, { planId, version, channel, force = false }: Wanted, atMs: number): Found {
  const looked = findValidated(core, planId, version);
  if ('handled' in looked) return looked;
  if (channel !== undefined && core.world.channels.get(channel)?.snapshot === undefined) {
    return { handled: refuse('unknown-channel', `no channel ${channel}`, 'body.channel') };
  }
  if (force || routesSomething(core.world, looked.found.document, channel, atMs)) return looked;
  const detail = `${planId} leaves no location to any order that was tried; force publishes it`;
  return { handled: refuse('unroutable-plan', detail, 'body.version') };
}

/** A version that may be put in force. */
export function findValidated(core: Core, planId: PlanId, version: number): Found {
  const looked = find(core, planId, version);
  if ('handled' in looked || looked.found.state === 'validated') return looked;
  const detail = `version ${version} of ${planId} is ${looked.found.state}: only a validated one is published`;
  return { handled: refuse('wrong-state', detail, 'body.version') };
}

/** Why there is nothing to take out of force. */
export const nothingFor = (channel: string | undefined): string =>
  `no plan is in force ${channel === undefined ? 'for all channels' : `for ${channel}`}`;

/** What becomes of a canary when something else is put in force. */
type How = 'promoted' | 'aborted';

/** Put something in force; what was is kept to go back to. */
export function seatNow(
  core: Core, channel: PlanSeat['channel'], now: Publication, how: How = 'aborted',
): Handled {
  const was = core.world.plans.seat(channel).snapshot?.context;
  const before = was === undefined ? [] : [...was.before, was.now].slice(-publicationsMax);
  return place(core, { channel, now, before }, how);
}

/** Put a seat in its place. A canary that was there ends with it. */
export function place(core: Core, { channel, now, before }: PlanSeat, how: How = 'aborted'): Handled {
  const { world, changes } = core;
  const { planId, version, reason, by, sinceMs } = now;
  const was = world.plans.seat(channel).snapshot?.context;
  const ended = was === undefined ? undefined : endCanary(core, was, { how, by, why: reason }, sinceMs).ended;
  changes.set(world.plans.seat(channel), { value: 'put', context: { channel, now, before, ended } });
  changes.publish([{ kind: 'plan.changed', channel, planId, version, reason }]);
  return done({ id: planId ?? '', version, channel });
}
