/** Commands on routing plans. */
import type { Command, CommandBody, CommandOf } from '../../actors/commands.ts';
import type { PlanId } from '../../actors/ids.ts';
import { plansMax, planVersionsMax } from '../../actors/limits.ts';
import type { PlanState, PlanVersion } from '../../actors/plan-commands.ts';
import { unreachable } from '../assert.ts';
import type { Core } from '../core.ts';
import { compilePlan } from '../routing/plans/compile-plan.ts';
import { faultText } from '../routing/plans/fault.ts';
import { done, refuse, type Handled } from './handled.ts';
import { find, findToDecide, nothingFor, place, seatNow } from './plan-seats.ts';
import { changeTrials } from './plan-trials.ts';

export type PlanCommand = Extract<Command, { readonly kind: `plan.${string}` }>;

export const isPlanCommand = <C extends { readonly kind: string }>(command: C): command is Extract<C, PlanCommand> =>
  command.kind.startsWith('plan.');

export function changePlans(core: Core, command: PlanCommand, atMs: number): Handled {
  switch (command.kind) {
    case 'plan.put':
      return putPlan(core, command, atMs);
    case 'plan.validate':
      return validate(core, command.body);
    case 'plan.publish':
      return publish(core, command, atMs);
    case 'plan.withdraw':
      return withdraw(core, command, atMs);
    case 'plan.rollback':
      return rollback(core, command, atMs);
    case 'plan.archive':
      return archive(core, command.body);
    case 'plan.canary':
    case 'plan.promote':
    case 'plan.abort':
    case 'plan.shadow':
    case 'plan.unshadow':
      return changeTrials(core, command, atMs);
    default:
      return unreachable(command);
  }
}

function putPlan({ world, changes }: Core, { by, body }: CommandOf<'plan.put'>, atMs: number): Handled {
  const { plan: document, reason } = body;
  const { id } = document;
  const versions = world.plans.versionsOf(id);
  const newest = versions.at(-1);
  const isSame = newest !== undefined && JSON.stringify(newest.document) === JSON.stringify(document);
  if (isSame && newest.state !== 'archived') return done({ id, version: newest.version });
  if (versions.length >= planVersionsMax)
    return refuse('over-limit', `plan ${id} has ${planVersionsMax} versions: go on under another id`);
  if (newest === undefined && world.plans.ids().length >= plansMax) {
    return refuse('over-limit', `there are ${plansMax} plans: no more fit`);
  }
  const version = versions.length + 1;
  const context: PlanVersion = { document, version, state: 'draft', madeAtMs: atMs, by, reason };
  changes.set(world.plans.cell(id, version), { value: 'put', context });
  return done({ id, version });
}

function setState({ world, changes }: Core, of: PlanVersion, state: PlanState): Handled {
  const { document, version } = of;
  if (of.state !== state)
    changes.set(world.plans.cell(document.id, version), { value: 'put', context: { ...of, state } });
  return done({ id: document.id, version, state });
}

function validate(core: Core, { planId, version }: CommandBody<'plan.validate'>): Handled {
  const { world } = core;
  const looked = find(core, planId, version);
  if ('handled' in looked) return looked.handled;
  const { found } = looked;
  if (found.state === 'archived') return refuse('wrong-state', `version ${version} of ${planId} is archived`);
  const { faults } = compilePlan(found.document);
  const [first] = faults;
  if (first !== undefined) {
    const more = faults.length === 1 ? '' : `; ${faults.length - 1} more faults: plan.lint tells them all`;
    return refuse('invalid-plan', faultText(first) + more, 'body.version');
  }
  for (const [index, { plan: next }] of (found.document.fallbacks ?? []).entries()) {
    if (next === undefined) continue;
    const path = `fallbacks[${index}].plan`;
    if (world.plans.newest(next) === undefined) {
      return refuse('invalid-plan', `${path}: no version of ${next} is validated`, 'body.version');
    }
    if (leadsTo(core, next, planId)) {
      return refuse(
        'invalid-plan',
        `${path}: ${next} falls back on ${planId}, which would ask it again`,
        'body.version',
      );
    }
  }
  return setState(core, found, 'validated');
}

/** Whether a plan falls back on another, over however many. */
function leadsTo({ world }: Core, from: PlanId, to: PlanId): boolean {
  const seen = new Set<PlanId>();
  const next = [from];
  for (const id of next) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const { plan } of world.plans.newest(id)?.document.fallbacks ?? []) if (plan !== undefined) next.push(plan);
  }
  return false;
}

function publish(core: Core, { by, body }: CommandOf<'plan.publish'>, atMs: number): Handled {
  const { planId, version, channel, reason } = body;
  const looked = findToDecide(core, body, atMs);
  if ('handled' in looked) return looked.handled;
  return seatNow(core, channel, { planId, version, sinceMs: atMs, by, reason });
}

function withdraw(core: Core, { by, body }: CommandOf<'plan.withdraw'>, atMs: number): Handled {
  const { channel, reason } = body;
  const now = core.world.plans.seat(channel).snapshot?.context.now;
  if (now?.planId === undefined) return refuse('wrong-state', nothingFor(channel));
  return seatNow(core, channel, { sinceMs: atMs, by, reason });
}

function rollback(core: Core, { by, body }: CommandOf<'plan.rollback'>, atMs: number): Handled {
  const { channel, reason } = body;
  const seat = core.world.plans.seat(channel).snapshot?.context;
  if (seat === undefined)
    return refuse('wrong-state', `nothing was ever in force ${channel === undefined ? '' : `for ${channel}`}`.trim());
  const last = seat.before.at(-1);
  if (last?.planId !== undefined && last.version !== undefined) {
    const state = core.world.plans.version(last.planId, last.version)?.state;
    if (state !== 'validated') {
      return refuse('wrong-state', `version ${last.version} of ${last.planId}, which was before, is ${state}`);
    }
  }
  if (last === undefined && seat.now.planId === undefined) return refuse('wrong-state', 'nothing was before');
  const now = { planId: last?.planId, version: last?.version, sinceMs: atMs, by, reason };
  return place(core, { channel, now, before: seat.before.slice(0, -1) });
}

function archive(core: Core, { planId, version }: CommandBody<'plan.archive'>): Handled {
  const looked = find(core, planId, version);
  if ('handled' in looked) return looked.handled;
  const [seat] = core.world.plans.seatsOf(planId, version);
  if (seat !== undefined)
    return refuse('wrong-state', `version ${version} of ${planId} is in force for ${seat}`, 'body.version');
  const { plans } = core.world;
  if (plans.canariesOf(planId, version).length > 0 || plans.shadowOf(planId)?.version === version) {
    return refuse('wrong-state', `version ${version} of ${planId} is a canary or a shadow`, 'body.version');
  }
  return setState(core, looked.found, 'archived');
}
