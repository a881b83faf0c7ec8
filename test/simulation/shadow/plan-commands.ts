/** The commands on routing plans, in the shadow. */
import type { CommandBody } from '../../../actors/commands.ts';
import { leavesSomething } from './plan-sourcing.ts';
import type { Doing } from './orders.ts';
import { end } from './trials.ts';
import * as trials from './trials.ts';
import { canariesOf, newestValidated, seatOf, seatsOf, versionsOf, type Publication, type ShadowSeat, type ShadowVersion } from './plan-state.ts';
import type { Shadow } from './state.ts';
import { no, type Verdict } from './verdict.ts';

type By = { readonly by: string };

export function put({ shadow, atMs }: Doing, by: string, { plan: document, reason }: CommandBody<'plan.put'>): Verdict {
  const versions = versionsOf(shadow, document.id);
  const newest = versions.at(-1);
  const isSame = JSON.stringify(newest?.document) === JSON.stringify(document) && newest?.state !== 'archived';
  if (isSame) return { ok: { id: document.id, version: newest?.version } };
  const version = versions.length + 1;
  shadow.set(shadow.planVersions, `${document.id}/${version}`, { document, version, state: 'draft', madeAtMs: atMs, by, reason });
  return { ok: { id: document.id, version } };
}

function find(shadow: Shadow, id: string, version: number): ShadowVersion | Verdict {
  const found = shadow.planVersions.get(`${id}/${version}`);
  return found ?? no('unknown-plan', versionsOf(shadow, id).length === 0 ? 'body.planId' : 'body.version');
}

const isVersion = (found: ShadowVersion | Verdict): found is ShadowVersion => 'document' in found;

function become(shadow: Shadow, found: ShadowVersion, state: ShadowVersion['state']): Verdict {
  const { document, version } = found;
  if (found.state !== state) shadow.set(shadow.planVersions, `${document.id}/${version}`, { ...found, state });
  return { ok: { id: document.id, version, state } };
}

export function validate({ shadow }: Doing, { planId, version }: CommandBody<'plan.validate'>): Verdict {
  const found = find(shadow, planId, version);
  if (!isVersion(found)) return found;
  if (found.state === 'archived') return no('wrong-state');
  const isFaulty = (found.document.rules ?? []).some(({ when = '' }) => when.includes('unist'));
  if (isFaulty) return no('invalid-plan', 'body.version');
  for (const { plan } of found.document.fallbacks ?? []) {
    if (plan === undefined) continue;
    const isCircle = plan === planId || reaches(shadow, plan, planId, []);
    if (newestValidated(shadow, plan) === undefined || isCircle) return no('invalid-plan', 'body.version');
  }
  return become(shadow, found, 'validated');
}

function reaches(shadow: Shadow, from: string, to: string, over: readonly string[]): boolean {
  if (from === to) return true;
  const next = (newestValidated(shadow, from)?.document.fallbacks ?? []).flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
  return next.some((id) => !over.includes(id) && reaches(shadow, id, to, [...over, from]));
}

/** A version that may decide for a seat. */
function mayDecide({ shadow, atMs }: Doing, { planId, version, channel, force }: CommandBody<'plan.publish'>): ShadowVersion | Verdict {
  const found = find(shadow, planId, version);
  if (!isVersion(found)) return found;
  if (found.state !== 'validated') return no('wrong-state', 'body.version');
  if (channel !== undefined && !shadow.channels.has(channel)) return no('unknown-channel', 'body.channel');
  return force === true || leavesSomething(shadow, found.document, channel, atMs) ? found : no('unroutable-plan', 'body.version');
}

export function canary(doing: Doing, by: By, body: CommandBody<'plan.canary'>): Verdict {
  const found = mayDecide(doing, body);
  return isVersion(found) ? trials.canary(doing, by, found, body) : found;
}

export function promote(doing: Doing, { by }: By, { channel, reason }: CommandBody<'plan.promote'>): Verdict {
  const { planId, version } = seatOf(doing.shadow, channel)?.canary ?? {};
  return planId === undefined ? no('wrong-state') : seat(doing, channel, { planId, version, sinceMs: doing.atMs, by, reason }, 'promoted');
}

export function shadowing(doing: Doing, by: By, body: CommandBody<'plan.shadow'>): Verdict {
  const found = find(doing.shadow, body.planId, body.version);
  if (!isVersion(found)) return found;
  return found.state === 'validated' ? trials.start(doing, by, body) : no('wrong-state', 'body.version');
}

export function publish(doing: Doing, { by }: By, body: CommandBody<'plan.publish'>): Verdict {
  const { atMs } = doing;
  const { planId, version, channel, reason } = body;
  const found = mayDecide(doing, body);
  if (!isVersion(found)) return found;
  return seat(doing, channel, { planId, version, sinceMs: atMs, by, reason });
}

function seat(doing: Doing, channel: string | undefined, now: Publication, how?: 'promoted'): Verdict {
  const was = doing.shadow.planSeats.get(channel ?? '*');
  return sit(doing, { channel, now, before: was === undefined ? [] : [...was.before, was.now].slice(-20) }, how);
}

function sit(doing: Doing, seated: ShadowSeat, how: 'aborted' | 'promoted' = 'aborted'): Verdict {
  const { shadow, events } = doing;
  const { channel, now: { planId, version, reason, by } } = seated;
  const was = seatOf(shadow, channel);
  const ended = was === undefined ? undefined : end(doing, was, { how, by, why: reason });
  shadow.set(shadow.planSeats, channel ?? '*', { ...seated, ended });
  events.push({ kind: 'plan.changed', channel, planId, version, reason });
  return { ok: { id: planId ?? '', version, channel } };
}

export function withdraw(doing: Doing, { by }: By, { channel, reason }: CommandBody<'plan.withdraw'>): Verdict {
  if (doing.shadow.planSeats.get(channel ?? '*')?.now.planId === undefined) return no('wrong-state');
  return seat(doing, channel, { sinceMs: doing.atMs, by, reason });
}

export function rollback(doing: Doing, { by }: By, { channel, reason }: CommandBody<'plan.rollback'>): Verdict {
  const seated = doing.shadow.planSeats.get(channel ?? '*');
  const { planId, version } = seated?.before.at(-1) ?? {};
  const isNothing = seated === undefined || (seated.before.length === 0 && seated.now.planId === undefined);
  if (isNothing || (planId !== undefined && doing.shadow.planVersions.get(`${planId}/${version}`)?.state !== 'validated')) return no('wrong-state');
  return sit(doing, { channel, now: { planId, version, sinceMs: doing.atMs, by, reason }, before: seated.before.slice(0, -1) });
}

export function archive({ shadow }: Doing, { planId, version }: CommandBody<'plan.archive'>): Verdict {
  const found = find(shadow, planId, version);
  if (!isVersion(found)) return found;
  const isTried = canariesOf(shadow, found).length > 0 || shadow.planShadows.get(planId)?.version === version;
  return seatsOf(shadow, found).length > 0 || isTried ? no('wrong-state', 'body.version') : become(shadow, found, 'archived');
}
