/**
 * A better place for what is allocated, by the policy of the routing plan that decides: the units are taken back, it is
 * decided about them again, and unless that saves enough all of it is undone and leaves no trace.
 */
import type { OrderId } from '../actors/ids.ts';
import type { OrderContext, Plan } from '../actors/order-context.ts';
import { waitingUnits } from '../actors/order-lines.ts';
import { isUntouched } from '../actors/order-takings.ts';
import type { Fulfillment } from '../actors/vocabulary.ts';
import type { Core } from './core.ts';
import { tellOrder } from './effects.ts';
import { decide } from './routing/decide.ts';
import { limitedTo } from './routing/source-among.ts';
import { tellQuietly } from './run-command.ts';
import { withUntracked } from './untracked.ts';

/** How often one order moves, where its plan does not say. */
const movesMax = 3;

/** Look whether an order has a better place now. False when it does not fit into the turn: ask again in the next. */
export function improveOrder(core: Core, id: OrderId, atMs: number, onBug: (bug: unknown) => void): boolean {
  const order = core.world.order(id);
  const { value, context } = order?.snapshot ?? {};
  if (order === undefined || context === undefined || waitingUnits(context) > 0) return true;
  // What came with its places stays there.
  if (context.intake?.parked !== undefined || context.intake?.routed === true) return true;
  if (core.world.plans.traitsOf(context.channel)?.improves !== true) return true;
  const parts = context.fulfillments.filter(isUntouched);
  const takings = parts.map(({ fulfillmentId, lines }) => ({ fulfillmentId, units: lines }));
  const message = { type: 'order.withdraw', takings, isRejected: false, atMs } as const;
  const plan = (free: OrderContext): Plan | undefined => betterPlan(core, free, parts, value === 'released', atMs);
  return tellQuietly(core, atMs, () => tellOrder(core, order, message, { plan }), onBug);
}

/** What is decided about an order whose units are free, if that is enough better than the parts it had. */
function betterPlan(
  core: Core,
  order: OrderContext,
  parts: readonly Fulfillment[],
  isReleased: boolean,
  atMs: number,
): Plan | undefined {
  const decision = decide(core, order, atMs);
  const improve = decision.under?.inForce.plan.improve;
  if (improve === undefined || (isReleased && improve.released !== true)) return undefined;
  if ((order.improved ?? 0) >= (improve.maxMoves ?? movesMax)) return undefined;
  const { plan } = decision;
  const now = core.source(limitedTo(decision.request, new Set(parts.map(({ location }) => location))));
  if (plan.short > 0 || now.short > 0) return undefined;
  const savedMinor = minorOf(now) - minorOf(plan);
  const isFewer = improve.fewerParcels === true && plan.fulfillments.length < parts.length && savedMinor >= 0;
  if (savedMinor < improve.minSavedMinor && !isFewer) return undefined;
  const from = parts.map(({ fulfillmentId }) => fulfillmentId);
  return { ...withUntracked(core.world, order, plan), cause: { kind: 'cheaper', from, savedMinor } };
}

/** What a plan costs by the routing plan’s prices; of kits, what its parcels do. */
export const minorOf = ({ ruled, fulfillments }: Plan): number =>
  ruled?.scoreMinor ?? fulfillments.reduce((sum, { costMinor }) => sum + costMinor, 0);
