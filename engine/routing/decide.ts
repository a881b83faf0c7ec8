/**
 * Where the units of an order come from: by the routing plan that is in force for its channel and applies to
 * it, and else as sourcing does without one. What a plan cannot place, its fallbacks decide about, once the plans
 * they name were asked.
 */
import { orderId } from '../../actors/ids.ts';
import type { Plan } from '../../actors/order-context.ts';
import { isParked } from '../../actors/order-parked.ts';
import type { ReservationContext } from '../../actors/reservation-context.ts';
import type { Core } from '../core.ts';
import type { PlanInForce } from '../plans.ts';
import type { World } from '../world.ts';
import { isInForce } from './plans/evaluate.ts';
import { Failure } from './plans/failure.ts';
import { emptyScope, type OrderFacts } from './plans/facts.ts';
import { orderFacts } from './plans/facts-of.ts';
import { requestUnder } from './plans/ruled-request.ts';
import type { Expression } from './plans/expression.ts';
import {
  orderNeeds,
  reservationNeeds,
  reservationRequest,
  sourcingRequest,
  type Asked,
  type Seeker,
} from './request.ts';
import type { Need, SourcingRequest } from './source.ts';

/** Plans that may be asked about one order, one falling back on the next. */
const plansAskedMax = 5;

/** What was asked of sourcing, and what it answered. */
export interface Decision {
  readonly request: SourcingRequest;
  readonly plan: Plan;
  /** The routing plan it went by, and the order as its rules saw it. */
  readonly under?: { readonly inForce: PlanInForce; readonly facts: OrderFacts } | undefined;
}

/**
 * Decide where the units of an order come from that have no place.
 * @param candidate a plan that is asked before those in force: how it would be decided if it were.
 */
export function decide(core: Core, order: Asked, atMs: number, candidate?: PlanInForce): Decision {
  const { world } = core;
  if (isOnlyParked(order)) return { request: sourcingRequest(world, order, atMs), plan: nothing };
  if (!world.plans.isIdle || candidate !== undefined) {
    const needs = orderNeeds(order);
    const facts = orderFacts(world, order, needs, atMs);
    const first = planFor(world, facts, atMs, order.orderId, candidate);
    const decision = byPlans(core, order, facts, needs, atMs, first);
    if (decision !== undefined) return withWindow(decision, order);
  }
  const request = sourcingRequest(world, order, atMs);
  return { request, plan: core.source(request) };
}

/** Whether there is nothing to be decided: all that has no place waits for a mapping. */
const isOnlyParked = ({ lines }: Asked): boolean =>
  lines.every(({ backordered }) => backordered === 0) && lines.some(isParked);

const nothing: Plan = { fulfillments: [], short: 0, candidates: 0, runnerUpMinor: undefined };

/** A placement that has all its units may wait for others, if its plan says so. */
function withWindow(decision: Decision, { attempt }: Asked): Decision {
  const windowMs = decision.under?.inForce.plan.windowMs;
  if (windowMs === undefined || attempt !== 0 || decision.plan.short > 0) return decision;
  return { ...decision, plan: { ...decision.plan, windowMs } };
}

/** The same for the units of a reservation that are not held. */
export function decideReservation(
  core: Core, reservation: ReservationContext, atMs: number, candidate?: PlanInForce,
): Plan {
  const { world } = core;
  if (!world.plans.isIdle || candidate !== undefined) {
    const needs = reservationNeeds(reservation);
    const { reservationId, channel, segment, destination, service, customer, lines } = reservation;
    const to = destination ?? nowhere;
    const waiting = lines.map((line) => ({ ...noUnits, ...line }));
    // To a plan a cart is an order that is not placed yet, and is called as the cart is.
    const who = { orderId: orderId(reservationId), channel, customer, segment };
    const asked = { ...who, destination: to, service, lines: waiting };
    const facts = orderFacts(world, asked, needs, atMs);
    const first = planFor(world, facts, atMs, reservationId, candidate);
    const decision = byPlans(core, reservation, facts, needs, atMs, first);
    if (decision !== undefined) return decision.plan;
  }
  return core.source(reservationRequest(world, reservation, atMs));
}

/** Of a reservation nobody knows where it goes: no country is called so. */
const nowhere = { country: '' };
const noUnits = { unitPriceMinor: 0, allocated: 0, backordered: 0, shipped: 0, cancelled: 0 };

function byPlans(
  core: Core,
  order: Pick<Asked, 'channel'> & Seeker,
  facts: OrderFacts,
  needs: readonly Need[],
  atMs: number,
  first: PlanInForce | undefined,
): Decision | undefined {
  let inForce = first;
  let decision: Decision | undefined;
  for (let asked = 0; inForce !== undefined && asked < plansAskedMax; asked += 1) {
    const request = requestUnder(core.world, inForce, order, facts, needs, atMs);
    const plan = core.source(request);
    decision = { request, plan, under: { inForce, facts } };
    if (plan.short === 0) return decision;
    const fallback = inForce.plan.fallbacks.find(({ when }) => holds(when, facts, atMs));
    const next = fallback?.plan === undefined ? undefined : core.world.plans.fallback(fallback.plan, atMs);
    if (next === undefined || !holds(next.plan.applies, facts, atMs)) return withFallback(decision, fallback?.then);
    inForce = next;
  }
  return decision;
}

/** What becomes of the units that have no place. A plan that is not there any more leaves them waiting. */
function withFallback(decision: Decision, then: 'backorder' | 'hold' | 'cancel' | 'plan' | undefined): Decision {
  const { request, plan } = decision;
  const { ruled } = plan;
  const fallback = then === undefined || then === 'plan' ? 'backorder' : then;
  if (ruled === undefined) return decision;
  if (fallback !== 'hold') return { ...decision, plan: { ...plan, ruled: { ...ruled, fallback } } };
  const short = request.needs.reduce((sum, { quantity }) => sum + quantity, 0);
  const held = { ...ruled, scoreMinor: undefined, fallback };
  return { ...decision, plan: { ...plan, fulfillments: [], short, ruled: held } };
}

/**
 * The plan that decides: the first in force that applies.
 * @param who the order or cart, for shares of canaries. @param candidate asked before.
 */
export function planFor(
  world: World, facts: OrderFacts, atMs: number, who?: string, candidate?: PlanInForce,
): PlanInForce | undefined {
  const tried = candidate?.plan;
  if (tried !== undefined && isInForce(tried, atMs) && holds(tried.applies, facts, atMs)) return candidate;
  for (const inForce of world.plans.inForce(facts.channel, atMs, who)) {
    if (holds(inForce.plan.applies, facts, atMs)) return inForce;
  }
  return undefined;
}

/** Whether a condition on the order holds. One that cannot be evaluated does not. */
function holds(condition: Expression | undefined, facts: OrderFacts, nowMs: number): boolean {
  if (condition === undefined) return true;
  const scope = emptyScope();
  scope.order = facts;
  scope.nowMs = nowMs;
  try {
    return condition.run(scope) === true;
  } catch (failure) {
    if (failure instanceof Failure) return false;
    throw failure;
  }
}
