/**
 * When an order that waits may be answered otherwise because time has passed: the earliest moment at which a
 * condition of a plan that may be asked about it turns, for the order or for it at one of the locations.
 */
import type { OrderContext } from '../../../actors/order-context.ts';
import type { World } from '../../world.ts';
import { distanceKm } from '../distance.ts';
import { orderNeeds } from '../request.ts';
import { openServices } from '../services.ts';
import { pricesOn, shapedNeeds, type PricedOffer } from '../weighed.ts';
import type { CompiledPlan } from './compile-plan.ts';
import { uses } from './environment.ts';
import type { Expression } from './expression.ts';
import { emptyScope, type Scope } from './facts.ts';
import { Offer, orderFacts, placeFacts } from './facts-of.ts';
import { timed } from './traits.ts';

/** Infinity: time alone changes nothing. */
export function nextChangeMs(world: World, order: OrderContext, atMs: number): number {
  const asked = world.plans.chainOf(order.channel).flatMap((plan) => timedOf(plan));
  if (asked.length === 0) return Infinity;
  const needs = shapedNeeds(world, orderNeeds(order));
  const scope = emptyScope();
  scope.nowMs = atMs;
  scope.order = orderFacts(world, order, needs, atMs);
  const [ofPlaces, ofOrder] = split(asked, uses.place);
  const first = nextOfLines(scope, ofOrder);
  if (ofPlaces.length === 0) return first;
  const view = world.selling.of(world.channels.get(order.channel), 'ship', order.segment);
  const offer = new Offer(world, view, needs, atMs);
  const services = openServices(world, order.service, order.destination);
  scope.offer = offer;
  let earliest = first;
  for (const cell of world.locationList) {
    const card = cell.snapshot?.context;
    if (card === undefined || !view.sells(cell)) continue;
    const km = distanceKm(card, order.destination);
    scope.place = placeFacts(card);
    const priced = pricesOn(world, services, card, order.destination, km, needs, atMs);
    offer.look(cell, km, Math.min(...priced.map(({ costMinor }) => costMinor), Infinity));
    earliest = Math.min(earliest, nextHere(scope, ofPlaces, priced));
  }
  return earliest;
}

const kept = new WeakMap<CompiledPlan, readonly Expression[]>();

function timedOf(plan: CompiledPlan): readonly Expression[] {
  let found = kept.get(plan);
  if (found === undefined) kept.set(plan, (found = timed(plan)));
  return found;
}

function split(asked: readonly Expression[], use: number): [Expression[], Expression[]] {
  const is = (one: Expression): boolean => (one.uses & use) !== 0;
  return [asked.filter(is), asked.filter((one) => !is(one))];
}

/** At the location of the scope. */
function nextHere(
  scope: Scope,
  asked: readonly Expression[],
  priced: readonly PricedOffer[],
): number {
  const [ofServices, others] = split(asked, uses.service);
  let first = nextOfLines(scope, others);
  for (const { offer: { service }, costMinor } of ofServices.length === 0 ? [] : priced) {
    scope.service = { id: service.id, carrier: service.carrier, costMinor };
    first = Math.min(first, nextOf(scope, ofServices));
  }
  return first;
}

/** Those about a line are asked of each. */
function nextOfLines(scope: Scope, asked: readonly Expression[]): number {
  const [ofLines, others] = split(asked, uses.line);
  let first = nextOf(scope, others);
  const { lines } = scope.order ?? { lines: [] };
  for (const [need, line] of ofLines.length === 0 ? [] : lines.entries()) {
    scope.line = line;
    if (scope.offer instanceof Offer) {
      scope.offer.lookAtLine(need);
      scope.stock = scope.offer.stock;
    } else scope.stock = undefined;
    first = Math.min(first, nextOf(scope, ofLines));
  }
  return first;
}

const nextOf = (scope: Scope, asked: readonly Expression[]): number =>
  asked.reduce((first, { next }) => Math.min(first, next?.(scope) ?? Infinity), Infinity);
