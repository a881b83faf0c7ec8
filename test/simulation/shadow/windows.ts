/** Which window an order joins, in the shadow. */
import { versionsOf } from './plan-state.ts';
import type { ShadowPlan } from './seeking.ts';
import type { Shadow, ShadowBatch } from './state.ts';

/** The window a placement joins that has all its units. */
export function windowFor(shadow: Shadow, plan: ShadowPlan, atMs: number): ShadowBatch | undefined {
  const { planId, version } = (plan.ruled ?? {}) as { planId?: string; version?: number };
  if (planId === undefined || version === undefined || plan.short > 0) return undefined;
  const windowMs = versionsOf(shadow, planId).find((one) => one.version === version)?.document.batch?.windowMs;
  if (windowMs === undefined) return undefined;
  const open = [...shadow.orders.values()].flatMap(({ batch }) => (batch?.planId === planId && batch.version === version ? [batch.untilMs] : []));
  const lastMs = Math.max(0, ...open);
  return { planId, version, untilMs: lastMs > atMs ? lastMs : atMs + windowMs };
}
