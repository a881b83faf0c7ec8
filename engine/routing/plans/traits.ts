/**
 * What the answer of a plan to an order that waits may depend on, beside what there is more of. Only hard rules count:
 * costs choose between places, and take none away. (Kits are the exception: see `concerns` in engine/concerns.ts.)
 */
import type { CompiledPlan, Rule } from './compile-plan.ts';
import { uses } from './environment.ts';
import type { Expression } from './expression.ts';

export interface PlanTraits {
  /** Whether having less somewhere may give an order a place. */
  readonly readsLess: boolean;
  /** Whether what carriers offer may. */
  readonly readsCarriers: boolean;
  /** Whether the passing of time may. */
  readonly readsTime: boolean;
  /** Whether what has a place may move to a better one. */
  readonly improves: boolean;
}

/** Rules that take places away. */
export const hardRules = ({ splits, places, lines, services }: CompiledPlan): readonly Rule[] => [
  ...splits, ...places, ...lines, ...services,
];

/** Rules that price them. */
export const softRules = (plan: CompiledPlan): readonly Rule[] => [
  ...plan.parcelCosts, ...plan.serviceCosts, ...plan.lineCosts, ...plan.unitCosts,
];

/** What a plan is asked that depends on time, of rules and of the order. */
export function timed(plan: CompiledPlan): readonly Expression[] {
  const asked = [
    plan.applies, plan.together, ...plan.fallbacks.map(({ when }) => when),
    ...hardRules(plan).map(({ when }) => when),
    ...softRules(plan).flatMap(({ when, amount }) => [when, typeof amount === 'number' ? undefined : amount]),
  ];
  return asked.filter((one): one is Expression => one?.next !== undefined);
}

/** Of plans that may be asked one after another. */
export function traitsOf(plans: readonly CompiledPlan[]): PlanTraits {
  const readsOffers = plans.some((plan) => hardRules(plan).some((rule) => (rule.uses & uses.offer) !== 0));
  return {
    readsLess: readsOffers || plans.some(isFragile),
    readsCarriers: readsOffers || plans.some(({ services }) => services.length > 0),
    readsTime: plans.some((plan) => timed(plan).length > 0),
    improves: plans.some(({ improve }) => improve !== undefined),
  };
}

/** Where parcels must have a worth, or all must fit into several, another division of what there is may do better. */
function isFragile({ minShipmentMinor, allOrNothing, maxParcels }: CompiledPlan): boolean {
  return minShipmentMinor > 0 || (allOrNothing && maxParcels > 1 && maxParcels < Infinity);
}
