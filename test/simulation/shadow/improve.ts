/** A better place for what is allocated, in the shadow: by the policy of the plan that decides, if it saves enough. */
import { needsOf } from './kits.ts';
import { parkedRest, stateOf, waiting } from './order-facts.ts';
import * as orders from './orders.ts';
import type { Doing } from './orders.ts';
import { versionsOf } from './plan-state.ts';
import type { ShadowPlan } from './seeking.ts';
import { planUnits } from './sourcing.ts';
import { isUntouched, type ShadowOrder } from './state.ts';
import { no, type Verdict } from './verdict.ts';

/** A refusal when the order stays as it is. */
export function improve(doing: Doing, id: string): Verdict | undefined {
  const { shadow, atMs } = doing;
  const order = shadow.orders.get(id) as ShadowOrder;
  const state = stateOf(order);
  if ((state !== 'allocated' && state !== 'released') || waiting(order) > 0 || parkedRest(order) !== undefined || order.isRouted === true) return no('wrong-state');
  const had = order.parts.flatMap((part, index) => (isUntouched(part) ? [{ part, index }] : []));
  for (const { part, index } of had) {
    const units = new Map(part.units.map(({ line, quantity }) => [line, quantity]));
    orders.takeAway(doing, shadow.orders.get(id) as ShadowOrder, index, units);
  }
  const free = shadow.orders.get(id) as ShadowOrder;
  const plan = planUnits(shadow, free, needsOf(free), atMs);
  const { planId, version } = (plan.ruled ?? {}) as { planId?: string; version?: number };
  const policy = planId === undefined ? undefined : versionsOf(shadow, planId).find((one) => one.version === version)?.document.improve;
  const isOff = policy === undefined || (state === 'released' && policy.released !== true) || (order.improved ?? 0) >= (policy?.maxMoves ?? 3);
  if (isOff || plan.short > 0) return no('wrong-state');
  const here = new Set(had.map(({ part }) => part.location));
  const others = [...shadow.locations.keys()].filter((one) => !here.has(one)).map((location) => ({ location, untilMs: Infinity }));
  const now = planUnits(shadow, { ...free, declined: [...(free.declined ?? []), ...others] }, needsOf(free), atMs);
  if (now.short > 0 || now.ruled?.['planId'] !== planId || now.ruled?.['version'] !== version) return no('wrong-state');
  const savedMinor = minorOf(now) - minorOf(plan);
  const isFewer = policy.fewerParcels === true && plan.parcels.length < had.length && savedMinor >= 0;
  if (savedMinor < policy.minSavedMinor && !isFewer) return no('wrong-state');
  const from = had.map(({ index }) => String(index + 1));
  orders.sourceBy(doing, id, { ...plan, cause: { kind: 'cheaper', from, savedMinor } });
  return undefined;
}

const minorOf = ({ ruled, parcels }: ShadowPlan): number =>
  (ruled?.['scoreMinor'] as number | undefined) ?? parcels.reduce((sum, { from }) => sum + from.costMinor, 0);
