/**
 * Rules that had no value when an order was decided: a case of its channel, until the version of the plan that they
 * are of is asked no more for it.
 */
import type { PlanId } from '../../actors/ids.ts';
import type { CaseContext } from '../../actors/case-context.ts';
import { must } from '../assert.ts';
import type { Core } from '../core.ts';
import type { World } from '../world.ts';
import { about, clearCase, raiseCase } from './tell.ts';

/** What was decided with rules that failed: each version once, whatever rule of it fails, and however often. */
export function raiseRuleErrors(core: Core, atMs: number): void {
  for (const event of core.changes.news()) {
    if (event.kind !== 'order.sourced' || event.ruled?.failed === undefined) continue;
    const { planId, version, failed } = event.ruled;
    const [first] = failed;
    const of = about('RULE_ERROR', event.channel);
    const source = `${planId}/${version}`;
    if (first === undefined || isKnown(core.world.cases.look(of.caseId)?.context, source)) continue;
    if (!isAsked(core.world, event.channel, source)) continue;
    const cause = `plan ${planId}, version ${version}: rule ${first.rule} has no value: ${first.detail}`;
    raiseCase(core, { of, cause, source, orders: [], by: 'engine' }, atMs);
  }
}

/** One is enough while it is open. Of one that somebody has ended, only another version is news. */
function isKnown(context: CaseContext | undefined, source: string): boolean {
  if (context?.source === undefined) return false;
  return context.ended === undefined || (context.source === source && context.ended.how !== 'cleared');
}

function isAsked({ plans }: World, channel: string, source: string): boolean {
  const at = source.lastIndexOf('/');
  return plans.asks(channel, source.slice(0, at) as PlanId, Number(source.slice(at + 1)));
}

/** Whether rules of a plan that is asked still keep a case open. One that was only reported has no source. */
export const isOfRules = (world: World, { code, subject, source }: CaseContext): boolean =>
  code === 'RULE_ERROR' && source !== undefined && isAsked(world, subject.id, source);

/** Plans are other ones: what was the matter with those that are asked no more is over. */
export function clearRuleErrors(core: Core, atMs: number): void {
  const { cases } = core.world;
  for (const caseId of [...(cases.byCode.get('RULE_ERROR') ?? [])].sort()) {
    const { context } = must(cases.look(caseId), 'an open case');
    if (context.source !== undefined && !isOfRules(core.world, context)) clearCase(core, context, atMs);
  }
}
