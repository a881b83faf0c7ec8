/** What each rule of a routing plan makes of a parcel: the same amounts that priced it, rule by rule. */
import type { LocationId } from '../../../actors/ids.ts';
import type { PlannedFulfillment } from '../../../actors/order-context.ts';
import { must } from '../../assert.ts';
import type { PlanInForce } from '../../plans.ts';
import type { World } from '../../world.ts';
import type { Asked, Seeker } from '../request.ts';
import type { Need } from '../source.ts';
import type { Rule } from './compile-plan.ts';
import { amountOf } from './evaluate.ts';
import type { OrderFacts } from './facts.ts';
import { Judge } from './ruled-request.ts';

/** What carriage, distance and the parcel itself cost by the weights of a plan, and each rule by its id. */
export interface RuledTerms {
  readonly carriageMinor: number;
  readonly distanceMinor: number;
  readonly parcelMinor: number;
  readonly rules: ReadonlyMap<string, number>;
}

/** The terms of parcels of one decision, before they are rounded. */
export function ruledTerms(
  world: World,
  { plan }: PlanInForce,
  order: Pick<Asked, 'channel'> & Seeker,
  facts: OrderFacts,
  needs: readonly Need[],
  atMs: number,
): (parcel: PlannedFulfillment) => RuledTerms {
  const view = world.selling.of(world.channels.get(order.channel), 'ship', order.segment);
  const judge = new Judge(world, view, order, facts, needs, plan, atMs);
  const { shipping, kmMinor, parcelMinor, ruleWeight } = plan;
  return ({ location, carrier, service, distanceKm, costMinor, lines }) => {
    const rules = new Map<string, number>();
    const add = (rule: Rule, times: number): void => {
      if (!judge.isOn(rule)) return;
      const minor = ruleWeight * amountOf(rule, judge.scope, judge.notes) * times;
      if (minor !== 0) rules.set(rule.id, (rules.get(rule.id) ?? 0) + minor);
    };
    lookAt(judge, world, location, distanceKm);
    const of = judge.services.find((one) => one.carrier === carrier && (service === undefined || one.id === service));
    judge.scope.service = of && { id: of.id, carrier: of.carrier, costMinor };
    for (const rule of plan.parcelCosts) add(rule, 1);
    if (of !== undefined) for (const rule of plan.serviceCosts) add(rule, 1);
    for (const { lineId, quantity } of lines) {
      judge.lookAtLine(needs.findIndex((one) => one.lineId === lineId));
      for (const rule of plan.lineCosts) add(rule, 1);
      for (const rule of plan.unitCosts) add(rule, quantity);
    }
    return { carriageMinor: shipping * costMinor, distanceMinor: kmMinor * distanceKm, parcelMinor, rules };
  };
}

function lookAt(judge: Judge, world: World, location: LocationId, km: number): void {
  const cell = must(world.locations.get(location), 'the location of a parcel');
  judge.look(cell, must(cell.snapshot, 'a location that exists').context, km);
}
