/**
 * Whom a reason to wake concerns: asked of each one in a line before anything of the order itself is read. It errs
 * on the side of waking: an order that is woken for nothing leaves no trace (run-command.ts, `wakeOrder`).
 */
import type { SkuCell } from './cells.ts';
import type { Core } from './core.ts';
import type { Waiter } from './waiting.ts';
import { reasons, type Sweeping } from './wakes.ts';

/** Whether one that waits for a SKU may be answered otherwise for such a reason. Ends the walk where nobody can. */
export function concerns({ world, wakes }: Core, sku: SkuCell, waiter: Waiter, reason: number): boolean {
  const { plans, selling } = world;
  if (plans.isIdle) {
    // Without a plan only what there is matters: a SKU that is out wakes nobody.
    if (selling.everything.unitsOf(sku) === 0) wakes.endWalk();
    return (reason & ~reasons.less) !== 0 && world.atp(sku.sku, waiter) > 0;
  }
  const traits = plans.traitsOf(waiter.channel);
  if (traits === undefined) return (reason & ~reasons.less) !== 0 && world.atp(sku.sku, waiter) > 0;
  if ((reason & reasons.other) !== 0 || traits.readsLess || waiter.hasKits) return true;
  return (reason & reasons.more) !== 0 && world.atp(sku.sku, waiter) > 0;
}

/** The same for what may concern many. */
export function concernsMany({ world }: Core, sku: SkuCell, waiter: Waiter, why: Sweeping): boolean {
  const traits = world.plans.isIdle ? undefined : world.plans.traitsOf(waiter.channel);
  if (traits === undefined) return why !== 'carriers' && world.atp(sku.sku, waiter) > 0;
  return why !== 'carriers' || traits.readsCarriers || waiter.hasKits;
}
